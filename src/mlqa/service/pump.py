"""An answer that comes in a thread of its own, so that whoever reads it can leave at any time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator
from contextlib import closing

from mlqa.schema import AnswerPiece

# Whoever reads hears of nothing new so often, seconds: long enough to be free, short enough for
# a click to seem to work at once.
_BEAT = 0.2

Stream = Generator[AnswerPiece, None, None]


def read_along(stream: Callable[[], Stream]) -> Generator[AnswerPiece | None, None, None]:
    """Reads an answer while it is made; closing the iterator ends the work.

    The reader need not wait for that: the stream is closed at its next piece, in its own thread.

    Args:
        stream: Begins the answer.

    Yields:
        Pieces of the answer that are not empty; None where there has been none for a while.

    Raises:
        Exception: Whatever the stream raises.
    """
    pieces: queue.SimpleQueue[AnswerPiece | Exception | None] = queue.SimpleQueue()
    nobody_reads = threading.Event()

    def work() -> None:
        try:
            with closing(stream()) as made:
                for piece in made:
                    if nobody_reads.is_set():
                        return
                    if piece.text or piece.answer:
                        pieces.put(piece)
        except Exception as error:  # noqa: BLE001 - raised where the answer is read
            pieces.put(error)
        else:
            pieces.put(None)

    # A thread that hangs in a library does not keep the program from ending.
    threading.Thread(target=work, name="mlqa-answer", daemon=True).start()
    try:
        while True:
            try:
                piece = pieces.get(timeout=_BEAT)
            except queue.Empty:
                yield None
                continue
            if piece is None:
                return
            if isinstance(piece, Exception):
                raise piece
            yield piece
    finally:
        nobody_reads.set()
