"""Work that goes on in a thread of its own, so that whoever reads it can leave at any time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator
from contextlib import closing
from typing import TypeVar

from mlqa.service.work import Items

T = TypeVar("T")

# Whoever reads hears of nothing new so often, seconds: long enough to be free, short enough for
# a click to seem to work at once.
_BEAT = 0.2


def read_along(
    begin: Callable[[], Items[T]], is_news: Callable[[T], bool] = lambda _item: True
) -> Generator[T | None, None, None]:
    """Reads items while they are made; closing the iterator ends the work.

    The reader need not wait for that: the work is closed at its next item, in its own thread, or
    earlier where it has a ``cancel``.

    Args:
        begin: Begins the work, in the thread.
        is_news: Whether an item is worth reading; the others are dropped.

    Yields:
        The items; None where there has been none for a while.

    Raises:
        Exception: Whatever the work raises.
    """
    told: queue.SimpleQueue[T | _End | Exception] = queue.SimpleQueue()
    nobody_reads = threading.Event()
    begun: list[Items[T]] = []

    def work() -> None:
        end: _End | Exception = _End()
        try:
            with closing(begin()) as items:
                begun.append(items)
                while not nobody_reads.is_set():
                    try:
                        item = next(items)
                    except StopIteration:
                        break
                    if is_news(item):
                        told.put(item)
        except Exception as error:  # noqa: BLE001 - raised where the items are read
            end = error
        told.put(end)

    # A thread that hangs in a library does not keep the program from ending.
    threading.Thread(target=work, name="mlqa-answer", daemon=True).start()
    try:
        while True:
            try:
                item = told.get(timeout=_BEAT)
            except queue.Empty:
                yield None
                continue
            if isinstance(item, _End):
                return
            if isinstance(item, Exception):
                raise item
            yield item
    finally:
        nobody_reads.set()
        for items in begun:
            getattr(items, "cancel", lambda: None)()


class _End:
    """Behind the last item."""
