"""Whether a curve goes down, up and down again, and what that says of the claims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from mlqa.schema import Verdict
from mlqa.tools.intervals import Interval, of_seeds

# Share of wrong answers that a rise and a fall must reach to count.
MARGIN = 0.02

Shape = Literal["shown", "absent", "unclear"]


class Bump(NamedTuple):
    """The largest hump of a curve of errors.

    Attributes:
        before: Place of the low before it.
        peak: Its place.
        after: Place of the low after it.
        rise: Error at the peak minus error before, with its interval.
        fall: Error at the peak minus error after, with its interval.
    """

    before: int
    peak: int
    after: int
    rise: Interval
    fall: Interval

    @property
    def shape(self) -> Shape:
        """Shown: both sides are surely above zero and on average at least ``MARGIN``.

        Absent: one side is surely lower than ``MARGIN``. Else unclear.
        """
        sides = (self.rise, self.fall)
        if all(side.low > 0 and side.mean >= MARGIN for side in sides):
            return "shown"
        return "absent" if any(side.high < MARGIN for side in sides) else "unclear"


def bump(errors: Sequence[Sequence[float]]) -> Bump:
    """Finds the hump on every second run and measures it on the others.

    The hump is where the smaller of its two sides is largest. Places chosen and heights measured
    on the same runs would make a hump of mere noise.

    Args:
        errors: (places)(runs), three places and four runs or more.
    """
    values = np.asarray(errors, dtype=np.float64)
    found = values[:, ::2].mean(axis=1)
    sides = [
        (min(found[at] - found[:at].min(), found[at] - found[at + 1 :].min()), at)
        for at in range(1, len(found) - 1)
    ]
    peak = max(sides, key=lambda side: side[0])[1]
    before = int(found[:peak].argmin())
    after = peak + 1 + int(found[peak + 1 :].argmin())
    measured = values[:, 1::2]
    rise = of_seeds((measured[peak] - measured[before]).tolist())
    fall = of_seeds((measured[peak] - measured[after]).tolist())
    return Bump(before, peak, after, rise, fall)


def falls_twice(shapes: Sequence[Shape]) -> Verdict:
    """That error rises and falls again: shown on one curve at least; absent on all refutes it."""
    if "shown" in shapes:
        return "supported"
    return "not_supported" if set(shapes) == {"absent"} else "undecided"


def both_axes(parameters: Shape, epochs: Sequence[Shape]) -> Verdict:
    """That it does so along either axis: shown on all curves; absent on all refutes it.

    Undecided where it takes a recipe of its own, or one axis shows it and the other does not.
    """
    shapes = (parameters, *epochs)
    if set(shapes) == {"shown"}:
        return "supported"
    return "not_supported" if set(shapes) == {"absent"} else "undecided"


def overfitting(rise: Interval, train_before: float, train_peak: float) -> Verdict:
    """That overfitting can set in: test error surely rises while training error falls.

    A rise that is surely below ``MARGIN`` refutes it.
    """
    if rise.low > 0 and rise.mean >= MARGIN and train_peak < train_before:
        return "supported"
    return "not_supported" if rise.high < MARGIN else "undecided"
