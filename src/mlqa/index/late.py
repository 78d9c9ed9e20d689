"""Late interaction: how well each word of a question is met by some word of a passage.

MaxSim (Khattab and Zaharia, ColBERT, 2020) over the vectors of terms, each term of the question
weighted: ``Σ weight(q) · max over p of cos(q, p) / Σ weight(q)``.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mlqa.index.embedding import KiwiEmbedder, Vectors
from mlqa.text.terms import Term

# Similarities below this are chance and count as none.
_LEAST_SIMILARITY = 0.4


class LateIndex:
    """Term vectors of every passage.

    Args:
        vectors: Unit vector of each term, shape (terms, dimension).
        positions: Rows of ``vectors``, passage after passage.
        starts: Where each passage begins in ``positions``, and the end; shape (passages + 1,).
    """

    def __init__(
        self, vectors: Vectors, positions: NDArray[np.int32], starts: NDArray[np.int64]
    ) -> None:
        self._vectors = vectors
        self._positions = positions
        self._starts = starts

    @classmethod
    def build(cls, passages: Sequence[Sequence[Term]], embedder: KiwiEmbedder) -> LateIndex:
        """Takes the distinct terms of each passage that have a vector."""
        known = {term.ids: 0 for terms in passages for term in terms if term.ids}
        known = {ids: row for row, ids in enumerate(known)}
        rows = [sorted({known[t.ids] for t in terms if t.ids}) for terms in passages]
        return cls(
            embedder.term_vectors(list(known)),
            np.asarray([row for of_passage in rows for row in of_passage], dtype=np.int32),
            np.cumsum([0, *map(len, rows)], dtype=np.int64),
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> LateIndex:
        """What ``to_bytes`` gave."""
        with np.load(io.BytesIO(content)) as arrays:
            vectors = arrays["vectors"].astype(np.float32)
            return cls(vectors, arrays["positions"], arrays["starts"])

    def to_bytes(self) -> bytes:
        """The index as an npz file, vectors in half precision."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            vectors=self._vectors.astype(np.float16),
            positions=self._positions,
            starts=self._starts,
        )
        return buffer.getvalue()

    def scores(
        self, question: Vectors, weights: NDArray[np.float32], passages: Sequence[int]
    ) -> NDArray[np.float32]:
        """MaxSim of some passages, 0 to 1, shape (len(passages),).

        Args:
            question: Unit vectors of the question's terms, shape (terms, dimension).
            weights: How much each term counts, shape (terms,), not negative.
            passages: Positions of the passages.
        """
        scores = np.zeros(len(passages), dtype=np.float32)
        total = float(weights.sum())
        if total <= 0:
            return scores
        for row, passage in enumerate(passages):
            of_passage = self._positions[self._starts[passage] : self._starts[passage + 1]]
            if len(of_passage):
                best = (question @ self._vectors[of_passage].T).max(axis=1)
                scores[row] = weights @ np.where(best < _LEAST_SIMILARITY, 0, best) / total
        return scores
