"""A worker process as its parent sees it: started, listened to, watched, ended."""

from __future__ import annotations

import atexit
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import wait
from threading import Event
from typing import Any
from weakref import WeakSet

import psutil

from mlqa import errors
from mlqa.errors import (
    MlqaError,
    Phrase,
    ToolCancelled,
    ToolCrashed,
    ToolError,
    ToolOutOfMemory,
    ToolTimeout,
)
from mlqa.schema import ToolResult
from mlqa.tools.events import Progress
from mlqa.tools.jsonable import LARGEST, load_result
from mlqa.tools.mains import MAINS, main_for
from mlqa.tools.pulse import Pulse
from mlqa.tools.registry import Tool
from mlqa.tools.worker import work

_LOOK = 0.05
_FAMILY = 0.5
_GONE = 10.0
_FROM_CHILD = 4 * LARGEST  # bytes; Hangul takes three

_alive: WeakSet[Worker] = WeakSet()


class Worker:
    """A process that runs one tool once.

    Memory is the resident size of the process and everything that it started, looked at twenty
    times a second (its family twice): unlike the address space, which torch fills with what it
    never touches (1.1 GB after its import, 0.4 GB of it resident), that is what the machine has to
    give. The worker limits what it may write to as well, at twice the budget, for one request that
    no look would be in time for.

    Args:
        tool: The tool.
        arguments: As ``Tool.check`` gives them.
        language: The language of what it says.
    """

    def __init__(self, tool: Tool, arguments: Mapping[str, Any], language: str) -> None:
        self._tool = tool
        self._start = time.monotonic()
        # Never a fork: the parent has threads, and their locks would be copied as they are.
        spawn = get_context("spawn")
        self._connection, theirs = spawn.Pipe(duplex=False)
        request = {
            "name": tool.name,
            "module": tool.module,
            "arguments": dict(arguments),
            "language": language,
            "memory_mb": tool.memory_mb,
        }
        self._process = spawn.Process(
            target=work, args=(theirs, request), name=f"mlqa-{tool.name}", daemon=True
        )
        try:
            with main_for(tool.module):
                self._process.start()
        except OSError as error:  # no processes or memory left for one
            reason = error.strerror or error
            raise ToolCrashed("tools_failed", tool=tool.name, reason=reason) from None
        finally:
            theirs.close()
        self._pid = self._process.pid or 0
        self._seen: psutil.Process | None = None
        with suppress(psutil.Error):
            self._seen = psutil.Process(self._pid)
        self._family: list[psutil.Process] = []
        self._looked = 0.0
        self._has_begun = False
        _alive.add(self)

    def listen(self, cancelled: Event, pulse: Pulse) -> Iterator[Progress | ToolResult]:
        """What it tells, the result last.

        Args:
            cancelled: Set when the run is not wanted any more.
            pulse: Speaks while it is silent, as it is while a library is imported.

        Raises:
            ToolError: It was cancelled, ran out of time or memory, failed, or its process ended.
            MlqaError: As the tool raised it.
        """
        while True:
            ready = wait([self._connection, self._process.sentinel], timeout=_LOOK)
            if cancelled.is_set():
                raise ToolCancelled("tools_cancelled", tool=self._tool.name)
            while self._connection.poll():
                told = self._read(self._receive())
                if told is None:
                    continue
                yield told
                if isinstance(told, ToolResult):
                    return
                pulse.hear(told)
            self._check_budget()
            if self._process.sentinel in ready and not self._connection.poll():
                raise self._crash()
            again = pulse.beat()
            if again is not None:
                yield again

    def _receive(self) -> Mapping[str, Any]:
        try:
            told: Mapping[str, Any] = json.loads(self._connection.recv_bytes(_FROM_CHILD))
        except (EOFError, OSError, ValueError):
            raise self._crash() from None
        return told

    def _read(self, told: Mapping[str, Any]) -> Progress | ToolResult | None:
        """What a message of the worker says, None that it has begun; errors are raised."""
        name = self._tool.name
        if "begun" in told:
            self._has_begun = True
            return None
        if "progress" in told:
            return Progress(*told["progress"])
        if "error" in told:
            raise _error(told["error"])
        if "memory" in told:
            raise self._out_of_memory()
        if "failed" in told:
            raise ToolCrashed(
                "tools_failed", tool=name, reason=told["failed"], detail=told["detail"]
            )
        try:
            return load_result(told["result"])
        except ValueError as error:
            raise ToolCrashed("tools_result", tool=name, reason=error) from None

    def _check_budget(self) -> None:
        if time.monotonic() - self._start > self._tool.seconds:
            seconds = f"{self._tool.seconds:g}"
            raise ToolTimeout("tools_timeout", tool=self._tool.name, seconds=seconds)
        if self._memory() > self._tool.memory_mb * 2**20:
            raise self._out_of_memory()

    def _out_of_memory(self) -> ToolError:
        memory = f"{self._tool.memory_mb:,}"
        return ToolOutOfMemory("tools_memory", tool=self._tool.name, memory=memory)

    def _memory(self) -> int:
        """Bytes that the process and its family have in memory."""
        now = time.monotonic()
        if self._seen is not None and now - self._looked > _FAMILY:
            self._looked = now
            with suppress(psutil.Error):
                self._family = self._seen.children(recursive=True)
        total = 0
        for process in [self._seen, *self._family]:
            with suppress(psutil.Error):
                total += process.memory_info().rss if process else 0
        return total

    def _crash(self) -> ToolCrashed:
        self._process.join(_GONE)
        code = self._process.exitcode
        if code == 1 and not self._has_begun and self._tool.module in MAINS:
            return ToolCrashed("tools_script", tool=self._tool.name)
        return ToolCrashed(
            "tools_crashed", tool=self._tool.name, code="?" if code is None else code
        )

    def end(self) -> None:
        """Ends the process and everything that it started, and waits until it is gone."""
        if self not in _alive:
            return
        _alive.discard(self)
        self._kill()
        self._process.join(_GONE)
        self._connection.close()
        with suppress(ValueError):  # it does not die: the system keeps it in a call
            self._process.close()

    def _kill(self) -> None:
        family: list[psutil.Process] = []
        with suppress(psutil.Error):
            family = self._seen.children(recursive=True) if self._seen else []
        if sys.platform != "win32":
            with suppress(OSError):  # it has not come so far as to lead a group
                os.killpg(self._pid, signal.SIGKILL)
        self._process.kill()
        for process in family:
            with suppress(psutil.Error):
                process.kill()


@atexit.register
def _end_all() -> None:
    """Leaves no worker behind when Python ends; multiprocessing would leave their children."""
    for worker in list(_alive):
        worker.end()


def _error(fields: Mapping[str, Any]) -> MlqaError:
    """An error of ours as the tool raised it."""
    kind = getattr(errors, str(fields["class"]), ToolError)
    if not (isinstance(kind, type) and issubclass(kind, MlqaError)):
        kind = ToolError
    return kind(fields["key"], **{name: _value(value) for name, value in fields["values"].items()})


def _value(fields: Any) -> object:  # noqa: ANN401 - JSON is anything
    if isinstance(fields, dict):
        values = {name: _value(inner) for name, inner in fields["values"].items()}
        return Phrase(fields["phrase"], **values)
    value: object = fields
    return value
