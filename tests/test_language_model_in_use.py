"""A chatbot whose answers a language model words, as a user sets it up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llm_server import closed_url, refusing, saying, serving
from mlqa.chatbot import Chatbot
from mlqa.cli import run
from mlqa.config import Config
from mlqa.index.store import Index

QUESTION = "밀물과 썰물은 왜 생기나요?"
PROVEN = "밀물과 썰물은 달이 바닷물을 끌어당기기 때문에 생깁니다."
INVENTED = "조석은 뉴턴이 1687년에 설명했습니다."

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-this-key-is-nobodys")


def config_for(url: str, base: Config) -> Config:
    return base.model_copy(
        update={"generator": "openai:small", "generator_base_url": url, "generator_timeout": 20.0}
    )


def test_an_answer_of_the_model_is_streamed_proven_and_kept(
    small_index: Index, small_config: Config
) -> None:
    with serving(saying(f"{PROVEN} [1] {INVENTED} [1]")) as server:
        bot = Chatbot(small_index, config_for(server.url, small_config))
        said = list(bot.stream(QUESTION))
        answer = said[-1].answer
        assert answer
        assert "".join(piece.text for piece in said) == answer.text
        assert answer.generator
        assert answer.note == ""
        assert PROVEN in answer.text
        assert INVENTED not in answer.text
        for citation in answer.citations:
            document = bot.documents[citation.document_id]
            assert document.text[citation.start : citation.end] == citation.quote
        assert bot.ask(QUESTION).cached


def test_a_question_off_the_subject_is_declined_without_the_model(
    small_index: Index, small_config: Config
) -> None:
    bot = Chatbot(small_index, config_for(closed_url(), small_config))
    answer = bot.ask("오늘 주식 시세는 얼마인가요?")
    assert answer.abstained
    assert (answer.generator, answer.note) == ("", "")


def test_a_failing_model_leaves_the_extractive_answer_which_is_not_kept(
    small_index: Index, small_config: Config
) -> None:
    plain = Chatbot(small_index, small_config).ask(QUESTION)
    with serving(refusing(401)) as server:
        bot = Chatbot(small_index, config_for(server.url, small_config))
        answer = bot.ask(QUESTION)
        assert answer.text == plain.text
        assert "\n" not in answer.note
        assert answer.note
        assert not bot.ask(QUESTION).cached


def test_closing_the_stream_ends_it(small_index: Index, small_config: Config) -> None:
    with serving(saying(f"{PROVEN} [1] " * 3)) as server:
        bot = Chatbot(small_index, config_for(server.url, small_config))
        stream = bot.stream(QUESTION)
        assert PROVEN in next(piece.text for piece in stream if piece.text)
        stream.close()
        assert list(stream) == []
        assert not bot.ask(QUESTION).cached


def test_the_command_line_says_that_the_model_failed(
    saved_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLQA_GENERATOR", "openai:small")
    monkeypatch.setenv("MLQA_GENERATOR_BASE_URL", closed_url())
    assert run(["ask", QUESTION, "--index", str(saved_folder), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert "언어 모델" in answer["note"]
    assert answer["citations"]
    monkeypatch.setenv("MLQA_GENERATOR", "small")
    assert run(["ask", QUESTION, "--index", str(saved_folder)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "MLQA_GENERATOR=openai:" in line
