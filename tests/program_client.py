"""Asks a server as another program does: HTTP, JSON and server-sent events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Reply(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def problem(self) -> tuple[int, str]:
        """Status and kind of an error; it has one sentence and nothing else."""
        error = self.json["error"]
        assert set(self.json) == {"error"}
        assert set(error) == {"kind", "message"}
        assert error["message"]
        assert "\n" not in error["message"]
        assert "Traceback" not in error["message"]
        return self.status, error["kind"]


class Event(NamedTuple):
    name: str
    data: Any


class Client:
    def __init__(self, address: str) -> None:
        self.address = address
        self._host = urlsplit(address).netloc

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        connection = HTTPConnection(self._host, timeout=60)
        try:
            response = self._send(connection, method, path, body, headers)
            return Reply(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Reply:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Reply:
        return self.ask("POST", path, body, headers)

    @contextmanager
    def streamed(self, path: str, body: Any) -> Iterator[Iterator[Event]]:
        """The events as they come; leaving hangs up."""
        connection = HTTPConnection(self._host, timeout=60)
        try:
            response = self._send(connection, "POST", path, body, None)
            assert response.status == 200, response.read()
            assert response.headers["Content-Type"].startswith("text/event-stream")
            yield _events(response)
        finally:
            connection.close()

    def _send(
        self,
        connection: HTTPConnection,
        method: str,
        path: str,
        body: Any,
        headers: Mapping[str, str] | None,
    ) -> HTTPResponse:
        sent = {} if body is None else {"Content-Type": "application/json"}
        if body is not None and not isinstance(body, (bytes, Iterator)):
            body = json.dumps(body).encode()
        connection.request(
            method,
            path,
            body,
            {**sent, **(headers or {})},
            encode_chunked=isinstance(body, Iterator),
        )
        return connection.getresponse()


def _events(response: HTTPResponse) -> Iterator[Event]:
    name = ""
    for raw in response:
        line = raw.decode().rstrip("\n")
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield Event(name, json.loads(line.removeprefix("data: ")))
