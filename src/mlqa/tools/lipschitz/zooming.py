"""The largest size around a place on finer and finer grids, and whether it grows without end."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mlqa.tools.lipschitz.dual import Values

_FINER = 64  # times finer with each refinement


class Refinement(NamedTuple):
    """The largest slope on a grid around a place.

    Attributes:
        spacing: Distance between places of the grid.
        slope: Largest size of the slope that is a number.
        place: Where it is.
    """

    spacing: float
    slope: float
    place: float


def zoomed(
    measure: Callable[[Values], tuple[Values, Values]],
    place: float,
    spacing: float,
    ends: tuple[float, float],
    finest: float,
) -> list[Refinement]:
    """The largest measure around a place on finer and finer grids, until it settles.

    Args:
        measure: Takes places, gives places and sizes; a size that is no number or infinite marks a
            place to look at more closely.
        place: Where to begin.
        spacing: Of the grid that the place is from.
        ends: Of the interval.
        finest: Where to stop, relative to the interval or to the place.
    """
    levels: list[Refinement] = []
    while spacing > finest * max(ends[1] - ends[0], abs(place)) * _FINER:
        x = np.linspace(place - spacing, place + spacing, 2 * _FINER + 1)
        x = np.unique(np.clip(x, *ends))
        places, sizes = measure(x)
        spacing /= _FINER
        number = np.isfinite(sizes)
        if not number.any():
            break
        best = int(np.argmax(np.where(number, sizes, -1.0)))
        levels.append(Refinement(spacing, float(sizes[best]), float(places[best])))
        place = float(places[best])
        if not number.all():
            place = float(places[np.flatnonzero(~number)[0]])
        elif len(levels) > 1 and sizes[best] <= levels[-2].slope * (1 + 1e-13):
            break
    return levels


def grows(levels: list[Refinement]) -> bool:
    """Whether the largest slope still grows at the finest grids as it did at the first ones."""
    if len(levels) < 5:  # noqa: PLR2004 - fewer than four refinements show no trend
        return False
    slopes = np.array([level.slope for level in levels])
    gains = np.diff(slopes)
    return bool((gains[-3:] > 1e-3 * slopes[0]).all() and gains[-1] >= 0.5 * np.median(gains[:2]))
