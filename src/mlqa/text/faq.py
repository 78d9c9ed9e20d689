"""The FAQ of a folder of documents: questions that people ask, with the sentences that answer them.

A line of ``faq.jsonl``, as a person or a language model wrote it beside the documents::

    {"questions": ["왜 잘 되나요?", "비결이 뭐죠?"],
     "evidence": [{"document_id": "batch-normalization", "quote": "…"}]}

Any of the questions is answered by all of the quotes, best first. Without evidence they are
questions that the documents do not answer.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from mlqa.errors import FaqError
from mlqa.schema import Document, FaqEntry, Place, Span

_entries = TypeAdapter(tuple[FaqEntry, ...])


# As documents are: NFC; and something has to be there.
_Text = Annotated[
    str,
    AfterValidator(lambda text: unicodedata.normalize("NFC", text)),
    StringConstraints(strip_whitespace=True, min_length=1),
]


class _Evidence(BaseModel):
    model_config = ConfigDict(extra="forbid")
    document_id: _Text
    quote: _Text


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")
    questions: Annotated[tuple[_Text, ...], Field(min_length=1)]
    evidence: tuple[_Evidence, ...]


def load_faq(path: Path, documents: Sequence[Document]) -> tuple[FaqEntry, ...]:
    """Reads a FAQ and finds its quotes; a file that is not there is an empty FAQ.

    An entry with a quote that does not stand in its document is left out: the document has
    changed, or is not among these. Where no entry is left that has an answer, the FAQ is one of
    other documents, and empty for these.

    Args:
        path: The file.
        documents: The documents of the knowledge base.

    Raises:
        FaqError: The file is not of the shape above.
    """
    if not path.is_file():
        return ()
    texts = {document.id: document.text for document in documents}
    entries = []
    for line in _read(path):
        answers = tuple(_places(line, texts))
        if len(answers) == len(line.evidence):
            entries.append(FaqEntry(questions=line.questions, answers=answers))
    return tuple(entries) if any(entry.answers for entry in entries) else ()


def faq_identity(entries: Sequence[FaqEntry]) -> str:
    """Changes when any entry does."""
    return hashlib.sha256(_entries.dump_json(tuple(entries))).hexdigest()[:16]


def _read(path: Path) -> Iterator[_Line]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FaqError("faq_file", path=path, line=0, reason=reason) from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _Line.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            reason = ": ".join((".".join(map(str, first["loc"])), first["msg"])).lstrip(": ")
            raise FaqError("faq_file", path=path, line=number, reason=reason) from None


def _places(line: _Line, texts: Mapping[str, str]) -> Iterator[Place]:
    """Where the quotes stand; those that do not are left out."""
    for evidence in line.evidence:
        start = texts.get(evidence.document_id, "").find(evidence.quote)
        if start >= 0:
            yield Place(evidence.document_id, Span(start, start + len(evidence.quote)))
