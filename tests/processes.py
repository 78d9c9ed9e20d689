"""Processes of other processes, watched by tests: begun, still there, gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import psutil


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Waits for something that happens in another process."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come so far"
        time.sleep(0.05)


def pids_in(folder: Path) -> list[int]:
    """Processes of the runs of ``sample_sleep`` that sleep by now."""
    return [int(pid) for file in folder.glob("*.pids") for pid in file.read_text().split()]


def alive(pids: list[int]) -> list[int]:
    """Those that still run."""
    return [pid for pid in pids if _runs(pid)]


def _runs(pid: int) -> bool:
    # It may end between any two looks at it.
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
