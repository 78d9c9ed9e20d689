"""Passages for a question, by several signals together (see ``fusion``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlqa.config import Config
from mlqa.index.store import Index
from mlqa.retrieval.faq import FaqFinder
from mlqa.retrieval.fusion import Signals, min_max, of_best, ranks, squeezed, weights
from mlqa.retrieval.query import Asked, QueryBuilder
from mlqa.retrieval.repair.repairer import Repairer
from mlqa.retrieval.reranking import open_reranker
from mlqa.schema import Hit, Query
from mlqa.text.grams import letter_pairs, term_pairs

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
    """BM25 over terms, pairs of terms and letters, vectors, and late interaction on the best.

    Args:
        index: What is searched.
        config: The settings.

    Raises:
        ModelError: The reranker of the settings cannot be loaded.
    """

    def __init__(self, index: Index, config: Config) -> None:
        self._index = index
        self._config = config
        self._factors = Signals(
            words=config.words_weight,
            pairs=config.pairs_weight,
            letters=config.letters_weight,
            dense=config.dense_weight,
            late=config.late_weight,
        )
        self._queries = QueryBuilder(
            index.extractor,
            Repairer(index.sparse.vocabulary, index.extractor),
            config.question_characters,
            config.history_questions,
        )
        self._faq = FaqFinder(index)
        self._reranker = open_reranker(config.reranker) if config.reranker else None

    def understand(self, question: str, history: Sequence[str] = ()) -> Query:
        """Makes a question ready for retrieval.

        Raises:
            QuestionError: The question is empty, too long or holds no word.
        """
        return self.build(self.read(question, history))

    def read(self, question: str, history: Sequence[str] = ()) -> Asked:
        """What is asked, and in what context; two equal ones have the same answer.

        Raises:
            QuestionError: The question is empty, too long or holds no word.
        """
        return self._queries.read(question, history)

    def build(self, asked: Asked) -> Query:
        """Makes what was read ready for retrieval."""
        query = self._queries.build(asked)
        return replace(query, faq=self._faq.support(query)) if self._faq else query

    def retrieve(self, question: str, k: int = 5, history: Sequence[str] = ()) -> tuple[Hit, ...]:
        """The best passages for a question, see ``protocols.Retriever``."""
        return self.search(self.understand(question, history), k)

    def search(self, query: Query, k: int = 5) -> tuple[Hit, ...]:
        """The best passages for a query, best first, near-duplicates shown once.

        Args:
            query: What ``understand`` gave.
            k: How many at the most.
        """
        depth = max(k, self._config.rerank_passages) if self._reranker else k
        found = self._score(query, depth)
        rows = self._distinct(found, depth)
        scores = found.final[rows]
        if self._reranker and rows:
            texts = [self._index.chunks[found.pool[row]].text for row in rows]
            scores = squeezed(self._reranker.scores(query.resolved, texts))
        order = np.argsort(-scores, kind="stable")[:k]
        return tuple(
            self._hit(query, rank, rows[at], float(scores[at]), found)
            for rank, at in enumerate(order.tolist(), start=1)
        )

    def _distinct(self, found: _Scored, count: int) -> list[int]:
        """Rows of the best passages of the pool, best first, near-duplicates left out."""
        duplicates = self._index.duplicates
        chosen: list[int] = []
        shown: set[int] = set()
        for row in np.argsort(-found.final, kind="stable").tolist():
            position = int(found.pool[row])
            if len(chosen) == count:
                break
            if position not in shown:
                chosen.append(row)
                shown.update((position, *duplicates.get(position, ())))
        return chosen

    def signals(self, query: Query) -> Scores:
        """Every signal of every passage, as ``training/fit_fusion.py`` fits on them.

        Returns:
            Shape (signals, passages), rows in the order of ``fusion.Signals``, 0 to 1.
        """
        sparse, dense = self._scores(query)
        late = self._late(query, np.arange(len(self._index.chunks)))
        return np.concatenate([self._first(query, sparse, dense), late[None]])

    def _score(self, query: Query, k: int) -> _Scored:
        shares = weights(self.known(query), query.language, self._factors)
        sparse, dense = self._scores(query)
        first = np.asarray(shares[:-1], dtype=np.float32)
        fused = first @ self._first(query, sparse, dense)
        everything = np.arange(len(fused))
        likest = self._faq.likest(query) if self._faq else None
        first_look = fused if likest is None else self._faq.weighed(fused, likest, everything)
        pool = np.argsort(-first_look, kind="stable")[: max(_POOL, k)]
        late = self._late(query, pool) if shares.late else np.zeros(len(pool), dtype=np.float32)
        final = fused[pool] + shares.late * late
        if likest is not None:
            final = self._faq.weighed(final, likest, pool)
        return _Scored(sparse, dense, fused, ranks(sparse), ranks(dense), pool, late, final)

    def _scores(self, query: Query) -> tuple[Scores, Scores]:
        """BM25 over the terms, and the cosine, of every passage."""
        index = self._index
        vector = index.embedder.embed_questions([query.resolved])[0]
        return index.sparse.scores(dict(query.terms)), index.dense.scores(vector)

    def _first(self, query: Query, sparse: Scores, dense: Scores) -> Scores:
        """The signals before late interaction, shape (4, passages)."""
        index = self._index
        pairs = dict.fromkeys(term_pairs(index.extractor.terms(query.resolved)), 1.0)
        letters = dict.fromkeys(letter_pairs(query.resolved), 1.0)
        return np.stack(
            [
                of_best(sparse),
                of_best(index.pairs.scores(pairs)),
                of_best(index.letters.scores(letters)),
                min_max(dense),
            ]
        )

    def known(self, query: Query) -> float:
        """Share of the query, by idf, that some passage holds; 0 where it has no term."""
        sparse = self._index.sparse
        counts = {term: sparse.idf(term) for term, _ in query.terms}
        known = sum(idf for term, idf in counts.items() if term in sparse.vocabulary)
        return known / sum(counts.values()) if counts else 0.0

    def _late(self, query: Query, pool: Positions) -> Scores:
        """Late interaction of the passages in the pool; query terms weigh by their idf."""
        index = self._index
        weights = dict(query.terms)
        counts = {
            term.pieces: weights[term.text] * index.sparse.idf(term.text)
            for term in index.extractor.terms(query.resolved)
            if term.pieces and term.text in weights
        }
        vectors = index.encoder.term_vectors(list(counts))
        return index.late.scores(
            vectors, np.asarray(list(counts.values()), dtype=np.float32), pool.tolist()
        )

    def _hit(self, query: Query, rank: int, row: int, score: float, found: _Scored) -> Hit:
        index = self._index
        position = int(found.pool[row])
        chunk = index.chunks[position]
        copies = (index.chunks[i].document_id for i in index.duplicates.get(position, ()))
        return Hit(
            rank=rank,
            score=score,
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
            in_faq=self._faq.answers_from(chunk.document_id),
            faq=self._faq.matches(query, position) if self._faq else (),
        )

    def _matched(self, query: Query, position: int) -> tuple[str, ...]:
        """Terms that the passage shares with the query, most telling first."""
        weights = {
            term: weight * self._index.sparse.term_score(term, position)
            for term, weight in query.terms
        }
        shared = [term for term, weight in weights.items() if weight > 0]
        return tuple(sorted(shared, key=lambda term: -weights[term]))
