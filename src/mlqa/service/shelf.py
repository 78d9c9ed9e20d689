"""The documents of a knowledge base as they are shown: a row for each, and what is in one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal, NamedTuple

from mlqa.index.store import Index
from mlqa.schema import Chunk, Document
from mlqa.service.bases import Base

State = Literal["indexed", "new", "changed", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One document of a base.

    Attributes:
        id: Its id.
        title: Its title; of one that is not indexed yet the name of its file.
        author: Who wrote it, if that is known.
        passages: Passages in the index.
        cleaned: Lines that cleaning took out.
        duplicates: Passages that have a near-duplicate in another document.
        state: ``new``: not in the index yet; ``changed``: its file is newer than the index;
            ``gone``: in the index, but its file is not there any more.
        is_own: Whether its file was added on the page.
    """

    id: str
    title: str
    author: str = ""
    passages: int = 0
    cleaned: int = 0
    duplicates: int = 0
    state: State = "indexed"
    is_own: bool = False


class Twin(NamedTuple):
    """Two passages that are nearly the same.

    Attributes:
        chunk: Of this document.
        other: Of the other document.
        title: Title of the other document.
    """

    chunk: Chunk
    other: Chunk
    title: str


class Contents(NamedTuple):
    """What is in one document.

    Attributes:
        document: The document.
        chunks: Its passages, in order.
        twins: Its near-duplicates elsewhere.
    """

    document: Document
    chunks: tuple[Chunk, ...]
    twins: tuple[Twin, ...]


def rows_of(base: Base, index: Index | None) -> tuple[Row, ...]:
    """The documents of a base, by id.

    Args:
        base: The base.
        index: Its index, if it has one.
    """
    files = base.files()
    documents: Mapping[str, Document] = index.documents if index else {}
    chunks = index.chunks if index else ()
    passages = Counter(chunk.document_id for chunk in chunks)
    twins = Counter(chunks[at].document_id for at in index.duplicates) if index else Counter()
    created = _created(index)
    rows = []
    for document_id in sorted({*files, *documents}, key=lambda one: one.split("/")):
        path, document = files.get(document_id), documents.get(document_id)
        if path is None and document_id in base.removed:
            continue  # leaves with the next build
        rows.append(
            Row(
                id=document_id,
                title=document.title if document else path.name if path else document_id,
                author=document.source.author if document else "",
                passages=passages[document_id],
                cleaned=len(document.removed) if document else 0,
                duplicates=twins[document_id],
                state=_state(path, document, created),
                is_own=path is not None and path.parent == base.documents,
            )
        )
    return tuple(rows)


def contents_of(document_id: str, index: Index | None) -> Contents | None:
    """What is in a document; None where it is not in the index."""
    document = index.documents.get(document_id) if index else None
    if index is None or document is None:
        return None
    places = [at for at, chunk in enumerate(index.chunks) if chunk.document_id == document_id]
    chunks = index.chunks
    twins = (
        Twin(chunks[at], chunks[other], index.documents[chunks[other].document_id].title)
        for at in places
        for other in index.duplicates.get(at, ())
    )
    return Contents(document, tuple(chunks[at] for at in places), tuple(twins))


def _state(path: Path | None, document: Document | None, created: float) -> State:
    if document is None:
        return "new"
    if path is None:
        return "gone"
    try:
        return "changed" if path.stat().st_mtime > created else "indexed"
    except OSError:
        return "gone"


def _created(index: Index | None) -> float:
    """When an index was saved: its name says it to the microsecond."""
    if index is None or not index.manifest.name:
        return 0.0
    moment = datetime.strptime(index.manifest.name.split("-")[0], "%Y%m%dT%H%M%S%f")
    return moment.replace(tzinfo=timezone.utc).timestamp()
