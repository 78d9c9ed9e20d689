"""Misspelled questions: what they are taken for, and that nothing else is."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.evaluation.gold import GoldQuestion, load_gold
from mlqa.index.store import Index
from mlqa.retrieval.hybrid import HybridRetriever
from mlqa.retrieval.repair.keyboard import neighbours, to_hangul, to_keys
from mlqa.retrieval.repair.repairer import Repairer
from mlqa.text.terms import TermExtractor


@pytest.fixture(scope="module")
def bot(project_index: Index, project_config: Config) -> Chatbot:
    return Chatbot(project_index, project_config)


@pytest.fixture(scope="module")
def retriever(bot: Chatbot) -> HybridRetriever:
    return bot.retriever


@pytest.fixture(scope="module")
def questions() -> Sequence[GoldQuestion]:
    """The training part of the gold set."""
    return load_gold(ROOT / "eval/gold.jsonl").part("train").questions


def check(retriever: HybridRetriever, typed: str, meant: str) -> None:
    query = retriever.understand(typed)
    assert query.searched == query.resolved == meant
    assert query.question == unicodedata.normalize("NFC", typed)
    assert bool(query.repairs) == (typed != meant)
    assert all(r.written in typed and r.taken_for in meant for r in query.repairs)
    # What is looked for is what would be had it been typed right.
    assert query.terms == retriever.understand(meant).terms


# -- what is mended -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("배ㅊ치 정규화", "배치 정규화"),
        ("립시ㅊ 함수", "립시츠 함수"),
        ("ㅂㅐ치 정규화", "배치 정규화"),
        ("ㅂㅐㅊㅣ ㅈㅓㅇㄱㅠㅎㅘ", "배치 정규화"),
        ("\uffb2\uffc3\uffba\uffdc 정규화", "배치 정규화"),  # half-width
        ("인공지느ㅇ 프로젝트", "인공지능 프로젝트"),
        ("ㄷ데이터 과학자", "데이터 과학자"),
        ("데ㅣ터를 버리나요?", "데이터를 버리나요?"),
    ],
)
def test_single_letters(retriever: HybridRetriever, typed: str, meant: str) -> None:
    check(retriever, typed, meant)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("립시 츠조건 을식으로쓰 면?", "립시츠 조건을 식으로 쓰면?"),
        ("배 치 정 규 화", "배치정규화"),
        ("AutoML도메타 방 법이라고할수있습니까", "AutoML도메타 방법이라고 할 수 있습니까"),
        # A space that is only missing changes nothing that is looked for.
        ("배치정규화는왜잘되나요", "배치정규화는왜잘되나요"),
        ("왜 잘 안 돼", "왜 잘 안 돼"),
    ],
)
def test_spaces(retriever: HybridRetriever, typed: str, meant: str) -> None:
    check(retriever, typed, meant)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("딥런닝 겨을이 뭐야", "딥러닝 겨울이 뭐야"),
        ("기게학습", "기계학습"),
        ("함쑤", "함수"),
        ("정규하", "정규화"),
        ("경사하강뻡", "경사 하강법"),
        ("쓰라린 교운이 먼데", "쓰라린 교훈이 먼데"),
        ("시그모이두 쓰면 무슨 문재 있어요?", "시그모이드 쓰면 무슨 문제 있어요?"),
        ("딥러닝이 연금슬이라는 말", "딥러닝이 연금술이라는 말"),
        ("리차드 서트이 말한 것", "리처드 서튼이 말한 것"),  # known as a whole name only
        ("베치정규하는왜잘되나요", "배치 정규화는왜잘되나요"),  # inside a word
        ("파이썬으로 캐시를 구혀ㄴ하는 법", "파이썬으로 캐시를 구현하는 법"),
        # Words that no essay holds, where a slip makes the sentence much likelier.
        ("딥러닝을 어떠ㅎ게 배우나요", "딥러닝을 어떻게 배우나요"),
        ("지금 앱 만즈는 일", "지금 앱 만드는 일"),
    ],
)
def test_slips_in_korean(retriever: HybridRetriever, typed: str, meant: str) -> None:
    check(retriever, typed, meant)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("batch nomalization", "batch normalization"),
        ("what is gradiant decent?", "what is gradient descent?"),
        ("lipshitz function", "lipschitz function"),
        ("transfomer", "transformer"),  # only the encoder knows it
        ("배치 정규화(bacth normalizaton)란?", "배치 정규화(batch normalization)란 무엇인가요?"),
        ("the cahce of an LRU", "the cache of an LRU"),
        ("is it ovefitting?", "is it overfitting?"),
    ],
)
def test_slips_in_english(retriever: HybridRetriever, typed: str, meant: str) -> None:
    check(retriever, typed, meant)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("캐쉬", "캐시"),
        ("베치", "배치"),
        ("립쉬츠는 누구", "립시츠는 누구"),
        ("콘볼루션", "컨볼루션"),
        ("데이타", "데이터"),
        ("알고리듬", "알고리즘"),
        ("네트웍을", "네트워크를"),  # the josa with it
        ("아키텍쳐", "아키텍처"),
        # Not listed in the glossary.
        ("씨그모이드", "시그모이드"),
        ("쏘프트웨어", "소프트웨어"),
        ("립쉿츠", "립시츠"),
        ("하이퍼파라메타", "하이퍼파라미터"),
    ],
)
def test_loan_words(retriever: HybridRetriever, typed: str, meant: str) -> None:
    check(retriever, typed, meant)


def test_each_word_is_shown_by_itself(retriever: HybridRetriever) -> None:
    query = retriever.understand("립쉬츠 함쑤를 왜 배우나요")
    assert query.repairs == (("립쉬츠", "립시츠"), ("함쑤", "함수"))


def test_a_word_mended_twice_is_shown_as_typed(retriever: HybridRetriever) -> None:
    # The other keyboard, and a slip on it.
    query = retriever.understand("qpcl wjdrbghksms anjdi")
    assert query.searched == "배치 정규화는 뭐야"
    assert query.repairs == (("qpcl wjdrbghksms anjdi", "배치 정규화는 뭐야"),)


# -- what is not ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        "김치찌개 레시피",
        "비트코인 가격",
        "양자 컴퓨터",
        "서버 비용",
        "연동은 되나요?",  # 연봉
        "모레 날씨 알려 줘",  # 미래
        "연구실 메일 서버",  # 연금술
        "별표를 제거해 주세요",  # 발표
        "올해 프로야구 우승 팀 어디야",
        "쿠버네티스와 도커 컨테이너 차이",
        "아리스토텔레스의 시학",
        "챗지피티 가격이 얼마예요?",
        "최솟값과 최댓값을 구하는 법",
        "Kubernetes ingress controller pricing",
        "institution, substance and infant mortality",
        "women who advise startups chose careers",
        "이산적인 값과 점근적인 값",
        "이것저것 조금씩 건드리는 게 나아요?",
        "ㅋㅋㅋ 그거 뭐야 ㅠㅠ",
    ],
)
def test_well_spelled_questions_stay(retriever: HybridRetriever, question: str) -> None:
    check(retriever, question, question)


def test_well_spelled_questions_of_the_gold_set_stay(
    retriever: HybridRetriever, questions: Sequence[GoldQuestion]
) -> None:
    asked = [q.question for q in questions if q.kind != "typo"]
    changed = [q for q in asked if retriever.understand(q).repairs]
    assert len(asked) > 150
    assert len(changed) <= 0.01 * len(asked), changed


def test_one_slip_in_a_word_of_the_index(
    retriever: HybridRetriever, project_index: Index, questions: Sequence[GoldQuestion]
) -> None:
    """Most slips of the fingers are mended, and few to another word.

    Many of the others make a word: 요청 and 요정, 새로 and 세로.
    """
    chance = random.Random(3)  # noqa: S311
    right = wrong = 0
    slipped = list(_slipped(project_index, questions, chance))
    for typed, meant in slipped:
        searched = retriever.understand(typed).searched.replace(" ", "")
        right += searched == meant.replace(" ", "")
        wrong += searched not in (meant.replace(" ", ""), typed.replace(" ", ""))
    assert len(slipped) > 50
    assert right >= 0.75 * len(slipped)
    assert wrong <= 0.08 * len(slipped)


def _slipped(
    index: Index, questions: Sequence[GoldQuestion], chance: random.Random
) -> list[tuple[str, str]]:
    """Questions with one slip in a word of the index, and without."""
    pairs = []
    for question in (q.question for q in questions if q.answerable and q.kind != "typo"):
        words = [
            term
            for term in index.extractor.terms(question)
            if re.fullmatch("[가-힣]{2,}", term.text)
            and question[term.start : term.end] == term.text
            and term.text in index.sparse.vocabulary
        ]
        if words:
            word = chance.choice(words)
            typed = to_hangul(_slip(to_keys(word.text), chance))
            pairs.append((question[: word.start] + typed + question[word.end :], question))
    return [pair for pair in pairs if pair[0] != pair[1]]


def _slip(keys: str, chance: random.Random) -> str:
    at = chance.randrange(len(keys) - 1)
    before, key, after = keys[:at], keys[at], keys[at + 1 :]
    return chance.choice(
        [
            before + chance.choice(neighbours()[key.lower()]) + after,
            before + after,
            before + key + key + after,
            before + after[0] + key + after[1:],
        ]
    )


def test_typos_of_the_gold_set_find_their_essay(
    retriever: HybridRetriever, questions: Sequence[GoldQuestion]
) -> None:
    typos = [q for q in questions if q.kind == "typo" and q.answerable]
    found = [
        retriever.retrieve(q.question, 1)[0].chunk.document_id
        in {evidence.document_id for evidence in q.evidence}
        for q in typos
    ]
    assert len(typos) >= 20
    assert sum(found) >= 0.9 * len(typos)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("베치 정규하는 왜 잘 되나요?", "배치 정규화는 왜 잘 되나요?"),
        ("립쉿츠 함쑤란 무엇인가요?", "립시츠 함수란 무엇인가요?"),
        ("LRU 캐쉬 알고리듬이 무엇인가요?", "LRU 캐시 알고리즘이 무엇인가요?"),
    ],
)
def test_the_answer_is_that_to_the_question_meant(bot: Chatbot, typed: str, meant: str) -> None:
    answer, right = bot.ask(typed), bot.ask(meant)
    assert not right.abstained
    assert (answer.text, answer.hits) == (right.text, right.hits)
    assert answer.resolved == meant
    assert answer.repairs


def test_follow_ups_go_on_from_what_was_meant(retriever: HybridRetriever) -> None:
    question = "왜 그런가요?"
    context = retriever.understand(question, ["립쉿츠 함쑤란 무엇인가요?"]).context
    assert context == retriever.understand(question, ["립시츠 함수란 무엇인가요?"]).context
    assert "립시츠" in context


@settings(max_examples=50, deadline=None)
@given(st.text("배치정규화함수는립시츠왜딥러닝캐쉬ㅋㅏㅂ abcLRU?.", min_size=1, max_size=30))
def test_nothing_is_mended_in_silence(retriever: HybridRetriever, typed: str) -> None:
    if any(map(str.isalnum, typed)):
        query = retriever.understand(typed)
        assert (query.searched != query.question) == bool(query.repairs)
        assert retriever.understand(query.question) == query


@pytest.mark.parametrize(
    "text",
    ["가" * 2000, "qwkl " * 400, "ㅂㅐㅊㅣ" * 500, "베치 정규하는 " * 250, "베치정규하" * 400],
)
def test_long_questions_are_read(retriever: HybridRetriever, text: str) -> None:
    query = retriever.understand(text)
    assert query.question == text.strip()
    assert len(query.repairs) <= 2000


def test_without_glossary_and_without_words(plain_extractor: TermExtractor) -> None:
    repairer = Repairer((), plain_extractor)
    for question in ("배치 정규화", "베치 정규하", "lipshitz funktion", "ㅂㅐ치", "1 + 1 = ?"):
        mended = repairer.mend(question)
        assert (mended.text != question) == bool(mended.repairs)
    assert repairer.mend("qocl").text == "배치"
