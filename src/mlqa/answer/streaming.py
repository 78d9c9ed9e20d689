"""A text that one thread writes and another reads, within a time.

A model that hangs, a server that drips: whoever reads gets an error when the time is over, and the
writer hears that nobody reads any more.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator

# Where nothing comes, whoever reads is handed nothing so often, seconds, and may leave.
_BEAT = 0.2


class NobodyReads(Exception):  # noqa: N818 - a signal, as GeneratorExit is
    """The reader has gone; the writer may stop."""


class Pipe:
    """Where the writer puts its text."""

    def __init__(self) -> None:
        self.pieces: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._is_closed = False
        self._on_close: Callable[[], object] | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nobody reads any more."""
        return self._is_closed

    def write(self, text: str) -> None:
        """Hands on a piece of text.

        Raises:
            NobodyReads: It would be for nothing.
        """
        if self._is_closed:
            raise NobodyReads
        if text:
            self.pieces.put(text)

    def on_close(self, call: Callable[[], object] | None) -> None:
        """What is called, in the reader's thread, when nobody reads any more; at once if so."""
        with self._lock:
            self._on_close = call
            if call and self._is_closed:
                call()

    def close(self) -> None:
        """Tells the writer that nobody reads any more."""
        with self._lock:
            self._is_closed = True
            if self._on_close:
                self._on_close()
                self._on_close = None


def read_within(
    seconds: float, write: Callable[[Pipe], object], late: Callable[[], Exception]
) -> Generator[str, None, None]:
    """Reads what another thread writes; closing the iterator ends the writing.

    Args:
        seconds: Time from the first request for a piece to the end of the text.
        write: Writes the text; what it raises is raised here.
        late: Makes the error for a text that does not end in time.

    Yields:
        Pieces of the text; empty ones while nothing comes.
    """
    pipe = Pipe()

    def work() -> None:
        try:
            write(pipe)
        except NobodyReads:
            pass
        except Exception as error:  # noqa: BLE001 - raised where the text is read
            pipe.pieces.put(error)
        else:
            pipe.pieces.put(None)

    deadline = time.monotonic() + seconds
    # A thread that hangs in a library does not keep the program from ending.
    threading.Thread(target=work, name="mlqa-generator", daemon=True).start()
    try:
        while True:
            piece = _next(pipe, deadline, late)
            if piece is None:
                return
            yield piece
    finally:
        pipe.close()


def _next(pipe: Pipe, deadline: float, late: Callable[[], Exception]) -> str | None:
    """The next piece, empty where none has come yet; None at the end of the text."""
    left = deadline - time.monotonic()
    if left <= 0:  # also where a flood of pieces never leaves the queue empty
        raise late()
    try:
        piece = pipe.pieces.get(timeout=min(left, _BEAT))
    except queue.Empty:
        return ""
    if isinstance(piece, Exception):
        raise piece
    return piece
