"""The conversation of one browser session, as the page shows it; no Gradio."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mlqa.cache import CacheStats
from mlqa.config import Config
from mlqa.errors import MlqaError
from mlqa.messages import message
from mlqa.schema import AnswerPiece, Document
from mlqa.service import render

logger = logging.getLogger(__name__)


class Bot(Protocol):
    """What the page needs of the chatbot."""

    @property
    def config(self) -> Config:
        """The settings."""
        ...

    @property
    def documents(self) -> Mapping[str, Document]:
        """The knowledge base by id."""
        ...

    @property
    def topics(self) -> tuple[str, ...]:
        """What it can be asked about."""
        ...

    @property
    def questions(self) -> tuple[str, ...]:
        """Example questions."""
        ...

    def stream(self, question: str, history: Sequence[str] = ()) -> Iterator[AnswerPiece]:
        """The answer in pieces."""
        ...

    def cache_stats(self) -> Sequence[CacheStats]:
        """The counters of the caches."""
        ...


@dataclass(eq=False)
class Turn:
    """One question and what is shown for it, as HTML; ``shown`` is empty for an empty question."""

    shown: str
    reply: str = ""


class Session:
    """The conversation of one browser session.

    Not a data class: Gradio would turn one into a dictionary.

    Attributes:
        questions: The questions that were answered, oldest first.
        turns: What the page shows.
    """

    def __init__(self) -> None:
        self.questions: list[str] = []
        self.turns: list[Turn] = []

    def forget(self) -> None:
        """Starts anew; an answer on its way ends at its next piece."""
        self.questions.clear()
        self.turns.clear()

    def messages(self) -> list[dict[str, str]]:
        """The conversation as Gradio's chat wants it."""
        shown = (
            {"role": role, "content": content}
            for turn in list(self.turns)
            for role, content in (("user", turn.shown), ("assistant", turn.reply))
        )
        return [entry for entry in shown if entry["content"]]


def reply(bot: Bot, question: str, session: Session) -> Iterator[list[dict[str, str]]]:
    """Answers one question of a session.

    The turn is written into the session as it grows, so that two answers of one session at once
    show both.

    Yields:
        The conversation, again and again as the answer grows.
    """
    question = question.strip()
    turn = Turn(render.question_html(question) if question else "", render.partial_html(""))
    session.turns.append(turn)
    yield session.messages()
    for shown, answered in _replies(bot, question, session.questions):
        if turn not in session.turns:  # the conversation was cleared meanwhile
            yield session.messages()
            return
        turn.reply = shown
        if answered:
            session.questions.append(question)
        yield session.messages()


def _replies(bot: Bot, question: str, history: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """The bot's message as it grows, as HTML, and whether it is a whole answer."""
    language = bot.config.language
    text = ""
    try:
        for piece in bot.stream(question, tuple(history)):
            text += piece.text
            if piece.answer is None:
                yield render.partial_html(text), False
            else:
                yield render.answer_html(piece.answer, bot.documents, language), True
    except MlqaError as error:
        yield render.notice_html(error.text(language)), False
    except Exception:
        logger.exception("The answer failed")
        yield render.notice_html(message("page_failed", language)), False
