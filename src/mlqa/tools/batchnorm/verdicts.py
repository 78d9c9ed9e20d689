"""What the numbers say of the essays' claims: the rules, written down.

Arms are compared seed by seed (same first weights, same batches). A verdict needs every seed: one
that says otherwise leaves the claim undecided. Numbers that are not finite decide nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from mlqa.schema import Verdict
from mlqa.tools.batchnorm.experiment import Numbers, Run
from mlqa.tools.batchnorm.network import Arm

# How many times larger something must be to count as larger.
MARGIN = 1.25
# How far apart cosines must be to count as different.
ANGLE = 0.05
# BN must have a mean training loss this many times smaller for there to be something to explain.
AHEAD_BY = 1.1
# Share of BN's advantage that noisy BN keeps: like BN from the one, unlike it up to the other.
KEPT, LOST = 2 / 3, 1 / 3
# An arm has learned if its loss has halved from that of a guess among ten classes.
LEARNED = math.log(10) / 2

Values = tuple[float, ...]


class Summary(NamedTuple):
    """One arm in a few numbers, each with a value for every seed.

    Attributes:
        mean_loss: Mean loss of the training batches over the whole run.
        final_loss: Loss on the training set after the last step.
        accuracy: Share of right test digits after the last step.
        reached: Steps until the training loss reached its target; NaN if never.
        drift: Mean drift of the layers' inputs, geometric mean over steps.
        layers: The same for each layer, second first.
        shift: Internal covariate shift, L2, mean over layers, geometric mean over steps.
        cosine: The same as a cosine, arithmetic mean.
        spread: Range of the loss along the gradient, geometric mean over steps.
        change: Gradient predictiveness, geometric mean over steps.
        smoothness: Effective β-smoothness, geometric mean over steps.
    """

    mean_loss: Values
    final_loss: Values
    accuracy: Values
    reached: Values
    drift: Values
    layers: tuple[Values, ...]
    shift: Values
    cosine: Values
    spread: Values
    change: Values
    smoothness: Values


class Judgement(NamedTuple):
    """A verdict with the sentence of the catalogue that gives its numbers.

    Attributes:
        verdict: What the numbers say.
        reason: Key of the sentence.
        values: For each of its placeholders a value of every seed.
    """

    verdict: Verdict
    reason: str
    values: Mapping[str, Values] = {}


def summary(run: Run) -> Summary:
    """The numbers of an arm that verdicts rest on."""

    def typical(values: Numbers) -> Numbers:
        with np.errstate(divide="ignore", invalid="ignore"):
            means: Numbers = np.exp(np.log(values).mean(1))
        return means

    def seeds(values: Numbers) -> Values:
        return tuple(float(value) for value in values)

    layers = typical(run.drift)
    return Summary(
        mean_loss=seeds(run.mean_loss),
        final_loss=seeds(run.final_loss),
        accuracy=seeds(run.accuracy[:, -1]),
        reached=seeds(run.reached),
        drift=seeds(layers.mean(1)),
        layers=tuple(seeds(row) for row in layers),
        shift=seeds(typical(run.shift.mean(2))),
        cosine=seeds(run.cosine.mean((1, 2))),
        spread=seeds(typical(run.high - run.low)),
        change=seeds(typical(run.change)),
        smoothness=seeds(typical(run.smoothness)),
    )


Arms = Mapping[Arm, Summary]


def performance(arms: Arms) -> Judgement:
    """Noisy BN trains like BN and better than no BN.

    Measured by the mean training loss of the whole run: the share of BN's advantage over the
    standard network that noisy BN keeps. Supported from ``KEPT``, not supported up to ``LOST``,
    undecided between, and where BN is not ahead by ``AHEAD_BY`` in the first place.
    """
    if len(arms) < 3:  # noqa: PLR2004 - all three
        return _missing()
    standard, bn, noisy = (arms[arm].mean_loss for arm in ("standard", "bn", "noisy"))
    ahead = _ratios(standard, bn)
    if not _all(ahead, lambda ratio: ratio >= AHEAD_BY):
        return _judged("undecided", "batchnorm_reason_not_ahead", {"ahead": ahead})
    kept = tuple((a - c) / (a - b) for a, b, c in zip(standard, bn, noisy, strict=True))
    verdict = _verdict(kept, at_least=KEPT, at_most=LOST)
    return _judged(verdict, "batchnorm_reason_performance", {"kept": kept})


def conclusion(arms: Arms) -> Judgement:
    """What makes BN work is not that internal covariate shift goes away.

    Supported if noisy BN's inputs drift ``MARGIN`` times more than those of both other arms and it
    still trains like BN; not supported if they do and it does not; undecided otherwise. The shift
    of definition 2.1 is told beside it: it holds the noise fixed, so noise does not add to it.
    """
    trained = performance(arms)
    if len(arms) < 3:  # noqa: PLR2004 - all three
        return _missing()
    if trained.reason != "batchnorm_reason_performance":
        return trained
    others = tuple(map(max, arms["standard"].drift, arms["bn"].drift))
    more = _ratios(arms["noisy"].drift, others)
    verdict = trained.verdict if _all(more, lambda ratio: ratio >= MARGIN) else "undecided"
    gradient = _ratios(arms["noisy"].shift, arms["standard"].shift)
    values = {"more": more, **trained.values, "gradient": gradient}
    return _judged(verdict, "batchnorm_reason_conclusion", values)


def deeper(arms: Arms) -> Judgement:
    """Noisy BN's inputs drift more than the others', and the more so the deeper the layer.

    The excess of a layer is noisy BN's drift minus the larger of the other two. Supported if it is
    above zero in every layer and ``MARGIN`` times larger in the last than in the first; not
    supported if some layer has none or the last has ``MARGIN`` times less than the first.
    """
    if len(arms) < 3:  # noqa: PLR2004 - all three
        return _missing()
    excess = [
        tuple(c - max(a, b) for a, b, c in zip(*layers, strict=True))
        for layers in zip(*(arms[arm].layers for arm in ("standard", "bn", "noisy")), strict=True)
    ]
    if len(excess[0]) < 2:  # noqa: PLR2004 - nothing is deeper
        return Judgement("undecided", "batchnorm_reason_shallow")
    # No excess at all in some layer counts as none in the last.
    growth = tuple(row[-1] / row[0] if min(row) > 0 else 0.0 for row in excess)
    values = {
        "first": tuple(row[0] for row in excess),
        "last": tuple(row[-1] for row in excess),
        "least": tuple(min(row) for row in excess),
    }
    verdict = _verdict(growth, at_least=MARGIN, at_most=1 / MARGIN)
    return _judged(verdict, "batchnorm_reason_deeper", values)


def not_reduced(arms: Arms) -> Judgement:
    """BN leaves internal covariate shift as it is or makes it worse (measure of definition 2.1).

    Supported if with BN the L2 shift is ``MARGIN`` times larger and the cosine ``ANGLE`` lower;
    not supported if it is as much smaller and higher; undecided otherwise, and where one of the
    two arms has not learned: gradients of a network that stands still do not shift.
    """
    blocked = _not_comparable(arms)
    if blocked:
        return blocked
    standard, bn = arms["standard"], arms["bn"]
    ratios = _ratios(bn.shift, standard.shift)
    turns = tuple(a - b for a, b in zip(standard.cosine, bn.cosine, strict=True))
    verdict = _joined(
        _verdict(ratios, at_least=MARGIN, at_most=1 / MARGIN),
        _verdict(turns, at_least=ANGLE, at_most=-ANGLE),
    )
    values = {"ratio": ratios, "standard": standard.cosine, "bn": bn.cosine}
    return _judged(verdict, "batchnorm_reason_not_reduced", values)


def smoother(arms: Arms) -> Judgement:
    """BN makes the landscape smoother: the loss ranges less widely along the gradient.

    Supported if without BN the range is ``MARGIN`` times larger, not supported if as much smaller;
    undecided otherwise, and where one of the two arms has not learned: a plain is smooth, too.
    """
    blocked = _not_comparable(arms)
    if blocked:
        return blocked
    ratios = _ratios(arms["standard"].spread, arms["bn"].spread)
    verdict = _verdict(ratios, at_least=MARGIN, at_most=1 / MARGIN)
    return _judged(verdict, "batchnorm_reason_smoother", {"ratio": ratios})


def predictive(arms: Arms) -> Judgement:
    """BN makes gradients smoother and more predictive.

    Supported if without BN gradient predictiveness (the change of the gradient along it) and
    effective β-smoothness are both ``MARGIN`` times larger; not supported if both as much smaller;
    undecided otherwise, and where one of the two arms has not learned.
    """
    blocked = _not_comparable(arms)
    if blocked:
        return blocked
    standard, bn = arms["standard"], arms["bn"]
    changes = _ratios(standard.change, bn.change)
    betas = _ratios(standard.smoothness, bn.smoothness)
    verdict = _joined(
        _verdict(changes, at_least=MARGIN, at_most=1 / MARGIN),
        _verdict(betas, at_least=MARGIN, at_most=1 / MARGIN),
    )
    values = {"change": changes, "beta": betas}
    return _judged(verdict, "batchnorm_reason_predictive", values)


def learned(arm: Summary) -> bool:
    """Whether every seed's loss on the training set has halved from that of a guess."""
    return _all(arm.final_loss, lambda loss: loss <= LEARNED)


