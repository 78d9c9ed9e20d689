"""A formula's value and derivative at many places at once, by dual numbers.

A dual number carries a value and its derivative by x through every operation (forward mode), so the
derivative is as exact as the value is. What is not defined is NaN, what is too large infinite;
neither stops the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlqa.errors import ToolArgumentError
from mlqa.tools.lipschitz.formula import Node

LARGEST_EXPONENT = 100

Values = NDArray[np.float64]


class Dual(NamedTuple):
    """Values and their derivatives by x, float64 of one shape."""

    value: Values
    slope: Values


def evaluate(node: Node, x: Values) -> Dual:
    """The formula at places.

    Args:
        node: The formula.
        x: Places, any shape.

    Raises:
        ToolArgumentError: A division by a constant zero, or a constant exponent beyond the limit.
    """
    with np.errstate(all="ignore"):
        return _evaluate(node, np.asarray(x, dtype=np.float64))


def _evaluate(node: Node, x: Values) -> Dual:
    if node.name == "x":
        return Dual(x, np.ones_like(x))
    if node.name == "number":
        return Dual(np.full_like(x, node.value), np.zeros_like(x))
    if node.name == "^":
        return _power(node, x)
    parts = [_evaluate(part, x) for part in node.parts]
    if node.name == "/" and not node.parts[1].varies and not parts[1].value.all():
        raise ToolArgumentError("lipschitz_division")
    if node.name in {"max", "min"}:
        return _chosen(node.name, *parts)
    if len(parts) == 2:  # noqa: PLR2004 - two sides of an operation
        return _OPERATIONS[node.name](*parts)
    value, outer = _FUNCTIONS[node.name](parts[0].value)
    return Dual(value, outer * parts[0].slope)


def _divided(top: Dual, bottom: Dual) -> Dual:
    value = top.value / bottom.value
    return Dual(value, (top.slope - value * bottom.slope) / bottom.value)


_OPERATIONS: dict[str, Callable[[Dual, Dual], Dual]] = {
    "+": lambda a, b: Dual(a.value + b.value, a.slope + b.slope),
    "-": lambda a, b: Dual(a.value - b.value, a.slope - b.slope),
    "*": lambda a, b: Dual(a.value * b.value, a.slope * b.value + a.value * b.slope),
    "/": _divided,
}


def _chosen(name: str, first: Dual, second: Dual) -> Dual:
    """The larger or the smaller of two; where they are equal, the mean of their slopes."""
    pick = np.maximum if name == "max" else np.minimum
    value = pick(first.value, second.value)
    slope = np.where(first.value == value, first.slope, second.slope)
    tie = first.value == second.value
    return Dual(value, np.where(tie, (first.slope + second.slope) / 2, slope))


def _power(node: Node, x: Values) -> Dual:
    base, exponent = (_evaluate(part, x) for part in node.parts)
    if node.parts[1].varies:
        value = np.power(base.value, exponent.value)
        growth = exponent.slope * np.log(base.value) + exponent.value * base.slope / base.value
        return Dual(value, value * growth)
    n = float(exponent.value.flat[0])
    if not abs(n) <= LARGEST_EXPONENT:
        raise ToolArgumentError("lipschitz_exponent", limit=LARGEST_EXPONENT)
    if n == 0:
        return Dual(np.ones_like(x), np.zeros_like(x))
    outer = np.ones_like(x) if n == 1 else n * np.power(base.value, n - 1)
    return Dual(np.power(base.value, n), outer * base.slope)


def _sigmoid(u: Values) -> Values:
    return 0.5 * (1 + np.tanh(0.5 * u))


def _silu(u: Values) -> tuple[Values, Values]:
    s = _sigmoid(u)
    return u * s, s * (1 + u * (1 - s))


def _square_root(u: Values) -> tuple[Values, Values]:
    root = np.sqrt(u)
    return root, 0.5 / root


def _sigmoid_both(u: Values) -> tuple[Values, Values]:
    s = _sigmoid(u)
    return s, s * (1 - s)


# Value and derivative of each function of one argument.
_FUNCTIONS: dict[str, Callable[[Values], tuple[Values, Values]]] = {
    "-": lambda u: (-u, -np.ones_like(u)),
    "sin": lambda u: (np.sin(u), np.cos(u)),
    "cos": lambda u: (np.cos(u), -np.sin(u)),
    "tan": lambda u: (np.tan(u), 1 + np.tan(u) ** 2),
    "asin": lambda u: (np.arcsin(u), 1 / np.sqrt(1 - u * u)),
    "acos": lambda u: (np.arccos(u), -1 / np.sqrt(1 - u * u)),
    "atan": lambda u: (np.arctan(u), 1 / (1 + u * u)),
    "sinh": lambda u: (np.sinh(u), np.cosh(u)),
    "cosh": lambda u: (np.cosh(u), np.sinh(u)),
    "tanh": lambda u: (np.tanh(u), 1 - np.tanh(u) ** 2),
    "exp": lambda u: (np.exp(u), np.exp(u)),
    "log": lambda u: (np.log(u), 1 / u),
    "log2": lambda u: (np.log2(u), 1 / (u * np.log(2))),
    "log10": lambda u: (np.log10(u), 1 / (u * np.log(10))),
    "sqrt": _square_root,
    "cbrt": lambda u: (np.cbrt(u), 1 / (3 * np.cbrt(u) ** 2)),
    "abs": lambda u: (np.abs(u), np.sign(u)),
    "relu": lambda u: (np.maximum(u, 0), 0.5 * (1 + np.sign(u))),
    "sigmoid": _sigmoid_both,
    "silu": _silu,
    "softplus": lambda u: (np.logaddexp(0, u), _sigmoid(u)),
}
