"""An answer that is stopped: by the button of the page, by clearing, by closing the tab."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest

from gated_model import QUESTION, SAID, Gate
from llm_server import Served, dripping, first, saying, serving
from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.index.store import Index
from mlqa.messages import message
from mlqa.schema import AnswerPiece
from mlqa.service.pump import read_along
from mlqa.service.replying import reply
from mlqa.service.session import Session

STOPPED = message("page_stopped")
pytestmark = pytest.mark.timeout(90)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-this-key-is-nobodys")


def chatbot(index: Index, base: Config, server: Served) -> Chatbot:
    update = {
        "generator": "openai:small",
        "generator_base_url": server.url,
        "generator_timeout": 40.0,
        "generator_tokens": 16384,
        "unsupported": "mark",
        "tools": False,  # the model is asked for an answer only
    }
    return Chatbot(index, base.model_copy(update=update))


def begun(
    bot: Chatbot, session: Session, question: str = QUESTION
) -> Generator[list[dict[str, str]] | None, None, None]:
    """An answer of which the first sentence has been shown."""
    shown = reply(bot, question, session)
    for conversation in shown:
        if conversation and "끌어당기기" in conversation[-1]["content"]:
            return shown
    raise AssertionError("nothing was said")


def finished(bot: Chatbot, question: str, session: Session) -> str:
    """What is shown last for a question."""
    return [shown for shown in reply(bot, question, session) if shown][-1][-1]["content"]


def test_a_stopped_answer_keeps_what_was_said_and_the_talk_goes_on(
    small_index: Index, small_config: Config
) -> None:
    gate = Gate()
    with serving(first(gate.behaviour(), saying(f"{SAID} [1]"))) as server:
        bot, session = chatbot(small_index, small_config, server), Session()
        shown = begun(bot, session)
        session.stop()
        conversation = [found for found in shown if found][-1]
        gate.is_open.set()
        assert server.left.wait(20), "the model is still listened to"
        kept = conversation[-1]["content"]
        assert len(conversation) == 2
        assert "끌어당기기" in kept
        assert "부풀어" not in kept
        assert STOPPED.rstrip(".") in kept
        assert "mlqa-partial" not in kept
        # A follow-up goes on from it, and the stopped answer is no answer that was kept.
        follow_up = finished(bot, "그건 왜 그런가요?", session)
        assert "썰물" in follow_up
        assert session.questions == [QUESTION, "그건 왜 그런가요?"]
        assert not bot.ask(QUESTION).cached


def test_an_answer_is_stopped_before_its_first_word(
    small_index: Index, small_config: Config
) -> None:
    with serving(first(dripping("밀"), saying(f"{SAID} [1]"))) as server:
        bot, session = chatbot(small_index, small_config, server), Session()
        shown = reply(bot, QUESTION, session)
        assert next(shown)
        while not server.asked:
            assert next(shown) is None
        session.stop()
        (conversation,) = [found for found in shown if found]
        assert STOPPED.rstrip(".") in conversation[-1]["content"]
        assert server.left.wait(20), "the model is still listened to"
        assert session.questions == []
        assert "끌어당기기" in finished(bot, QUESTION, session)
        assert session.questions == [QUESTION]


@pytest.mark.parametrize("act", ["leave", "clear"])
def test_leaving_and_clearing_end_the_work(
    small_index: Index, small_config: Config, act: str
) -> None:
    gate = Gate()
    with serving(gate.behaviour()) as server:
        session = Session()
        shown = begun(chatbot(small_index, small_config, server), session)
        if act == "leave":
            shown.close()
        else:
            session.forget()
            assert [found for found in shown if found is not None] == [[]]
        gate.is_open.set()
        assert server.left.wait(20)
        assert session.questions == []


def test_only_the_answers_of_one_user_are_stopped(small_index: Index, small_config: Config) -> None:
    gate = Gate()
    with serving(gate.behaviour()) as server:
        bot = chatbot(small_index, small_config, server)
        mine, theirs = Session(), Session()
        answers = [
            begun(bot, mine),
            begun(bot, mine, f"그런데 {QUESTION}"),
            begun(bot, theirs),
        ]
        mine.stop()
        gate.is_open.set()
        conversations = [[found for found in shown if found][-1] for shown in answers[:2]]
        assert [STOPPED.rstrip(".") in turn["content"] for turn in conversations[-1]] == [
            False,
            True,
            False,
            True,
        ]
        assert any(found and "부풀어" in found[-1]["content"] for found in answers[2])


def test_a_stream_is_closed_in_its_own_thread_and_its_error_is_told() -> None:
    closed_in: list[str] = []
    started = threading.Event()
    closed = threading.Event()

    def endless() -> Generator[AnswerPiece, None, None]:
        try:
            while True:
                yield AnswerPiece(text="말")
                started.wait()
        finally:
            closed_in.append(threading.current_thread().name)
            closed.set()

    pieces = read_along(endless)
    assert next(pieces) == AnswerPiece(text="말")
    assert next(pieces) is None, "nothing new, but whoever reads is free"
    pieces.close()
    started.set()
    assert closed.wait(20)
    assert closed_in == ["mlqa-answer"]

    def broken() -> Generator[AnswerPiece, None, None]:
        yield AnswerPiece(text="말")
        raise RuntimeError("broken")

    pieces = read_along(broken)
    with pytest.raises(RuntimeError, match="broken"):
        list(pieces)
