"""Questions that ask what a thing is, however short."""

from __future__ import annotations

import pytest

from mlqa.answer.asking import asked_for, defines
from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.index.store import Index
from mlqa.retrieval.query import complete

WHOLE = "{} 무엇인가요?"


@pytest.fixture(scope="module")
def bot(project_index: Index, project_config: Config) -> Chatbot:
    return Chatbot(project_index, project_config)


@pytest.mark.parametrize(
    "typed",
    [
        "립시츠 함수란?",
        "LRU란",
        "BN이란?",
        "잔차 연결이란",
        "GAN(생성적 적대 신경망)이란?",
        "캐시란…",
    ],
)
def test_a_question_that_stops_at_its_subject_is_said_to_its_end(typed: str) -> None:
    assert complete(typed) == WHOLE.format(typed.rstrip("?…"))


@pytest.mark.parametrize(
    "typed", ["삶은 계란?", "딥러닝의 혼란?", "미국과 이란?", "립시츠 함수란 무엇인가요?", "논란"]
)
def test_other_questions_stay_as_they_are(typed: str) -> None:
    assert complete(typed) == typed


@pytest.mark.parametrize(
    "question",
    [
        "내부 공변량 변화",
        "립시츠 함수?",
        "배치 정규화 설명해 줘",
        "이중 하강에 대해 알려줘",
        "AutoML 정의",
    ],
)
def test_the_name_of_a_thing_asks_for_its_definition(question: str) -> None:
    assert asked_for(question) == "definition"


def test_a_definition_speaks_of_what_was_asked_for_alone() -> None:
    terms = ["lru", "캐시"]
    assert defines("LRU(Least Recently Used) 캐시는 오래된 것부터 버리는 캐시입니다.", terms)
    assert not defines("LRU 캐시 구현의 순서와 방법은 언어마다 다른 일입니다.", terms)
    assert not defines("LRU 캐시는 구현하기 쉽다고 합니다만 틀렸습니다.", terms)


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("립시츠 함수란?", "립시츠 함수는 "),
        ("립시츠 함수 설명해줘", "립시츠 함수는 "),
        ("내부 공변량 변화", "내부 공변량 변화는 "),
        ("이중 하강 정의", "이중 하강(double descent)은 "),
    ],
)
def test_the_definition_comes_first(bot: Chatbot, question: str, start: str) -> None:
    assert bot.ask(question).text.startswith(start)


@pytest.mark.parametrize("question", ["전이 학습이란?", "잔차 연결이 뭐야", "데이터 드리프트란?"])
def test_what_no_passage_names_is_not_explained_by_its_parts(bot: Chatbot, question: str) -> None:
    assert bot.ask(question).abstained
