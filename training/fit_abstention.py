"""Fits when to decline, on the training part of the gold set.

    python -m training.fit_abstention --encoder FILE [--gold eval/gold.jsonl] [--index index]

Prints the coefficients for ``mlqa/answer/abstention.py`` and the threshold for
``mlqa/config.py``: the largest at which at most ``--wrong`` of the answerable training questions
are declined, with probabilities from ten-fold cross-validation. The FAQ of the index is left out.
The test part is not looked at.
"""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from mlqa.answer.abstention import Evidence, evidence_for
from mlqa.answer.matching import QuestionMatcher
from mlqa.answer.reading import read_hits
from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.evaluation.gold import GoldQuestion, load_gold
from mlqa.index.store import Index
from training.unseen import with_encoder, without_faq

_FOLDS = 10
# Those of the FAQ are fitted by fit_faq beside these.
_NAMES = [field.name for field in fields(Evidence) if not field.name.startswith("faq_")]
_SEEDS = range(5)


def main() -> None:
    """Fits and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="one trained with --unseen")
    parser.add_argument("--gold", type=Path, default=Path("eval/gold.jsonl"))
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--wrong", type=float, default=0.08, help="answerable ones declined")
    options = parser.parse_args()
    config = Config(index=options.index)
    index = with_encoder(without_faq(Index.load(options.index, config)), options.encoder)
    bot = Chatbot(index, config)
    questions = load_gold(options.gold).part("train").questions
    features = np.array([_features(bot, gold) for gold in questions])
    answerable = np.array([gold.answerable for gold in questions])
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=5000)
    probabilities = np.mean(
        [
            cross_val_predict(
                model,
                features,
                answerable,
                cv=StratifiedKFold(_FOLDS, shuffle=True, random_state=seed),
                method="predict_proba",
            )[:, 1]
            for seed in _SEEDS
        ],
        axis=0,
    )
    threshold = float(np.quantile(probabilities[answerable], options.wrong))
    model.fit(features, answerable)
    print("coefficients", dict(zip(_NAMES, model.coef_[0].round(2).tolist(), strict=True)))
    print("intercept", round(float(model.intercept_[0]), 2))
    print("threshold", round(threshold, 3))
    print("AUC (cross-validated)", round(float(roc_auc_score(answerable, probabilities)), 3))
    declined = probabilities < threshold
    for kind in dict.fromkeys(gold.kind for gold in questions):
        of_kind = np.array([gold.kind == kind for gold in questions])
        print(f"declined {kind:14} {declined[of_kind].mean():.2f} of {of_kind.sum()}")


def _features(bot: Chatbot, gold: GoldQuestion) -> list[float]:
    query = bot.retriever.understand(gold.question, gold.history)
    hits = bot.retriever.search(query, bot.config.top_k)
    matcher = QuestionMatcher(query, bot.texts)
    evidence = evidence_for(query, matcher, hits, read_hits(matcher, hits))
    return [getattr(evidence, name) for name in _NAMES]


if __name__ == "__main__":
    main()
