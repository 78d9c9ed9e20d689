"""Retrieval: the arithmetic, and what a person who asks the essays finds."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest

from mlqa.config import Config
from mlqa.errors import QuestionError
from mlqa.index.store import Index
from mlqa.retrieval.fusion import Signals, min_max, of_best, ranks, weights
from mlqa.retrieval.hybrid import HybridRetriever
from mlqa.schema import Hit, QuestionLanguage


@pytest.fixture(scope="module")
def retriever(project_index: Index, project_config: Config) -> HybridRetriever:
    return HybridRetriever(project_index, project_config)


@pytest.fixture(scope="module")
def small(small_index: Index, small_config: Config) -> HybridRetriever:
    return HybridRetriever(small_index, small_config)


def scores(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(values, dtype=np.float32)


def check(hits: tuple[Hit, ...]) -> None:
    """What holds for the hits of every question."""
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.chunk.id for hit in hits}) == len(hits)
    for hit in hits:
        assert 0 <= hit.score <= 1 + 1e-6
        assert 0 <= hit.fused_score <= 1 + 1e-6
        assert 0 <= hit.late_score <= 1 + 1e-6
        assert -1 - 1e-6 <= hit.dense_score <= 1 + 1e-6
        assert hit.sparse_score >= 0
        assert hit.sparse_rank >= 1
        assert hit.dense_rank >= 1
        assert (hit.sparse_score > 0) == bool(hit.matched)


# -- fusion ---------------------------------------------------------------------------------


def test_min_max() -> None:
    assert min_max(scores(2, 6, 4)).tolist() == [0, 1, 0.5]
    assert min_max(scores(-1, 0, 3)).tolist() == [0, 0.25, 1]
    assert min_max(scores(3, 3)).tolist() == [0, 0]
    assert min_max(scores(7)).tolist() == [0]
    assert min_max(scores()).tolist() == []


def test_shares_of_the_best() -> None:
    assert of_best(scores(2, 8, 0)).tolist() == [0.25, 1, 0]
    assert of_best(scores(3)).tolist() == [1]
    assert of_best(scores(0, 0)).tolist() == [0, 0]
    assert of_best(scores()).tolist() == []


ALL = Signals(1, 1, 1, 1, 1)


@pytest.mark.parametrize("known", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_weights_are_shares(known: float, language: QuestionLanguage) -> None:
    found = weights(known, language, ALL)
    assert min(found) >= 0
    assert sum(found) == pytest.approx(1)
    without = weights(known, language, ALL._replace(dense=0, late=0))
    assert (without.dense, without.late) == (0, 0)
    assert sum(without) == pytest.approx(1)
    assert weights(known, language, Signals(0, 0, 0, 0, 0)) == (0, 0, 0, 0, 0)


def test_words_count_more_where_the_index_knows_them() -> None:
    shares = [weights(known, "ko", ALL).words for known in (0.0, 0.5, 1.0)]
    assert shares[0] < shares[1] < shares[2]


def test_letters_of_an_english_question_say_nothing_about_korean_passages() -> None:
    assert weights(0.5, "en", ALL).letters == weights(0.5, "en", ALL).pairs == 0
    assert weights(0.5, "ko", ALL).letters > 0


def test_ranks() -> None:
    assert ranks(scores(0.1, 0.9, 0.5)).tolist() == [3, 1, 2]
    assert ranks(scores(1, 2, 1, 2)).tolist() == [3, 1, 4, 2]
    assert ranks(scores()).tolist() == []


# -- questions about the essays -------------------------------------------------------------

LIPSCHITZ, LRU = "lipschitz-and-batch-normalization", "lru-cache"


@pytest.mark.parametrize(
    ("question", "document", "said"),
    [
        ("립시츠 함수란 무엇인가요?", LIPSCHITZ, "정해진 비율보다 더 크게 벌려"),
        ("내부 공변량 변화는 어떤 현상을 말합니까?", LIPSCHITZ, "크게 흔들리는 현상"),
        ("캐시가 꽉 찼는데 새 데이터가 오면?", LRU, "오래된 데이터를 지운 다음"),
        ("파이썬으로 LRU 캐시를 구현해 줘", LRU, "def access"),
        ("아마존 이력서 심사 시스템의 편향", "machine-learning-pipelines", "여성에게 불리한"),
        # English
        ("What is a Lipschitz function?", LIPSCHITZ, "립시츠 함수"),
        ("Which item does an LRU cache evict when it is full?", LRU, "가장 오래된"),
        # Abbreviations, no spaces, typing errors
        ("BN이 ICS를 줄이나요?", LIPSCHITZ, "내부 공변량 변화"),
        ("배치정규화와내부공변량변화의관계는", LIPSCHITZ, "내부 공변량 변화"),
        ("엘알유캐쉬가꽉차면", LRU, "캐시"),
        ("립쉬츠 함쑤의 정이", LIPSCHITZ, "립시츠"),
        ("베치 정규하 노이즈 실헌", LIPSCHITZ, "노이즈"),
    ],
)
def test_obvious_passage_is_found(
    retriever: HybridRetriever, question: str, document: str, said: str
) -> None:
    hits = retriever.retrieve(question, 3)
    check(hits)
    assert hits[0].chunk.document_id == document
    assert any(said in hit.chunk.text for hit in hits if hit.chunk.document_id == document)


def test_decomposed_question_finds_the_same(retriever: HybridRetriever) -> None:
    question = "배치 정규화는 왜 잘되나요?"
    decomposed = unicodedata.normalize("NFD", question)
    assert decomposed != question
    assert retriever.retrieve(decomposed) == retriever.retrieve(question)
    assert retriever.understand(decomposed).question == question


def test_words_that_are_shared_are_named(retriever: HybridRetriever) -> None:
    hit = retriever.retrieve("립시츠 함수의 정의")[0]
    assert {"립시츠", "함수"} <= set(hit.matched)
    assert hit.matched[0] == "립시츠"  # rarer than 함수
    assert hit.title == "립시츠 함수로 보는 배치 정규화의 효과"
    assert "립시츠 함수의 정의와 의미" in hit.chunk.headings


def test_mended_words_are_named(retriever: HybridRetriever) -> None:
    repairs = retriever.understand("립쉬츠 함쑤의 정이").repairs
    assert ("함쑤", "함수") in [tuple(repair) for repair in repairs]
    assert retriever.understand("립시츠 함수의 정의").repairs == ()


def test_question_about_nothing_in_the_essays_is_still_ranked(retriever: HybridRetriever) -> None:
    hits = retriever.retrieve("김치찌개 끓이는 법", 3)
    check(hits)
    assert len(hits) == 3


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("", "question_empty"),
        (" \n\t\u3000", "question_empty"),
        ("\x00\x07\x1b", "question_empty"),
        ("\u200b\ufeff\u2060", "question_empty"),
        ("😀🎉👩‍👩‍👧", "question_no_words"),
        ("?!…", "question_no_words"),
        ("가" * 2001, "question_too_long"),
        ("가" * 100_000, "question_too_long"),
    ],
)
def test_what_is_no_question(retriever: HybridRetriever, question: str, key: str) -> None:
    with pytest.raises(QuestionError) as caught:
        retriever.retrieve(question)
    assert caught.value.key == key
    if key == "question_too_long":
        assert str(len(question)) in str(caught.value)
        assert "2000" in str(caught.value)


def test_invisible_characters_change_nothing(retriever: HybridRetriever) -> None:
    hidden = "립시츠\x00 함\u200b수의\n\n정의\ufeff는?"
    assert retriever.understand(hidden).question == "립시츠 함수의 정의는?"
    assert len(retriever.retrieve("가" * 2000)) == 5


# -- how many, and duplicates ---------------------------------------------------------------


def test_how_many_are_found(retriever: HybridRetriever, small: HybridRetriever) -> None:
    for k in (1, 2, 7, 40):
        hits = retriever.retrieve("배치 정규화", k)
        assert len(hits) == k
        check(hits)
    first, more = (retriever.retrieve("배치 정규화", k) for k in (3, 10))
    assert more[:3] == first
    assert len(small.retrieve("캐시")) == 5


def test_more_than_there_are(small: HybridRetriever, small_index: Index) -> None:
    hits = small.retrieve("사리와 조금은 언제 생기나요?", k=1000)
    check(hits)
    copies = len(small_index.duplicates) // 2
    assert len(hits) == len(small_index.chunks) - copies
    for name in ("sparse_rank", "dense_rank"):
        found = [getattr(hit, name) for hit in hits]
        assert len(set(found)) == len(found)
        assert max(found) <= len(small_index.chunks)


def test_copies_are_shown_once_and_named(small: HybridRetriever) -> None:
    hits = small.retrieve("보름과 그믐에 사리가 되는 까닭", 5)
    held = [hit for hit in hits if "보름과 그믐에는 해와 달이" in hit.chunk.text]
    assert len(held) == 1
    assert held[0].rank == 1
    assert {held[0].chunk.document_id, *held[0].also_in} == {"바다/tides", "바다/notes"}
    assert all(hit.also_in == () for hit in hits if hit is not held[0])


# -- conversations --------------------------------------------------------------------------


def test_follow_up_takes_the_subject_of_the_question_before(retriever: HybridRetriever) -> None:
    history = ["LRU 캐시 알고리즘이 무엇인가요?"]
    for question in ("그럼 파이썬으로는 어떻게 구현하나요?", "왜요?", "그건 언제 버리나요?"):
        query = retriever.understand(question, history)
        assert "캐시" in query.context, question
        assert query.question == question
        hits = retriever.retrieve(question, 3, history)
        check(hits)
        assert hits[0].chunk.document_id == LRU


def test_subject_is_found_behind_other_follow_ups(retriever: HybridRetriever) -> None:
    history = ["립시츠 함수란 무엇인가요?", "왜요?", "그건 왜 그런가요?"]
    assert "립시츠" in retriever.understand("그럼 그 상수는요?", history).context
    hits = retriever.retrieve("그럼 그 상수는요?", 3, history)
    assert hits[0].chunk.document_id == LIPSCHITZ


def test_new_subject_stands_by_itself(retriever: HybridRetriever) -> None:
    question = "LRU 캐시 알고리즘의 원리는 무엇인가요?"
    history = ["배치 정규화란 무엇인가요?", "왜 잘 되나요?"]
    assert retriever.understand(question, history).context == ""
    assert retriever.retrieve(question, 5, history) == retriever.retrieve(question, 5)


def test_first_question_has_no_context(retriever: HybridRetriever) -> None:
    assert retriever.understand("그럼 왜 그런가요?").context == ""
    # Earlier questions that could not be asked are passed over.
    history = ["LRU 캐시란 무엇인가요?", "", "😀", "가" * 3000]
    assert "캐시" in retriever.understand("왜요?", history).context


def test_history_is_looked_at_as_far_as_set(project_index: Index, project_config: Config) -> None:
    asked = ["LRU 캐시란 무엇인가요?", "왜요?"]
    for limit, known in ((0, False), (1, False), (2, True)):
        config = project_config.model_copy(update={"history_questions": limit})
        context = HybridRetriever(project_index, config).understand("그건요?", asked).context
        assert ("캐시" in context) == known


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What is batch normalization?", "en"),
        ("how many 파라미터 does VGG-16 have", "en"),
        ("what is 배치 정규화", "en"),
        ("The Bitter Lesson이 뭐야", "ko"),
        ("transformer 구조", "ko"),
        ("BN", "en"),
        ("LRU cache 예제에서 마지막에 남는 것은?", "ko"),
        ("Attention is all you need 논문이 뭐야", "ko"),
    ],
)
def test_language_of_a_question(
    retriever: HybridRetriever, question: str, language: QuestionLanguage
) -> None:
    assert retriever.understand(question).language == language
