"""Runs tools: arguments checked, in a process of their own, within a budget, results kept.

    runner = Runner(config)
    with runner.start("lru", {"requests": ["a", "b", "a"], "size": 2}) as run:
        for event in run:  # Waiting, Progress, and at last the ToolCall
            ...
    call = runner.run("lru", {"requests": ["a", "b", "a"], "size": 2})

The chat stays answerable meanwhile: a worker holds no lock of this process.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from queue import SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import Any

from mlqa.config import Config, load_config
from mlqa.errors import MlqaError, MlqaWarning, StorageError, ToolCancelled, ToolCrashed
from mlqa.messages import Language, message
from mlqa.schema import ToolCall, ToolResult
from mlqa.tools import registry
from mlqa.tools.context import Context
from mlqa.tools.events import Progress, ToolEvent, Waiting
from mlqa.tools.jsonable import checked_result
from mlqa.tools.line import Line
from mlqa.tools.pulse import Pulse
from mlqa.tools.registry import Tool
from mlqa.tools.store import Store, key_of

_GONE = 15.0
# One line for the whole process: it is the machine that is shared.
_line = Line()


class Runner:
    """Runs tools with the settings of one configuration; for use from many threads.

    Args:
        config: The settings; those of file and environment if not given.
    """

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or load_config()
        self.store = Store(self.config.tool_results)

    def start(
        self,
        tool: str | Tool,
        arguments: Mapping[str, Any],
        *,
        language: Language | None = None,
        fresh: bool = False,
    ) -> Run:
        """A run that begins with its first event.

        Args:
            tool: The tool or its name.
            arguments: Values by name; the others get their defaults.
            language: The language of what it says; that of the settings if not given.
            fresh: Runs it even where its result is kept.

        Raises:
            UnknownTool: There is no such tool.
            ToolArgumentError: An argument is missing, unknown or outside its limits.
        """
        found = self.find_tool(tool)
        checked = found.check(arguments)
        call = ToolCall(
            name=found.name,
            arguments=checked,
            result=ToolResult(text=""),
            key=key_of(found, checked, language or self.config.language),
            defaulted=tuple(name for name in checked if name not in arguments),
        )
        return Run(self, found, call, language or self.config.language, fresh=fresh)

    def run(
        self,
        tool: str | Tool,
        arguments: Mapping[str, Any],
        *,
        language: Language | None = None,
        fresh: bool = False,
        progress: Callable[[Waiting | Progress], None] | None = None,
    ) -> ToolCall:
        """Runs a tool to its end.

        Args:
            tool: The tool or its name.
            arguments: Values by name; the others get their defaults.
            language: The language of what it says; that of the settings if not given.
            fresh: Runs it even where its result is kept.
            progress: Takes what the run tells meanwhile.

        Raises:
            UnknownTool: There is no such tool.
            ToolArgumentError: An argument is missing, unknown or outside its limits.
            ToolError: It ran out of time or memory, failed, or its process ended.
        """
        with self.start(tool, arguments, language=language, fresh=fresh) as run:
            for event in run:
                if isinstance(event, ToolCall):
                    return event
                if progress is not None:
                    progress(event)
        raise ToolCancelled("tools_cancelled", tool=run.name)

    def find_tool(self, tool: str | Tool) -> Tool:
        """The tool, those of the setting ``tool_modules`` among them.

        Raises:
            UnknownTool: There is no such tool.
        """
        if isinstance(tool, Tool):
            return tool
        registry.use(self.config.tool_modules)
        return registry.find(tool)

    def find(self, key: str) -> ToolCall | None:
        """The kept run of that key, to cite it."""
        return self.store.find(key)


class Run:
    """One run of a tool: an iterator of what it tells, the ``ToolCall`` last.

    ``cancel`` may be called from any thread: the worker is ended and whoever iterates gets
    ``ToolCancelled``. ``close`` (and leaving a ``with`` block) also waits until it is gone.

    Attributes:
        name: The tool.
        arguments: All its arguments, defaults filled in.
        key: What its result is kept under.
    """

    def __init__(
        self, runner: Runner, tool: Tool, call: ToolCall, language: Language, *, fresh: bool
    ) -> None:
        self.name = tool.name
        self.arguments = call.arguments
        self.key = call.key
        self._task = _Task(runner, tool, call, language, fresh=fresh)
        self._thread: Thread | None = None
        self._is_over = False

    def __iter__(self) -> Run:
        return self

    def __next__(self) -> ToolEvent:
        if self._is_over:
            raise StopIteration
        if self._thread is None:
            self._begin()
        event = self._task.events.get()
        if isinstance(event, MlqaWarning):
            warnings.warn(event, stacklevel=2)
            event = self._task.events.get()
        if isinstance(event, Exception):
            self._is_over = True
            raise event
        self._is_over = isinstance(event, ToolCall)
        return event

    def _begin(self) -> None:
        if self._task.tool.inline:
            self._task.run_inline()
            return
        self._thread = Thread(target=self._task.run, name=f"mlqa-{self.name}", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Ends the run soon; from any thread, more than once if you like."""
        self._task.cancelled.set()

    def close(self) -> None:
        """Ends the run and waits until its worker is gone."""
        self._is_over = True
        self.cancel()
        if self._thread is not None:
            self._thread.join(_GONE)

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        with suppress(AttributeError):  # it was never made
            self._task.cancelled.set()


