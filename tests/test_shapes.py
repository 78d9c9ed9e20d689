"""The shape of an answer follows what is asked: two texts by two authors, asked for real."""

from __future__ import annotations

import pytest

from mlqa.answer.asking import asked_for
from mlqa.answer.lists import promises
from mlqa.answer.outline import counted_in
from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.index.store import Index
from mlqa.schema import Answer
from mlqa.text.corpus import load_corpus

FOR_WALKING = """\
---
title: 걷기 예찬
source:
  author: 김하늘
---

# 걷기 예찬

## 걸어서 출근해야 하는 까닭

김하늘 씨는 누구나 걸어서 출근해야 한다고 주장합니다. 출근길을 걸으면 몸이 가벼워지기 때문입니다. \
걸어서 출근하는 사람에게는 교통비도 들지 않습니다.

## 걷기의 세 가지 장점

### 1. 돈이 들지 않습니다

신발 한 켤레면 충분합니다.

### 2. 어디서나 할 수 있습니다

골목도 공원도 좋은 길입니다.

### 3. 다칠 일이 적습니다

달리기보다 무릎에 실리는 무게가 가볍습니다.

## 준비물

산길을 걸을 때 챙길 것은 다음과 같습니다.

- 물 한 병
- 모자
- 호루라기

왕벚나무 길은 2킬로미터이고, 은행나무 길은 5킬로미터입니다.
"""

AGAINST = """\
---
title: 출근길은 짧을수록 좋다
source:
  author: 박바다
---

# 출근길은 짧을수록 좋다

## 버스를 타야 하는 까닭

박바다 씨는 걸어서 출근하지 말라고 조언합니다. 걸어서 출근하느라 쓰는 시간이면 책을 한 권 더 \
읽을 수 있습니다. 그래서 박바다 씨는 출근할 때 버스가 낫다고 단언합니다.

## 두 가지 조건

버스로 출근하기 좋은 조건은 두 가지입니다. 하나는 정류장이 가깝다는 것이고, 다른 하나는 버스가 \
자주 온다는 것입니다.
"""


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Chatbot:
    folder = tmp_path_factory.mktemp("shapes")
    (folder / "walking.md").write_text(FOR_WALKING, encoding="utf-8")
    (folder / "bus.md").write_text(AGAINST, encoding="utf-8")
    config = Config(corpus=folder, answer_threshold=0)
    return Chatbot(Index.build(load_corpus(folder), config), config)


def quotes_stand(answer: Answer, bot: Chatbot) -> bool:
    return all(
        bot.documents[c.document_id].text[c.start : c.end] == c.quote for c in answer.citations
    )


def said(answer: Answer) -> str:
    return " ".join(sentence.text for sentence in answer.sentences)


def test_advice_gives_both_views_and_says_whose_they_are(bot: Chatbot) -> None:
    answer = bot.ask("걸어서 출근해야 할까요?")
    headings = [s.heading for s in answer.sentences if s.heading]
    assert sorted(headings) == ["김하늘, 〈걷기 예찬〉", "박바다, 〈출근길은 짧을수록 좋다〉"]
    assert answer.sentences[0].heading == headings[0]
    assert "출근해야 한다고 주장합니다" in answer.text
    assert "말라고 조언합니다" in answer.text or "낫다고 단언합니다" in answer.text
    for heading in headings:
        assert f"{heading}:\n" in answer.text
    assert quotes_stand(answer, bot)


def test_what_is_no_advice_has_no_views(bot: Chatbot) -> None:
    assert not any(s.heading for s in bot.ask("걸어서 출근하면 왜 몸이 가벼워지나요?").sentences)


def test_a_list_in_the_headings_is_whole_and_numbered(bot: Chatbot) -> None:
    answer = bot.ask("걷기의 세 가지 장점은 무엇인가요?")
    items = [s for s in answer.sentences if s.layout == "item"]
    assert [s.citation.quote for s in items] == [
        "돈이 들지 않습니다",
        "어디서나 할 수 있습니다",
        "다칠 일이 적습니다",
    ]
    assert "1. 돈이 들지 않습니다 [" in answer.text
    assert "3. 다칠 일이 적습니다 [" in answer.text
    assert quotes_stand(answer, bot)


