"""Searches the weights by which a sentence is chosen, on the training part of the gold set.

    python -m training.fit_sentences --encoder FILE [--gold FILE] [--index DIR] [--trials 400]

What is maximised is the mean, over answerable training questions whose evidence was found, of: the
first sentence lies in the evidence (weight 1), and the share of key facts among the best four
sentences (weight 1). Prints the weights for ``mlqa/answer/ranking.py`` and their five-fold
cross-validated value beside that of the weights in use. The FAQ of the index is left out. The test
part is not looked at.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlqa.answer.asking import asked_for
from mlqa.answer.lists import following
from mlqa.answer.matching import QuestionMatcher
from mlqa.answer.ranking import WEIGHTS, Features, SentenceAsked, features
from mlqa.answer.reading import read_hits
from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.evaluation.gold import GoldQuestion, load_gold
from mlqa.index.store import Index
from mlqa.metrics import fact_coverage
from training.unseen import with_encoder, without_faq

_FOLDS = 5
# That of the FAQ was chosen beside these (docs/decisions/0019).
_NAMES = [name for name in Features._fields if name != "asked"]
_SENTENCES = 4


class _Item(NamedTuple):
    """One question: features of its sentences, which are evidence, and their texts."""

    found: NDArray[np.float64]
    evidence: NDArray[np.bool_]
    texts: list[str]
    facts: tuple[tuple[str, ...], ...]


def main() -> None:
    """Searches and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="one trained with --unseen")
    parser.add_argument("--gold", type=Path, default=Path("eval/gold.jsonl"))
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--trials", type=int, default=400)
    options = parser.parse_args()
    config = Config(index=options.index)
    index = with_encoder(without_faq(Index.load(options.index, config)), options.encoder)
    bot = Chatbot(index, config)
    questions = load_gold(options.gold).part("train").questions
    items = [item for gold in questions if gold.answerable and (item := _item(bot, gold))]
    random = np.random.default_rng(0)
    start = np.array([getattr(WEIGHTS, name) for name in _NAMES])
    trials = [
        start,
        *(start * random.uniform(0.3, 2.0, start.shape) for _ in range(options.trials)),
    ]
    values = np.array([[_value(item, weights) for item in items] for weights in trials])
    print("questions", len(items))
    print("in use", round(float(values[0].mean()), 3))
    folds = np.arange(len(items)) % _FOLDS
    held_out = [values[values[:, folds != f].mean(1).argmax(), folds == f] for f in range(_FOLDS)]
    print("best, cross-validated", round(float(np.concatenate(held_out).mean()), 3))
    # The mean of the best weights is steadier than the best one.
    best = np.array([trials[i] for i in values.mean(1).argsort()[-10:]]).mean(axis=0)
    print("mean of the ten best", round(float(np.mean([_value(item, best) for item in items])), 3))
    print(dict(zip(_NAMES, best.round(2).tolist(), strict=True)))


def _item(bot: Chatbot, gold: GoldQuestion) -> _Item | None:
    query = bot.retriever.understand(gold.question, gold.history)
    hits = bot.retriever.search(query, bot.config.top_k)
    readings = read_hits(QuestionMatcher(query, bot.texts), hits)
    covered = max((reading.in_context for reading in readings), default=0.0)
    asked = SentenceAsked(asked_for(query.searched), wants_code=False, covered=covered)
    sayable = [r for r in readings if not r.is_listing]
    openings = [bot.texts.opening(r.text) for r in sayable]
    texts = [opening.text for opening in openings]
    found = [
        features(r, opening, bot.texts.of(opening.text)[0], asked, following(r, readings))
        for r, opening in zip(sayable, openings, strict=True)
    ]
    quotes = {(e.document_id, e.quote) for e in gold.evidence}
    evidence = [
        any(r.hit.chunk.document_id == d and (r.text in q or q in r.text) for d, q in quotes)
        for r in sayable
    ]
    if not any(evidence):
        return None
    rows = [[getattr(row, name) for name in _NAMES] for row in found]
    return _Item(np.array(rows), np.array(evidence), texts, gold.key_facts)


def _value(item: _Item, weights: NDArray[np.float64]) -> float:
    order = np.argsort(-(item.found @ weights), kind="stable")[:_SENTENCES]
    said = " ".join(item.texts[i] for i in order)
    return float(item.evidence[order[0]]) + fact_coverage(said, item.facts)


if __name__ == "__main__":
    main()
