"""Fits which further sentences belong into an answer, on the training part of the gold set.

    python -m training.fit_support --encoder FILE [--gold eval/gold.jsonl] [--index index]

A sentence is a part of the answer if it stands in the evidence. Prints the weights for
``mlqa/answer/support.py`` and, from five-fold cross-validation over questions, how precise and how
complete the sentences above each threshold are. The FAQ of the index is left out. The test part is
not looked at.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from mlqa.answer.candidates import candidates_among, sentence_asked
from mlqa.answer.matching import QuestionMatcher
from mlqa.answer.reading import read_hits
from mlqa.answer.shapes import OF_SEVERAL
from mlqa.answer.support import Support, support_of
from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.evaluation.asking import evidence_of
from mlqa.evaluation.gold import GoldQuestion, load_gold
from mlqa.index.store import Index
from mlqa.schema import Place
from training.unseen import with_encoder, without_faq

_FOLDS = 5
# Those of the FAQ are fitted by fit_faq beside these.
_NAMES = [name for name in Support._fields if name not in {"faq_several", "behind"}]
_THRESHOLDS = (0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.2, 0.3)


class Row(NamedTuple):
    """A sentence beside the best one, for the question of a number."""

    question: int
    found: Support
    in_evidence: bool


def main() -> None:
    """Fits and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="one trained with --unseen")
    parser.add_argument("--gold", type=Path, default=Path("eval/gold.jsonl"))
    parser.add_argument("--index", type=Path, default=Path("index"))
    options = parser.parse_args()
    config = Config(index=options.index)
    index = with_encoder(without_faq(Index.load(options.index, config)), options.encoder)
    bot = Chatbot(index, config)
    questions = load_gold(options.gold).part("train").questions
    rows = [
        row
        for number, gold in enumerate(questions)
        if gold.answerable
        for row in rows_of(bot, gold, number)
    ]
    found = np.array([[getattr(row.found, name) for name in _NAMES] for row in rows])
    groups = np.array([row.question for row in rows])
    print("sentences", len(rows), "of questions", len(set(groups)))
    _fit(found, np.array([row.in_evidence for row in rows]), groups)


def _fit(found: NDArray[np.float64], wanted: NDArray[np.bool_], groups: NDArray[np.int64]) -> None:
    model = LogisticRegression(C=1.0, max_iter=5000)
    held_out = cross_val_predict(
        model, found, wanted, groups=groups, cv=GroupKFold(_FOLDS), method="predict_proba"
    )[:, 1]
    model.fit(found, wanted)
    print(dict(zip(_NAMES, model.coef_[0].round(2).tolist(), strict=True)))
    print("  intercept", round(float(model.intercept_[0]), 2))
    print("  AUC (cross-validated)", round(float(roc_auc_score(wanted, held_out)), 3))
    for threshold in _THRESHOLDS:
        taken = held_out >= threshold
        print(
            f"  from {threshold:.2f}: {taken.sum()} taken, right {wanted[taken].mean():.2f}, "
            f"of all {wanted[taken].sum() / wanted.sum():.2f}"
        )


def rows_of(bot: Chatbot, gold: GoldQuestion, number: int) -> list[Row]:
    """The sentences beside the best one for an answerable question.

    Args:
        bot: What is asked.
        gold: The question.
        number: Of the question.
    """
    query = bot.retriever.understand(gold.question, gold.history)
    hits = bot.retriever.search(query, bot.config.top_k)
    readings = read_hits(QuestionMatcher(query, bot.texts), hits)
    asked = sentence_asked(query, readings)
    candidates = candidates_among(readings, asked, bot.texts)
    sayable = [c for c in candidates if not c.reading.is_listing]
    best = max(sayable, key=lambda candidate: candidate.score)
    evidence = evidence_of(gold, bot.documents)
    vector = bot.texts.vector(best.text)
    return [
        Row(
            number,
            support_of(
                c, best, float(bot.texts.vector(c.text) @ vector), asked.asking in OF_SEVERAL
            ),
            Place(c.reading.hit.chunk.document_id, c.span).meets(evidence),
        )
        for c in sayable
        if c is not best
    ]


if __name__ == "__main__":
    main()