def test_another_number_than_that_of_the_headings_is_no_list_of_them(bot: Chatbot) -> None:
    answer = bot.ask("걷기의 다섯 가지 장점은 무엇인가요?")
    assert "어디서나 할 수 있습니다" not in [s.citation.quote for s in answer.sentences[1:]]


def test_an_announced_list_comes_whole(bot: Chatbot) -> None:
    answer = bot.ask("산길을 걸을 때 무엇을 챙겨야 하나요?")
    assert [s.text for s in answer.sentences[1:]] == ["물 한 병", "모자", "호루라기"]
    assert answer.text.endswith("3. 호루라기 [4]")


def test_what_a_sentence_counts_comes_with_it(bot: Chatbot) -> None:
    answer = bot.ask("버스로 출근하기 좋은 조건은 무엇인가요?")
    counted = next(n for n, s in enumerate(answer.sentences) if "두 가지입니다" in s.text)
    assert "정류장이 가깝다는 것이고" in answer.sentences[counted + 1].text


def test_a_bare_reason_comes_behind_what_it_is_the_reason_of(bot: Chatbot) -> None:
    answer = bot.ask("출근길을 걸으면 무엇이 가벼워지나요?")
    texts = [s.text for s in answer.sentences]
    reason = next(n for n, text in enumerate(texts) if text.endswith("가벼워지기 때문입니다."))
    assert texts[reason - 1] == "김하늘 씨는 누구나 걸어서 출근해야 한다고 주장합니다."


def test_a_figure_comes_with_the_sentence_that_holds_it(bot: Chatbot) -> None:
    assert "5킬로미터" in bot.ask("은행나무 길은 몇 킬로미터예요?").sentences[0].text


@pytest.mark.parametrize(
    ("question", "asking"),
    [
        ("머신러닝을 배워야 하나요?", "advice"),
        ("이걸 먼저 써도 될까요?", "advice"),
        ("배치 크기는 크게 잡는 게 좋나요?", "advice"),
        ("왜 되는지도 모르는 약을 먹어도 괜찮을까요?", "advice"),
        ("Should I take the bus?", "advice"),
        ("왜 배워야 하나요?", "reason"),
        ("무엇을 배워야 하나요?", "definition"),
        ("누가 썼나요?", "person"),
        ("전화를 발명한 사람은?", "person"),
        ("세 가지 장점을 알려 줘", "list"),
        ("몇 층이에요?", "figure"),
        ("둘의 차이가 궁금해요", "comparison"),
        ("어떻게 하나요?", "how"),
        ("캐시란?", "definition"),
        ("하늘은 파랗습니까?", "other"),
    ],
)
def test_what_is_asked_for(question: str, asking: str) -> None:
    assert asked_for(question) == asking


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("다섯 가지 이유", 5),
        ("6가지 방법", 6),
        ("five reasons not to", 5),
        ("이유가 뭐야", 0),
        ("한 번에 알려 줘", 0),
    ],
)
def test_how_many_are_asked_for(question: str, count: int) -> None:
    assert counted_in(question) == count


@pytest.mark.parametrize(
    ("sentence", "is_promise"),
    [
        ("조건은 두 가지입니다.", True),
        ("그 이유를 다섯 가지로 나누어 설명합니다.", True),
        ("챙길 것은 다음과 같습니다.", True),
        ("다음 식으로 나타냅니다.", True),
        ("두 가지를 다 하는 길도 있습니다.", False),
        ("다음 날에 떠났습니다.", False),
    ],
)
def test_promises(sentence: str, is_promise: bool) -> None:
    assert promises(sentence) is is_promise


def test_the_text_is_its_pieces(bot: Chatbot) -> None:
    for question in ("걸어서 출근해야 할까요?", "걷기의 세 가지 장점은 무엇인가요?"):
        pieces = [piece.text for piece in bot.stream(question)]
        assert "".join(pieces) == bot.ask(question).text
        assert said(bot.ask(question))
