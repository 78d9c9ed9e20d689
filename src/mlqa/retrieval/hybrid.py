"""Passages for a question, by BM25 and embedding together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlqa.config import Config
from mlqa.index.store import Index
from mlqa.retrieval.fusion import convex_sum, min_max, ranks
from mlqa.retrieval.query import Asked, QueryBuilder
from mlqa.retrieval.repair import Repairer
from mlqa.schema import Hit, Query

Scores = NDArray[np.float32]
Positions = NDArray[np.int64]
# Passages that late interaction looks at.
_POOL = 50


class _Scored(NamedTuple):
    """All scores of one search: of every passage, and of the pool in the order of ``pool``."""

    sparse: Scores
    dense: Scores
    fused: Scores
    sparse_ranks: Positions
    dense_ranks: Positions
    pool: Positions
    late: Scores
    final: Scores


class HybridRetriever:
    """BM25 over morphemes and embedding similarity, fused, then late interaction on the best.

    Args:
        index: What is searched.
        config: The settings.
    """

    def __init__(self, index: Index, config: Config) -> None:
        self._index = index
        self._config = config
        self._queries = QueryBuilder(
            index.extractor,
            Repairer(index.sparse.vocabulary, index.extractor),
            config.question_characters,
            config.history_questions,
        )

    def understand(self, question: str, history: Sequence[str] = ()) -> Query:
        """Makes a question ready for retrieval.

        Raises:
            QuestionError: The question is empty, too long or holds no word.
        """
        return self._queries.build(self.read(question, history))

    def read(self, question: str, history: Sequence[str] = ()) -> Asked:
        """What is asked, and in what context; two equal ones have the same answer.

        Raises:
            QuestionError: The question is empty, too long or holds no word.
        """
        return self._queries.read(question, history)

    def build(self, asked: Asked) -> Query:
        """Makes what was read ready for retrieval."""
        return self._queries.build(asked)

    def retrieve(self, question: str, k: int = 5, history: Sequence[str] = ()) -> tuple[Hit, ...]:
        """The best passages for a question, see ``protocols.Retriever``."""
        return self.search(self.understand(question, history), k)

    def search(self, query: Query, k: int = 5) -> tuple[Hit, ...]:
        """The best passages for a query, best first, near-duplicates shown once.

        Args:
            query: What ``understand`` gave.
            k: How many at the most.
        """
        found = self._score(query, k)
        duplicates = self._index.duplicates
        chosen: list[int] = []
        shown: set[int] = set()
        for row in map(int, np.argsort(-found.final, kind="stable")):
            position = int(found.pool[row])
            if len(chosen) == k:
                break
            if position not in shown:
                chosen.append(row)
                shown.update((position, *duplicates.get(position, ())))
        return tuple(self._hit(query, rank, row, found) for rank, row in enumerate(chosen, start=1))

    def _score(self, query: Query, k: int) -> _Scored:
        index, config = self._index, self._config
        sparse = index.sparse.scores(dict(query.terms))
        dense = index.dense.scores(index.embedder.embed([query.resolved])[0])
        fused = convex_sum(sparse, dense, config.dense_weight)
        pool = np.argsort(-fused, kind="stable")[: max(_POOL, k)]
        late = self._late(query, pool)
        final = (1 - config.late_weight) * fused[pool] + config.late_weight * min_max(late)
        return _Scored(sparse, dense, fused, ranks(sparse), ranks(dense), pool, late, final)

    def _late(self, query: Query, pool: Positions) -> Scores:
        """Late interaction of the passages in the pool; query terms weigh by their idf."""
        index = self._index
        weights = dict(query.terms)
        ids = {
            term.ids: weights[term.text] * index.sparse.idf(term.text)
            for term in index.extractor.terms(query.resolved)
            if term.ids and term.text in weights
        }
        vectors = index.kiwi_embedder.term_vectors(list(ids))
        return index.late.scores(
            vectors, np.asarray(list(ids.values()), dtype=np.float32), pool.tolist()
        )

    def _hit(self, query: Query, rank: int, row: int, found: _Scored) -> Hit:
        index = self._index
        position = int(found.pool[row])
        chunk = index.chunks[position]
        copies = (index.chunks[i].document_id for i in index.duplicates.get(position, ()))
        return Hit(
            rank=rank,
            score=float(found.final[row]),
            chunk=chunk,
            title=index.documents[chunk.document_id].title,
            matched=self._matched(query, position),
            sparse_rank=int(found.sparse_ranks[position]),
            dense_rank=int(found.dense_ranks[position]),
            sparse_score=float(found.sparse[position]),
            dense_score=float(found.dense[position]),
            fused_score=float(found.fused[position]),
            late_score=float(found.late[row]),
            also_in=tuple(dict.fromkeys(copies)),
        )

    def _matched(self, query: Query, position: int) -> tuple[str, ...]:
        """Terms that the passage shares with the query, most telling first."""
        weights = {
            term: weight * self._index.sparse.term_score(term, position)
            for term, weight in query.terms
        }
        shared = [term for term, weight in weights.items() if weight > 0]
        return tuple(sorted(shared, key=lambda term: -weights[term]))
