"""BM25 over index terms: scored by bm25s (Lucene's variant) when it is built, only read after.

bm25s computes what each term adds to the score of each passage; a query sums columns of that
sparse matrix, which needs no library, so a loaded index does not wait for bm25s and SciPy.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_K1 = 1.2
_B = 0.75

Scores = NDArray[np.float32]


class SparseIndex:
    """BM25 scores of every passage for weighted terms.

    Args:
        vocabulary: Column of each term.
        data: Scores, column after column, shape (entries,).
        indices: Passage of each score, shape (entries,).
        indptr: Where each column begins, and the end, shape (terms + 1,).
        size: Number of passages.
    """

    def __init__(
        self,
        vocabulary: Mapping[str, int],
        data: Scores,
        indices: NDArray[np.int32],
        indptr: NDArray[np.int64],
        size: int,
    ) -> None:
        self.vocabulary = vocabulary
        self.size = size
        self._data = data
        self._indices = indices
        self._indptr = indptr

    @classmethod
    def build(cls, passages: Sequence[Iterable[str]]) -> SparseIndex:
        """Indexes the terms of each passage."""
        import bm25s  # noqa: PLC0415 - needed to build alone

        lists = [list(terms) for terms in passages]
        if not any(lists):  # bm25s cannot do without a term
            none = np.zeros(0, dtype=np.int32)
            return cls({}, none.astype(np.float32), none, np.zeros(1, np.int64), len(lists))
        bm25 = bm25s.BM25(method="lucene", k1=_K1, b=_B)
        bm25.index(lists, show_progress=False)
        columns = {str(term): int(column) for term, column in bm25.vocab_dict.items() if term}
        matrix = bm25.scores
        return cls(
            columns,
            np.asarray(matrix["data"], dtype=np.float32),
            np.asarray(matrix["indices"], dtype=np.int32),
            np.asarray(matrix["indptr"], dtype=np.int64),
            len(lists),
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> SparseIndex:
        """What ``to_bytes`` gave."""
        with np.load(io.BytesIO(content)) as arrays:
            vocabulary = json.loads(arrays["vocabulary"].tobytes().decode("utf-8"))
            return cls(
                vocabulary,
                arrays["data"],
                arrays["indices"],
                arrays["indptr"],
                int(arrays["size"]),
            )

    def to_bytes(self) -> bytes:
        """The index as an npz file."""
        buffer = io.BytesIO()
        vocabulary = json.dumps(dict(self.vocabulary), ensure_ascii=False).encode("utf-8")
        np.savez(
            buffer,
            vocabulary=np.frombuffer(vocabulary, dtype=np.uint8),
            data=self._data,
            indices=self._indices,
            indptr=self._indptr,
            size=np.asarray(self.size),
        )
        return buffer.getvalue()

    def of_length_1(self) -> SparseIndex:
        """The same with the scores of each passage divided by their Euclidean length."""
        squares = np.bincount(self._indices, weights=self._data**2, minlength=self.size)
        lengths = np.sqrt(np.where(squares > 0, squares, 1)).astype(np.float32)
        data = self._data / lengths[self._indices]
        return SparseIndex(self.vocabulary, data, self._indices, self._indptr, self.size)

    def scores(self, terms: Mapping[str, float]) -> Scores:
        """BM25 score of each passage, shape (size,); 0 where no term occurs.

        Args:
            terms: Terms and how much each counts; unknown ones count nothing.
        """
        total = np.zeros(self.size, dtype=np.float32)
        for term, weight in terms.items():
            passages, scores = self._column(term)
            total[passages] += weight * scores
        return total

    def term_score(self, term: str, passage: int) -> float:
        """What one term adds to the score of one passage."""
        passages, scores = self._column(term)
        return float(scores[passages == passage].sum())

    def idf(self, term: str) -> float:
        """How telling a term is: ln(1 + (N - n + 0.5) / (n + 0.5)), n passages holding it of N."""
        holding = len(self._column(term)[0])
        return float(np.log1p((self.size - holding + 0.5) / (holding + 0.5)))

    def _column(self, term: str) -> tuple[NDArray[np.int32], Scores]:
        """The passages that hold a term, each once, and what it adds to their scores."""
        column = self.vocabulary.get(term)
        part = slice(0, 0)
        if column is not None:
            part = slice(int(self._indptr[column]), int(self._indptr[column + 1]))
        return self._indices[part], self._data[part]
