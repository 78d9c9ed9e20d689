"""Turns as they are kept.

With everything that showing an answer again needs, whatever became of the knowledge base meanwhile.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from mlqa.schema import Answer, Block, Citation, Document, Source
from mlqa.service.render import passage

logger = logging.getLogger(__name__)

# Characters of JSON of one answer; a larger one is kept without its passages and its result.
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A question and its answer.

    Attributes:
        key: Unique among all turns.
        question: As it was asked.
        asked: Seconds since 1970.
        text: The answer's text, or what had come of it.
        answer: The whole answer; None where it was stopped, or can no longer be read.
        documents: The cited documents, with their text around the quotes only.
        is_stopped: Whether the answer did not come to its end.
        liked: What the user thinks of it; None for nothing said.
    """

    key: str
    question: str
    asked: float
    text: str
    answer: Answer | None = None
    documents: Mapping[str, Document] = field(default_factory=dict)
    is_stopped: bool = False
    liked: bool | None = None


class _Excerpt(BaseModel):
    """What is kept of a cited document.

    Attributes:
        title: Its title.
        source: Where it comes from.
        passages: Stretches of its text, as offset and text.
    """

    model_config = ConfigDict(frozen=True)

    title: str
    source: Source = Source()
    passages: tuple[tuple[int, str], ...] = ()


@cache
def _answers() -> TypeAdapter[Answer]:
    return TypeAdapter(Answer)


@cache
def _excerpts() -> TypeAdapter[dict[str, _Excerpt]]:
    return TypeAdapter(dict[str, _Excerpt])


def to_row(turn: Remembered, conversation: str) -> tuple[object, ...]:
    """A turn as a row of the table ``turns``."""
    answer, documents = "", "{}"
    if turn.answer is not None:
        answer = _dump(turn.answer)
        excerpts = _taken(turn.answer, turn.documents)
        documents = _excerpts().dump_json(excerpts).decode()
    return (
        turn.key,
        conversation,
        turn.asked,
        turn.question,
        turn.text,
        answer,
        documents,
        int(turn.is_stopped),
    )


def from_row(row: Sequence[Any]) -> Remembered:
    """A turn from such a row with the opinion behind it.

    An answer of another version of the program that cannot be read is shown as its text.
    """
    key, _, asked, question, text, answer, documents, stopped, liked = row
    turn = Remembered(
        key=key,
        question=question,
        asked=asked,
        text=text,
        is_stopped=bool(stopped),
        liked=None if liked is None else bool(liked),
    )
    if not answer:
        return turn
    try:
        excerpts = _excerpts().validate_json(documents)
        return replace(
            turn,
            answer=_answers().validate_json(answer),
            documents={name: _document(name, excerpt) for name, excerpt in excerpts.items()},
        )
    except ValidationError:
        logger.warning("The saved answer %s can only be shown as text", key)
        return turn


def current(
    answer: Answer, kept: Mapping[str, Document], now: Mapping[str, Document]
) -> Mapping[str, Document]:
    """The documents of an answer: as they are where the quotes still stand there, else as kept."""
    changed = {
        citation.document_id
        for citation in answer.citations
        if citation.document_id in kept and not _stands(citation, now.get(citation.document_id))
    }
    return {**now, **{name: d for name, d in kept.items() if name in changed or name not in now}}


def _stands(citation: Citation, document: Document | None) -> bool:
    place = slice(citation.start, citation.end)
    return document is not None and document.text[place] == citation.quote


def _dump(answer: Answer) -> str:
    text = json.dumps(asdict(answer), ensure_ascii=False)
    if len(text) > _LARGEST:
        text = json.dumps(asdict(replace(answer, hits=(), tool=None)), ensure_ascii=False)
    return text


def _taken(answer: Answer, documents: Mapping[str, Document]) -> dict[str, _Excerpt]:
    """Of each document of an answer what showing it takes."""
    passages: dict[str, dict[int, str]] = {}
    for citation in answer.citations:
        for name in (citation.document_id, *citation.also_in):
            passages.setdefault(name, {})
        text, quote, _ = passage(citation, documents.get(citation.document_id), answer.hits)
        passages[citation.document_id][citation.start - quote.start] = text
    return {
        name: _Excerpt(
            title=documents[name].title,
            source=documents[name].source,
            passages=tuple(sorted(places.items())),
        )
        for name, places in passages.items()
        if name in documents
    }


def _document(name: str, excerpt: _Excerpt) -> Document:
    """The document as far as it is kept: the rest of its text is blank."""
    text = ""
    blocks = []
    for start, part in excerpt.passages:
        # Two passages may overlap; the later one begins behind the earlier one's start.
        text = text[:start].ljust(start) + part + text[start + len(part) :]
        blocks.append(Block(kind="paragraph", start=start, end=start + len(part)))
    return Document(
        id=name, title=excerpt.title, text=text, blocks=tuple(blocks), source=excerpt.source
    )
