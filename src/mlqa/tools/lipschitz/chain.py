"""A formula put into itself again and again, as layers of a deep network are.

Each chain begins with 401 places spread evenly over the interval (those where the formula has no
value left out). With m the middle of the interval, the layers are

- ``plain``: h → f(h).
- ``rescaled``: h → m + (f(h) - f(c)) / K, c being the place next to m. It is Lipschitz with
  constant 1, so |h - c| never grows and the chain stays on the interval; spectral normalisation
  divides a layer by its constant in the same way.
- ``standardised``: h → m + s (f(h) - mean) / std, with mean and standard deviation of f(h) over
  all places of the chain at this layer, and s the standard deviation of the places at the start.
  The statistics are held fixed in the derivative, as they are when batch normalisation infers.

The derivative of a chain of n layers by its input is the product of the layers' derivatives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mlqa.tools.lipschitz.dual import Dual, Values, evaluate
from mlqa.tools.lipschitz.formula import Node

STARTS = 401
LARGEST = 1e300  # beyond which a chain is given up

Layer = Callable[[Values, Dual], Dual]


class Chain(NamedTuple):
    """The largest slopes of a chain.

    Attributes:
        slopes: Largest |d h_n / d h_0| for n = 1, 2, … over all places with a value; ends where no
            place has one, or where a value or slope is too large.
        inside: Share of places whose h_0 … h_(n-1) all lie on the interval, where K holds.
        held: Largest |d h_n / d h_0| of those places; 0 where there are none.
    """

    slopes: tuple[float, ...]
    inside: tuple[float, ...]
    held: tuple[float, ...]


class Chains(NamedTuple):
    """The three chains of a formula."""

    plain: Chain
    rescaled: Chain
    standardised: Chain


def chains(node: Node, low: float, high: float, constant: float, depth: int) -> Chains:
    """Follows all three chains.

    Args:
        node: The formula.
        low: Where the interval begins.
        high: Where it ends.
        constant: K of the formula on the interval, above 0.
        depth: Layers, 1 or more.
    """
    starts = np.linspace(low, high, STARTS)
    starts = starts[np.isfinite(evaluate(node, starts).value)]
    middle = (low + high) / 2
    nearest = starts[np.argmin(np.abs(starts - middle))]
    centre = float(evaluate(node, np.array([nearest])).value[0])
    spread = float(starts.std())

    def plain(_: Values, f: Dual) -> Dual:
        return f

    def rescaled(_: Values, f: Dual) -> Dual:
        return Dual(middle + (f.value - centre) / constant, f.slope / constant)

    def standardised(_: Values, f: Dual) -> Dual:
        known = f.value[np.isfinite(f.value)]
        std = float(known.std()) if known.size else 0.0
        if not std > 1e-12 * float(np.abs(known).max(initial=0.0)):
            return Dual(np.full_like(f.value, np.nan), f.slope)
        scale = spread / std
        return Dual(middle + scale * (f.value - known.mean()), scale * f.slope)

    return Chains(
        *(
            _followed(node, layer, starts, (low, high), depth)
            for layer in (plain, rescaled, standardised)
        )
    )


def _followed(
    node: Node, layer: Layer, starts: Values, ends: tuple[float, float], depth: int
) -> Chain:
    """Follows one chain from all places at once."""
    h, slope = starts, np.ones_like(starts)
    inside = np.ones(len(starts), dtype=bool)
    slack = 1e-9 * (ends[1] - ends[0])
    slopes, shares, held = [], [], []
    with np.errstate(all="ignore"):
        for _ in range(depth):
            inside &= (h >= ends[0] - slack) & (h <= ends[1] + slack)
            made = layer(h, evaluate(node, h))
            h, slope = made.value, slope * made.slope
            sizes = np.abs(slope)
            known = np.isfinite(h) & np.isfinite(sizes)
            if np.isinf(h).any() or not known.any() or sizes[known].max() > LARGEST:
                break
            slopes.append(float(sizes[known].max()))
            shares.append(float(inside.mean()))
            held.append(float(sizes[known & inside].max(initial=0.0)))
    return Chain(tuple(slopes), tuple(shares), tuple(held))
