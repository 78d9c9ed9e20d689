"""The conversation of one browser session, as the page shows it; no Gradio."""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol

from mlqa.cache import CacheStats
from mlqa.config import Config
from mlqa.errors import MlqaError
from mlqa.messages import Language, message
from mlqa.schema import AnswerPiece, Document
from mlqa.service import render
from mlqa.service.pump import read_along

logger = logging.getLogger(__name__)

# Turns that the page shows: with every further one the browser takes longer to show a change.
SHOWN_TURNS = 50


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

    def stream(
        self, question: str, history: Sequence[str] = ()
    ) -> Generator[AnswerPiece, None, None]:
        """The answer in pieces; closing the iterator ends the work."""
        ...

    def cache_stats(self) -> Sequence[CacheStats]:
        """The counters of the caches."""
        ...


@dataclass(eq=False)
class Turn:
    """One question and what is shown for it.

    Attributes:
        shown: The question as HTML; empty for an empty one.
        reply: The answer so far as HTML.
        is_stopped: Whether the user wants no more of it.
    """

    shown: str
    reply: str = ""
    is_stopped: bool = False

    def shown_by_role(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Who says what."""
        return ("user", self.shown), ("assistant", self.reply)


class Session:
    """The conversation of one browser session.

    Not a data class: Gradio would turn one into a dictionary.

    Attributes:
        questions: The questions that were answered, be it in part, oldest first.
        turns: What the page shows, oldest first, the latest ``SHOWN_TURNS``.
        is_cut: Whether there were turns before these.
    """

    def __init__(self) -> None:
        self.questions: list[str] = []
        self.turns: list[Turn] = []
        self.is_cut = False

    def add(self, turn: Turn) -> None:
        """Takes up a new turn; the oldest one goes where there are too many."""
        self.turns.append(turn)
        if len(self.turns) > SHOWN_TURNS:
            del self.turns[:-SHOWN_TURNS]
            self.is_cut = True

    def stop(self) -> None:
        """Ends the answers that are on their way; what has come of them stays."""
        for turn in self.turns:
            turn.is_stopped = True

    def forget(self) -> None:
        """Starts anew; answers on their way end."""
        self.stop()
        self.questions.clear()
        self.turns.clear()
        self.is_cut = False

    def messages(self, language: Language) -> list[dict[str, str]]:
        """The conversation as Gradio's chat wants it."""
        shown = [
            ("assistant", render.earlier_html(SHOWN_TURNS, language) if self.is_cut else ""),
            *((role, text) for turn in list(self.turns) for role, text in turn.shown_by_role()),
        ]
        return [{"role": role, "content": text} for role, text in shown if text]


class _Shown(NamedTuple):
    """What is shown of an answer, as HTML, and whether a follow-up may go on from it."""

    reply: str
    is_said: bool = False


def reply(
    bot: Bot, question: str, session: Session
) -> Generator[list[dict[str, str]] | None, None, None]:
    """Answers one question of a session; closing the iterator ends the work.

    The turn is written into the session as it grows, so that two answers of one session at once
    show both.

    Yields:
        The conversation, again and again as the answer grows; None while nothing changes.
    """
    question = question.strip()
    turn = Turn(render.question_html(question) if question else "", render.partial_html(""))
    session.add(turn)
    yield session.messages(bot.config.language)
    with closing(_replies(bot, question, tuple(session.questions), turn)) as replies:
        for shown in replies:
            if turn not in session.turns:  # the conversation was cleared meanwhile
                yield session.messages(bot.config.language)
                return
            if shown is None:
                yield None
                continue
            turn.reply = shown.reply
            if shown.is_said:
                session.questions.append(question)
            yield session.messages(bot.config.language)


def _replies(
    bot: Bot, question: str, history: Sequence[str], turn: Turn
) -> Generator[_Shown | None, None, None]:
    """The bot's message as it grows; None while it does not."""
    language = bot.config.language
    text = ""
    try:
        with closing(read_along(partial(bot.stream, question, history))) as pieces:
            for piece in pieces:
                if turn.is_stopped:
                    yield _Shown(render.stopped_html(text, language), is_said=bool(text))
                    return
                if piece is None:
                    yield None
                elif piece.answer:
                    shown = render.answer_html(piece.answer, bot.documents, language)
                    yield _Shown(shown, is_said=True)
                else:
                    text += piece.text
                    yield _Shown(render.partial_html(text))
    except MlqaError as error:
        yield _Shown(render.notice_html(error.text(language)))
    except Exception:
        logger.exception("The answer failed")
        yield _Shown(render.notice_html(message("page_failed", language)))
