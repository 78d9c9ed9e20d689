"""How sure a difference is: intervals around scores and counts, a test of two distributions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Interval(NamedTuple):
    """A mean and the ends of the interval around it."""

    mean: float
    low: float
    high: float

    @property
    def differs(self) -> bool:
        """Whether zero lies outside."""
        return self.low > 0 or self.high < 0

    def within(self, margin: float) -> bool:
        """Whether the whole interval lies closer to zero than ``margin``."""
        return -margin < self.low and self.high < margin


def t_quantile(share: float, freedom: int) -> float:
    """Student's t below which ``share`` of the mass lies."""
    from scipy import stats

    return float(stats.t.ppf(share, freedom))


def resampled(
    differences: Sequence[float], *, test_to_train: float, confidence: float = 0.95
) -> Interval:
    """Mean of paired differences over repeated splits of one data set, with its interval.

    Splits of one data set share rows, so their variance is multiplied by 1/n + test/train in place
    of 1/n: the corrected resampled t interval of Nadeau and Bengio, "Inference for the
    Generalization Error", Machine Learning 52 (2003).

    Args:
        differences: One for each split, at least two.
        test_to_train: Rows of a test part over rows of a training part.
        confidence: Share of such intervals that hold the true mean.
    """
    values = np.asarray(differences, dtype=np.float64)
    count = len(values)
    mean = float(values.mean())
    spread = float(np.sqrt(values.var(ddof=1) * (1 / count + test_to_train)))
    half = t_quantile(0.5 + confidence / 2, count - 1) * spread
    return Interval(mean, mean - half, mean + half)


def of_seeds(values: Sequence[float], *, confidence: float = 0.95) -> Interval:
    """Mean over independent runs with Student's t interval; at least two runs."""
    return resampled(values, test_to_train=0.0, confidence=confidence)


def of_right_answers(
    first: Sequence[bool], second: Sequence[bool], *, confidence: float = 0.95
) -> Interval:
    """How much more often ``second`` is right than ``first`` on the same rows (accuracy, 0 to 1).

    Wald's interval for paired shares with half a row added to either kind of disagreement, so that
    two models that always agree do not get an interval of no width (Agresti and Min, "Simple
    improved confidence intervals for comparing matched proportions", Statistics in Medicine 24,
    2005).
    """
    gained = sum(after and not before for before, after in zip(first, second, strict=True)) + 0.5
    lost = sum(before and not after for before, after in zip(first, second, strict=True)) + 0.5
    count = len(first) + 2
    mean = (gained - lost) / count
    spread = np.sqrt(gained + lost - (gained - lost) ** 2 / count) / count
    half = float(spread) * t_quantile(0.5 + confidence / 2, 10**9)
    return Interval(mean, mean - half, mean + half)


def kolmogorov_smirnov(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> tuple[float, float]:
    """Largest distance of two samples' distribution functions, and its chance if both are of one.

    The chance is asymptotic, and too high where values repeat: the test is then careful.
    """
    from scipy import stats

    test = stats.ks_2samp(first, second, method="asymp")
    return float(test.statistic), float(test.pvalue)
