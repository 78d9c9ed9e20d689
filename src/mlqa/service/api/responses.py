"""What goes out: JSON, events as they come, pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

import anyio
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mlqa.messages import Language
from mlqa.service.listing import Event, Told, told
from mlqa.service.problems import Problem, problem_of
from mlqa.service.work import Job

T = TypeVar("T")

# Seconds without news after which a line is sent, so that nobody between takes the line for dead.
_BEAT = 10.0
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
# A picture opened by itself: nothing in it may run or load.
_PICTURE = {**_HEADERS, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


class Json(Response):
    """JSON as the command line writes it: Hangul stays Hangul."""

    media_type = "application/json"

    def __init__(self, content: Any, status_code: int = 200) -> None:  # noqa: ANN401 - JSON
        super().__init__(content, status_code, _HEADERS)

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - JSON
        """The bytes; half a surrogate pair, which no text may hold, becomes a question mark."""
        text = json.dumps(content, ensure_ascii=False, allow_nan=False)
        return text.encode("utf-8", "replace")


def problem_response(problem: Problem) -> Json:
    """What went wrong."""
    response = Json(problem.fields, problem.status)
    if problem.kind == "busy":
        response.headers["Retry-After"] = "1"
    return response


def svg_response(picture: bytes) -> Response:
    """A picture."""
    return Response(picture, media_type="image/svg+xml", headers=_PICTURE)


class EventStream(Response):
    """What work tells, as server-sent events; a client that goes away ends the work.

    Args:
        first: What was told already.
        job: The work.
        language: In which errors are worded.
    """

    media_type = "text/event-stream"

    def __init__(self, first: Event, job: Job[Any], language: Language) -> None:
        super().__init__(headers={**_HEADERS, "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._first = first
        self._job = job
        self._language: Language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Sends the events."""
        async with self._job, anyio.create_task_group() as group:
            group.start_soon(_until_gone, receive, group.cancel_scope)
            start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
            await send(start)
            await self._send(told(self._first, self._language), send)
            await self._send_all(send)
            await send({"type": "http.response.body", "body": b""})
            group.cancel_scope.cancel()

    async def _send_all(self, send: Send) -> None:
        try:
            while True:
                event: Told | None = None
                with anyio.move_on_after(_BEAT) as beat:
                    event = told(await anext(self._job), self._language)
                if beat.cancelled_caught:
                    await _send_part(b": \n\n", send)
                await self._send(event, send)
        except StopAsyncIteration:
            return
        except Exception as error:  # noqa: BLE001 - the status is gone out
            fields = problem_of(error, self._language).fields
            await self._send(Told("error", fields["error"]), send)

    async def _send(self, event: Told | None, send: Send) -> None:
        if event is not None:
            await _send_part(event_bytes(event.name, event.fields), send)


def event_bytes(name: str, fields: Mapping[str, Any]) -> bytes:
    """One server-sent event; JSON has no line ends of its own."""
    return f"event: {name}\ndata: ".encode() + Json(fields).body + b"\n\n"


async def _send_part(body: bytes, send: Send) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _until_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    """Cancels a scope when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


async def last_of(job: Job[T], request: Request) -> T:
    """The last item of work, which ends when the client goes away.

    Raises:
        ClientGone: It did.
        Exception: Whatever the work raises.
    """
    found: list[T] = []
    problem: list[Exception] = []
    async with job, anyio.create_task_group() as group:
        group.start_soon(_until_gone, request.receive, group.cancel_scope)
        try:
            found.append(await job.last())
        except Exception as error:  # noqa: BLE001 - a task group would wrap it
            problem.append(error)
        group.cancel_scope.cancel()
    if problem:
        raise problem[0]
    if not found:
        raise ClientGone
    return found[0]


class ClientGone(Exception):  # noqa: N818 - says what is so
    """Nobody waits for the response any more."""
