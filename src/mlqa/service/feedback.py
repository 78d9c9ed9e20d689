"""What users think of answers, and which questions were declined.

Both outlive the conversation that they come from; who asked is not kept with them.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Any, NamedTuple

from mlqa.schema import Answer
from mlqa.service.database import Database

REASON_CHARACTERS = 1000
_MARKS = re.compile(r"[\s?!.。？！]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a user thinks of an answer.

    Attributes:
        turn: Key of the turn; unique.
        liked: Whether it helped.
        reason: Why, in the user's words; empty for nothing said.
        said: When, seconds since 1970.
        question: As it was asked.
        resolved: With the conversation's subject filled in.
        history: Earlier questions of the conversation, oldest first.
        text: What was answered.
        abstained: Whether the question was declined.
        citations: What was cited, as ``ask --json`` writes it.
        index_version: Version of the index.
    """

    turn: str
    liked: bool
    reason: str = ""
    said: float
    question: str
    resolved: str
    history: tuple[str, ...]
    text: str
    abstained: bool
    citations: tuple[dict[str, Any], ...]
    index_version: str


class Declined(NamedTuple):
    """A question that the sources do not answer.

    Attributes:
        question: As it was last asked, with the conversation's subject filled in.
        times: How often it was declined.
        last: When last, seconds since 1970.
        index_version: Version of the index then.
    """

    question: str
    times: int
    last: float
    index_version: str


class Counts(NamedTuple):
    """How many answers were liked and disliked."""

    liked: int
    disliked: int


class Feedback:
    """The opinions of all users, and the declined questions.

    Args:
        database: Where they lie.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def judge(self, turn: str, answer: Answer, history: tuple[str, ...], *, liked: bool) -> None:
        """Keeps what a user thinks of an answer; an earlier reason stays if it is the same.

        Raises:
            StorageError: It cannot be written.
        """
        citations = json.dumps([asdict(c) for c in answer.citations], ensure_ascii=False)
        row = (
            *(turn, int(liked), "", time.time(), answer.question, answer.resolved),
            *(json.dumps(history, ensure_ascii=False), answer.text, int(answer.abstained)),
            *(citations, answer.index_version),
        )
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO opinions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET said = excluded.said, liked = excluded.liked,"
                " reason = CASE liked WHEN excluded.liked THEN reason ELSE '' END",
                row,
            )

    def explain(self, turn: str, reason: str) -> None:
        """Adds the reason, cut where it is too long.

        Raises:
            StorageError: It cannot be written.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE opinions SET reason = ? WHERE turn = ?",
                (reason.strip()[:REASON_CHARACTERS], turn),
            )

    def withdraw(self, turn: str) -> None:
        """Forgets what was thought of an answer.

        Raises:
            StorageError: It cannot be written.
        """
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM opinions WHERE turn = ?", (turn,))

    def decline(self, answer: Answer) -> None:
        """Counts a question that was declined.

        Raises:
            StorageError: It cannot be written.
        """
        key = _MARKS.sub(" ", answer.resolved).strip().casefold()
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO declined VALUES (?, ?, 1, ?, ?) ON CONFLICT DO UPDATE SET"
                " count = count + 1, question = excluded.question, last = excluded.last,"
                " index_version = excluded.index_version",
                (key, answer.resolved, time.time(), answer.index_version),
            )

    def opinions(self) -> tuple[Opinion, ...]:
        """All of them, oldest first.

        Raises:
            StorageError: They cannot be read.
        """
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT * FROM opinions ORDER BY said, turn").fetchall()
        return tuple(_opinion(row) for row in rows)

    def counts(self) -> Counts:
        """How many answers were liked and disliked.

        Raises:
            StorageError: They cannot be read.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT COALESCE(SUM(liked), 0), COALESCE(SUM(NOT liked), 0) FROM opinions"
            )
            return Counts(*rows.fetchone())

    def declined(self, limit: int = 50) -> tuple[Declined, ...]:
        """Questions that were declined, the most frequent first, then the latest.

        Raises:
            StorageError: They cannot be read.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT question, count, last, index_version FROM declined"
                " ORDER BY count DESC, last DESC LIMIT ?",
                (limit,),
            )
            return tuple(Declined(*row) for row in rows)


def opinion_fields(opinion: Opinion) -> dict[str, Any]:
    """An opinion as JSON."""
    said = datetime.fromtimestamp(opinion.said, timezone.utc).isoformat(timespec="seconds")
    return {**asdict(opinion), "said": said}


def gold_candidates(opinions: tuple[Opinion, ...]) -> Iterator[dict[str, Any]]:
    """Lines for a gold set, to be reviewed: part ``review``, so that no run counts them unseen.

    A liked answer brings its citations as evidence; where one was disliked, somebody has to find
    the evidence. A liked answer that declined is an unanswerable question. Of several opinions on
    the same question in the same conversation the latest counts.
    """
    latest = {(opinion.question, opinion.history): opinion for opinion in opinions}
    for opinion in latest.values():
        answerable = not (opinion.liked and opinion.abstained)
        kind = "followup" if opinion.history else "essay"
        yield {
            "id": f"feedback-{opinion.turn}",
            "part": "review",
            "kind": kind if answerable else "unanswerable",
            "question": opinion.question,
            "history": list(opinion.history),
            "answerable": answerable,
            "evidence": _evidence(opinion) if opinion.liked and answerable else [],
            "key_facts": [],
        }


def _evidence(opinion: Opinion) -> list[dict[str, str]]:
    """The cited passages; what an experiment found is no passage of an essay."""
    return [
        {"document_id": citation["document_id"], "quote": citation["quote"]}
        for citation in opinion.citations
        if citation["kind"] == "essay"
    ]


def _opinion(row: sqlite3.Row | tuple[Any, ...]) -> Opinion:
    turn, liked, reason, said, question, resolved, history, text, abstained, cited, version = row
    return Opinion(
        turn=turn,
        liked=bool(liked),
        reason=reason,
        said=said,
        question=question,
        resolved=resolved,
        history=tuple(json.loads(history)),
        text=text,
        abstained=bool(abstained),
        citations=tuple(json.loads(cited)),
        index_version=version,
    )
