"""LRU caches: bounded, thread-safe, counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock
from typing import Generic, NamedTuple, TypeVar

from cachetools import LRUCache

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStats:
    """The counters of a cache at one moment.

    Attributes:
        name: Name of the cache.
        size: Entries that it holds.
        limit: Entries that it can hold.
        hits: Look-ups that found an entry.
        misses: Look-ups that found none.
        evictions: Entries thrown out because the cache was full.
    """

    name: str
    size: int
    limit: int
    hits: int
    misses: int
    evictions: int


class CacheEntry(NamedTuple):
    """An entry of a cache at one moment.

    Attributes:
        key: Under which it is kept.
        age: Seconds since it was put there.
        hits: Look-ups that found it.
    """

    key: object
    age: float
    hits: int


class _Kept(Generic[Value]):
    """A value and what became of it."""

    __slots__ = ("hits", "since", "used", "value")

    def __init__(self, value: Value, used: int) -> None:
        self.value = value
        self.since = time.monotonic()
        self.used = used
        self.hits = 0


class _CountingLRU(LRUCache[Key, Value]):
    """cachetools' LRU cache, which counts what it throws out."""

    evictions = 0

    def popitem(self) -> tuple[Key, Value]:
        item = super().popitem()
        self.evictions += 1
        return item

    def glance(self) -> list[tuple[Key, Value]]:
        """All entries; unlike ``items`` this uses none of them."""
        return [(key, super(LRUCache, self).__getitem__(key)) for key in self]


class Cache(Generic[Key, Value]):
    """A least-recently-used cache for use from many threads.

    Args:
        name: Name shown to users.
        limit: Entries that it can hold, 1 or more.
    """

    def __init__(self, name: str, limit: int) -> None:
        self.name = name
        self.limit = limit
        self._entries: _CountingLRU[Key, _Kept[Value]] = _CountingLRU(limit)
        self._lock = RLock()
        self._hits = 0
        self._misses = 0
        self._uses = 0  # of any entry: tells which one was used last

    def get(self, key: Key) -> Value | None:
        """The entry for the key, or None; counts a hit or a miss."""
        with self._lock:
            kept = self._entries.get(key)
            if kept is None:
                self._misses += 1
                return None
            self._hits += 1
            self._uses += 1
            kept.hits += 1
            kept.used = self._uses
            return kept.value

    def put(self, key: Key, value: Value) -> None:
        """Keeps the value, throwing out the least recently used entry if the cache is full."""
        with self._lock:
            self._uses += 1
            self._entries[key] = _Kept(value, self._uses)

    def get_or_make(self, key: Key, make: Callable[[], Value]) -> Value:
        """The entry for the key, made and kept if there is none.

        The lock is not held while it is made, so two threads may make the same entry at once.
        """
        value = self.get(key)
        if value is None:
            value = make()
            self.put(key, value)
        return value

    def clear(self) -> None:
        """Throws out all entries; the counters stay."""
        with self._lock:
            self._entries.clear()

    def entries(self) -> tuple[CacheEntry, ...]:
        """What it holds, least recently used first: the first one is thrown out next."""
        with self._lock:
            kept = sorted(self._entries.glance(), key=lambda item: item[1].used)
            now = time.monotonic()
            return tuple(CacheEntry(key, now - one.since, one.hits) for key, one in kept)

    def stats(self) -> CacheStats:
        """The counters as they are now."""
        with self._lock:
            return CacheStats(
                name=self.name,
                size=len(self._entries),
                limit=self.limit,
                hits=self._hits,
                misses=self._misses,
                evictions=self._entries.evictions,
            )
