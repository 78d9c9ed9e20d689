"""Work of a thread, read from an event loop; whoever stops reading ends the work.

    async with Job(lambda: bot.stream(question), places) as job:
        async for piece in job: ...

The thread is freed soon after: at the next piece of an answer, or when a tool's process is gone.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Busy(Exception):  # noqa: N818 - says what is so
    """As much is being worked on as may be at once."""


class Items(Protocol[T_co]):
    """What work gives, one after the other; may have a ``cancel`` for use from any thread."""

    def __next__(self) -> T_co:
        """The next one."""
        ...

    def close(self) -> None:
        """Ends the work."""
        ...


class Places:
    """Work that may go on at once; for use from many threads.

    Args:
        count: How much.
    """

    def __init__(self, count: int) -> None:
        self._free = threading.Semaphore(count)

    def take(self) -> None:
        """Takes a place.

        Raises:
            Busy: All are taken.
        """
        if not self._free.acquire(blocking=False):
            raise Busy

    def leave(self) -> None:
        """Gives a place back."""
        self._free.release()


class Job(Generic[T]):
    """Items that a thread makes, for one reader in the event loop that this is made in.

    Args:
        begin: Starts the work, in the thread; errors are raised where the items are read.
        places: Where it takes one, from now until its thread ends.

    Raises:
        Busy: No place is free.
    """

    def __init__(self, begin: Callable[[], Items[T]], places: Places) -> None:
        places.take()
        self._begin = begin
        self._places = places
        self._loop = asyncio.get_running_loop()
        self._told: asyncio.Queue[T | _End | Exception] = asyncio.Queue()
        self._nobody_reads = threading.Event()
        self._items: Items[T] | None = None
        # A thread that hangs in a library does not keep the program from ending.
        threading.Thread(target=self._work, name="mlqa-job", daemon=True).start()

    def _work(self) -> None:
        end: _End | Exception = _End()
        try:
            with closing(self._begin()) as items:
                self._items = items
                while not self._nobody_reads.is_set():
                    try:
                        item = next(items)
                    except StopIteration:
                        break
                    self._tell(item)
        except Exception as error:  # noqa: BLE001 - raised where the items are read
            end = error
        finally:
            self._places.leave()
        self._tell(end)

    def _tell(self, item: T | _End | Exception) -> None:
        with suppress(RuntimeError):  # the loop is closed: the program ends
            self._loop.call_soon_threadsafe(self._told.put_nowait, item)

    def cancel(self) -> None:
        """Ends the work soon; more than once if you like."""
        self._nobody_reads.set()
        cancel = getattr(self._items, "cancel", None)
        if cancel is not None:
            cancel()

    def __aiter__(self) -> Job[T]:
        return self

    async def __anext__(self) -> T:
        item = await self._told.get()
        if isinstance(item, _End):
            raise StopAsyncIteration
        if isinstance(item, Exception):
            raise item
        return item

    async def last(self) -> T:
        """The last item; whoever is cancelled meanwhile cancels the work.

        Raises:
            Exception: Whatever the work raises.
        """
        async with self:
            item = await anext(self)
            async for item in self:  # noqa: B007 - the last one is wanted
                pass
            return item

    async def __aenter__(self) -> Job[T]:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cancel()


class _End:
    """Behind the last item."""


def once(function: Callable[[], T]) -> Callable[[], Generator[T, None, None]]:
    """A function as work of one item."""

    def items() -> Generator[T, None, None]:
        yield function()

    return items
