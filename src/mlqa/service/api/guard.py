"""Who may ask, and how much at once: stands before the HTTP API and MCP.

A page of another site that a user has open can make the browser send requests to a server on the
same machine, and, by a name that resolves to 127.0.0.1 (DNS rebinding), read what comes back.
Both show in the headers: such a request names a host or an origin that is not the server's.
No header of ours ever allows another origin to read (CORS).
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mlqa.messages import Language, message
from mlqa.service.api.responses import problem_response
from mlqa.service.problems import Problem

# Bytes of a request. The largest that makes sense is a list of arguments of a tool.
BODY_LIMIT = 1_000_000


class Guard:
    """Lets requests through to an app that come from where they should and are not too large.

    Args:
        app: What is guarded.
        host: The address that the server listens on.
        language: In which refusals are worded.
    """

    def __init__(self, app: ASGIApp, host: str, language: Language) -> None:
        self._app = app
        self._language: Language = language
        host = host.strip("[]").lower()
        # On another address the names that lead there are not known.
        self._names = {"localhost", "127.0.0.1", "::1", host} if is_loopback(host) else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or refuses it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        problem = self._foreign(headers) or self._large(headers)
        if problem is None:
            messages = await _whole_body(receive)
            if messages is not None:
                await self._app(scope, _replayed(messages, receive), send)
                return
            problem = self._too_large()
        await problem_response(problem)(scope, receive, send)

    def _foreign(self, headers: Headers) -> Problem | None:
        """Why a request does not come from where it should."""
        host = _name_of("//" + headers.get("host", ""))
        if self._names is not None and host not in self._names:
            text = message("api_foreign_host", self._language, name=headers.get("host", "")[:100])
            return Problem(403, "foreign", text)
        origin = headers.get("origin")
        if origin is not None and _name_of(origin) not in {host, *(self._names or ())} - {""}:
            text = message("api_foreign_origin", self._language, name=origin[:100])
            return Problem(403, "foreign", text)
        return None

    def _large(self, headers: Headers) -> Problem | None:
        """Whether a request says itself that it is too large."""
        length = headers.get("content-length", "")
        return self._too_large() if length.isdecimal() and int(length) > BODY_LIMIT else None

    def _too_large(self) -> Problem:
        text = message("api_too_large", self._language, limit=BODY_LIMIT)
        return Problem(413, "too_large", text)


async def _whole_body(receive: Receive) -> list[Message] | None:
    """The messages of a request's body; None if it is too large."""
    messages: list[Message] = []
    size = 0
    while True:
        held = await receive()
        messages.append(held)
        size += len(held.get("body", b""))
        if size > BODY_LIMIT:
            return None
        if held["type"] != "http.request" or not held.get("more_body", False):
            return messages


def _replayed(messages: list[Message], receive: Receive) -> Receive:
    """Receives these again, then what comes after them."""
    waiting = iter(messages)

    async def replay() -> Message:
        held = next(waiting, None)
        return await receive() if held is None else held

    return replay


def _name_of(address: str) -> str:
    """The host in an address, without port and brackets; empty where it has none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
