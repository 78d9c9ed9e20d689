"""The LRU cache against a model, and from many threads."""

from __future__ import annotations

import random
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlqa.cache import Cache

KEYS = st.integers(0, 7)
STEPS = st.lists(st.tuples(st.sampled_from(["get", "put", "make", "clear"]), KEYS), max_size=60)


class Model:
    """What an LRU cache does, in the plainest way."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.entries: OrderedDict[int, int] = OrderedDict()
        self.hits = self.misses = self.evictions = 0

    def get(self, key: int) -> int | None:
        if key not in self.entries:
            self.misses += 1
            return None
        self.hits += 1
        self.entries.move_to_end(key)
        return self.entries[key]

    def put(self, key: int, value: int) -> None:
        if key not in self.entries and len(self.entries) == self.limit:
            self.entries.popitem(last=False)
            self.evictions += 1
        self.entries[key] = value
        self.entries.move_to_end(key)


@given(st.integers(1, 5), STEPS)
def test_cache_does_what_the_model_does(limit: int, steps: list[tuple[str, int]]) -> None:
    cache: Cache[int, int] = Cache("test", limit)
    model = Model(limit)
    for number, (step, key) in enumerate(steps):
        if step == "put":
            cache.put(key, number)
            model.put(key, number)
        elif step == "get":
            assert cache.get(key) == model.get(key)
        elif step == "make":
            kept = model.get(key)
            if kept is None:
                model.put(key, number)
            assert cache.get_or_make(key, lambda made=number: made) == (  # type: ignore[misc]
                number if kept is None else kept
            )
        else:
            cache.clear()
            model.entries.clear()
        stats = cache.stats()
        assert stats.size == len(model.entries) <= stats.limit == limit
        assert (stats.hits, stats.misses) == (model.hits, model.misses)
        assert stats.evictions == model.evictions
        assert [entry.key for entry in cache.entries()] == list(model.entries)  # uses none
    for key in range(8):  # what is left, without telling the order
        assert cache.get(key) == model.entries.get(key)


def test_least_recently_used_entry_goes_first() -> None:
    cache: Cache[str, int] = Cache("test", 2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    cache.put("c", 3)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, None, 3)
    stats = cache.stats()
    assert (stats.name, stats.size, stats.limit) == ("test", 2, 2)
    assert (stats.hits, stats.misses, stats.evictions) == (3, 1, 1)


def test_entries_tell_age_and_hits() -> None:
    cache: Cache[str, int] = Cache("test", 2)
    cache.put("a", 1)
    cache.put("b", 2)
    cache.get("a")
    cache.get("a")
    cache.get("c")
    first, last = cache.entries()
    assert (first.key, first.hits, last.key, last.hits) == ("b", 0, "a", 2)
    assert last.age >= first.age >= 0
    cache.put("a", 3)
    assert cache.entries()[-1].hits == 0


def test_what_cannot_be_made_is_not_kept() -> None:
    cache: Cache[str, int] = Cache("test", 2)

    def fail() -> int:
        raise LookupError("nothing there")

    with pytest.raises(LookupError):
        cache.get_or_make("a", fail)
    assert cache.get_or_make("a", lambda: 1) == 1
    assert cache.stats().misses == 2


def test_many_threads() -> None:
    threads, rounds, limit = 8, 3000, 16
    cache: Cache[int, str] = Cache("test", limit)
    start = Barrier(threads)

    def work(seed: int) -> int:
        chosen = random.Random(seed)  # noqa: S311 - no secret
        start.wait()
        largest = 0
        for _ in range(rounds):
            key = chosen.randrange(3 * limit)
            assert cache.get_or_make(key, lambda key=key: str(key)) == str(key)  # type: ignore[misc]
            largest = max(largest, cache.stats().size)
        return largest

    with ThreadPoolExecutor(threads) as pool:
        largest = max(pool.map(work, range(threads)))
    stats = cache.stats()
    assert largest == stats.size == limit
    assert stats.hits + stats.misses == threads * rounds
    assert stats.hits > 0
    assert limit < stats.evictions + stats.size <= stats.misses
