"""A real HTTP server that speaks the OpenAI protocol, with every fault that servers have.

A behaviour is a function that answers one request. Servers listen on the loopback address only.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ENOUGH = 20_000  # pieces of a text without end; more than any limit of the tests lets through


@dataclass
class Asked:
    """A request.

    Attributes:
        path: Of its address.
        key: What it was sent with.
        body: Its JSON.
    """

    path: str
    key: str
    body: dict[str, Any]


@dataclass
class Served:
    """A running server.

    Attributes:
        url: Its address, for a base URL.
        asked: The requests so far.
        left: Set when a client went away before the end.
        over: Set when the test is over, for behaviours that wait.
    """

    url: str
    asked: list[Asked] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the server's behaviour."""

    protocol_version = "HTTP/1.1"
    served: Served
    behave: Behaviour

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.served.asked.append(Asked(self.path, self.headers["Authorization"] or "", body))
        try:
            type(self).behave(self)
        except OSError:
            self.served.left.set()
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""

    def status(self, status: int, said: object = None, **headers: str) -> None:
        """Answers with an error, or with JSON of another shape than expected."""
        content = json.dumps(said if said is not None else {}).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def start(self, kind: str = "text/event-stream") -> None:
        """Begins a streamed answer."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def raw(self, content: bytes) -> None:
        """Sends bytes of a streamed answer."""
        self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")
        self.wfile.flush()

    def event(self, said: object) -> None:
        """Sends one event."""
        self.raw(f"data: {json.dumps(said, ensure_ascii=False)}\n\n".encode())

    def piece(self, text: str, finish: str | None = None) -> None:
        """Sends a piece of the text."""
        delta = {"content": text} if text else {}
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        self.event({"id": "1", "object": "chat.completion.chunk", "choices": [choice]})

    def call(self, **part: Any) -> None:
        """Sends a piece of a call of a tool."""
        choice = {"index": 0, "delta": {"tool_calls": [part]}, "finish_reason": None}
        self.event({"id": "1", "object": "chat.completion.chunk", "choices": [choice]})

    def end(self, reason: str = "stop") -> None:
        """Ends a streamed answer as it should end."""
        self.piece("", reason)
        self.raw(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def drop(self) -> None:
        """Closes the connection at once, with a reset."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()
        self.close_connection = True


Behaviour = Callable[[Handler], None]


class Server(ThreadingHTTPServer):
    """A server that takes it quietly when a client goes away between two requests."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Lets only errors of the tests be seen."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def serving(behave: Behaviour) -> Iterator[Served]:
    """Runs a server with one behaviour."""
    served = Served("")
    handler = type("Now", (Handler,), {"served": served, "behave": staticmethod(behave)})
    server = Server(("127.0.0.1", 0), handler)
    served.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        served.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def saying(text: str, size: int = 3) -> Behaviour:
    """Says a text in pieces of so many characters."""

    def behave(handler: Handler) -> None:
        handler.start()
        for start in range(0, len(text), size):
            handler.piece(text[start : start + size])
        handler.end()

    return behave


def obeying(pick: Callable[[str], str]) -> Behaviour:
    """A model that does what the text it is given tells it to."""

    def behave(handler: Handler) -> None:
        saying(pick(handler.served.asked[-1].body["messages"][-1]["content"]))(handler)

    return behave


def first(*behaviours: Behaviour) -> Behaviour:
    """One behaviour after the other, the last one for all further requests."""

    def behave(handler: Handler) -> None:
        behaviours[min(len(handler.served.asked), len(behaviours)) - 1](handler)

    return behave


def refusing(status: int, message: str = "", **headers: str) -> Behaviour:
    """Answers with an error."""

    def behave(handler: Handler) -> None:
        handler.status(status, {"error": {"message": message}}, **headers)

    return behave


def hanging(text: str = "") -> Behaviour:
    """Says something, or nothing, and then waits for ever."""

    def behave(handler: Handler) -> None:
        if text:
            handler.start()
            handler.piece(text)
        handler.served.over.wait()

    return behave


def dripping(text: str) -> Behaviour:
    """Says the same again and again, a character at a time."""

    def behave(handler: Handler) -> None:
        handler.start()
        while not handler.served.over.wait(0.05):
            handler.piece(text[0])

    return behave


def breaking_off(text: str) -> Behaviour:
    """Closes the connection in the middle."""

    def behave(handler: Handler) -> None:
        handler.start()
        handler.piece(text)
        handler.drop()

    return behave


def ending_early(text: str) -> Behaviour:
    """Ends the stream properly, without having come to an end."""

    def behave(handler: Handler) -> None:
        handler.start()
        handler.piece(text)
        handler.wfile.write(b"0\r\n\r\n")

    return behave


def sending(*contents: bytes, kind: str = "text/event-stream") -> Behaviour:
    """Sends bytes, whatever they are."""

    def behave(handler: Handler) -> None:
        handler.start(kind)
        for content in contents:
            handler.raw(content)
        handler.wfile.write(b"0\r\n\r\n")

    return behave


def telling(*events: object) -> Behaviour:
    """Sends JSON of any shape."""
    contents: Sequence[bytes] = [f"data: {json.dumps(event)}\n\n".encode() for event in events]
    return sending(*contents)


def flooding(text: str, finish: str = "") -> Behaviour:
    """Says the same over and over as fast as it can, or stops at the limit and says so."""

    def behave(handler: Handler) -> None:
        handler.start()
        limit = handler.served.asked[-1].body["max_tokens"] if finish else ENOUGH
        for _ in range(limit):
            handler.piece(text)
        handler.end(finish or "stop")

    return behave


def closed_url() -> str:
    """The address of a server that is not there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"
