"""Vectors and scores against what they should be by their definitions."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlqa.index.dense import DenseIndex
from mlqa.index.embedding import CachedEmbedder
from mlqa.index.encoder import StaticEncoder
from mlqa.index.late import LateIndex
from mlqa.index.sparse import SparseIndex
from mlqa.index.store import Index

CACHE_QUESTION = "캐시가 가득 차면 어떤 데이터를 버리나요?"
CACHE_PASSAGE = "캐시에 자리가 없으면 가장 오래전에 쓴 데이터를 지웁니다."
OTHER_PASSAGE = "아마존의 이력서 심사 시스템은 여성에게 불리했습니다."


@pytest.fixture(scope="module")
def embedder(small_index: Index) -> StaticEncoder:
    return small_index.encoder


# -- vectors of texts -----------------------------------------------------------------------


def test_texts_become_unit_vectors(small_index: Index, embedder: StaticEncoder) -> None:
    texts = [chunk.text for chunk in small_index.chunks]
    vectors = embedder.embed(texts)
    assert vectors.shape == (len(texts), embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-5)


@pytest.mark.parametrize("text", ["", " \n", "…!?", "😀"])
def test_text_without_a_known_word_is_the_zero_vector(embedder: StaticEncoder, text: str) -> None:
    alone, among = embedder.embed([text]), embedder.embed([CACHE_PASSAGE, text])
    assert not alone.any()
    assert among[0].any()
    assert not among[1].any()


def test_no_texts_give_no_vectors(embedder: StaticEncoder) -> None:
    none = (0, embedder.dimension)
    assert embedder.embed([]).shape == none
    assert CachedEmbedder(embedder, 3).embed([]).shape == none
    assert CachedEmbedder(embedder, 3).embed_questions([]).shape == none


def test_vector_does_not_depend_on_company_or_history(
    small_index: Index, embedder: StaticEncoder
) -> None:
    texts = [CACHE_QUESTION, CACHE_PASSAGE, OTHER_PASSAGE]
    fresh = StaticEncoder(small_index.extractor, cache_limit=2)
    together = embedder.embed(texts)
    for row, text in enumerate(texts):
        assert embedder.embed([text])[0] == pytest.approx(together[row], abs=1e-5)
        assert fresh.embed([text])[0] == pytest.approx(together[row], abs=1e-5)


def test_near_meaning_is_near(embedder: StaticEncoder) -> None:
    question, right, wrong = embedder.embed([CACHE_QUESTION, CACHE_PASSAGE, OTHER_PASSAGE])
    assert question @ right > question @ wrong + 0.2


def test_cached_embedder_counts_and_gives_the_same(embedder: StaticEncoder) -> None:
    cached = CachedEmbedder(embedder, 2)
    assert (cached.identity, cached.dimension) == (embedder.identity, embedder.dimension)
    texts = [CACHE_QUESTION, OTHER_PASSAGE, CACHE_QUESTION]
    first = cached.embed_questions(texts)
    assert np.array_equal(first[0], first[2])
    assert first == pytest.approx(embedder.embed_questions(texts), abs=1e-6)
    stats = cached.cache.stats()
    assert (stats.size, stats.hits, stats.misses) == (2, 0, 2)
    assert np.array_equal(cached.embed_questions(texts[:2]), first[:2])
    assert cached.cache.stats().hits == 2
    cached.embed_questions([CACHE_PASSAGE])
    stats = cached.cache.stats()
    assert (stats.size, stats.evictions, stats.hits, stats.misses) == (2, 1, 2, 3)


def test_more_texts_than_the_cache_holds(embedder: StaticEncoder) -> None:
    texts = [CACHE_QUESTION, CACHE_PASSAGE, OTHER_PASSAGE, CACHE_QUESTION]
    found = CachedEmbedder(embedder, 1).embed_questions(texts)
    assert found == pytest.approx(embedder.embed_questions(texts), abs=1e-6)


# -- BM25 -----------------------------------------------------------------------------------


def lucene(passages: list[list[str]], question: dict[str, float]) -> list[float]:
    """BM25 as Lucene defines it, k1 = 1.2, b = 0.75."""
    number, mean = len(passages), sum(map(len, passages)) / len(passages)
    scores = []
    for passage in passages:
        counts, score = Counter(passage), 0.0
        for term, weight in question.items():
            holding = sum(term in other for other in passages)
            idf = math.log(1 + (number - holding + 0.5) / (holding + 0.5))
            length = 1 - 0.75 + 0.75 * len(passage) / mean
            score += weight * idf * counts[term] / (counts[term] + 1.2 * length)
        scores.append(score)
    return scores


WORDS = st.sampled_from(["캐시", "학습", "bn", "3", "정규화", "lru"])


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.lists(WORDS, max_size=8), min_size=1, max_size=6).filter(any),
    st.dictionaries(st.one_of(WORDS, st.just("없는말")), st.sampled_from([0.5, 1.0]), max_size=4),
)
def test_bm25_is_that_of_lucene(passages: list[list[str]], question: dict[str, float]) -> None:
    index = SparseIndex.build(passages)
    assert index.size == len(passages)
    scores = index.scores(question)
    assert scores == pytest.approx(lucene(passages, question), abs=1e-4)
    for term in question:
        holding = sum(term in passage for passage in passages)
        idf = math.log(1 + (len(passages) - holding + 0.5) / (holding + 0.5))
        assert index.idf(term) == pytest.approx(idf, abs=1e-6)
    assert set(index.vocabulary) >= {term for passage in passages for term in passage}


def test_bm25_without_a_term() -> None:
    index = SparseIndex.build([[], []])
    assert index.scores({"캐시": 1.0}).tolist() == [0, 0]
    assert SparseIndex.from_bytes(index.to_bytes()).scores({"캐시": 1.0}).tolist() == [0, 0]


def test_bm25_round_trip(small_index: Index) -> None:
    again = SparseIndex.from_bytes(small_index.sparse.to_bytes())
    question = {"캐시": 1.0, "물": 0.5, "없는말": 1.0}
    assert again.size == len(small_index.chunks)
    assert np.array_equal(again.scores(question), small_index.sparse.scores(question))
    assert again.scores(question).max() > 0


def scores_by_term(index: SparseIndex, passage: int) -> list[float]:
    return [index.term_score(term, passage) for term in index.vocabulary]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(WORDS, max_size=6), min_size=1, max_size=6))
def test_bm25_of_length_1(passages: list[list[str]]) -> None:
    index = SparseIndex.build(passages)
    same = index.of_length_1()
    assert (same.size, same.vocabulary) == (index.size, index.vocabulary)
    for number, passage in enumerate(passages):
        before, after = scores_by_term(index, number), scores_by_term(same, number)
        length = math.hypot(*before)
        assert math.hypot(*after) == pytest.approx(1 if passage else 0, abs=1e-5)
        assert [score * length for score in after] == pytest.approx(before, abs=1e-5)
    assert all(same.idf(term) == index.idf(term) for term in index.vocabulary)
    again = SparseIndex.from_bytes(same.to_bytes())
    question = dict.fromkeys(index.vocabulary, 1.0)
    assert np.array_equal(again.scores(question), same.scores(question))


# -- dense search ---------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 40), st.integers(2, 12), st.integers(0, 1000))
def test_dense_scores_are_dot_products(passages: int, dimension: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(passages + 1, dimension))
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    vectors, question = values[:-1].astype(np.float32), values[-1].astype(np.float32)
    vectors[-1] = vectors[0]  # equal passages
    index = DenseIndex.build(vectors)
    assert (index.size, index.dimension) == vectors.shape
    assert index.scores(question) == pytest.approx(vectors @ question, abs=1e-5)
    again = DenseIndex.from_bytes(index.to_bytes())
    assert np.array_equal(again.scores(question), index.scores(question))
    assert np.array_equal(again.vectors(), vectors)


def test_dense_scores_of_the_zero_vector() -> None:
    vectors = np.eye(3, dtype=np.float32)
    assert DenseIndex.build(vectors).scores(np.zeros(3, dtype=np.float32)).tolist() == [0, 0, 0]


# -- late interaction -----------------------------------------------------------------------


def test_late_scores_are_maxsim(small_index: Index, embedder: StaticEncoder) -> None:
    extractor = small_index.extractor
    passages = [extractor.terms(text) for text in (CACHE_PASSAGE, "", OTHER_PASSAGE)]
    index = LateIndex.build(passages, embedder)
    asked = [term.pieces for term in extractor.terms(CACHE_QUESTION)]
    question = embedder.term_vectors(asked)
    weights = np.linspace(0.5, 2, len(asked), dtype=np.float32)
    expected = []
    for terms in passages:
        if not terms:
            expected.append(0.0)
            continue
        words = embedder.term_vectors([term.pieces for term in terms])
        best = [max(0.0, *(float(q @ word) for word in words)) for q in question]
        met = sum(weight * value for weight, value in zip(weights, best, strict=True))
        expected.append(float(met / weights.sum()))
    scores = index.scores(question, weights, [0, 1, 2])
    assert scores == pytest.approx(expected, abs=1e-3)  # kept in half precision
    assert scores[0] > scores[2] >= scores[1] == 0
    assert index.scores(question, weights, [2, 0]).tolist() == [scores[2], scores[0]]
    assert not index.scores(question, np.zeros_like(weights), [0, 1, 2]).any()
    again = LateIndex.from_bytes(index.to_bytes())
    assert np.array_equal(again.scores(question, weights, [0, 1, 2]), scores)


def test_passage_that_says_the_question_scores_one(
    small_index: Index, embedder: StaticEncoder
) -> None:
    terms = small_index.extractor.terms(CACHE_QUESTION)
    vectors = embedder.term_vectors([term.pieces for term in terms])
    index = LateIndex.build([terms], embedder)
    score = index.scores(vectors, np.ones(len(vectors), dtype=np.float32), [0])
    assert score == pytest.approx([1.0], abs=1e-3)
