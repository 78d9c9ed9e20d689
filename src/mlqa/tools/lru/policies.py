"""Caches that hold a fixed number of items, replayed on a sequence of requests.

Four rules of what to throw out when a full cache misses:

- ``lru``: the item whose last use is longest ago.
- ``fifo``: the item that came in first.
- ``lfu``: the item used least often since it came in; of several the least recently used.
- ``optimal``: the item whose next use is farthest away, which no rule can beat that must take in
  every missed item (Belady, "A study of replacement algorithms for a virtual-storage computer",
  IBM Systems Journal 5, 1966). It looks into the future, so it is a yardstick, not a cache.

Items that are there at the start count as used once, in their order, before the first request.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Sequence
from typing import Literal, NamedTuple

Policy = Literal["lru", "fifo", "lfu", "optimal"]
POLICIES: tuple[Policy, ...] = ("lru", "fifo", "lfu", "optimal")


class Step(NamedTuple):
    """What one request did to an LRU cache.

    Attributes:
        request: The item asked for.
        hit: Whether it was there.
        evicted: The item thrown out for it, or None.
        order: The cache afterwards, least recently used item first.
    """

    request: str
    hit: bool
    evicted: str | None
    order: tuple[str, ...]


class Counts(NamedTuple):
    """What a sequence of requests came to."""

    hits: int
    misses: int
    evictions: int

    @property
    def hit_rate(self) -> float:
        """Share of requests that were hits, 0 to 1."""
        return self.hits / (self.hits + self.misses)


def lru_steps(requests: Sequence[str], size: int, contents: Sequence[str] = ()) -> list[Step]:
    """Replays requests on an LRU cache, step by step.

    Args:
        requests: What is asked for, in order.
        size: Items that the cache can hold, 1 or more.
        contents: What it holds at the start, least recently used first; at most ``size`` items.
    """
    cache = OrderedDict.fromkeys(contents)
    steps = []
    for request in requests:
        hit, evicted = request in cache, None
        if hit:
            cache.move_to_end(request)
        else:
            if len(cache) >= size:
                evicted, _ = cache.popitem(last=False)
            cache[request] = None
        steps.append(Step(request, hit, evicted, tuple(cache)))
    return steps


def count(
    policy: Policy, requests: Sequence[str], size: int, contents: Sequence[str] = ()
) -> Counts:
    """Hits, misses and evictions of one policy.

    Args:
        policy: What is thrown out.
        requests: What is asked for, in order.
        size: Items that the cache can hold, 1 or more.
        contents: What it holds at the start, oldest first; of more than ``size`` the newest stay.
    """
    held = contents[-size:]
    if policy in {"lru", "fifo"}:
        misses = _misses_in_order(requests, size, held, renew=policy == "lru")
    elif policy == "lfu":
        misses = _misses_of_lfu(requests, size, held)
    else:
        misses = _misses_of_optimal(requests, size, held)
    return Counts(len(requests) - misses, misses, max(0, len(held) + misses - size))


def _misses_in_order(
    requests: Sequence[str], size: int, contents: Sequence[str], *, renew: bool
) -> int:
    """Misses where the front of a queue is thrown out, and a hit moves to its end or not."""
    cache = OrderedDict.fromkeys(contents)
    misses = 0
    for request in requests:
        if request not in cache:
            misses += 1
            if len(cache) >= size:
                cache.popitem(last=False)
            cache[request] = None
        elif renew:
            cache.move_to_end(request)
    return misses


def _misses_of_lfu(requests: Sequence[str], size: int, contents: Sequence[str]) -> int:
    """Misses where the smallest (uses, last use) is thrown out; the heap holds stale rows, too."""
    cache = {item: (1, place - len(contents)) for place, item in enumerate(contents)}
    heap = [(*rank, item) for item, rank in cache.items()]
    heapq.heapify(heap)
    misses = 0
    for now, request in enumerate(requests):
        uses = cache[request][0] + 1 if request in cache else 1
        if uses == 1:
            misses += 1
            if len(cache) >= size:
                while heap[0][:2] != cache.get(heap[0][2]):
                    heapq.heappop(heap)
                del cache[heapq.heappop(heap)[2]]
        cache[request] = (uses, now)
        heapq.heappush(heap, (uses, now, request))
    return misses


def _misses_of_optimal(requests: Sequence[str], size: int, contents: Sequence[str]) -> int:
    """Misses where the item is thrown out that is wanted last; never wanted is last of all."""
    never = len(requests)
    following = [never] * never
    next_use: dict[str, int] = {}
    for now in range(never - 1, -1, -1):
        following[now] = next_use.get(requests[now], never)
        next_use[requests[now]] = now
    cache = {item: next_use.get(item, never) for item in contents}
    heap = [(-use, item) for item, use in cache.items()]
    heapq.heapify(heap)
    misses = 0
    for now, request in enumerate(requests):
        if request not in cache:
            misses += 1
            if len(cache) >= size:
                while -heap[0][0] != cache.get(heap[0][1]):
                    heapq.heappop(heap)
                del cache[heapq.heappop(heap)[1]]
        cache[request] = following[now]
        heapq.heappush(heap, (-following[now], request))
    return misses


def stack_distances(requests: Sequence[str], contents: Sequence[str] = ()) -> list[int]:
    """For each request the smallest LRU cache in which it is a hit; 0 where none would have it.

    One pass serves every size at once, because an LRU cache holds whatever a smaller one holds
    (Mattson, Gecsei, Slutz and Traiger, "Evaluation techniques for storage hierarchies", IBM
    Systems Journal 9, 1970).
    """
    recent = list(contents)[::-1]
    distances = []
    for request in requests:
        try:
            place = recent.index(request)
        except ValueError:
            distances.append(0)
        else:
            distances.append(place + 1)
            del recent[place]
        recent.insert(0, request)
    return distances


def hits_by_size(
    policy: Policy, requests: Sequence[str], sizes: Sequence[int], contents: Sequence[str] = ()
) -> list[int]:
    """Hits of a policy at each size; start contents as in :func:`count`."""
    if policy != "lru":
        return [count(policy, requests, size, contents).hits for size in sizes]
    distances = stack_distances(requests, contents)
    return [sum(0 < distance <= size for distance in distances) for size in sizes]


def anomalies(sizes: Sequence[int], hits: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of neighbouring sizes where the larger cache has fewer hits (Belady's anomaly)."""
    return [
        (smaller, larger)
        for smaller, larger, before, after in zip(sizes, sizes[1:], hits, hits[1:], strict=False)
        if after < before
    ]
