"""Whether random wirings are as good as the regular one, within a margin."""

from __future__ import annotations

from collections.abc import Sequence

from mlqa.schema import Verdict
from mlqa.tools import training
from mlqa.tools.intervals import Interval, resampled
from mlqa.tools.random_wiring.experiment import ROWS, Wired

# Two one-sided tests at 5 % are an interval of 90 % (Schuirmann 1987).
CONFIDENCE = 0.9


def difference(family: Wired, regular: Wired) -> Interval:
    """Test accuracy of a family minus that of the regular wiring, run by run."""
    return resampled(
        [random - usual for random, usual in zip(family.test, regular.test, strict=True)],
        test_to_train=(training.ROWS - ROWS) / ROWS,
        confidence=CONFIDENCE,
    )


def no_large_difference(differences: Sequence[Interval], margin: float) -> Verdict:
    """That random wiring makes no large difference: a test of equivalence.

    Supported: the interval of each family lies within the margin. Not supported: that of some
    family lies wholly outside. Undecided: anything else; no difference found is no equality shown.

    Args:
        differences: One for each family, accuracies from 0 to 1.
        margin: Largest difference that is not large, accuracy from 0 to 1.
    """
    if all(interval.within(margin) for interval in differences):
        return "supported"
    outside = any(interval.low > margin or interval.high < -margin for interval in differences)
    return "not_supported" if outside else "undecided"