def _not_comparable(arms: Arms) -> Judgement | None:
    if "standard" not in arms or "bn" not in arms:
        return _missing()
    if learned(arms["standard"]) and learned(arms["bn"]):
        return None
    values = {"standard": arms["standard"].final_loss, "bn": arms["bn"].final_loss}
    return _judged("undecided", "batchnorm_reason_not_learned", values)


def _judged(verdict: Verdict, reason: str, values: Mapping[str, Values]) -> Judgement:
    """The judgement, unless training blew up and its numbers are none."""
    if all(math.isfinite(value) for each in values.values() for value in each):
        return Judgement(verdict, reason, values)
    return Judgement("undecided", "batchnorm_reason_diverged")


def _missing() -> Judgement:
    return Judgement("undecided", "batchnorm_reason_missing")


def _verdict(values: Values, *, at_least: float, at_most: float) -> Verdict:
    """Supported if every value is at least the one, not supported if at most the other."""
    if _all(values, lambda value: value >= at_least):
        return "supported"
    return "not_supported" if _all(values, lambda value: value <= at_most) else "undecided"


def _joined(first: Verdict, second: Verdict) -> Verdict:
    """What two measures say together."""
    return first if first == second else "undecided"


def _all(values: Values, holds: Callable[[float], bool]) -> bool:
    return all(math.isfinite(value) and holds(value) for value in values)


def _ratios(first: Values, second: Values) -> Values:
    """Ratio of each seed; NaN where the second is zero."""
    return tuple(a / b if b else math.nan for a, b in zip(first, second, strict=True))
