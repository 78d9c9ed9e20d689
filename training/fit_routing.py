"""Fits the signs by which a request to run an experiment is told from a question.

    python -m training.fit_routing [--requests eval/routing.jsonl] [--gold eval/gold.jsonl]

The requests of the training part, and the questions of the gold set's training part as such that
run nothing, where they name a tool. Prints the table ``asking`` for ``mlqa/data/routing.toml`` and
how many are told wrongly in ten-fold cross-validation. The test parts are not looked at.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from mlqa.evaluation.gold import load_gold
from mlqa.evaluation.routing import load_requests
from mlqa.tools.routing import signs_of

_FOLDS = 10
_STRENGTH = 3.0  # the inverse of the regularisation; least log loss in cross-validation


def main() -> None:
    """Fits and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=Path, default=Path("eval/routing.jsonl"))
    parser.add_argument("--gold", type=Path, default=Path("eval/gold.jsonl"))
    options = parser.parse_args()
    rows = [
        (signs_of(line.request), line.tool is not None)
        for line in load_requests(options.requests)
        if line.part == "train" and not line.history
    ]
    questions = load_gold(options.gold).part("train").questions
    rows += [(signs_of(gold.question), False) for gold in questions]
    named = [(signs, asked) for signs, asked in rows if signs is not None]
    names = sorted({name for signs, _ in named for name in signs})
    features = np.asarray([[name in signs for name in names] for signs, _ in named], dtype=float)
    asked = np.asarray([asked for _, asked in named])
    model = LogisticRegression(C=_STRENGTH, max_iter=2_000)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    guessed = cross_val_predict(model, features, asked, cv=folds)
    print(
        f"# {len(asked)} requests that name a tool, {asked.sum()} of them for a run; "
        f"cross-validation: {(guessed & ~asked).sum()} false alarms, "
        f"{(asked & ~guessed).sum()} missed"
    )
    model.fit(features, asked)
    print(f"[asking]\nbias = {model.intercept_[0]:.2f}")
    for weight, name in sorted(zip(model.coef_[0], names, strict=True), reverse=True):
        print(f"{name} = {weight:.2f}")


if __name__ == "__main__":
    main()
