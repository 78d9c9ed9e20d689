"""Saved conversations: whoever holds a browser's key sees those of that browser, nobody else."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import uuid4

from mlqa.errors import ConversationError
from mlqa.service.database import Database
from mlqa.service.remembered import Remembered, from_row, to_row

# Questions of one conversation; the next one begins another conversation.
TURNS = 1000
TITLE_CHARACTERS = 80
_SHORT_TITLE = 40
_DAY = 86_400.0
_KEY = re.compile(r"[A-Za-z0-9_-]{32,128}")
_ID = re.compile(r"[0-9a-f]{32}")


class Brief(NamedTuple):
    """A conversation as one of a list.

    Attributes:
        id: Unique.
        title: The first question, shortened, unless it was renamed.
        created: Seconds since 1970.
        updated: The last question, or renaming; seconds since 1970.
        turns: Number of questions.
    """

    id: str
    title: str
    created: float
    updated: float
    turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A saved conversation.

    Attributes:
        brief: What a list shows of it.
        turns: Questions and answers, oldest first.
    """

    brief: Brief
    turns: tuple[Remembered, ...]


def owner_of(key: str) -> str:
    """What the server keeps of a browser's key: its hash; empty where it is no key."""
    return hashlib.sha256(key.encode()).hexdigest() if _KEY.fullmatch(key) else ""


def new_id() -> str:
    """An id for a conversation, never given before."""
    return uuid4().hex


def is_id(text: str) -> bool:
    """Whether this can be the id of a conversation."""
    return bool(_ID.fullmatch(text))


def short_title(question: str) -> str:
    """A question on one line, cut at a word where it is long."""
    line = " ".join(question.split())
    if len(line) <= _SHORT_TITLE:
        return line
    head = line[:_SHORT_TITLE]
    return f"{head.rsplit(' ', 1)[0] if ' ' in head[_SHORT_TITLE // 2 :] else head}…"


class Conversations:
    """The saved conversations of all users.

    Args:
        database: Where they lie.
        most: Conversations of one owner; beyond, the one that was not used for longest goes.
        days: Days after its last question that a conversation goes; 0 for never.
    """

    def __init__(self, database: Database, *, most: int = 500, days: int = 0) -> None:
        self._database = database
        self._most = most
        self._days = days

    def add(self, owner: str, conversation: str, turn: Remembered) -> None:
        """Adds a turn, or writes it anew; its conversation is made with the first one.

        Raises:
            ConversationError: The conversation is another owner's.
            StorageError: It cannot be written.
        """
        now = time.time()
        new = (conversation, owner, short_title(turn.question), turn.asked, now)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", new
            )
            _check(connection, owner, conversation)
            connection.execute(
                "INSERT OR REPLACE INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                to_row(turn, conversation),
            )
            connection.execute(
                "UPDATE conversations SET updated = ? WHERE id = ?", (now, conversation)
            )
            self._forget_old(connection, owner)

    def is_full(self, conversation: str) -> bool:
        """Whether a conversation has as many turns as one may.

        Raises:
            StorageError: It cannot be read.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT COUNT(*) FROM turns WHERE conversation = ?", (conversation,)
            )
            return bool(rows.fetchone()[0] >= TURNS)

    def is_taken(self, conversation: str) -> bool:
        """Whether there is a conversation of that id, whoever's it is.

        Raises:
            StorageError: It cannot be read.
        """
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT 1 FROM conversations WHERE id = ?", (conversation,))
            return rows.fetchone() is not None

    def is_of(self, owner: str, conversation: str) -> bool:
        """Whether the owner has a conversation of that id.

        Raises:
            StorageError: It cannot be read.
        """
        with self._database.transaction() as connection:
            return _is_of(connection, owner, conversation)

    def list(self, owner: str) -> tuple[Brief, ...]:
        """The conversations of an owner, the latest first.

        Raises:
            StorageError: They cannot be read.
        """
        with self._database.transaction() as connection:
            self._forget_old(connection, owner)
            rows = connection.execute(f"{_BRIEFS} WHERE owner = ? ORDER BY updated DESC", (owner,))
            return tuple(Brief(*row) for row in rows)

    def load(self, owner: str, conversation: str, latest: int = TURNS) -> Conversation:
        """A conversation with its latest turns.

        Raises:
            ConversationError: The owner has none of that id.
            StorageError: It cannot be read.
        """
        with self._database.transaction() as connection:
            _check(connection, owner, conversation)
            row = connection.execute(f"{_BRIEFS} WHERE id = ?", (conversation,)).fetchone()
            rows = connection.execute(
                "SELECT turns.*, liked FROM turns LEFT JOIN opinions ON turn = key"
                " WHERE conversation = ? ORDER BY asked DESC, turns.rowid DESC LIMIT ?",
                (conversation, latest),
            ).fetchall()
        return Conversation(
            brief=Brief(*row), turns=tuple(from_row(found) for found in reversed(rows))
        )

    def rename(self, owner: str, conversation: str, title: str) -> None:
        """Gives a conversation another title, on one line, cut where it is too long.

        Raises:
            ConversationError: The title is empty, or the owner has no such conversation.
            StorageError: It cannot be written.
        """
        line = " ".join(title.split())[:TITLE_CHARACTERS]
        if not line:
            raise ConversationError("conversation_title")
        with self._database.transaction() as connection:
            _check(connection, owner, conversation)
            connection.execute(
                "UPDATE conversations SET title = ? WHERE id = ?", (line, conversation)
            )

    def delete(self, owner: str, conversation: str) -> None:
        """Deletes a conversation with its turns.

        Raises:
            ConversationError: The owner has none of that id.
            StorageError: It cannot be written.
        """
        with self._database.transaction() as connection:
            _check(connection, owner, conversation)
            connection.execute("DELETE FROM conversations WHERE id = ?", (conversation,))

    def drop(self, owner: str, keys: Sequence[str]) -> None:
        """Deletes turns of an owner, and a conversation that has none left.

        Raises:
            StorageError: It cannot be written.
        """
        with self._database.transaction() as connection:
            for key in keys:
                connection.execute(
                    "DELETE FROM turns WHERE key = ? AND conversation IN"
                    " (SELECT id FROM conversations WHERE owner = ?)",
                    (key, owner),
                )
            connection.execute(
                "DELETE FROM conversations WHERE owner = ?"
                " AND id NOT IN (SELECT conversation FROM turns)",
                (owner,),
            )

    def _forget_old(self, connection: sqlite3.Connection, owner: str) -> None:
        if self._days:
            before = time.time() - self._days * _DAY
            connection.execute("DELETE FROM conversations WHERE updated < ?", (before,))
        connection.execute(
            "DELETE FROM conversations WHERE id IN (SELECT id FROM conversations"
            " WHERE owner = ? ORDER BY updated DESC LIMIT -1 OFFSET ?)",
            (owner, self._most),
        )


_BRIEFS = (
    "SELECT id, title, created, updated,"
    " (SELECT COUNT(*) FROM turns WHERE conversation = id) FROM conversations"
)


def _check(connection: sqlite3.Connection, owner: str, conversation: str) -> None:
    """Nobody learns whether a conversation of somebody else exists."""
    if not _is_of(connection, owner, conversation):
        raise ConversationError("conversation_unknown")


def _is_of(connection: sqlite3.Connection, owner: str, conversation: str) -> bool:
    rows = connection.execute(
        "SELECT 1 FROM conversations WHERE id = ? AND owner = ?", (conversation, owner)
    )
    return bool(owner) and rows.fetchone() is not None
