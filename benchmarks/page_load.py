"""Many people at the chat page at once, and one server over many questions."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx
import numpy as np
import psutil
from page_client import Chatter, Functions, Told

_THINKING = 0.5, 2.0  # seconds between an answer and the next question
_ARRIVING = 2.0  # seconds within which all have come


class Crowd(NamedTuple):
    """What people waited for.

    Attributes:
        told: Of each question.
        errors: What went wrong.
    """

    told: list[Told]
    errors: list[str]


class Memory(NamedTuple):
    """Resident memory of a server as questions are asked.

    Attributes:
        asked: Questions so far at each reading.
        megabytes: Of the server and its children at that time.
        errors: What went wrong.
    """

    asked: list[int]
    megabytes: list[float]
    errors: list[str]

    def slope(self, after: int) -> float:
        """Kilobytes for each question after so many, by least squares."""
        rows = [row for row in zip(self.asked, self.megabytes, strict=True) if row[0] >= after]
        asked, megabytes = np.array(rows).T
        return float(np.polyfit(asked, megabytes, 1)[0] * 1024)


async def crowd(url: str, questions: Iterator[str], people: int, each: int) -> Crowd:
    """Lets people chat at once, each with a page of their own.

    Args:
        url: Of the page.
        questions: What is asked.
        people: How many there are.
        each: Questions that each asks.
    """
    rng = random.Random(6)  # noqa: S311 - times, no secrets
    seeds = [rng.random() for _ in range(people)]

    async def person(client: httpx.AsyncClient, functions: Functions, seed: float) -> list[Told]:
        rng = random.Random(seed)  # noqa: S311
        await asyncio.sleep(rng.uniform(0, _ARRIVING))
        chatter = Chatter(client, functions)
        told = []
        try:
            await chatter.begin()
            for _ in range(each):
                await asyncio.sleep(rng.uniform(*_THINKING))
                told.append(await chatter.ask(next(questions)))
        finally:
            await chatter.leave()
        return told

    async with _visit(url) as (client, functions):
        found = await asyncio.gather(
            *(person(client, functions, seed) for seed in seeds), return_exceptions=True
        )
    told = [each for row in found if isinstance(row, list) for each in row]
    errors = [repr(row) for row in found if isinstance(row, BaseException)]
    return Crowd(told, errors + [each.error for each in told if each.error])


async def one_conversation(
    url: str, pid: int, questions: Iterator[str], count: int, *, clear_each: int
) -> Memory:
    """Memory over many questions on one page, a new conversation every so often."""
    memory = Memory([0], [resident(pid)], [])
    async with _visit(url) as (client, functions):
        chatter = Chatter(client, functions)
        await chatter.begin()
        for at in range(1, count + 1):
            _note(memory, await chatter.ask(next(questions)))
            if at % clear_each == 0:
                await chatter.clear()
            _read(memory, pid, at)
        await chatter.leave()
    return memory


async def many_sessions(
    url: str, pid: int, questions: Iterator[str], sessions: int, each: int
) -> Memory:
    """Memory over many pages that come, ask and go."""
    memory = Memory([0], [resident(pid)], [])
    async with _visit(url) as (client, functions):
        for session in range(sessions):
            chatter = Chatter(client, functions)
            await chatter.begin()
            for at in range(1, each + 1):
                _note(memory, await chatter.ask(next(questions)))
                _read(memory, pid, session * each + at)
            await chatter.leave()
    return memory


def resident(pid: int) -> float:
    """Megabytes of a process and its children."""
    process = psutil.Process(pid)
    everyone = [process, *process.children(recursive=True)]
    return sum(float(each.memory_info().rss) for each in everyone) / 2**20


def _note(memory: Memory, told: Told) -> None:
    if told.error:
        memory.errors.append(told.error)


def _read(memory: Memory, pid: int, asked: int) -> None:
    if asked % 100 == 0:
        memory.asked.append(asked)
        memory.megabytes.append(resident(pid))


@asynccontextmanager
async def _visit(url: str) -> Any:  # noqa: ANN401 - a generator to mypy, a context to its users
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        config: dict[str, Any] = json.loads((await client.get("/config")).content)
        yield client, Functions(config)
