"""A person at the chat page without a browser: Gradio's protocol as its page speaks it."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import httpx
from gradio_client.utils import apply_diff  # type: ignore[import-untyped]

_EVENTS = "/gradio_api/queue"
_TEXT = re.compile(r'<div class="mlqa-text">(?!<span class="mlqa-caret">|</div>)')
_FAILED = re.compile(r"mlqa-notice")
_SKIPPED = {"__type__": "update"}
_PATIENCE = 30.0  # seconds until an event counts as lost


class Told(NamedTuple):
    """What came of a question.

    Attributes:
        first: Seconds from sending to the first text of the answer.
        whole: Seconds from sending to the end of the answer.
        received: Bytes of all messages about it.
        error: What went wrong; empty for nothing.
    """

    first: float
    whole: float
    received: int
    error: str = ""


class Functions:
    """Where the page's events stand in its configuration.

    Args:
        config: As ``/config`` tells it.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        self._ids = {
            name: component["id"]
            for component in reversed(config["components"])  # the first page counts
            if (name := component["props"].get("elem_id"))
        }

    def of(self, element: str, event: str) -> list[int]:
        """Numbers of the functions that an element's event calls."""
        target = [self._ids[element], event]
        return [
            at for at, each in enumerate(self._config["dependencies"]) if target in each["targets"]
        ]

    def inputs(self, function: int) -> list[int]:
        """Ids of what a function takes."""
        return list(self._config["dependencies"][function]["inputs"])

    def outputs(self, function: int) -> list[int]:
        """Ids of what a function changes."""
        return list(self._config["dependencies"][function]["outputs"])


class Chatter:
    """One load of the page.

    Args:
        client: Speaks to the server.
        functions: Of the page.
    """

    def __init__(self, client: httpx.AsyncClient, functions: Functions) -> None:
        self._client = client
        self._functions = functions
        self._session = secrets.token_hex(6)
        self._values: dict[int, Any] = {}
        self._told: dict[str, asyncio.Queue[tuple[dict[str, Any], int]]] = {}
        self._streams: list[asyncio.Task[None]] = []
        self._is_open = False

    async def begin(self) -> None:
        """Loads the page, as far as the server has to do with it."""
        (await self._client.get("/")).raise_for_status()
        self._streams.append(asyncio.create_task(self._beat()))
        (begin,) = self._functions.of("mlqa-saved", "begin")
        await self._call(begin, event={"key": secrets.token_hex(32), "conversation": ""})

    async def ask(self, question: str) -> Told:
        """Asks and reads the whole answer."""
        (answer,) = self._functions.of("mlqa-box", "submit")
        self._values[self._functions.inputs(answer)[0]] = question
        return await self._call(answer)

    async def clear(self) -> None:
        """Starts a new conversation."""
        for function in self._functions.of("mlqa-clear", "click"):
            await self._call(function)

    async def leave(self) -> None:
        """Closes the page."""
        for stream in self._streams:
            stream.cancel()
        await asyncio.gather(*self._streams, return_exceptions=True)

    async def _call(self, function: int, event: object = None) -> Told:
        start = time.perf_counter()
        data = [self._values.get(each) for each in self._functions.inputs(function)]
        body = {"data": data, "fn_index": function, "session_hash": self._session}
        response = await self._client.post(f"{_EVENTS}/join", json={**body, "event_data": event})
        response.raise_for_status()
        key = response.json()["event_id"]
        told = self._told.setdefault(key, asyncio.Queue())
        if not self._is_open:
            self._is_open = True
            self._streams.append(asyncio.create_task(self._listen()))
        try:
            return await asyncio.wait_for(self._read(function, told, start), _PATIENCE)
        except asyncio.TimeoutError:
            return Told(0.0, _PATIENCE, 0, "lost")
        finally:
            del self._told[key]

    async def _read(
        self, function: int, told: asyncio.Queue[tuple[dict[str, Any], int]], start: float
    ) -> Told:
        shown: list[Any] = []
        first, received = 0.0, 0
        while True:
            message, size = await told.get()
            received += size
            kind = message["msg"]
            if kind not in {"process_generating", "process_completed"}:
                continue
            shown = _shown(shown, message["output"].get("data") or [])
            if not first and _TEXT.search(_last(shown)):
                first = time.perf_counter() - start
            if kind == "process_completed":
                break
        whole = time.perf_counter() - start
        self._values |= dict(zip(self._functions.outputs(function), shown, strict=False))
        failed = not message["success"] or _FAILED.search(_last(shown))
        return Told(first or whole, whole, received, "failed" if failed else "")

    async def _listen(self) -> None:
        """Reads the stream of events until the server ends it."""
        params = {"session_hash": self._session}
        async with self._client.stream("GET", f"{_EVENTS}/data", params=params) as stream:
            async for line in stream.aiter_lines():
                if not line.startswith("data: "):
                    continue
                message = json.loads(line.removeprefix("data: "))
                if message["msg"] == "close_stream":
                    self._is_open = False
                    return
                if key := message.get("event_id"):  # it may come before the event is acknowledged
                    told = self._told.setdefault(key, asyncio.Queue())
                    told.put_nowait((message, len(line.encode())))

    async def _beat(self) -> None:
        """What tells the server that the page is still open."""
        path = f"/gradio_api/heartbeat/{self._session}"
        with suppress(httpx.ReadError):  # the server ends
            async with self._client.stream("GET", path) as stream:
                async for _ in stream.aiter_lines():
                    pass


def _shown(before: Sequence[Any], told: Sequence[Any]) -> list[Any]:
    """Values of outputs after a message, whose values may be edits of those before."""
    if not before:
        return list(told)
    return [
        apply_diff(old, new) if _is_edit(new) else old if new == _SKIPPED else new
        for old, new in zip(before, told, strict=True)
    ]


def _is_edit(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(row, list) and row and row[0] in {"replace", "append", "add", "delete"}
        for row in value
    )


def _last(shown: Sequence[Any]) -> str:
    """The last message of the conversation, as JSON without escapes."""
    chat = shown[0] if shown else None
    if not isinstance(chat, list) or not chat or chat[-1].get("role") != "assistant":
        return ""
    content = chat[-1]["content"]
    return (
        "".join(part.get("text", "") for part in content) if isinstance(content, list) else content
    )
