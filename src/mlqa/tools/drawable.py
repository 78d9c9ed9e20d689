"""Values as an axis can hold and show them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mlqa.schema import Cell, Series

_HUGE = 1e100


def number(value: float, _place: float = 0) -> str:
    """A number on an axis, with a real minus sign."""
    return f"{value:g}".replace("-", "−")


def finite(values: Sequence[Cell]) -> list[float]:
    """Values as far as an axis can hold them; NaN, a gap, for the others."""
    return [_held(value) for value in values]


def _held(value: Cell) -> float:
    if isinstance(value, str) or not abs(value) < _HUGE:
        return math.nan
    return float(value) if abs(value) > 1 / _HUGE else 0.0


def distances(series: Series) -> list[list[float]]:
    """How far the ends of the band are from the values, never below zero."""
    values, lows, highs = map(finite, (series.y, series.low, series.high))
    below = [max(0.0, value - low) for value, low in zip(values, lows, strict=True)]
    above = [max(0.0, high - value) for value, high in zip(values, highs, strict=True)]
    return [below, above]
