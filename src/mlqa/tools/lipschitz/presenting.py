"""What the Lipschitz tool says, tabulates and draws."""

from __future__ import annotations

import math

import numpy as np

from mlqa.schema import Cell, Plot, Series, Table
from mlqa.tools.context import Context
from mlqa.tools.lipschitz.chain import LARGEST, Chain, Chains
from mlqa.tools.lipschitz.dual import evaluate
from mlqa.tools.lipschitz.estimate import Estimate
from mlqa.tools.lipschitz.formula import Node

EXPLODED = 10.0  # largest slope of a chain that counts as exploded
_POINTS = 161  # of a drawn curve
_STEEP = 1e3  # largest over smallest slope from which on a logarithmic axis shows more
_LEAST = 1e-6  # smallest slope drawn on a logarithmic axis
_PLACES_SAID = 4
_NEAR = 1e-4  # share of the interval below which two points are near each other
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def number(value: float) -> str:
    """A number for readers: up to five digits, powers of ten where it is very large or small."""
    if value == 0 or 1e-3 <= abs(value) < 1e6:  # noqa: PLR2004 - still easy to read
        return f"{value:.5g}" if abs(value) < 1e5 else f"{value:,.0f}"  # noqa: PLR2004
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa}×10{str(int(exponent)).translate(_RAISED)}"


def bound_at(constant: float, depth: int) -> float | None:
    """K to the power of the depth; None where it is too large to be told."""
    return constant**depth if depth * math.log10(constant) < math.log10(LARGEST) else None


def texts_of(context: Context, formula: str, low: float, high: float, found: Estimate) -> list[str]:
    """What the estimate says."""
    ends = {"formula": formula, "low": number(low), "high": number(high)}
    gaps = ", ".join(number(gap) for gap in found.gaps[:_PLACES_SAID])
    texts = []
    if found.constant is None:
        key = "lipschitz_jumps" if found.jump else "lipschitz_unbounded"
        first, last = found.growth[0], found.growth[-1]
        texts = [
            context.say("lipschitz_none", **ends),
            context.say(
                key,
                place=number(found.tight[0][0]),
                wide=number(first.spacing),
                first=number(first.slope),
                narrow=number(last.spacing),
                last=number(last.slope),
            ),
        ]
    else:
        texts = [
            context.say("lipschitz_estimated", **ends, constant=number(found.constant)),
            _tight_text(context, found),
        ]
        if found.constant:
            texts.append(_secant_text(context, found, high - low))
    if gaps:
        texts.append(context.say("lipschitz_gaps", places=gaps))
    return texts


def _secant_text(context: Context, found: Estimate, span: float) -> str:
    """The steepest line through two points, near each other or apart."""
    first, second = found.pair
    near = second - first <= _NEAR * span
    if near:
        first = round(first, 4 - math.floor(math.log10(span))) + 0.0
    return context.say(
        "lipschitz_secant_near" if near else "lipschitz_secant",
        secant=number(found.secant),
        first=number(first),
        second=number(second),
    )


def _tight_text(context: Context, found: Estimate) -> str:
    """Where the slope is K."""
    if not found.constant:
        return context.say("lipschitz_flat")
    said = [
        number(low)
        if low == high
        else context.say("lipschitz_stretch", low=number(low), high=number(high))
        for low, high in found.tight[:_PLACES_SAID]
    ]
    more = len(found.tight) > _PLACES_SAID
    return context.say(
        "lipschitz_tight_more" if more else "lipschitz_tight", places=", ".join(said)
    )


def curve_parts(
    context: Context, node: Node, low: float, high: float, found: Estimate
) -> tuple[Table, Plot, Plot]:
    """The formula and the size of its slope over the interval."""
    x = np.linspace(low, high, _POINTS)
    value, slope = evaluate(node, x)
    valued = np.isfinite(value)
    x, value, size = x[valued], value[valued], np.abs(slope[valued])
    known = np.isfinite(size)
    places, sizes = tuple(x[known].tolist()), tuple(size[known].tolist())
    title = context.say("lipschitz_curve")
    size_label = context.say("lipschitz_size")
    table = Table(
        name="curve",
        title=title,
        columns=("x", "f(x)", size_label),
        rows=tuple(
            (
                float(f"{a:.6g}"),
                float(f"{b:.6g}"),
                float(f"{c:.6g}") if math.isfinite(c) else "–",
            )
            for a, b, c in zip(x.tolist(), value.tolist(), size.tolist(), strict=True)
        ),
    )
    series = [Series(label=size_label, x=places, y=sizes)]
    if found.constant is not None:
        line = Series(label="K", x=(low, high), y=(found.constant, found.constant))
        series.append(line)
    marks = tuple(
        (start, number(start)) for start, end in found.tight[:_PLACES_SAID] if start == end
    )
    slopes = Plot(
        name="slope",
        title=context.say("lipschitz_slope_title"),
        kind="lines",
        x_label="x",
        y_label=size_label,
        series=tuple(series),
        table="curve",
        log_y=found.constant is None and max(sizes, default=0) > _STEEP * min(sizes, default=0) > 0,
        marks=marks,
    )
    graph = Plot(
        name="function",
        title=title,
        kind="lines",
        x_label="x",
        y_label="f(x)",
        series=(Series(label="f(x)", x=tuple(x.tolist()), y=tuple(value.tolist())),),
        table="curve",
        marks=marks,
    )
    return table, slopes, graph


