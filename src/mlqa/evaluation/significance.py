"""How far a mean over queries may be off, and whether two means differ by more than chance.

Both take the queries as a sample of all that could be asked and make no assumption on how the
values are spread (Smucker, Allan and Carterette, A comparison of statistical significance tests
for information retrieval evaluation, 2007). What is computed by SciPy is seeded: equal values give
equal results.

``intervals`` and ``p_values`` are for means, ``interval_of`` and ``p_value_of`` for any figure.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
# Figures of sets of questions: how often each question is in the set, shape (..., questions), to
# the figure of each set, shape (...); NaN where there is nothing to measure.
Statistic = Callable[[Values], Values]

CONFIDENCE = 0.95
_RESAMPLES = 9_999
_HELD = 2_000_000  # values that are resampled at a time: 16 MB
_DIGITS = 12  # behind the point of a figure, which is 0 to 1


class Interval(NamedTuple):
    """Ends of a 95 % confidence interval."""

    low: float
    high: float


def intervals(values: Values, seed: int) -> list[Interval]:
    """Bootstrap intervals of means (bias-corrected and accelerated; Efron, 1987).

    Args:
        values: One row for each measure, one column for each query, at least one.
        seed: Of the resamples.

    Returns:
        One for each row; where all values are equal it has no width.
    """
    from scipy.stats import bootstrap  # noqa: PLC0415 - takes 0.8 s, to measure alone

    means = values.mean(axis=1)
    low, high = means.copy(), means.copy()
    spread = np.ptp(values, axis=1) > 0
    if spread.any():
        spreading = values[spread]
        found = bootstrap(
            (spreading,),
            np.mean,
            axis=-1,
            confidence_level=CONFIDENCE,
            n_resamples=_RESAMPLES,
            batch=max(1, _HELD // spreading.size),
            rng=np.random.default_rng(seed),
        ).confidence_interval
        low[spread], high[spread] = found.low, found.high
    return [Interval(*ends) for ends in zip(low.tolist(), high.tolist(), strict=True)]


def p_values(differences: Values, seed: int) -> list[float]:
    """Two-sided paired permutation tests: could the sign of each difference be chance?

    Exact where few queries differ, else from 9,999 random changes of sign.

    Args:
        differences: One row for each measure, one column for each query.
        seed: Of the changes of sign.

    Returns:
        One for each row, 0 to 1; 1 where no query or only one differs.
    """
    from scipy.stats import permutation_test  # noqa: PLC0415 - the same

    found: list[float] = []
    for row in differences:
        # A query without a difference adds nothing to the sum, whatever its sign.
        changed = row[row != 0]
        if len(changed) < 2:  # noqa: PLR2004 - one difference may have either sign
            found.append(1.0)
            continue
        test = permutation_test(
            (changed,),
            np.sum,
            permutation_type="samples",
            vectorized=True,
            n_resamples=_RESAMPLES,
            batch=max(1, _HELD // changed.size),
            rng=np.random.default_rng(seed),
        )
        found.append(float(test.pvalue))
    return found


def interval_of(statistic: Statistic, count: int, seed: int) -> Interval:
    """Bootstrap interval of a figure: the questions are drawn anew, all their values together.

    Bias-corrected and accelerated; plain percentiles where that cannot be computed, because a draw
    holds nothing to measure or all draws are equal.

    Args:
        statistic: The figure, defined on all questions together.
        count: How many questions there are.
        seed: Of the draws.
    """
    from scipy.stats import bootstrap  # noqa: PLC0415 - the same

    if count < 2:  # noqa: PLR2004 - nothing to draw from
        value = float(statistic(np.ones(count)))
        return Interval(value, value)

    def of_rows(rows: NDArray[np.intp], axis: int) -> Values:  # noqa: ARG001 - always the last
        return statistic(_times(rows, count))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy's, of what falls back to percentiles
        found = bootstrap(
            (np.arange(count),),
            of_rows,
            vectorized=True,
            axis=-1,
            confidence_level=CONFIDENCE,
            n_resamples=_RESAMPLES,
            batch=max(1, _HELD // count),
            rng=np.random.default_rng(seed),
        )
    ends = np.array(found.confidence_interval)
    if not np.isfinite(ends).all():
        tail = (1 - CONFIDENCE) / 2
        ends = np.nanquantile(found.bootstrap_distribution, (tail, 1 - tail))
    return Interval(*ends.tolist())


def p_value_of(statistic: Statistic, count: int, seed: int) -> float:
    """Two-sided paired permutation test: could a difference of figures be chance?

    The two answers to each question change sides by chance.

    Args:
        statistic: The figure, of ``2 * count`` rows: the first answer to each question, then the
            second answer to each.
        count: How many questions there are.
        seed: Of the changes of sides.

    Returns:
        0 to 1; 1 of one question alone. A draw on which a side has nothing to measure counts as no
        less extreme.
    """
    from scipy.stats import permutation_test  # noqa: PLC0415 - the same

    if count < 2:  # noqa: PLR2004 - one difference may have either sign
        return 1.0

    def difference(first: NDArray[np.intp], second: NDArray[np.intp], axis: int) -> Values:  # noqa: ARG001
        found = statistic(_times(first, 2 * count)) - statistic(_times(second, 2 * count))
        # Sums in another order differ in their last digits: no difference is to be one.
        known: Values = np.where(np.isnan(found), observed, found).round(_DIGITS)
        return known

    rows = np.arange(2 * count)
    sides = (rows < count).astype(float)
    observed = float(statistic(sides) - statistic(1 - sides))
    test = permutation_test(
        (rows[:count], rows[count:]),
        difference,
        permutation_type="samples",
        vectorized=True,
        n_resamples=_RESAMPLES,
        batch=max(1, _HELD // (2 * count)),
        rng=np.random.default_rng(seed),
    )
    return float(test.pvalue)


def _times(rows: NDArray[np.intp], count: int) -> Values:
    """How often each of ``count`` rows is among those drawn, draws in front of the last axis."""
    draws = rows.reshape(-1, rows.shape[-1])
    places = draws + count * np.arange(len(draws))[:, None]
    times = np.bincount(places.ravel(), minlength=count * len(draws))
    return times.reshape(*rows.shape[:-1], count).astype(np.float64)
