"""Documents, tools and what a run tells as JSON, for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from mlqa.messages import Language, message
from mlqa.schema import Answer, AnswerPiece, Document, ToolCall, ToolProgress
from mlqa.service.desk import Found
from mlqa.service.wire import answer_fields, hit_fields
from mlqa.tools.events import Progress, ToolEvent, Waiting
from mlqa.tools.jsonable import call_fields
from mlqa.tools.registry import Tool

Fields = dict[str, Any]
Event = AnswerPiece | ToolEvent


class Told(NamedTuple):
    """An event: its name and what it says."""

    name: str
    fields: Mapping[str, Any]


def document_fields(document: Document) -> Fields:
    """What is known of a document, without its text."""
    return {
        "id": document.id,
        "title": document.title,
        "characters": len(document.text),
        "topics": document.topics,
        "questions": document.questions,
        "source": asdict(document.source),
    }


def found_fields(found: Found) -> Fields:
    """Passages as ``search --json`` writes them."""
    return {
        "question": found.query.question,
        "resolved": found.query.resolved,
        "hits": [hit_fields(hit) for hit in found.hits],
    }


def tool_brief(tool: Tool, language: Language) -> Fields:
    """A tool as one of a list."""
    return {"name": tool.name, "title": tool.title(language), "about": tool.about(language)}


def tool_fields(tool: Tool, language: Language) -> Fields:
    """A tool with its arguments as a JSON schema, its budget and what it tests."""
    return {
        **tool_brief(tool, language),
        "seconds": tool.seconds,
        "memory_mb": tool.memory_mb,
        "inline": tool.inline,
        "schema": tool.schema(language),
        "claims": [asdict(claim) for claim in tool.claims],
    }


def answer_in(piece: AnswerPiece) -> Answer:
    """The answer that the last piece brings.

    Raises:
        ValueError: It is not the last one.
    """
    if piece.answer is None:
        raise ValueError("the last piece of an answer brings the answer")
    return piece.answer


def call_in(event: ToolEvent) -> ToolCall:
    """The run that the last event is.

    Raises:
        TypeError: It is not the last one.
    """
    if not isinstance(event, ToolCall):
        raise TypeError("the last event of a run is its call")
    return event


def told(event: Event, language: Language) -> Told | None:
    """A piece of an answer, or what a run tells, as an event; None where it says nothing."""
    if isinstance(event, AnswerPiece):
        return _told_of_answer(event)
    if isinstance(event, Waiting):
        text = message("tools_waiting", language, ahead=event.ahead)
        return Told("waiting", {"ahead": event.ahead, "text": text})
    if isinstance(event, Progress):
        return _progress(event)
    return Told("result", call_fields(event))


def _told_of_answer(piece: AnswerPiece) -> Told | None:
    if piece.answer is not None:
        return Told("answer", answer_fields(piece.answer))
    if piece.progress is not None:
        return _progress(piece.progress)
    return Told("piece", {"text": piece.text}) if piece.text else None


def _progress(progress: Progress | ToolProgress) -> Told:
    return Told("progress", {"share": progress.share, "text": progress.text})
