"""The pipeline from data to monitoring, and what its numbers say of the essays' claims."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from mlqa.schema import Verdict
from mlqa.tools.automl import searching, watching
from mlqa.tools.automl.searching import Search
from mlqa.tools.automl.watching import Column, Watched
from mlqa.tools.intervals import Interval, of_right_answers
from mlqa.tools.perceptron import Array
from mlqa.tools.shipped import Data

MARGIN = 0.01


class Run(NamedTuple):
    """Everything that one run of the pipeline measured.

    Attributes:
        rows: Rows to train on, held out, and later.
        expected: Schema of the training rows.
        search: All trials.
        held_out: Accuracy of the best pipeline on the held-out rows.
        default: Accuracy there of standardised inputs and a plain logistic regression.
        commonest: Accuracy there of always answering the commonest class.
        gain: Best pipeline minus the default, on the held-out rows.
        entry: The registry's record of the model.
        line: The record as it is written: one line of JSON.
        rebuilt_same: Share of held-out rows on which a model made anew from the line answers alike.
        untuned_same: The same without the hyper-parameters of the line.
        changed_ran: Whether the model answered with another scaling than it was trained on.
        changed: Accuracy then.
        changed_loss: How much less often it was right than with its own scaling.
        later: Columns of the later rows.
        damaged: Columns of the later rows after something happened to them.
        shifted: Names of the columns that were shifted.
        later_accuracy: Of the model on the later rows.
        damaged_accuracy: Of the model on the damaged rows.
    """

    rows: tuple[int, int, int]
    expected: tuple[Column, ...]
    search: Search
    held_out: float
    default: float
    commonest: float
    gain: Interval
    entry: dict[str, Any]
    line: str
    rebuilt_same: float
    untuned_same: float
    changed_ran: bool
    changed: float
    changed_loss: Interval
    later: tuple[Watched, ...]
    damaged: tuple[Watched, ...]
    shifted: tuple[str, ...]
    later_accuracy: float
    damaged_accuracy: float


def run(
    data: Data,
    *,
    trials: int,
    seconds: float,
    shift: float,
    missing: float,
    seed: int,
    load: Callable[[str], Data],
    progress: Callable[[float, int], None],
) -> Run:
    """Validates, searches, evaluates once, registers, checks the record and watches a later batch.

    Args:
        data: The data set.
        trials: Pipelines to try.
        seconds: No trial starts after that.
        shift: Standard deviations by which a third of the columns of the damaged batch moves.
        missing: Share of its cells that are lost.
        seed: Of everything that is drawn.
        load: Gives a data set by name, as the registry knows it.
        progress: Takes the share of the search that is done and the number of the trial.
    """
    parts = searching.split(data, seed)
    train, held, later = parts
    expected = watching.schema(train.x, train.columns)
    search = searching.search(train, trials=trials, seconds=seconds, seed=seed, progress=progress)
    made = searching.fitted(search.best.parameters, train, seed)
    answers = made.predict(held.x)
    plain = searching.default(train, seed).predict(held.x)
    right = answers == held.y
    entry = searching.record(data, search.best, seed=seed, held_out=float(right.mean()))
    line = json.dumps(entry, sort_keys=True)
    again, untuned = (
        searching.rebuilt(line, load, tuned=tuned).predict(held.x) for tuned in (True, False)
    )
    ran, changed = _changed(made, held)
    batch, columns = watching.damaged(later.x, shift=shift, missing=missing, seed=seed)
    commonest = np.bincount(train.y.astype(np.int64)).argmax()
    return Run(
        rows=(len(train.y), len(held.y), len(later.y)),
        expected=expected,
        search=search,
        held_out=float(right.mean()),
        default=float((plain == held.y).mean()),
        commonest=float((held.y == commonest).mean()),
        gain=of_right_answers((plain == held.y).tolist(), right.tolist()),
        entry=entry,
        line=line,
        rebuilt_same=float((again == answers).mean()),
        untuned_same=float((untuned == answers).mean()),
        changed_ran=ran,
        changed=float((changed == held.y).mean()),
        changed_loss=of_right_answers((changed == held.y).tolist(), right.tolist()),
        later=watching.watch(expected, train.x, later.x),
        damaged=watching.watch(expected, train.x, batch),
        shifted=tuple(train.columns[column] for column in columns),
        later_accuracy=float(made.score(later.x, later.y)),
        damaged_accuracy=float(made.score(batch, later.y)),
    )


def _changed(made: Any, held: Data) -> tuple[bool, Array]:  # noqa: ANN401 - scikit-learn has no types
    """Whether the model answers every row under another scaling, and what it answers."""
    try:
        return True, searching.without_scaling(made, held.x)
    except ValueError:
        return False, np.full(len(held.y), -1.0)


def tuning(gain: Interval) -> Verdict:
    """The agent finds the most suitable hyper-parameters.

    Supported if the interval of the gain over the default lies above zero; not supported if it lies
    below zero, or within 0.01 of zero; undecided otherwise.
    """
    if gain.low > 0:
        return "supported"
    return "not_supported" if gain.high < 0 or gain.within(MARGIN) else "undecided"


def silent_bug(*, ran: bool, loss: Interval) -> Verdict:
    """Other preprocessing gives wrong results while inference runs on.

    Supported if every row got an answer and the interval of the lost accuracy lies above zero; not
    supported if inference broke off, or the interval lies within 0.01 of zero; undecided otherwise.
    """
    if not ran or loss.within(MARGIN):
        return "not_supported"
    return "supported" if loss.low > 0 else "undecided"


def records(*, rebuilt: float, untuned: float) -> Verdict:
    """The record is needed to make a model again.

    Supported if the model made from the record answers every row alike and the one without the
    recorded hyper-parameters does not; not supported if the first does not; undecided if both do.
    """
    if rebuilt < 1:
        return "not_supported"
    return "supported" if untuned < 1 else "undecided"
