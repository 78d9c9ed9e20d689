"""The conversation of one browser session, as the page shows it; no Gradio."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import uuid4

from mlqa.cache import CacheStats
from mlqa.config import Config
from mlqa.messages import Language
from mlqa.schema import Answer, AnswerPiece, Document
from mlqa.service import render
from mlqa.service.conversations import Conversation, new_id
from mlqa.service.judging import judging_html
from mlqa.service.remembered import Remembered, current

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
        question: The question.
        text: What has been said so far; empty where it failed.
        answer: The whole answer, once there is one.
        key: Unique among all turns.
        asked: When, seconds since 1970.
        conversation: Id of the conversation that it belongs to.
        liked: What the user thinks of the answer; None for nothing said.
        is_over: Whether the answer has come to its end.
        is_kept: Whether it is saved, or must not be.
    """

    shown: str
    reply: str = ""
    is_stopped: bool = False
    question: str = ""
    text: str = ""
    answer: Answer | None = None
    key: str = field(default_factory=lambda: uuid4().hex)
    asked: float = field(default_factory=time.time)
    conversation: str = ""
    liked: bool | None = None
    is_over: bool = False
    is_kept: bool = False

    @property
    def is_said(self) -> bool:
        """Whether something has been answered, be it in part."""
        return bool(self.answer or self.text)

    def shown_by_role(self, language: Language) -> tuple[tuple[str, str], tuple[str, str]]:
        """Who says what."""
        judging = judging_html(self.key, self.liked, language) if self.answer else ""
        asking = render.asking_html(self.key, language) if self.shown else ""
        return ("user", self.shown + asking), ("assistant", self.reply + judging)


class Session:
    """The conversation of one browser session.

    Not a data class: Gradio would turn one into a dictionary.

    Attributes:
        questions: The questions that were answered, be it in part, oldest first.
        turns: What the page shows, oldest first, the latest ``SHOWN_TURNS``.
        is_cut: Whether there were turns before these.
        owner: Whose conversations are shown, as a hash of the browser's key; empty until known.
        conversation: Id of the conversation; empty until it is known whose it is.
        notice: What the user should know of the saved conversations; empty for nothing.
        edited: Key of the turn whose question is being changed; empty for none.
    """

    def __init__(self) -> None:
        self.edited = ""
        self.questions: list[str] = []
        self.turns: list[Turn] = []
        self.is_cut = False
        self.owner = ""
        self.conversation = ""
        self.notice = ""

    def add(self, turn: Turn) -> None:
        """Takes up a new turn; the oldest one goes where there are too many."""
        self.conversation = turn.conversation = self.conversation or new_id()
        self.turns.append(turn)
        if len(self.turns) > SHOWN_TURNS:
            del self.turns[:-SHOWN_TURNS]
            self.is_cut = True

    def is_repeated(self, turn: Turn) -> bool:
        """Whether the turn before it asks the same and is not over: a click or Enter came twice."""
        turns = list(self.turns)
        place = turns.index(turn) if turn in turns else 0
        before = turns[place - 1] if place else None
        return bool(before and not before.is_over and before.question == turn.question)

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
        self.edited = ""
        self.conversation = new_id()

    def rewind(self, key: str) -> list[Turn]:
        """Takes out the turn of that key and what came after it, to ask it in another way.

        Returns:
            What was taken out, oldest first; nothing where there is no such turn.
        """
        turn = self.turn(key)
        if turn is None:
            return []
        place = self.turns.index(turn)
        taken = self.turns[place:]
        del self.turns[place:]
        for gone in taken:
            gone.is_stopped = gone.is_kept = True
        if said := sum(gone.is_said for gone in taken):
            del self.questions[-said:]
        return taken

    def begin_another(self, full: str) -> None:
        """Goes on under another id, if the conversation is still the one that is full."""
        if self.conversation == full:
            self.conversation = new_id()

    def turn(self, key: str) -> Turn | None:
        """The turn of that key, if it is shown."""
        return next((turn for turn in list(self.turns) if turn.key == key), None)

    def questions_before(self, turn: Turn) -> tuple[str, ...]:
        """The shown questions that were answered before a turn, oldest first."""
        turns = list(self.turns)
        earlier = turns[: turns.index(turn)] if turn in turns else []
        return tuple(other.question for other in earlier if other.is_said)

    def show(
        self, saved: Conversation, documents: Mapping[str, Document], language: Language
    ) -> None:
        """Shows a saved conversation in the place of this one, and goes on with it.

        Args:
            saved: With its latest turns, one more than are shown, if there are more.
            documents: The knowledge base.
            language: Of the page.
        """
        self.forget()
        self.conversation = saved.brief.id
        self.questions.extend(turn.question for turn in saved.turns)
        self.is_cut = len(saved.turns) > SHOWN_TURNS
        self.turns.extend(
            _recalled(turn, saved.brief.id, documents, language)
            for turn in saved.turns[-SHOWN_TURNS:]
        )

    def messages(self, language: Language) -> list[dict[str, str]]:
        """The conversation as Gradio's chat wants it."""
        shown = [
            ("assistant", render.earlier_html(SHOWN_TURNS, language) if self.is_cut else ""),
            *(said for turn in list(self.turns) for said in turn.shown_by_role(language)),
        ]
        return [{"role": role, "content": text} for role, text in shown if text]


def _recalled(
    turn: Remembered, conversation: str, documents: Mapping[str, Document], language: Language
) -> Turn:
    """A saved turn as it was shown."""
    if turn.answer is not None:
        known = current(turn.answer, turn.documents, documents)
        reply = render.answer_html(turn.answer, known, language)
    elif turn.is_stopped:
        reply = render.stopped_html(turn.text, language)
    else:
        reply = render.notice_html(turn.text)
    return Turn(
        shown=render.question_html(turn.question),
        reply=reply,
        question=turn.question,
        text=turn.text,
        answer=turn.answer,
        key=turn.key,
        asked=turn.asked,
        conversation=conversation,
        liked=turn.liked,
        is_over=True,
        is_kept=True,
    )
