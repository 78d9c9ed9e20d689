"""What the numbers say of the essay's claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mlqa.schema import Verdict
from mlqa.tools.intervals import Interval, of_seeds
from mlqa.tools.mlp.learning import Arm, Trained

# Accuracy that is too small to matter.
MARGIN = 0.02
# Largest difference of predictions that counts as the same, and as not the same.
SAME, OTHER = 1e-3, 1e-2
# Relative error of a gradient that is right, and of one that is wrong.
RIGHT, WRONG = 1e-6, 1e-3


class Gains(NamedTuple):
    """How much more often the network is right, on one shape, with 95 % intervals over the runs.

    Attributes:
        ensemble: Than as many separate regressions, averaged.
        frozen: Than the same layers of which only the last one learns.
        logistic: Than one logistic regression.
    """

    ensemble: Interval
    frozen: Interval
    logistic: Interval


def gains(arms: Mapping[Arm, Trained]) -> Gains:
    """Paired differences of the network trained by gradient descent from the others."""
    network = arms["descent"].accuracy

    def beside(arm: Arm) -> Interval:
        pairs = zip(network, arms[arm].accuracy, strict=True)
        return of_seeds([ours - theirs for ours, theirs in pairs])

    return Gains(beside("ensemble"), beside("frozen"), beside("logistic"))


def regression(differences: Sequence[float]) -> Verdict:
    """Logistic regression is linear regression and activation.

    Supported if a network without hidden layer predicts like linear regression (no activation) and
    like logistic regression (sigmoid) up to 0.001 everywhere; not supported if one differs by more
    than 0.01; undecided between.
    """
    if max(differences) < SAME:
        return "supported"
    return "not_supported" if max(differences) > OTHER else "undecided"


def ensemble(found: Sequence[Gains]) -> Verdict:
    """A neural network is an ensemble of regressions.

    Supported if the network is within 0.02 of the ensemble on every shape; not supported if it is
    better by more than that on at least two; undecided otherwise.
    """
    if all(gain.ensemble.within(MARGIN) for gain in found):
        return "supported"
    better = sum(gain.ensemble.low > MARGIN for gain in found)
    return "not_supported" if better > 1 else "undecided"


def layers(found: Sequence[Gains]) -> Verdict:
    """A neural network is regressions in layers, trained together.

    Supported if the network is better than the ensemble on at least two shapes and better than
    layers that are not trained together on at least one, by more than 0.02; not supported if it is
    better than the ensemble on none; undecided otherwise.
    """
    composed = sum(gain.ensemble.low > MARGIN for gain in found)
    together = sum(gain.frozen.low > MARGIN for gain in found)
    if composed > 1 and together:
        return "supported"
    return "undecided" if composed else "not_supported"


def back_propagation(relative: float, drops: Sequence[float]) -> Verdict:
    """Back-propagation computes the gradient, and some algorithm moves the parameters with it.

    Supported if its relative error against finite differences is below 1e-6 and the loss falls
    under every algorithm that was given the gradient; not supported if the error is above 1e-3 or
    the loss falls under none; undecided otherwise.

    Args:
        relative: Relative error.
        drops: Loss before minus loss after training, for each algorithm and shape.
    """
    if relative < RIGHT and min(drops) > 0:
        return "supported"
    return "not_supported" if relative > WRONG or max(drops) <= 0 else "undecided"
