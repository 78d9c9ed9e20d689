"""Work that goes on in a thread of its own, so that whoever reads it can leave at any time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Generic, TypeVar

from mlqa.service.work import Items

T = TypeVar("T")

# Whoever reads hears of nothing new so often, seconds: long enough to be free, short enough for
# a click to seem to work at once.
_BEAT = 0.2
# What comes within this time is told at once, seconds: showing something costs more.
_TOGETHER = 0.003


def read_along(
    begin: Callable[[], Items[T]],
    is_news: Callable[[T], bool] = lambda _item: True,
    *,
    join: Callable[[T, T], T] | None = None,
    first_beat: float = _BEAT,
) -> Generator[T | None, None, None]:
    """Reads items while they are made; closing the iterator ends the work.

    The reader need not wait for that: the work is closed at its next item, in its own thread, or
    earlier where it has a ``cancel``.

    Args:
        begin: Begins the work, in the thread.
        is_news: Whether an item is worth reading; the others are dropped.
        join: Makes one item of two that follow each other and were not read yet; without, each is
            read by itself.
        first_beat: Seconds until the reader first hears that there is nothing yet.

    Yields:
        The items; None where there has been none for a while.

    Raises:
        Exception: Whatever the work raises.
    """
    told: _Told[T] = _Told(join)
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
        told.end(end)

    # A thread that hangs in a library does not keep the program from ending.
    threading.Thread(target=work, name="mlqa-answer", daemon=True).start()
    beat = first_beat
    try:
        while True:
            item = told.take(beat)
            beat = _BEAT
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


class _Told(Generic[T]):
    """What has been told and not been read."""

    def __init__(self, join: Callable[[T, T], T] | None) -> None:
        self._join = join
        self._items: deque[T] = deque()
        self._end: _End | Exception | None = None
        self._news = threading.Condition()

    def put(self, item: T) -> None:
        with self._news:
            if self._items and self._join:
                item = self._join(self._items.pop(), item)
            self._items.append(item)
            self._news.notify()

    def end(self, end: _End | Exception) -> None:
        with self._news:
            self._end = end
            self._news.notify()

    def take(self, patience: float) -> T | _End | Exception | None:
        """The next item, then the end; None where there is none for so many seconds."""
        with self._news:
            self._news.wait_for(lambda: self._items or self._end, patience)
        if self._join and not self._end:
            time.sleep(_TOGETHER)
        with self._news:
            return self._items.popleft() if self._items else self._end