def growth_parts(context: Context, found: Estimate) -> tuple[Table, Plot]:
    """How the steepest slope grows as the grid gets finer."""
    title, spacing = context.say("lipschitz_growth"), context.say("lipschitz_spacing")
    steepest = context.say("lipschitz_steepest")
    table = Table(
        name="growth",
        title=title,
        columns=(spacing, steepest),
        rows=tuple((number(level.spacing), number(level.slope)) for level in found.growth),
    )
    plot = Plot(
        name="growth",
        title=title,
        kind="lines",
        x_label=spacing,
        y_label=steepest,
        series=(
            Series(
                label=steepest,
                x=tuple(level.spacing for level in found.growth),
                y=tuple(level.slope for level in found.growth),
            ),
        ),
        table="growth",
        log_x=True,
        log_y=True,
    )
    return table, plot


def chain_texts(context: Context, constant: float, followed: Chains, depth: int) -> list[str]:
    """What the chains come to at their full depth, or where they end."""
    bound = bound_at(constant, depth)
    texts = [
        context.say(
            "lipschitz_bound",
            depth=depth,
            constant=number(constant),
            bound=f"10{str(math.floor(depth * math.log10(constant))).translate(_RAISED)}"
            if bound is None
            else number(bound),
        ),
        _chain_text(context, "lipschitz_plain", "lipschitz_plain_ended", followed.plain, depth),
    ]
    left = next((n for n, share in enumerate(followed.plain.inside, start=1) if share < 1), 0)
    if left:
        texts.append(
            context.say("lipschitz_left", depth=left, share=1 - followed.plain.inside[left - 1])
        )
    texts.append(
        _chain_text(
            context, "lipschitz_rescaled", "lipschitz_rescaled_ended", followed.rescaled, depth
        )
    )
    texts.append(
        _chain_text(
            context,
            "lipschitz_standardised",
            "lipschitz_standardised_ended",
            followed.standardised,
            depth,
        )
    )
    if followed.rescaled.slopes and followed.rescaled.slopes[-1] < _LEAST:
        texts.insert(-1, context.say("lipschitz_vanished"))
    if max(followed.standardised.slopes, default=0.0) > EXPLODED:
        texts.append(context.say("lipschitz_unbound"))
    return texts


def _chain_text(context: Context, whole: str, ended: str, chain: Chain, depth: int) -> str:
    """One chain in a sentence; another one where it ends early."""
    key = whole if len(chain.slopes) == depth else ended
    last = number(chain.slopes[-1]) if chain.slopes else "1"
    return context.say(key, slope=last, depth=len(chain.slopes))


def chain_parts(
    context: Context, constant: float, followed: Chains, depth: int
) -> tuple[Table, Plot]:
    """The largest slope of each chain by depth."""
    bounds = [bound_at(constant, n) for n in range(1, depth + 1)]
    lines: dict[str, list[float | None]] = {
        context.say("lipschitz_line_bound"): bounds,
        context.say("lipschitz_line_plain"): list(followed.plain.slopes),
        context.say("lipschitz_line_rescaled"): list(followed.rescaled.slopes),
        context.say("lipschitz_line_standardised"): list(followed.standardised.slopes),
    }
    rows: list[tuple[Cell, ...]] = []
    for place in range(depth):
        cells = [line[place] if place < len(line) else None for line in lines.values()]
        inside = followed.plain.inside
        share: Cell = round(inside[place], 3) if place < len(inside) else "–"
        rows.append((place + 1, *("–" if cell is None else number(cell) for cell in cells), share))
    label = context.say("lipschitz_depth")
    table = Table(
        name="chain",
        title=context.say("lipschitz_chain"),
        columns=(label, *lines, context.say("lipschitz_inside")),
        rows=tuple(rows),
    )
    plot = Plot(
        name="chain",
        title=context.say("lipschitz_chain_drawn"),
        kind="lines",
        x_label=label,
        y_label=context.say("lipschitz_steepest"),
        series=tuple(_drawn(name, line) for name, line in lines.items()),
        table="chain",
        log_y=True,
    )
    return table, plot


def _drawn(label: str, line: list[float | None]) -> Series:
    points = [
        (n, value) for n, value in enumerate(line, start=1) if value is not None and value >= _LEAST
    ]
    return Series(label=label, x=tuple(n for n, _ in points), y=tuple(value for _, value in points))
