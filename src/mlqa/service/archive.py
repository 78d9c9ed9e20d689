"""What the page keeps of its conversations; where keeping fails, answers come all the same."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple, TypeVar

from mlqa.config import Config
from mlqa.errors import MlqaError
from mlqa.messages import message
from mlqa.schema import Document
from mlqa.service import exporting
from mlqa.service.conversations import Conversations, is_id, new_id, owner_of
from mlqa.service.database import Database
from mlqa.service.drawer import drawer_html
from mlqa.service.feedback import Feedback
from mlqa.service.remembered import Remembered
from mlqa.service.session import SHOWN_TURNS, Session, Turn

logger = logging.getLogger(__name__)

T = TypeVar("T")
ExportKind = Literal["markdown", "json"]
_ENDINGS: Mapping[ExportKind, str] = {"markdown": "md", "json": "json"}


class Export(NamedTuple):
    """A conversation as a file.

    Attributes:
        name: Of the file.
        text: In it.
    """

    name: str
    text: str


class Archive:
    """Conversations and feedback of the page's users; opens its file when first used.

    Args:
        config: The settings.
        documents: The knowledge base as it is at that time.

    Attributes:
        conversations: The saved conversations.
        feedback: Opinions and declined questions.
    """

    def __init__(self, config: Config, documents: Callable[[], Mapping[str, Document]]) -> None:
        self._language = config.language
        self._documents = documents
        self._history = config.history_questions
        self._database = Database(config.data)
        self.feedback = Feedback(self._database)
        self.conversations = Conversations(
            self._database, most=config.conversations, days=config.conversation_days
        )

    def close(self) -> None:
        """Closes the file; the next use opens it again."""
        self._database.close()

    def begin(self, session: Session, key: str, conversation: str) -> None:
        """A page was opened, or is back after a restart of the server.

        Args:
            session: Of the page.
            key: Of the browser.
            conversation: Id of the one that the page showed; empty if none.
        """
        session.owner = owner_of(key)
        session.conversation = session.conversation or new_id()
        self._keep_all(session)  # asked before the key came
        if not session.turns and session.owner and is_id(conversation):
            self._try(session, lambda: self._bring_back(session, conversation))

    def settle(self, session: Session, ticket: str) -> None:
        """Gives a session that the server forgot at a restart its conversation back.

        Args:
            session: Of the page.
            ticket: What ``ticket`` gave.
        """
        if not session.owner and ticket:
            key, _, conversation = ticket.partition(":")
            self.begin(session, key, conversation)

    def keep(self, session: Session, turn: Turn) -> None:
        """Saves a turn that has come to its end; counts a question that was declined."""
        if not session.owner or not turn.is_said or turn.is_kept:
            return
        self._try(session, lambda: self._keep(session, turn))

    def drop(self, session: Session, turns: Iterable[Turn]) -> None:
        """Takes turns out of the saved conversation."""
        keys = [turn.key for turn in turns]
        self._try(session, lambda: self.conversations.drop(session.owner, keys))

    def leave(self, session: Session) -> None:
        """Begins anew; an answer on its way is saved as far as it has been said."""
        self._keep_all(session)
        session.forget()

    def open(self, session: Session, conversation: str) -> None:
        """Shows a saved conversation in the place of the one that is shown."""
        self._keep_all(session)
        self._try(session, lambda: self._show(session, conversation))

    def rename(self, session: Session, conversation: str, title: str) -> None:
        """Gives a saved conversation another title."""
        self._try(session, lambda: self.conversations.rename(session.owner, conversation, title))

    def delete(self, session: Session, conversation: str) -> None:
        """Deletes a saved conversation; the one that is shown is left for a new one."""

        def delete() -> None:
            self.conversations.delete(session.owner, conversation)
            if conversation == session.conversation:
                session.forget()

        self._try(session, delete)

    def export(self, session: Session, conversation: str, kind: ExportKind) -> Export | None:
        """A saved conversation as a file; None where it cannot be had."""

        def export() -> Export:
            found = self.conversations.load(session.owner, conversation)
            text = (
                exporting.to_json(found)
                if kind == "json"
                else exporting.to_markdown(found, self._language)
            )
            return Export(exporting.file_name(found.brief.title, _ENDINGS[kind]), text)

        return self._try(session, export)

    def judge(self, session: Session, key: str, *, liked: bool) -> bool | None:
        """Keeps what a user thinks of an answer; saying the same again takes it back.

        Returns:
            What is kept now; None for nothing.
        """
        turn = session.turn(key)
        if turn is None or turn.answer is None:
            return None
        answer, before = turn.answer, turn.liked

        def judge() -> bool:
            if before is liked:
                self.feedback.withdraw(key)
            else:
                history = session.questions_before(turn)[-self._history :]
                self.feedback.judge(key, answer, history, liked=liked)
            return True

        if self._try(session, judge):
            turn.liked = None if before is liked else liked
        return turn.liked

    def explain(self, session: Session, key: str, reason: str) -> None:
        """Adds the reason to what the user thinks of an answer."""
        if session.turn(key) is not None:
            self._try(session, lambda: self.feedback.explain(key, reason))

    def listing(self, session: Session) -> str:
        """The drawer of the saved conversations as HTML."""
        found = self._try(session, lambda: self.conversations.list(session.owner)) or ()
        notice, session.notice = session.notice, ""
        if self._database.set_aside is not None:
            notice = notice or message("conversations_set_aside", self._language)
        return drawer_html(found, session.conversation, notice, self._language)

    def _keep_all(self, session: Session) -> None:
        for turn in list(session.turns):
            self.keep(session, turn)

    def _keep(self, session: Session, turn: Turn) -> None:
        if turn.answer is not None and turn.answer.abstained:
            self.feedback.decline(turn.answer)
        if self.conversations.is_full(turn.conversation):
            session.begin_another(turn.conversation)
            turn.conversation = session.conversation
        cited = turn.answer.citations if turn.answer else ()
        names = {name for c in cited for name in (c.document_id, *c.also_in)}
        now = self._documents()
        self.conversations.add(
            session.owner,
            turn.conversation,
            Remembered(
                key=turn.key,
                question=turn.question,
                asked=turn.asked,
                text=turn.answer.text if turn.answer else turn.text,
                answer=turn.answer,
                documents={name: now[name] for name in names if name in now},
                is_stopped=turn.answer is None,
            ),
        )
        turn.is_kept = True

    def _bring_back(self, session: Session, conversation: str) -> None:
        """Shows what the page showed; of one that is not saved there is only its id."""
        if self.conversations.is_of(session.owner, conversation):
            self._show(session, conversation)
        elif not self.conversations.is_taken(conversation):
            session.conversation = conversation

    def _show(self, session: Session, conversation: str) -> None:
        found = self.conversations.load(session.owner, conversation, SHOWN_TURNS + 1)
        session.show(found, self._documents(), self._language)

    def _try(self, session: Session, act: Callable[[], T]) -> T | None:
        """What comes of it; where it fails, the next list says why."""
        try:
            return act()
        except MlqaError as error:
            session.notice = error.text(self._language)
        except Exception:
            logger.exception("A conversation could not be kept or shown")
            session.notice = message("conversations_failed", self._language)
        return None


def ticket(session: Session, key: str) -> str:
    """What a page shows to get its conversation back after a restart of the server."""
    return f"{key}:{session.conversation}"
