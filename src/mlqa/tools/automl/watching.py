"""What data must look like, and whether later data still does: schema, missing values, drift.

Drift is measured in two ways. The two-sample Kolmogorov-Smirnov test, its level shared among the
columns (Bonferroni). The population stability index over tenths of the reference, with the rule of
thumb that 0.25 and more is a large change; its mean without any change is about
(bins - 1) (1/n + 1/m) (Yurdakul and Naranjo, "Statistical properties of the population stability
index", Journal of Risk Model Validation, 2020), so that it cries wolf on small batches.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mlqa.tools.intervals import kolmogorov_smirnov
from mlqa.tools.perceptron import Array

LEVEL = 0.05
LARGE = 0.25
_BINS = 10


class Column(NamedTuple):
    """What the reference says of a column.

    Attributes:
        name: Of the column.
        low: Least value seen.
        high: Largest value seen.
        whole: Whether all values are whole numbers.
        missing: Share of missing values.
    """

    name: str
    low: float
    high: float
    whole: bool
    missing: float


class Watched(NamedTuple):
    """A column of a batch beside the reference.

    Attributes:
        name: Of the column.
        missing: Share of missing values.
        outside: Share of values below the least or above the largest of the reference.
        fractions: Whether it has fractions where the reference has whole numbers.
        stability: Population stability index.
        unchanged_stability: What the index would be on average without any change.
        distance: Largest distance of the two distribution functions.
        p: Chance of such a distance without any change.
        drifted: Whether that chance is below 0.05 over the number of columns.
    """

    name: str
    missing: float
    outside: float
    fractions: bool
    stability: float
    unchanged_stability: float
    distance: float
    p: float
    drifted: bool


def schema(x: Array, names: tuple[str, ...]) -> tuple[Column, ...]:
    """What the reference data look like, column by column."""
    found = []
    for name, values in zip(names, x.T, strict=True):
        known = values[~np.isnan(values)]
        found.append(
            Column(
                name=name,
                low=float(known.min()),
                high=float(known.max()),
                whole=bool((known == np.round(known)).all()),
                missing=float(np.isnan(values).mean()),
            )
        )
    return tuple(found)


def watch(expected: tuple[Column, ...], reference: Array, batch: Array) -> tuple[Watched, ...]:
    """Every column of a batch beside the reference.

    Args:
        expected: Schema of the reference.
        reference: Rows that the model was made from.
        batch: Later rows, with the same columns.
    """
    found = []
    for column, before, after in zip(expected, reference.T, batch.T, strict=True):
        old, new = before[~np.isnan(before)], after[~np.isnan(after)]
        index, unchanged = stability(old, new)
        distance, p = kolmogorov_smirnov(old, new) if len(new) else (1.0, 0.0)
        found.append(
            Watched(
                name=column.name,
                missing=float(np.isnan(after).mean()),
                outside=float(((new < column.low) | (new > column.high)).mean()) if len(new) else 0,
                fractions=column.whole and bool((new != np.round(new)).any()),
                stability=index,
                unchanged_stability=unchanged,
                distance=distance,
                p=p,
                drifted=p < LEVEL / len(expected),
            )
        )
    return tuple(found)


def stability(old: Array, new: Array) -> tuple[float, float]:
    """Population stability index over tenths of ``old``, and its mean without any change.

    Half a row is added to each bin so that empty ones have a logarithm.
    """
    inner = np.unique(np.quantile(old, np.arange(1, _BINS) / _BINS))
    bins = len(inner) + 1
    shares = []
    for values in (old, new):
        counts = np.bincount(np.searchsorted(inner, values, side="left"), minlength=bins) + 0.5
        shares.append(counts / counts.sum())
    before, after = shares
    index = float(((after - before) * np.log(after / before)).sum())
    return index, (bins - 1) * (1 / len(old) + 1 / max(1, len(new)))


def damaged(x: Array, *, shift: float, missing: float, seed: int) -> tuple[Array, tuple[int, ...]]:
    """A batch after something happened to it: a third of the columns shifted, cells lost.

    Columns that never change are left alone, and without a shift no column counts as shifted.

    Args:
        x: The batch.
        shift: Standard deviations of the column that are added.
        missing: Share of all cells that are lost.
        seed: Which columns and cells.

    Returns:
        The batch, and the columns that were shifted.
    """
    rng = np.random.default_rng([seed, 4])
    varied = np.flatnonzero(x.std(axis=0) > 0) if shift else np.array([], dtype=np.int64)
    count = min(len(varied), max(1, x.shape[1] // 3))
    columns = np.sort(rng.choice(varied, size=count, replace=False))
    changed = x.copy()
    changed[:, columns] += shift * x[:, columns].std(axis=0)
    changed[rng.random(x.shape) < missing] = np.nan
    return changed, tuple(int(column) for column in columns)
