"""A conversation of 1,000 turns: only the last questions count, and only they cost anything."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from mlqa.chatbot import Chatbot
from mlqa.cli import run
from mlqa.config import Config
from mlqa.index.store import Index
from mlqa.messages import message
from mlqa.service.replying import reply
from mlqa.service.session import SHOWN_TURNS, Session

TURNS = 1000
FOLLOW_UP = "그건 왜 그런가요?"
LAST = "밀물과 썰물이란 무엇인가요?"
LONG = [*(f"효모를 {n}번째로 묻는 질문인가요?" for n in range(TURNS - 1)), LAST]


@pytest.fixture
def bot(small_index: Index, small_config: Config) -> Chatbot:
    return Chatbot(small_index, small_config)


@pytest.mark.parametrize("question", [FOLLOW_UP, "무효화란 무엇인가요?"])
def test_only_the_last_questions_count(bot: Chatbot, question: str) -> None:
    kept = bot.config.history_questions
    assert bot.cache_key(question, LONG) == bot.cache_key(question, LONG[-kept:])
    answer = bot.ask(question, LONG)
    again = bot.ask(question, LONG[-kept:])
    assert again.cached
    assert again.text == answer.text
    assert ("썰물" in answer.resolved) == (question == FOLLOW_UP)


def test_the_others_are_not_even_analysed(small_index: Index, small_config: Config) -> None:
    def analysed(history: list[str]) -> int:
        bot = Chatbot(small_index, small_config)
        before = small_index.extractor.stats().misses
        bot.ask("그럼 그 조금은 왜 그런가요?", history)
        return small_index.extractor.stats().misses - before

    fresh = [text.replace("효모", "이산화탄소") for text in LONG]
    analysed(fresh[-1:])  # brings the answer's own texts into the cache
    assert analysed(fresh) <= small_config.history_questions


def test_what_could_not_be_asked_is_passed_over(bot: Chatbot) -> None:
    odd = ["", "?!", "가" * 5000, "\ud800", "\x00"] * (TURNS // 5)
    assert "썰물" in bot.ask(FOLLOW_UP, [*odd, LAST, "😀", ""]).resolved
    assert bot.ask(FOLLOW_UP, odd).resolved == FOLLOW_UP


def lines(path: Path, *rows: Any) -> str:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_batch_takes_it(
    saved_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    rows = [{"id": n, "question": FOLLOW_UP, "history": LONG[-n:]} for n in (1, TURNS)]
    rows.append({"id": 0, "question": FOLLOW_UP, "history": ["\ud800"] * TURNS})
    file = lines(tmp_path / "batch.jsonl", *rows)
    assert run([command, "--batch", file, "--index", str(saved_folder)]) == 0
    short, long, none = map(json.loads, capsys.readouterr().out.splitlines())
    assert "썰물" in short["resolved"]
    assert long["resolved"] == short["resolved"]
    kept = "hits" if command == "search" else "text"
    assert long[kept] == short[kept]
    assert none["resolved"] == FOLLOW_UP


@pytest.mark.parametrize(
    "history", ["앞선 질문", "", 0, False, {}, {"0": "가"}, [1], [["가"]], [None]]
)
def test_a_batch_with_a_malformed_history_says_so_in_one_line(
    saved_folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    history: object,
) -> None:
    good = {"id": "a", "question": "무효화란 무엇인가요?", "history": None}
    bad = {"id": "b", "question": FOLLOW_UP, "history": history}
    content = "\n".join(json.dumps(row) for row in (good, bad, good)).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))
    assert run(["ask", "--batch", "-", "--index", str(saved_folder)]) == 1
    printed = capsys.readouterr()
    (answered,) = printed.out.splitlines()
    assert json.loads(answered)["id"] == "a"
    (error,) = printed.err.splitlines()
    assert "2번째 줄의 history" in error
    assert '["앞선 질문", …]' in error


def test_the_page_shows_the_last_turns_and_goes_on(bot: Chatbot) -> None:
    session = Session()
    for question in ["무효화란 무엇인가요?"] * (SHOWN_TURNS + 3):
        for _ in reply(bot, question, session):
            pass
    session.questions[:0] = LONG
    for _ in reply(bot, LAST, session):
        pass
    *_, conversation = (shown for shown in reply(bot, FOLLOW_UP, session) if shown)
    notice, *turns = conversation
    assert str(SHOWN_TURNS) in notice["content"]
    assert message("page_earlier", count=SHOWN_TURNS).split()[0] in notice["content"]
    assert [turn["role"] for turn in turns] == ["user", "assistant"] * SHOWN_TURNS
    assert "썰물" in turns[-1]["content"]
    assert len(session.questions) == TURNS + SHOWN_TURNS + 5
    session.forget()
    assert session.messages("ko") == []
