"""An answer as the page shows it while it grows; no Gradio."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from mlqa.errors import MlqaError
from mlqa.messages import message
from mlqa.schema import AnswerPiece
from mlqa.service import render
from mlqa.service.pump import read_along
from mlqa.service.session import Bot, Session, Turn
from mlqa.service.work import Items

logger = logging.getLogger(__name__)

# Seconds after which a question is shown without its answer: whatever is shown costs Gradio a look
# at the whole conversation, and most answers are there by then.
_ECHO = 0.04

Keep = Callable[[Session, Turn], None]


def _keep_nothing(session: Session, turn: Turn) -> None:
    """Where conversations are not saved."""


class _Shown(NamedTuple):
    """What is shown of an answer, as HTML, and whether a follow-up may go on from it."""

    reply: str
    is_said: bool = False


def reply(
    bot: Bot, question: str, session: Session, keep: Keep = _keep_nothing
) -> Generator[list[dict[str, str]] | None, None, None]:
    """Answers one question of a session; closing the iterator ends the work.

    The turn is written into the session as it grows, so that two answers of one session at once
    show both.

    Args:
        bot: Who answers.
        question: What is asked.
        session: Of the page.
        keep: Called once when an answer has come to its end or was left, not where it failed.

    Yields:
        The conversation, again and again as the answer grows; None while nothing changes.
    """
    question = question.strip()
    shown = render.question_html(question) if question else ""
    turn = Turn(shown, render.partial_html(""), question=question)
    session.add(turn)
    if session.is_repeated(turn):  # asked of what was added: both may come at the same moment
        session.turns.remove(turn)
        return
    try:
        yield from _conversations(bot, session, turn, keep)
    finally:  # where the conversation was cleared or the page closed in mid-answer
        if turn.is_said and not turn.is_over:
            keep(session, turn)
        turn.is_over = True


def _conversations(
    bot: Bot, session: Session, turn: Turn, keep: Keep
) -> Generator[list[dict[str, str]] | None, None, None]:
    """The conversation as the answer to its turn grows; None while it does not."""
    is_shown = False  # the question, where it has to wait for its answer
    with closing(_replies(bot, turn.question, tuple(session.questions), turn)) as replies:
        for shown in replies:
            if turn not in session.turns:  # the conversation was cleared meanwhile
                yield session.messages(bot.config.language)
                return
            if shown is None:
                yield None if is_shown else session.messages(bot.config.language)
                is_shown = True
                continue
            is_shown = True
            turn.reply = shown.reply
            if shown.is_said:
                session.questions.append(turn.question)
                turn.is_over = True
                # Before its last word: what Gradio has still to do then, it does at once.
                keep(session, turn)
            yield session.messages(bot.config.language)


def _is_news(piece: AnswerPiece) -> bool:
    return bool(piece.text or piece.progress or piece.answer)


def _joined(before: AnswerPiece, piece: AnswerPiece) -> AnswerPiece:
    return replace(piece, text=before.text + piece.text)


def _replies(
    bot: Bot, question: str, history: Sequence[str], turn: Turn
) -> Generator[_Shown | None, None, None]:
    """The bot's message as it grows; None while it does not."""
    language = bot.config.language
    begin: Callable[[], Items[AnswerPiece]] = partial(bot.stream, question, history)
    try:
        told = read_along(begin, _is_news, join=_joined, first_beat=_ECHO)
        with closing(told) as pieces:
            for piece in pieces:
                if turn.is_stopped:
                    yield _Shown(render.stopped_html(turn.text, language), is_said=turn.is_said)
                    return
                if piece is None:
                    yield None
                elif piece.answer:
                    turn.answer = piece.answer
                    shown = render.answer_html(piece.answer, bot.documents, language)
                    yield _Shown(shown, is_said=True)
                else:
                    turn.text += piece.text
                    yield _Shown(render.partial_html(turn.text, piece.progress))
    except MlqaError as error:
        turn.text = ""
        yield _Shown(render.notice_html(error.text(language)))
    except Exception:
        logger.exception("The answer failed")
        turn.text = ""
        yield _Shown(render.notice_html(message("page_failed", language)))
