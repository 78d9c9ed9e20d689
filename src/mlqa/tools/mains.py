"""The main module of a program that starts a worker.

A process that multiprocessing starts runs the program's main module once more. A worker needs that
only for a tool that is written there: otherwise a script would have to keep its lines behind
``if __name__ == "__main__"``, and one on standard input, which is no file, could run no tool.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import ModuleType

MAINS = frozenset({"__main__", "__mp_main__"})

_starting = Lock()


@contextmanager
def main_for(module: str) -> Iterator[None]:
    """While a process is started: shows it the main module only if it is wanted and a file.

    Args:
        module: Where the tool is.
    """
    with _starting:
        main = sys.modules["__main__"]
        if module not in MAINS or not _is_file(main):
            sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def _is_file(main: ModuleType) -> bool:
    """Whether a new process can run it: not what is typed or comes from standard input."""
    file = getattr(main, "__file__", None)
    return main.__spec__ is not None or (file is not None and Path(file).is_file())
