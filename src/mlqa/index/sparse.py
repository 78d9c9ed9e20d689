"""BM25 over index terms (bm25s, Lucene's variant)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

_K1 = 1.2
_B = 0.75


class SparseIndex:
    """BM25 scores of every passage for weighted terms."""

    def __init__(self, bm25: bm25s.BM25) -> None:
        self._bm25 = bm25
        self.size: int = bm25.scores["num_docs"]

    @classmethod
    def build(cls, passages: Sequence[Iterable[str]]) -> SparseIndex:
        """Indexes the terms of each passage; at least one passage must hold a term."""
        bm25 = bm25s.BM25(method="lucene", k1=_K1, b=_B)
        bm25.index([list(terms) for terms in passages], show_progress=False)
        return cls(bm25)

    @classmethod
    def load(cls, folder: Path) -> SparseIndex:
        """What ``save`` wrote."""
        return cls(bm25s.BM25.load(folder, load_corpus=False))

    def save(self, folder: Path) -> None:
        """Writes the index into a new folder."""
        self._bm25.save(folder, show_progress=False)

    @property
    def vocabulary(self) -> Mapping[str, int]:
        """Every term of the passages."""
        vocabulary: Mapping[str, int] = self._bm25.vocab_dict
        return vocabulary

    def scores(self, terms: Mapping[str, float]) -> NDArray[np.float32]:
        """BM25 score of each passage, shape (size,); 0 where no term occurs.

        Args:
            terms: Terms and how much each counts; unknown ones count nothing.
        """
        total = np.zeros(self.size, dtype=np.float32)
        for term, weight in terms.items():
            total += weight * self.term_scores(term)
        return total

    def term_scores(self, term: str) -> NDArray[np.float32]:
        """What one term adds to the score of each passage, shape (size,)."""
        column = self.vocabulary.get(term)
        scores = np.zeros(self.size, dtype=np.float32)
        if column is not None:
            matrix = self._bm25.scores
            start, end = matrix["indptr"][column], matrix["indptr"][column + 1]
            scores[matrix["indices"][start:end]] = matrix["data"][start:end]
        return scores

    def idf(self, term: str) -> float:
        """How telling a term is: ln(1 + (N - n + 0.5) / (n + 0.5)), n passages holding it of N."""
        column = self.vocabulary.get(term)
        indptr = self._bm25.scores["indptr"]
        holding = 0 if column is None else int(indptr[column + 1] - indptr[column])
        return float(np.log1p((self.size - holding + 0.5) / (holding + 0.5)))
