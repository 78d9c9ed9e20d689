"""Logistic regression beside logits that stay as they are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Folds = Iterable[tuple[NDArray[np.int64], NDArray[np.int64]]]


def logit(probability: Floats | float) -> Floats:
    """Log of the odds."""
    return np.asarray(np.log(probability) - np.log1p(-np.asarray(probability)), dtype=np.float64)


def likeliest(logits: Floats, found: Floats, wanted: Flags) -> Floats:
    """Weights of most likelihood, shape (columns,).

    Args:
        logits: What the weighed columns are added to, shape (rows,).
        found: Shape (rows, columns).
        wanted: What is to be predicted, shape (rows,).
    """

    def loss(weights: Floats) -> float:
        total = logits + found @ weights
        return float(np.mean(np.logaddexp(0, total) - wanted * total))

    return np.asarray(minimize(loss, np.zeros(found.shape[1])).x, dtype=np.float64)


def held_out(logits: Floats, found: Floats, wanted: Flags, folds: Folds) -> Floats:
    """Logits of each row with the weights that the other folds give, shape (rows,).

    Args:
        logits: See ``likeliest``.
        found: See ``likeliest``.
        wanted: See ``likeliest``.
        folds: Rows fitted on, and those predicted.
    """
    total: Floats = logits.copy()
    for inside, out in folds:
        total[out] += found[out] @ likeliest(logits[inside], found[inside], wanted[inside])
    return total
