"""What goes in and out as JSON: batch requests, hits and answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mlqa.errors import BatchError
from mlqa.schema import Answer, FaqMatch, Hit
from mlqa.tools.jsonable import call_fields

_QUESTIONS = 3  # of the FAQ that a hit names: a passage may answer hundreds


def hit_fields(hit: Hit) -> dict[str, Any]:
    """A hit as ``search --json`` writes it.

    ``faq`` holds the sentences that answer the likest questions of the FAQ, likest first.
    """
    chunk = hit.chunk
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        "document_id": chunk.document_id,
        "title": hit.title,
        "start": chunk.start,
        "end": chunk.end,
        "text": chunk.text,
        "headings": chunk.headings,
        "matched": hit.matched,
        "sparse_rank": hit.sparse_rank,
        "dense_rank": hit.dense_rank,
        "sparse_score": round(hit.sparse_score, 4),
        "dense_score": round(hit.dense_score, 4),
        "fused_score": round(hit.fused_score, 4),
        "late_score": round(hit.late_score, 4),
        "also_in": hit.also_in,
        "faq": [_faq_fields(match) for match in _likest(hit.faq)],
    }


def _likest(matches: Sequence[FaqMatch]) -> list[FaqMatch]:
    return sorted(matches, key=lambda match: -match.nearest)[:_QUESTIONS]


def _faq_fields(match: FaqMatch) -> dict[str, Any]:
    return {
        "question": match.question,
        "likeness": round(match.nearest, 3),
        "start": match.span.start,
        "end": match.span.end,
    }


def answer_fields(answer: Answer) -> dict[str, Any]:
    """An answer as ``ask --json`` writes it."""
    return {
        "question": answer.question,
        "resolved": answer.resolved,
        "text": answer.text,
        "abstained": answer.abstained,
        "confidence": round(answer.confidence, 4),
        "citations": [asdict(citation) for citation in answer.citations],
        "generator": answer.generator,
        "note": answer.note,
        "tool": call_fields(answer.tool) if answer.tool else None,
        "offers": answer.offers,
        "cached": answer.cached,
        "seconds": round(answer.seconds, 6),
        "index_version": answer.index_version,
    }


def read_requests(file: str) -> Iterator[dict[str, Any]]:
    """The requests of a batch file, one a line: ``{"id", "question", "history"}``.

    Args:
        file: Path, or ``-`` for standard input.

    Raises:
        BatchError: The file cannot be read, or a line is no request; lines before it were given.
    """
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        lines = content.decode("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BatchError("batch_missing", path=file, reason=reason) from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _request(line, file, number)


def _request(line: str, file: str, number: int) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BatchError("batch_line", file=file, line=number, reason=error) from None
    fields = request if isinstance(request, dict) else {}
    question, history = fields.get("question"), fields.get("history")
    if not isinstance(question, str):
        raise BatchError("batch_line", file=file, line=number, reason="question")
    earlier = [] if history is None else history
    if not isinstance(earlier, list) or not all(isinstance(q, str) for q in earlier):
        raise BatchError("batch_history", file=file, line=number)
    return {"id": fields.get("id", number), "question": question, "history": earlier}
