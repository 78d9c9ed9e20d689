"""The process that a tool runs in: its own session, two threads, one pipe to whoever started it.

The parent ends it when its time is over; it ends itself when the parent is gone. What it sends is
JSON and nothing else, so that a tool cannot make the parent run anything.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from typing import Any

from mlqa.errors import MlqaError, Phrase, ToolCrashed
from mlqa.tools import registry
from mlqa.tools.context import Context
from mlqa.tools.jsonable import checked_result, dump_result
from mlqa.tools.mains import MAINS

THREADS = 2
_BETWEEN_REPORTS = 0.05
_LONGEST = 300
# Of what a process may have written to, for libraries that reserve more than they use.
_RESERVE = 2

Send = Callable[[Mapping[str, Any]], None]


def work(connection: Connection, request: Mapping[str, Any]) -> None:
    """Runs one tool and sends that it has begun, progress, then a result or an error.

    Args:
        connection: To the parent.
        request: ``name``, ``module``, ``arguments``, ``language``, ``memory_mb``.
    """
    _settle(request["memory_mb"])

    lock = threading.Lock()  # a tool may have threads of its own that report

    def send(message: Mapping[str, Any]) -> None:
        with lock:
            connection.send_bytes(json.dumps(message, ensure_ascii=False).encode())

    send({"begun": True})
    try:
        context = Context(request["language"], _Reports(send).report)
        result = _tool(request).run_here(context, request["arguments"])
        try:
            text = dump_result(checked_result(result))
        except ValueError as error:
            raise ToolCrashed("tools_result", tool=request["name"], reason=error) from None
        send({"result": text})
    except MlqaError as error:
        send({"error": _error_fields(error)})
    except MemoryError:
        send({"memory": True})
    except Exception as error:  # noqa: BLE001 - a tool may fail in any way
        if "allocate memory" in str(error):  # torch says it in its own way
            send({"memory": True})
        else:
            send({"failed": _brief(error), "detail": traceback.format_exc()})


def _tool(request: Mapping[str, Any]) -> registry.Tool:
    """The tool that is to run; its module registers it when it is imported."""
    module = request["module"]
    try:
        if module not in MAINS:  # a script was imported while this process started
            import_module(module)
        return registry.find(request["name"])
    except (ImportError, MlqaError):
        raise ToolCrashed(
            "tools_not_found_in_worker", tool=request["name"], module=module
        ) from None


def _brief(error: Exception) -> str:
    """What went wrong, on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:200].rstrip(": ")


class _Reports:
    """Sends progress, but not more often than anybody could read."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._last = 0.0

    def report(self, share: float, text: str) -> None:
        """Takes what a tool tells."""
        now = time.monotonic()
        if now - self._last >= _BETWEEN_REPORTS or share >= 1:
            self._last = now
            share = min(max(0.0, float(share)), 1.0)  # in this order NaN becomes 0
            self._send({"progress": [share, str(text)[:_LONGEST]]})


def _settle(memory_mb: int) -> None:
    """Makes this process one that takes little and leaves nothing behind."""
    for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM"):
        os.environ[f"{library}_NUM_THREADS"] = str(THREADS)  # before numpy is imported
    if sys.platform != "win32":
        import resource

        os.setsid()  # the terminal's Ctrl-C is for the parent; and its children die with it
        limit = _RESERVE * memory_mb * 2**20
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):
        os.dup2(2, 1)  # the parent's standard output is the parent's
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Waits until the parent is gone, then ends this process and what it started."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        if sys.platform != "win32":
            os.killpg(0, signal.SIGKILL)
        os._exit(1)


def _error_fields(error: MlqaError) -> dict[str, Any]:
    return {
        "class": type(error).__name__,
        "key": error.key,
        "values": {name: _value_fields(value) for name, value in error.values.items()},
    }


def _value_fields(value: object) -> Any:  # noqa: ANN401 - JSON is anything
    if isinstance(value, Phrase):
        values = {name: _value_fields(inner) for name, inner in value.values.items()}
        return {"phrase": value.key, "values": values}
    return value if isinstance(value, (int, float, str)) else str(value)
