"""Late interaction: how well each word of a question is met by some word of a passage.

MaxSim (Khattab and Zaharia, ColBERT, 2020) over the vectors of terms, each term of the question
weighted: ``Σ weight(q) · max over p of cos(q, p) / Σ weight(q)``.
"""

from __future__ import annotations

import io
import json
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
        ids: Vocabulary ids of each term.
        vectors: Unit vector of each term, shape (terms, dimension).
        positions: Rows of ``vectors``, passage after passage.
        starts: Where each passage begins in ``positions``, and the end; shape (passages + 1,).
    """

    def __init__(
        self,
        ids: Sequence[tuple[int, ...]],
        vectors: Vectors,
        positions: NDArray[np.int32],
        starts: NDArray[np.int64],
    ) -> None:
        self.ids = ids
        self.vectors = vectors
        self._positions = positions
        self._starts = starts

    @classmethod
    def build(cls, passages: Sequence[Sequence[Term]], embedder: KiwiEmbedder) -> LateIndex:
        """Takes the distinct terms of each passage that have a vector."""
        known = {term.ids: 0 for terms in passages for term in terms if term.ids}
        known = {ids: row for row, ids in enumerate(known)}
        rows = [sorted({known[t.ids] for t in terms if t.ids}) for terms in passages]
        return cls(
            list(known),
            embedder.term_vectors(list(known)).astype(np.float16).astype(np.float32),
            np.asarray([row for of_passage in rows for row in of_passage], dtype=np.int32),
            np.cumsum([0, *map(len, rows)], dtype=np.int64),
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> LateIndex:
        """What ``to_bytes`` gave."""
        with np.load(io.BytesIO(content)) as arrays:
            vectors = arrays["vectors"].astype(np.float32)
            ids = [tuple(row) for row in json.loads(arrays["ids"].tobytes())]
            return cls(ids, vectors, arrays["positions"], arrays["starts"])

    def to_bytes(self) -> bytes:
        """The index as an npz file, vectors in half precision."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            ids=np.frombuffer(json.dumps(self.ids).encode("ascii"), dtype=np.uint8),
            vectors=self.vectors.astype(np.float16),
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
        lengths = self._starts[np.asarray(passages) + 1] - self._starts[np.asarray(passages)]
        filled = np.flatnonzero(lengths)
        if total <= 0 or not len(filled):
            return scores
        of_pool = np.concatenate(
            [self._positions[self._starts[p] : self._starts[p + 1]] for p in passages]
        )
        rows, places = np.unique(of_pool, return_inverse=True)
        similarities = (question @ self.vectors[rows].T)[:, places]
        begins = (np.cumsum(lengths) - lengths)[filled]
        best = np.maximum.reduceat(similarities, begins, axis=1)
        # Vectors in half precision are a little longer or shorter than 1.
        best = np.where(best < _LEAST_SIMILARITY, 0, np.minimum(best, 1))
        scores[filled] = weights @ best / total
        return scores
