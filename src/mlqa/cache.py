"""LRU caches: bounded, thread-safe, counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock
from typing import Generic, TypeVar

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


class _CountingLRU(LRUCache[Key, Value]):
    """cachetools' LRU cache, which counts what it throws out."""

    evictions = 0

    def popitem(self) -> tuple[Key, Value]:
        item = super().popitem()
        self.evictions += 1
        return item


class Cache(Generic[Key, Value]):
    """A least-recently-used cache for use from many threads.

    Args:
        name: Name shown to users.
        limit: Entries that it can hold, 1 or more.
    """

    def __init__(self, name: str, limit: int) -> None:
        self.name = name
        self.limit = limit
        self._entries: _CountingLRU[Key, Value] = _CountingLRU(limit)
        self._lock = RLock()
        self._hits = 0
        self._misses = 0

    def get(self, key: Key) -> Value | None:
        """The entry for the key, or None; counts a hit or a miss."""
        with self._lock:
            value = self._entries.get(key)
            if value is None:
                self._misses += 1
            else:
                self._hits += 1
            return value

    def put(self, key: Key, value: Value) -> None:
        """Keeps the value, throwing out the least recently used entry if the cache is full."""
        with self._lock:
            self._entries[key] = value

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
