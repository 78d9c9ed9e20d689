"""What the numbers say of the essay's claims."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from mlqa.schema import Verdict
from mlqa.tools.intervals import Interval, resampled
from mlqa.tools.shipped import Data
from mlqa.tools.standardize.networks import Split, network_scores

# Accuracy that is too small to matter.
MARGIN = 0.02
MOST_LINES = 10
_STEPS = 300


class Rivals(NamedTuple):
    """A classic model beside a small neural network on one data set.

    Attributes:
        data: Name of the data set.
        classic: Mean accuracy of the logistic regression of the ten lines.
        network: Mean accuracy of a network with a hidden layer, inputs standardised as well.
        difference: Classic minus network, with its interval.
    """

    data: str
    classic: float
    network: float
    difference: Interval


def rivals(
    data: Data,
    parts: Sequence[Split],
    classic: Callable[[Split], float],
    progress: Callable[[], None],
) -> Rivals:
    """Both on every split of cross-validation.

    Args:
        data: A data set with classes.
        parts: The splits.
        classic: Accuracy of the classic model on a split.
        progress: Called often.
    """
    scores = []
    for part in parts:
        scores.append(classic(part))
        progress()
    network = network_scores(data, parts, hidden=True, scaled=True, steps=_STEPS, progress=progress)
    return Rivals(
        data.name,
        sum(scores) / len(scores),
        sum(network) / len(network),
        resampled(
            [ours - theirs for ours, theirs in zip(scores, network, strict=True)],
            test_to_train=len(parts[0].test) / len(parts[0].train),
        ),
    )


def easy(lines: int, gain: Interval) -> Verdict:
    """Ten lines predict without difficulty.

    Supported if there are at most ten lines and the interval of the accuracy gained over always
    answering the commonest class lies above 0.02; not supported if there are more lines or the
    interval lies below 0.02; undecided otherwise.
    """
    if lines > MOST_LINES or gain.high < MARGIN:
        return "not_supported"
    return "supported" if gain.low > MARGIN else "undecided"


def alike(loss: Interval) -> Verdict:
    """Training data must be like what comes later.

    Supported if the interval of the accuracy lost to inputs unlike the training data lies above
    0.02; not supported if it lies below; undecided otherwise.
    """
    if loss.low > MARGIN:
        return "supported"
    return "not_supported" if loss.high < MARGIN else "undecided"


def classic_suffices(found: Sequence[Rivals]) -> Verdict:
    """Classic models mostly do well enough.

    Supported if on more than half of the data sets the interval of classic minus network lies above
    -0.02; not supported if on more than half it lies below; undecided otherwise.
    """
    if 2 * sum(each.difference.low > -MARGIN for each in found) > len(found):
        return "supported"
    worse = sum(each.difference.high < -MARGIN for each in found)
    return "not_supported" if 2 * worse > len(found) else "undecided"
