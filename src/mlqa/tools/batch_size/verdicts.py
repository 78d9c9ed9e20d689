"""Where larger batches stop paying, and what that says of the claims."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite, sqrt

from mlqa.schema import Verdict

# A doubled batch that halves the steps saves a factor of 2. Below PAYS returns diminish, below FLAT
# they are over.
PAYS = 1.6
FLAT = 1.1
# How much more steps a doubled batch may need by chance.
_CHANCE = 1.1


def savings(steps: Sequence[float]) -> tuple[float, ...]:
    """Factors by which each doubling of the batch cuts the mean steps."""
    return tuple(before / after for before, after in pairwise(steps))


def diminishing(sizes: Sequence[int], steps: Sequence[float]) -> int | None:
    """The batch size from which on doubling saves less than ``PAYS``: the first such one.

    None where every doubling pays, or steps are missing (not a number) before one does not.
    """
    for size, saving in zip(sizes, savings(steps), strict=False):
        if not isfinite(saving):
            return None
        if saving < PAYS:
            return size
    return None


def at_the_end(steps: Sequence[float]) -> float:
    """What each of the last two doublings saves, their geometric mean."""
    return sqrt(steps[-3] / steps[-1])


def faster(steps: Sequence[float]) -> Verdict:
    """That training gets faster (in steps) as the batch grows.

    Supported: the largest batch needs at most half the steps of the smallest, and no doubling
    needs more than 1.1 times the steps of the size before. Not supported: the largest needs no
    fewer steps than the smallest. Undecided: between them, or where a size missed the target.
    """
    if not all(map(isfinite, steps)):
        return "undecided"
    if steps[-1] >= steps[0]:
        return "not_supported"
    steady = all(saving * _CHANCE >= 1 for saving in savings(steps))
    return "supported" if steady and steps[-1] <= steps[0] / 2 else "undecided"


def larger_is_better(steps: Sequence[float]) -> Verdict:
    """That larger is better, without end.

    Supported: the last two doublings still save ``PAYS`` each (geometric mean). Not supported: they
    save less than ``FLAT``. Undecided: between them, or where a size missed the target.
    """
    if not all(map(isfinite, steps)):
        return "undecided"
    end = at_the_end(steps)
    if end >= PAYS:
        return "supported"
    return "not_supported" if end < FLAT else "undecided"


def levels_off(steps: Sequence[float]) -> Verdict:
    """That steps shrink at first and from some size on no more.

    Supported: the first doubling saves ``PAYS`` or more, each of the last two less than ``FLAT``
    (geometric mean). Not supported: the last two still save ``PAYS``, or the first saves less than
    ``FLAT``. Undecided: between them, or where a size missed the target.
    """
    if not all(map(isfinite, steps)):
        return "undecided"
    first, end = savings(steps)[0], at_the_end(steps)
    if first >= PAYS and end < FLAT:
        return "supported"
    return "not_supported" if end >= PAYS or first < FLAT else "undecided"
