"""The figures of a set of questions, with intervals.

Each figure is a function of how often a question is in the set, so that the same code measures a
run, its bootstrap and the difference of two runs. Means (see ``measures``) are over the questions
that have the value. Besides:

- ``abstention_precision``, ``abstention_recall``, ``abstention_f1``: declining as a detector of
  questions without an answer: their share of what was declined, the share of them that was
  declined (the same as ``declined_right``), and the harmonic mean; only where questions with and
  without an answer are asked.
- ``aurc``: area under the risk-coverage curve (``metrics.area``) of answering the questions with
  the largest confidence only; an answer's loss is 0 if it is right, else 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from mlqa.evaluation.runs import Outcome, Run
from mlqa.evaluation.significance import Statistic, Values, interval_of
from mlqa.metrics import area, risk_coverage

MEANS = (
    *("hit@1", "hit@5", "mrr@10"),
    *("key_facts", "answer_f1", "rouge_l", "korquad_em", "korquad_f1", "judge"),
    *("citation_precision", "quote_precision", "citation_recall", "verbatim", "grounded"),
    *("declined_right", "declined_wrong"),
)
ABSTENTION = ("abstention_precision", "abstention_recall", "abstention_f1")
FIGURES = (*MEANS, *ABSTENTION, "aurc")
SMALLER_IS_BETTER = frozenset({"declined_wrong", "aurc"})

Figures: TypeAlias = dict[str, float | int | None]


def summarise(run: Run, seed: int = 0) -> dict[str, Any]:
    """The figures of a run, see ``evaluate.evaluate``.

    Args:
        run: The run.
        seed: Of the intervals.
    """
    kinds = groups(run.outcomes)
    return {
        "part": run.part,
        "questions": len(run.outcomes),
        "index_version": run.index_version,
        "all": figures(run.outcomes),
        "kinds": {kind: figures(group) for kind, group in kinds.items()},
        "intervals": {
            "all": intervals_of(run.outcomes, seed),
            "kinds": {kind: intervals_of(group, seed) for kind, group in kinds.items()},
        },
        "risk_coverage": curve(run),
    }


def groups(outcomes: Sequence[Outcome]) -> dict[str, tuple[Outcome, ...]]:
    """The questions of each kind, in the order in which kinds come."""
    kinds = dict.fromkeys(outcome.kind for outcome in outcomes)
    return {kind: tuple(o for o in outcomes if o.kind == kind) for kind in kinds}


def figures(group: Sequence[Outcome]) -> Figures:
    """Figures by name, 0 to 1, None where there is nothing to measure; and how many questions."""
    once = np.ones(len(group))
    found = {name: _number(float(of(once))) for name, of in statistics(group).items()}
    return {"questions": len(group), **found}


def intervals_of(group: Sequence[Outcome], seed: int) -> dict[str, list[float] | None]:
    """Ends of the 95 % bootstrap interval of each figure; None where the figure is None."""
    once = np.ones(len(group))
    found: dict[str, list[float] | None] = {}
    for name, statistic in statistics(group).items():
        is_there = np.isfinite(statistic(once))
        found[name] = list(interval_of(statistic, len(group), seed)) if is_there else None
    return found


def curve(run: Run) -> dict[str, Any]:
    """The risk-coverage curve of a run.

    Returns:
        ``{"area", "best_area", "full_risk", "threshold", "points"}``; a point is ``[threshold,
        coverage, risk]``, ``best_area`` that of confidences that put all right answers first,
        ``full_risk`` the risk of answering everything, about the area of confidences by chance.
    """
    losses = [float(not outcome.correct) for outcome in run.outcomes]
    points = risk_coverage([outcome.confidence for outcome in run.outcomes], losses)
    best = risk_coverage([-float(rank) for rank in range(len(losses))], sorted(losses))
    return {
        "area": area(points),
        "best_area": area(best),
        "full_risk": points[-1].risk,
        "threshold": run.threshold,
        "points": [list(point) for point in points],
    }


def statistics(group: Sequence[Outcome]) -> dict[str, Statistic]:
    """Every figure as a function of how often each question is there."""
    found: dict[str, Statistic] = {}
    for name in MEANS:
        if name != "judge" or any(name in outcome.values for outcome in group):
            values = np.array([outcome.values.get(name, np.nan) for outcome in group])
            found[name] = _mean(values)
    unanswerable = np.array([not outcome.gold.answerable for outcome in group])
    declined = np.array([outcome.abstained for outcome in group])
    right = unanswerable & declined
    if unanswerable.any() and not unanswerable.all():
        found["abstention_precision"] = _ratio(right, declined)
        found["abstention_recall"] = _ratio(right, unanswerable)
        found["abstention_f1"] = _ratio(2.0 * right, 1.0 * unanswerable + declined)
    else:
        found |= dict.fromkeys(ABSTENTION, _nothing)
    losses = np.array([float(not outcome.correct) for outcome in group])
    confidences = np.array([outcome.confidence for outcome in group])
    found["aurc"] = _nothing if unanswerable.all() else _area(confidences, losses)
    return found


def _nothing(times: Values) -> Values:
    return np.full(times.shape[:-1], np.nan)


def _mean(values: Values) -> Statistic:
    """Mean of the values that are there."""
    there = np.isfinite(values)
    return _ratio(np.where(there, values, 0.0), there)


def _ratio(above: Values | np.ndarray[Any, np.dtype[np.bool_]], below: Any) -> Statistic:  # noqa: ANN401
    """Sum of one column by the sum of another."""
    columns = np.column_stack([above, below]).astype(np.float64)

    def statistic(times: Values) -> Values:
        sums = times @ columns
        with np.errstate(invalid="ignore"):  # nothing to measure: NaN
            found: Values = sums[..., 0] / sums[..., 1]
        return found

    return statistic


def _area(confidences: Values, losses: Values) -> Statistic:
    """``metrics.area``; equal confidences are answered together."""
    order = np.argsort(-confidences, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(confidences[order])), len(order) - 1)

    def statistic(times: Values) -> Values:
        counts = times[..., order].cumsum(axis=-1)[..., ends]
        lost = (times * losses)[..., order].cumsum(axis=-1)[..., ends]
        risks = lost / np.maximum(counts, 1)  # above a group that is not drawn: of width 0
        widths = np.diff(counts, axis=-1, prepend=0)
        found: Values = (risks * widths).sum(axis=-1) / counts[..., -1]
        return found

    return statistic


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value
