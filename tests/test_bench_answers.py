"""``mlqa bench --answers``: does the chatbot's reply say the answer of the data set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mlqa.chatbot import Chatbot
from mlqa.cli import run
from mlqa.config import Config
from mlqa.errors import DatasetError
from mlqa.evaluation.answers import MEASURES, ask_all, read_answers
from mlqa.evaluation.speed import first_sentence
from mlqa.index.store import Index

PARAGRAPHS = {
    "서울": (
        "서울은 한강을 끼고 있는 대한민국의 수도이다. 서울의 인구는 구백만 명이 넘는다.",
        (("수도", "대한민국의 수도는 어디인가?", ["서 울"]),),
    ),
    "한글": (
        "한글은 조선의 세종대왕이 만든 글자이다. 한글의 처음 이름은 훈민정음이었다.",
        (
            ("글자", "한글은 누가 만든 글자인가?", ["세종대왕", "세종"]),
            ("이름", "한글의 처음 이름은 무엇이었는가?", ["직지심경"]),
        ),
    ),
    "온돌": (
        "온돌은 아궁이에 불을 때어 방바닥을 데우는 난방이다. 온돌방은 바닥이 따뜻하다.",
        (("없음", "아르헨티나 축구 대표팀의 감독은 몇 살인가?", ["예순 살"]),),
    ),
}


def korquad(folder: Path, **changes: Any) -> Path:
    """Three articles with four questions: one answer stands nowhere, one is off the subject."""
    articles = [
        {
            "title": title,
            "paragraphs": [
                {
                    "context": text,
                    "qas": [
                        {
                            "id": key,
                            "question": question,
                            "answers": [{"text": a, "answer_start": 0} for a in answers],
                            **changes,
                        }
                        for key, question, answers in questions
                    ],
                }
            ],
        }
        for title, (text, questions) in PARAGRAPHS.items()
    ]
    path = folder / "KorQuAD.json"
    path.write_text(json.dumps({"data": articles}, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def bot(small_index: Index, small_config: Config) -> Chatbot:
    return Chatbot(small_index, small_config)


def test_answers_are_read_with_their_questions(tmp_path: Path) -> None:
    found = read_answers(korquad(tmp_path))
    assert found["글자"] == ("세종대왕", "세종")
    assert list(found) == ["수도", "글자", "이름", "없음"]


@pytest.mark.parametrize("content", ["{", "[1]", '{"data": 5}', '{"data": []}', None])
def test_a_data_set_without_answers_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "set.json"
    if content is None:
        path = korquad(tmp_path, answers=[])
    else:
        path.write_text(content, encoding="utf-8")
    for wrong in (path, tmp_path, tmp_path / "none.json"):
        with pytest.raises(DatasetError) as caught:
            read_answers(wrong)
        for language in ("ko", "en"):
            said = caught.value.text(language)
            assert str(wrong) in said
            assert "--answers" in said
            assert "\n" not in said


def test_an_answer_counts_where_it_stands_in_the_reply(bot: Chatbot) -> None:
    questions = {
        "first": "밀물과 썰물은 왜 생기나요?",
        "later": "밀물과 썰물은 왜 생기나요?",
        "nowhere": "밀물과 썰물은 왜 생기나요?",
        "declined": "오늘 주식 시세는 얼마인가요?",
        "refused": "?!",
    }
    answer = bot.ask(questions["first"])
    second = answer.sentences[1].text
    right = {
        "first": ("달이 바닷물을 끌어 당겨서",),  # white space does not count
        "later": ("그런 말은 없다", second),
        "nowhere": ("태양이 끌어당겨서",),
        "declined": (second,),
        "refused": (second,),
    }
    replies, values = ask_all(bot, questions, right)
    assert [values[name]["first"] for name in MEASURES] == [1.0, 1.0, 1.0]
    assert [values[name]["later"] for name in MEASURES] == [0.0, 1.0, 1.0]
    for query in ("nowhere", "declined", "refused"):
        assert {values[name][query] for name in MEASURES} == {0.0}
    assert replies.declined == 2
    assert replies.seconds > 0
    # Without an answer nothing can be right.
    assert ask_all(bot, {"first": questions["first"]}, {})[1]["answer_in_all"] == {"first": 0.0}


def test_the_wait_for_the_first_sentence_is_that_of_new_questions(
    small_index: Index, small_config: Config
) -> None:
    bot = Chatbot(small_index, small_config)
    asked = ["무효화란 무엇인가요?", "오븐은 몇 도로 달구나요?", "사리는 언제인가요?"]
    wait = first_sentence(bot, [(question, ()) for question in asked])
    assert 0 < wait.median_ms <= wait.p95_ms
    assert first_sentence(bot, [(question, ()) for question in asked]) == (0, 0), "all are kept"


def test_the_command_prints_figures_and_what_was_declined(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(korquad(tmp_path))
    assert run(["bench", path, "--answers", "--against", "answer_threshold=1", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    # Two of four: one answer stands nowhere, one question is off the subject.
    assert result["figures"]["answer_in_2"]["value"] == 0.5
    low, high = (result["figures"]["answer_in_2"][end] for end in ("low", "high"))
    assert low <= 0.5 <= high
    assert result["replies"]["declined"] == 1
    assert result["replies"]["first_sentence"]["median_ms"] > 0
    assert result["against"]["replies"]["declined"] == 4
    assert result["differences"]["answer_in_2"]["value"] == 0.5
    assert run(["bench", path, "--answers"]) == 0
    printed = capsys.readouterr().out
    assert "answer_in_2 0.500 [" in " ".join(printed.split())
    assert "1개는 거절했습니다" in printed
    assert run(["bench", path, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["replies"] is None
    assert run(["bench", str(korquad(tmp_path, answers=[])), "--answers"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "정답이 없습니다" in line
