"""Saved conversations as files for users: Markdown with numbered sources, and JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from functools import partial
from typing import Any

from mlqa.messages import Language, message
from mlqa.schema import Answer, Citation, Document
from mlqa.service.conversations import Conversation
from mlqa.service.remembered import Remembered
from mlqa.service.wire import answer_fields

# What Markdown would take for its own; numbers of sources such as [1] may stay as they are.
_MEANT = re.compile(r"\[\d+\]")
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")
_STARTS = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))", re.MULTILINE)


def to_json(conversation: Conversation) -> str:
    """The conversation with whole answers, as ``ask --json`` writes them."""
    brief = conversation.brief
    fields = {
        "id": brief.id,
        "title": brief.title,
        "created": _time(brief.created),
        "updated": _time(brief.updated),
        "turns": [_turn_fields(turn) for turn in conversation.turns],
    }
    return json.dumps(fields, ensure_ascii=False, indent=2) + "\n"


def to_markdown(conversation: Conversation, language: Language) -> str:
    """The conversation for reading; texts stay texts, whatever they hold."""
    brief = conversation.brief
    lines = [f"# {_plain(brief.title)}", "", _time(brief.created), ""]
    for number, turn in enumerate(conversation.turns, start=1):
        lines += [f"## {number}. {_plain(' '.join(turn.question.split()))}", ""]
        lines += _answer_lines(turn, language)
    return "\n".join(lines)


def file_name(title: str, ending: str) -> str:
    """A name that every file system takes."""
    stem = re.sub(r"[^\w가-힣 -]+", "", title).strip(" .")[:60].strip() or "mlqa"
    return f"{stem}.{ending}"


def _turn_fields(turn: Remembered) -> dict[str, Any]:
    return {
        "question": turn.question,
        "asked": _time(turn.asked),
        "text": turn.text,
        "stopped": turn.is_stopped,
        "liked": turn.liked,
        "answer": answer_fields(turn.answer) if turn.answer else None,
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")


def _answer_lines(turn: Remembered, language: Language) -> Iterator[str]:
    answer = turn.answer
    if answer is not None and answer.resolved != answer.question:
        understood = message("page_resolved", language)
        yield from (f"*{understood} {_plain(' '.join(answer.resolved.split()))}*", "")
    yield from (_answer_text(turn), "") if turn.text else ()
    if turn.is_stopped:
        yield from (f"*{message('page_stopped', language)}*", "")
    if answer is not None and answer.citations:
        sources = message("page_sources", language, count=len(answer.citations))
        yield from (f"**{sources}**", "")
        cite = partial(_citation_lines, documents=turn.documents, language=language)
        for citation in answer.citations:
            yield from cite(citation)


def _answer_text(turn: Remembered) -> str:
    """The answer, its listings fenced."""
    parts, behind, text = [], 0, turn.text
    for listing in _listings(turn.answer):
        start = text.find(listing, behind)
        if start >= 0:
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", listing)), default=0))
            parts += [_prose(text[behind:start]), f"\n\n{fence}\n{listing}\n{fence}\n\n"]
            behind = start + len(listing)
    return "".join([*parts, _prose(text[behind:])]).strip("\n")


def _listings(answer: Answer | None) -> list[str]:
    return [s.text for s in answer.sentences if s.layout == "listing"] if answer else []


def _prose(text: str) -> str:
    """Plain text, each of its lines a line."""
    return _plain(text).replace("\n", "  \n")


def _citation_lines(
    citation: Citation, documents: Mapping[str, Document], language: Language
) -> Iterator[str]:
    document = documents.get(citation.document_id)
    path = " › ".join([citation.title, *citation.headings])
    known = []
    if document is not None:
        source = document.source
        for key, value in (("page_author", source.author), ("page_date", source.date)):
            known += [message(key, language, value=value)] if value else []
        known += [source.url] if source.url else []
    more = f" ({_plain(', '.join(known))})" if known else ""
    yield f"[{citation.number}] {_plain(path)}{more}  "
    yield from (f"> {_plain(line)}" for line in citation.quote.splitlines())
    yield ""


def _plain(text: str) -> str:
    """The text as Markdown that shows exactly it."""
    parts, behind = [], 0
    for found in _MEANT.finditer(text):
        parts += [_MARKS.sub(r"\\\1", text[behind : found.start()]), found[0]]
        behind = found.end()
    parts.append(_MARKS.sub(r"\\\1", text[behind:]))
    return _STARTS.sub(_escaped_start, "".join(parts))


def _escaped_start(found: re.Match[str]) -> str:
    """What begins a list or a line: ``- ``, ``1. ``."""
    space, mark = found.groups()
    return f"{space}{mark}\\" if mark[0].isdigit() else f"{space}\\{mark}"
