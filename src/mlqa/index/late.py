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

from mlqa.index.encoder import StaticEncoder, Vectors
from mlqa.text.pieces import Piece
from mlqa.text.terms import Term


class LateIndex:
    """Term vectors of every passage.

    Args:
        pieces: What carries the vector of each term.
        vectors: Unit vector of each term, shape (terms, dimension).
        positions: Rows of ``vectors``, passage after passage.
        starts: Where each passage begins in ``positions``, and the end; shape (passages + 1,).
    """

    def __init__(
        self,
        pieces: Sequence[tuple[Piece, ...]],
        vectors: Vectors,
        positions: NDArray[np.int32],
        starts: NDArray[np.int64],
    ) -> None:
        self.pieces = pieces
        self.vectors = vectors
        self._positions = positions
        self._starts = starts

    @classmethod
    def build(cls, passages: Sequence[Sequence[Term]], encoder: StaticEncoder) -> LateIndex:
        """Takes the distinct terms of each passage that have a vector."""
        known: dict[tuple[Piece, ...], int] = {}
        rows: list[list[int]] = []
        for terms in passages:
            of_passage = dict.fromkeys(term.pieces for term in terms if term.pieces)
            rows.append(sorted({known.setdefault(pieces, len(known)) for pieces in of_passage}))
        return cls(
            list(known),
            encoder.term_vectors(list(known)).astype(np.float16).astype(np.float32),
            np.asarray([row for of_passage in rows for row in of_passage], dtype=np.int32),
            np.cumsum([0, *map(len, rows)], dtype=np.int64),
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> LateIndex:
        """What ``to_bytes`` gave."""
        with np.load(io.BytesIO(content)) as arrays:
            vectors = arrays["vectors"].astype(np.float32)
            pieces = [tuple(row) for row in json.loads(arrays["pieces"].tobytes())]
            return cls(pieces, vectors, arrays["positions"], arrays["starts"])

    def to_bytes(self) -> bytes:
        """The index as an npz file, vectors in half precision."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            pieces=np.frombuffer(json.dumps(self.pieces).encode("ascii"), dtype=np.uint8),
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
        needed = np.zeros(len(self.vectors), dtype=bool)
        needed[of_pool] = True
        places = np.cumsum(needed)[of_pool] - 1
        similarities = (question @ self.vectors[needed].T)[:, places]
        begins = (np.cumsum(lengths) - lengths)[filled]
        best = np.maximum.reduceat(similarities, begins, axis=1)
        # Vectors in half precision are a little longer or shorter than 1.
        best = np.clip(best, 0, 1)
        scores[filled] = weights @ best / total
        return scores