class _Task:
    """What the thread of a run works on; it does not hold the run, which cancels when forgotten."""

    def __init__(
        self, runner: Runner, tool: Tool, call: ToolCall, language: Language, *, fresh: bool
    ) -> None:
        self.tool = tool
        self.events: SimpleQueue[ToolEvent | Exception] = SimpleQueue()
        self.cancelled = Event()
        self._runner = runner
        self._call = call
        self._language: Language = language
        self._fresh = fresh

    def run(self) -> None:
        """Puts all events into the queue, the call or an error last."""
        try:
            self.events.put(self._kept() or self._in_line())
        except Exception as error:  # noqa: BLE001 - raised where the run is iterated
            self.events.put(error)

    def run_inline(self) -> None:
        """The same in the thread that asks."""
        start = time.perf_counter()
        if self.cancelled.is_set():
            self.events.put(ToolCancelled("tools_cancelled", tool=self.tool.name))
            return
        try:
            result = self.tool.run_here(Context(self._language), self._call.arguments)
            call = self._finished(checked_result(result), start)
            self._runner.store.remember(call)
            self.events.put(call)
        except MlqaError as error:
            self.events.put(error)
        except Exception as error:  # noqa: BLE001 - a tool may fail in any way
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            failed = ToolCrashed("tools_failed", tool=self.tool.name, reason=reason)
            failed.__cause__ = error
            self.events.put(failed)

    def _kept(self) -> ToolCall | None:
        """The result of an earlier run, if one may be used."""
        kept = None if self._fresh else self._runner.store.find(self._call.key)
        return kept and replace(kept, defaulted=self._call.defaulted)

    def _in_line(self) -> ToolCall:
        def tell(ahead: int) -> None:
            self.events.put(Waiting(ahead))

        if not _line.enter(self._runner.config.tool_workers, self.cancelled, tell):
            raise ToolCancelled("tools_cancelled", tool=self.tool.name)
        try:
            # Another one may have asked the same and been ahead.
            return self._kept() or self._in_worker()
        finally:
            _line.leave()

    def _in_worker(self) -> ToolCall:
        start = time.perf_counter()
        starting = Progress(0.0, message("tools_starting", self._language))
        self.events.put(starting)
        from mlqa.tools.process import Worker  # psutil, which an answer does not need

        worker = Worker(self.tool, self._call.arguments, self._language)
        try:
            for told in worker.listen(self.cancelled, Pulse(starting, self._language)):
                if isinstance(told, Progress):
                    self.events.put(told)
                else:
                    call = self._finished(told, start)
        finally:
            worker.end()
        self._keep(call)
        return call

    def _finished(self, result: ToolResult, start: float) -> ToolCall:
        return replace(
            self._call,
            result=result,
            ran_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            seconds=round(time.perf_counter() - start, 3),
        )

    def _keep(self, call: ToolCall) -> None:
        try:
            self._runner.store.save(call)
        except StorageError as error:  # the result is worth more than the file
            self.events.put(MlqaWarning(error.key, **error.values))


def run_tool(tool: str | Tool, /, **arguments: Any) -> ToolCall:  # noqa: ANN401 - checked by the tool
    """Runs a tool with the settings of file and environment.

    Args:
        tool: The tool or its name.
        **arguments: Its arguments.

    Raises:
        UnknownTool: There is no such tool.
        ToolArgumentError: An argument is missing, unknown or outside its limits.
        ToolError: It ran out of time or memory, failed, or its process ended.
    """
    return Runner().run(tool, arguments)
