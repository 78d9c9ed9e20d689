"""Putting the signals of a search together: a weighted sum whose weights follow from the query.

Reciprocal-rank fusion is no option: it throws the scores away, so that a weak ranking counts as
much as a sure one (docs/decisions/0011).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlqa.schema import QuestionLanguage

Scores = NDArray[np.float32]


class Signals(NamedTuple):
    """One number for each signal: scores 0 to 1 of passages, or weights.

    Attributes:
        words: BM25 over terms.
        pairs: BM25 over pairs of neighbouring terms.
        letters: BM25 over pairs of letters.
        dense: Cosine of the vectors of question and passage.
        late: Late interaction of their terms.
    """

    words: float
    pairs: float
    letters: float
    dense: float
    late: float


# Fitted by training/fit_fusion.py on training questions (docs/decisions/0011).
_BASE = Signals(words=0.06, pairs=0.19, letters=0.24, dense=0.73, late=1.0)
# Added to the weight of the words where the index knows all of the question.
_KNOWN_WORDS = 0.15
# Times the weights for an English question, whose letters are not those of Korean passages.
ENGLISH = Signals(words=1.0, pairs=0.0, letters=0.0, dense=1.0, late=1.0)


def weights(known: float, language: QuestionLanguage, factors: Signals) -> Signals:
    """The weights of a query's signals; they add up to 1, or to 0 where all factors are 0.

    Args:
        known: Share of the query, by idf, that the index knows, 0 to 1.
        language: The language of the query.
        factors: What the user multiplies the weight of each signal with, each not negative.
    """
    base = _BASE._replace(words=_BASE.words + _KNOWN_WORDS * known)
    times = ENGLISH if language == "en" else Signals(1, 1, 1, 1, 1)
    raw = [w * t * factor for w, t, factor in zip(base, times, factors, strict=True)]
    total = sum(raw)
    return Signals(*(weight / total if total else 0.0 for weight in raw))


def of_best(scores: Scores) -> Scores:
    """Scores as shares of the best one, shape kept; all 0 where none is above 0."""
    best = float(scores.max(initial=0))
    return scores / best if best > 0 else np.zeros_like(scores)


def min_max(scores: Scores) -> Scores:
    """Scores moved and stretched to 0..1, shape kept; all 0 where all scores are equal."""
    if scores.size == 0:
        return scores
    low, high = float(scores.min()), float(scores.max())
    if high <= low:
        return np.zeros_like(scores)
    return (scores - low) / (high - low)


def squeezed(scores: Scores) -> Scores:
    """Scores of any size brought between 0 and 1, order kept (the logistic function)."""
    shares = 1 / (1 + np.exp(-np.clip(scores, -30, 30)))
    return shares.astype(np.float32)


def ranks(scores: Scores) -> NDArray[np.int64]:
    """Rank of each score, 1 for the largest; equal scores keep their order."""
    order = np.argsort(-scores, kind="stable")
    result = np.empty(len(scores), dtype=np.int64)
    result[order] = np.arange(1, len(scores) + 1)
    return result
