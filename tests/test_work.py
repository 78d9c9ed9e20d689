"""Work of threads that an event loop reads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator

import pytest

from mlqa.service.work import Busy, Job, Places, once

SECONDS = 20


class Counting:
    """Endless work that says when it was closed."""

    def __init__(self) -> None:
        self.closed = threading.Event()

    def begin(self) -> Generator[int, None, None]:
        try:
            count = 0
            while True:
                yield count
                count += 1
        finally:
            self.closed.set()


def test_whoever_stops_reading_ends_the_work() -> None:
    work = Counting()

    async def main() -> list[int]:
        async with Job(work.begin, Places(1)) as job:
            return [await anext(job) for _ in range(3)]

    assert asyncio.run(main()) == [0, 1, 2]
    assert work.closed.wait(SECONDS)


def test_whoever_is_cancelled_ends_the_work() -> None:
    work = Counting()

    async def main() -> None:
        await asyncio.wait_for(Job(work.begin, Places(1)).last(), 0.05)

    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(main())
    assert work.closed.wait(SECONDS)


def test_work_that_has_a_cancel_is_told_while_it_waits() -> None:
    told = threading.Event()

    class Waiting:
        def __next__(self) -> int:
            assert told.wait(SECONDS)
            raise StopIteration

        def cancel(self) -> None:
            told.set()

        def close(self) -> None:
            assert told.is_set()

    async def main() -> None:
        places = Places(1)
        async with Job(Waiting, places):
            await asyncio.sleep(0.05)
        while True:  # its place is free when its thread has ended
            try:
                assert await Job(once(lambda: 3), places).last() == 3
            except Busy:
                await asyncio.sleep(0.01)
            else:
                return

    asyncio.run(asyncio.wait_for(main(), SECONDS))


def test_errors_come_where_the_items_are_read() -> None:
    def work() -> Generator[int, None, None]:
        yield 1
        raise KeyError("inside")

    async def main() -> None:
        job = Job(work, Places(1))
        assert await anext(job) == 1
        with pytest.raises(KeyError, match="inside"):
            await anext(job)

    asyncio.run(main())


def test_no_more_work_than_places() -> None:
    async def main() -> None:
        places = Places(2)
        go_on = threading.Event()
        jobs = [Job(once(go_on.wait), places) for _ in range(2)]
        with pytest.raises(Busy):
            Job(once(go_on.wait), places)
        go_on.set()
        assert [await job.last() for job in jobs] == [True, True]

    asyncio.run(main())
