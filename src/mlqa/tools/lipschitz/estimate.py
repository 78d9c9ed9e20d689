"""The Lipschitz constant of a formula on an interval, estimated from its slopes.

For a function that is continuous on an interval and differentiable there but for finitely many
points, the smallest K with |f(x) - f(y)| <= K |x - y| is the supremum of |f'|. It is looked for on
a grid and then, around the steepest places, on ever finer grids. The estimate is a lower bound: a
peak that is narrower than the first grid can be missed.

Where the largest slope keeps growing as the grid gets finer (by a factor, as that of √x at 0, or by
a constant amount, as that of x log x), or where the function jumps, there is no such K.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from mlqa.errors import ToolArgumentError
from mlqa.tools.lipschitz.dual import Dual, Values, evaluate
from mlqa.tools.lipschitz.formula import Node
from mlqa.tools.lipschitz.zooming import Refinement, grows, zoomed

PLACES = 4096  # of the first grid
_STEEPEST = 8  # places on the first grid that are refined
_SPACING = 1e-13  # finest, relative to the interval or to the place
_JUMP_SPACING = 1e-11  # finest for differences, which cancellation blurs
_TIGHT = 1e-9  # share of K that a slope may lack to count as K
_STRETCH = 0.01  # share of the interval from which on tight places are a stretch
_KINK = 1e-3  # share of K that the slope changes by at a kink


class Estimate(NamedTuple):
    """What the slopes of a formula show.

    Attributes:
        constant: K; None where there is none.
        tight: Stretches where the slope is K, from left to right; begin and end are equal where it
            is a single place. Where there is no K: the place of the steepest slope.
        secant: Largest |f(x) - f(y)| / |x - y| among pairs of places of a coarse grid and the
            steepest places with neighbours.
        pair: That pair.
        growth: How the largest slope changed with refinement where it ended highest.
        jump: Whether the function jumps at that place; then ``growth`` holds differences over the
            distance.
        continuous: Whether it is continuous on the whole interval, as far as can be seen.
        gaps: Single places where it has no value.
        kinks: Places where the slope changes at once, at most four.
    """

    constant: float | None
    tight: tuple[tuple[float, float], ...]
    secant: float
    pair: tuple[float, float]
    growth: tuple[Refinement, ...]
    jump: bool
    continuous: bool
    gaps: tuple[float, ...]
    kinks: tuple[float, ...]


class _Grid(NamedTuple):
    """Places with finite values, and single places without."""

    x: Values
    dual: Dual
    gaps: Values


def estimate(node: Node, low: float, high: float) -> Estimate:
    """Estimates K on the closed interval.

    Args:
        node: The formula.
        low: Where the interval begins.
        high: Where it ends, above ``low``.

    Raises:
        ToolArgumentError: The formula has no value, or one too large, on a part of the interval.
    """
    grid = _grid(node, low, high)
    refined = _refined(node, grid, low, high)
    steepest = max(refined, key=lambda levels: (grows(levels), levels[-1].slope))
    jumps, settled = _jump(node, grid, low, high)
    unbounded = grows(steepest)
    secant, pair = _secant(node, grid, [levels[-1].place for levels in refined])
    growth = jumps if jumps and not unbounded else tuple(steepest)
    bounded = not (unbounded or jumps)
    constant = max(level.slope for level in steepest)
    if constant < 0:  # no slope is a number anywhere
        constant = secant
    span = high - low
    steep = _neat(growth[-1].place, span)
    kinks = _kinks(node, grid, constant) if bounded else ()
    return Estimate(
        constant=constant if bounded else None,
        tight=_tight(grid, refined, constant, kinks) if bounded else ((steep, steep),),
        secant=secant,
        pair=pair,
        growth=growth,
        jump=bool(jumps) and not unbounded,
        continuous=settled and not grid.gaps.size,
        gaps=tuple(_neat(gap, span) for gap in grid.gaps),
        kinks=tuple(_neat(kink, span) for kink in kinks),
    )


def _neat(place: float, span: float) -> float:
    """A place to about eight digits of the interval, and never -0."""
    return round(float(place), 8 - math.floor(math.log10(span))) + 0.0


def _grid(node: Node, low: float, high: float) -> _Grid:
    """The first grid, with the whole numbers of the interval, where poles and kinks like to be."""
    x = np.linspace(low, high, PLACES + 1)
    whole = np.arange(np.ceil(low), np.floor(high) + 1)
    if high - low <= PLACES / 8:
        x = np.unique(np.concatenate([x, whole]))
    dual = evaluate(node, x)
    bad = ~np.isfinite(dual.value)
    inner = np.flatnonzero(bad[:-1] & bad[1:])
    if inner.size:
        first = last = int(inner[0])
        while last + 1 < len(x) and bad[last + 1]:
            last += 1
        large = not np.isnan(dual.value[first : last + 1]).any()
        start = _border(node, x[first - 1], x[first]) if first else x[0]
        end = _border(node, x[last + 1], x[last]) if last + 1 < len(x) else x[-1]
        key = "lipschitz_too_large" if large else "lipschitz_undefined"
        raise ToolArgumentError(
            key, low=f"{_neat(start, high - low):g}", high=f"{_neat(end, high - low):g}"
        )
    good = ~bad
    return _Grid(x[good], Dual(dual.value[good], dual.slope[good]), x[bad])


def _border(node: Node, inside: float, outside: float) -> float:
    """Where values end, between a place that has one and a place that has none."""
    for _ in range(50):
        middle = (inside + outside) / 2
        if np.isfinite(evaluate(node, np.array([middle])).value[0]):
            inside = middle
        else:
            outside = middle
    return float(outside)


def _refined(node: Node, grid: _Grid, low: float, high: float) -> list[list[Refinement]]:
    """The steepest places and those without a slope, each on ever finer grids."""
    size = np.abs(grid.dual.slope)
    known = np.where(np.isfinite(size), size, -1.0)
    padded = np.concatenate([[-1.0], known, [-1.0]])
    peaks = np.flatnonzero((known >= padded[:-2]) & (known >= padded[2:]) & (known >= 0))
    peaks = peaks[np.argsort(-known[peaks], kind="stable")][:_STEEPEST]
    odd = np.concatenate([grid.gaps, grid.x[~np.isfinite(size)]])[:_STEEPEST]
    spacing = (high - low) / PLACES
    first = Refinement(spacing, float(known.max()), float(grid.x[int(np.argmax(known))]))

    def steepest(x: Values) -> tuple[Values, Values]:
        return x, np.abs(evaluate(node, x).slope)

    found = []
    for place in [*grid.x[peaks], *odd]:
        levels = [first, *zoomed(steepest, float(place), spacing, (low, high), _SPACING)]
        found.append(levels if len(levels) > 1 else [first, first])
    return found


def _jump(node: Node, grid: _Grid, low: float, high: float) -> tuple[tuple[Refinement, ...], bool]:
    """How differences over distances grow at a jump, and whether neighbouring values draw together.

    The first is empty where the function does not jump; the second is looked at where neighbouring
    values differ most.
    """

    def differences(x: Values) -> tuple[Values, Values]:
        value = evaluate(node, x).value
        known = np.isfinite(value)
        x, value = x[known], value[known]
        return (x[:-1] + x[1:]) / 2, np.abs(np.diff(value)) / np.diff(x)

    middles, sizes = differences(grid.x)
    worst = int(np.argmax(sizes))
    spacing = (high - low) / PLACES
    first = Refinement(spacing, float(sizes[worst]), float(middles[worst]))
    levels = [
        first, *zoomed(differences, float(middles[worst]), spacing, (low, high), _JUMP_SPACING)
    ]  # fmt: skip
    steps = [level.slope * level.spacing for level in levels]
    scale = float(np.ptp(grid.dual.value))
    settled = steps[-1] < 0.5 * steps[0] or scale == 0
    jumps = not settled and steps[-1] > 1e-6 * scale
    return (tuple(levels) if jumps else ()), settled


def _secant(node: Node, grid: _Grid, steep: list[float]) -> tuple[float, tuple[float, float]]:
    """The steepest line through two points of the graph."""
    x = np.unique(np.concatenate([grid.x[:: max(1, len(grid.x) // 256)], grid.x[-1:], steep]))
    near = (grid.x[-1] - grid.x[0]) * 1e-6
    x = np.concatenate([x, np.clip(np.array(steep) - near, grid.x[0], grid.x[-1]),
                        np.clip(np.array(steep) + near, grid.x[0], grid.x[-1])])  # fmt: skip
    x = np.unique(x)
    value = evaluate(node, x).value
    x, value = x[np.isfinite(value)], value[np.isfinite(value)]
    apart = np.abs(x[:, None] - x[None, :])
    # Closer pairs would measure rounding.
    far = apart >= near * 0.5
    slopes = np.where(far, np.abs(value[:, None] - value[None, :]), 0.0) / np.where(far, apart, 1.0)
    steepest = float(slopes.max())
    # Of equally steep pairs the one farthest apart says most.
    best = np.where(slopes >= steepest * (1 - 1e-9), apart, 0.0)
    first, second = np.unravel_index(int(np.argmax(best)), best.shape)
    pair = sorted((float(x[first]), float(x[second])))
    return steepest, (pair[0], pair[1])


def _tight(
    grid: _Grid, refined: list[list[Refinement]], constant: float, kinks: tuple[float, ...]
) -> tuple[tuple[float, float], ...]:
    """Where the slope is K; stretches that only a kink or a gap divides are one."""
    span = float(grid.x[-1] - grid.x[0])

    def snapped(end: float) -> float:
        return next((kink for kink in kinks if abs(kink - end) < 2 * span / PLACES), end)

    least = constant * (1 - _TIGHT)
    reached = np.flatnonzero(np.abs(grid.dual.slope) >= least)
    runs = np.split(reached, np.flatnonzero(np.diff(reached) > 2) + 1)  # noqa: PLR2004
    stretches = [(float(grid.x[run[0]]), float(grid.x[run[-1]])) for run in runs if run.size]
    wide = [(low, high) for low, high in stretches if high - low > _STRETCH * span]
    single = [place for low, high in stretches if (low, high) not in wide for place in (low, high)]
    levels = sorted((level for found in refined for level in found), key=lambda found: -found.slope)
    found = [(snapped(low), snapped(high)) for low, high in wide]
    for place in [level.place for level in levels if level.slope >= least] + single:
        if all(not low - span / 100 < place < high + span / 100 for low, high in found):
            found.append((place, place))
    return tuple(sorted((_neat(low, span), _neat(high, span)) for low, high in found))


def _kinks(node: Node, grid: _Grid, constant: float) -> tuple[float, ...]:
    """Places where the slope changes by a share of K within a distance that goes to zero."""
    known = np.isfinite(grid.dual.slope)
    x, slope = grid.x[known], grid.dual.slope[known]
    changes = np.abs(np.diff(slope))
    found: list[float] = []
    for place in np.argsort(-changes, kind="stable")[:_STEEPEST]:
        if changes[place] < _KINK * constant or constant == 0:
            break
        left, right = float(x[place]), float(x[place + 1])
        spacing = right - left
        for _ in range(40):
            # Not the middle, where a kink likes to be.
            points = np.array([left, left + 0.4921875 * (right - left), right])
            a, b, c = evaluate(node, points).slope
            left, right = (left, points[1]) if abs(b - a) > abs(c - b) else (points[1], right)
        before, after = evaluate(node, np.array([left, right])).slope
        if abs(after - before) < 0.4 * changes[place]:
            continue
        if all(abs(left - other) > 2 * spacing for other in found):
            found.append(left)
    return tuple(sorted(found[:4]))
