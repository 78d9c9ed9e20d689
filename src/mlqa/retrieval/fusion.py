"""Putting two rankings together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


def min_max(scores: Scores) -> Scores:
    """Scores moved and stretched to 0..1, shape kept; all 0 where all scores are equal."""
    if scores.size == 0:
        return scores
    low, high = float(scores.min()), float(scores.max())
    if high <= low:
        return np.zeros_like(scores)
    return (scores - low) / (high - low)


def convex_sum(sparse: Scores, dense: Scores, dense_weight: float) -> Scores:
    """``(1 - w) * min_max(sparse) + w * min_max(dense)``, each score 0..1.

    Bruch et al., An analysis of fusion functions for hybrid retrieval, 2023. Reciprocal-rank
    fusion is no option here: with a weaker second ranking it loses far more than it gains.

    Args:
        sparse: BM25 scores, shape (passages,).
        dense: Cosine similarities, same shape.
        dense_weight: Share of the dense scores, 0 to 1.
    """
    return (1 - dense_weight) * min_max(sparse) + dense_weight * min_max(dense)


def ranks(scores: Scores) -> NDArray[np.int64]:
    """Rank of each score, 1 for the largest; equal scores keep their order."""
    order = np.argsort(-scores, kind="stable")
    result = np.empty(len(scores), dtype=np.int64)
    result[order] = np.arange(1, len(scores) + 1)
    return result
