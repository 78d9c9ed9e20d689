"""Holds the steps of an LRU cache against what an essay says that one does.

The steps are checked against the sequence of requests alone, not against another cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mlqa.schema import Verdict
from mlqa.tools.lru.policies import Step


class Checks(NamedTuple):
    """What the steps of a run show.

    Attributes:
        roomy: Misses that found room.
        kept: Those that threw out nothing and put the new item at the end.
        full: Misses that found the cache full.
        oldest: Those that threw out the item whose last use was longest ago.
        hits: Hits.
        moved: Those that moved the item to the end and left the others as they were.
    """

    roomy: int = 0
    kept: int = 0
    full: int = 0
    oldest: int = 0
    hits: int = 0
    moved: int = 0


def check(steps: Sequence[Step], size: int, contents: Sequence[str]) -> Checks:
    """Counts the steps that do as they should.

    Args:
        steps: The run.
        size: Items that the cache can hold.
        contents: What it held at the start, oldest first.
    """
    roomy = kept = full = oldest = hits = moved = 0
    last_use = {item: place - len(contents) for place, item in enumerate(contents)}
    before: tuple[str, ...] = tuple(contents)
    for now, step in enumerate(steps):
        if step.hit:
            hits += 1
            others = tuple(item for item in before if item != step.request)
            moved += step.request in before and step.order == (*others, step.request)
        elif len(before) < size:
            roomy += 1
            kept += step.evicted is None and step.order == (*before, step.request)
        else:
            full += 1
            longest_ago = min(before, key=last_use.__getitem__)
            gone = set(before) - set(step.order)
            oldest += step.evicted == longest_ago and gone == {longest_ago}
        last_use[step.request] = now
        before = step.order
    return Checks(roomy, kept, full, oldest, hits, moved)


def misses_verdict(checks: Checks) -> Verdict:
    """Whether misses do as the essay says; undecided where the cache was never full at a miss."""
    if checks.full == 0:
        return "undecided"
    right = checks.oldest == checks.full and checks.kept == checks.roomy
    return "supported" if right else "not_supported"


def hits_verdict(checks: Checks) -> Verdict:
    """Whether hits do as the essay says; undecided where there was none."""
    if checks.hits == 0:
        return "undecided"
    return "supported" if checks.moved == checks.hits else "not_supported"
