"""Two runs over the same questions: how much each figure differs, and whether that is chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from mlqa.errors import RunError
from mlqa.evaluation.figures import groups, statistics
from mlqa.evaluation.runs import Outcome, Run
from mlqa.evaluation.significance import Statistic, interval_of, p_value_of

Differences: TypeAlias = "dict[str, dict[str, float] | None]"


class Difference(NamedTuple):
    """A figure of two runs.

    Attributes:
        first: Of the first run.
        second: Of the second.
        value: First less second.
        low: Lower end of the 95 % bootstrap interval of the difference.
        high: Upper end.
        p: Chance of such a difference, either way, if both runs were alike (paired permutation
            test, not corrected for the number of figures).
    """

    first: float
    second: float
    value: float
    low: float
    high: float
    p: float


def compare(first: Run, second: Run, seed: int = 0) -> dict[str, Any]:
    """How much better the first run is than the second, over the same questions.

    Args:
        first: A run.
        second: Another run on the same part of the same gold set.
        seed: Of the intervals and tests.

    Returns:
        ``{"part", "questions", "first", "second", "all": {figure: difference}, "kinds": {kind:
        …}}``: differences as in ``Difference``, None where a run has nothing to measure; ``first``
        and ``second`` hold ``created``, ``index_version`` and ``settings``.

    Raises:
        RunError: They did not ask the same questions, or expected other answers.
    """
    others = _by_id(first, second)

    def differences(group: Sequence[Outcome]) -> Differences:
        return _differences(group, [others[outcome.gold.id] for outcome in group], seed)

    return {
        "part": first.part,
        "questions": len(first.outcomes),
        "first": _about(first),
        "second": _about(second),
        "all": differences(first.outcomes),
        "kinds": {kind: differences(group) for kind, group in groups(first.outcomes).items()},
    }


def _by_id(first: Run, second: Run) -> dict[str, Outcome]:
    """The outcomes of the second run, after a check that both asked the same."""
    mine, others = ({o.gold.id: o for o in run.outcomes} for run in (first, second))
    for name in dict.fromkeys([*mine, *others]):
        asked = [outcomes[name].gold if name in outcomes else None for outcomes in (mine, others)]
        if asked[0] != asked[1]:
            texts = ["-" if gold is None else repr(gold.question[:40]) for gold in asked]
            raise RunError("run_gold", id=name, first=texts[0], second=texts[1])
    return others


def _differences(first: Sequence[Outcome], second: Sequence[Outcome], seed: int) -> Differences:
    mine, others, both = (statistics(group) for group in (first, second, [*first, *second]))
    return {
        name: _difference(mine[name], others[name], both[name], len(first), seed)
        for name in mine
        if name in others
    }


def _difference(
    first: Statistic, second: Statistic, both: Statistic, count: int, seed: int
) -> dict[str, float] | None:
    once = np.ones(count)
    values = float(first(once)), float(second(once))
    if not np.isfinite(values).all():
        return None
    return Difference(
        *values,
        values[0] - values[1],
        *interval_of(lambda times: first(times) - second(times), count, seed),
        p_value_of(both, count, seed),
    )._asdict()


def _about(run: Run) -> dict[str, Any]:
    return run.model_dump(mode="json", include={"created", "index_version", "settings"})
