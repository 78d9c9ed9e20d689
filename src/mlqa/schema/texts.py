"""Texts of the knowledge base: documents, what they are made of, and the passages cut from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

BlockKind = Literal["heading", "paragraph", "item", "code", "formula"]


class Span(NamedTuple):
    """A stretch of a document's text."""

    start: int
    end: int


class Place(NamedTuple):
    """A stretch of one of the documents."""

    document_id: str
    span: Span

    def meets(self, others: Iterable[Place]) -> bool:
        """Whether it shares a character with one of them."""
        return any(
            self.document_id == other.document_id
            and self.span.start < other.span.end
            and other.span.start < self.span.end
            for other in others
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqEntry:
    """Questions that people ask, and what answers all of them.

    Attributes:
        questions: At least one.
        answers: The sentences that answer them, best first; none where the documents do not.
    """

    questions: tuple[str, ...]
    answers: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph, list item, heading, listing or formula of a document.

    Attributes:
        kind: What it is. Listings and formulas are never cut.
        start: Offset of its first character, mark-up such as ``- `` or ``## `` not included.
        end: Offset behind its last character.
        level: 1 (outermost) to 6 for a heading, 0 for everything else.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an essay comes from; a field is empty where that is not known."""

    title: str = ""
    original_title: str = ""
    author: str = ""
    date: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A line of site furniture that cleaning took out.

    Attributes:
        line: Line number in the file, from 1.
        text: The line as it was.
        reason: Name of the rule that took it out.
    """

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text of the knowledge base: NFC, Unix line ends, furniture and front matter removed.

    Attributes:
        id: Path below the corpus root without its ending, ``/`` between folders.
        title: From the front matter, else the first heading, else the file's name.
        text: What offsets count in and quotes are taken from.
        blocks: Its structure, in order, without overlaps.
        topics: What it can be asked about, from the front matter.
        questions: Example questions, from the front matter.
        source: Where it comes from.
        removed: What cleaning took out.
    """

    id: str
    title: str
    text: str
    blocks: tuple[Block, ...]
    topics: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    source: Source = Source()
    removed: tuple[Removed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A passage: whole sentences under one heading; what is indexed and found.

    Attributes:
        id: ``document_id#position``.
        document_id: The document it belongs to.
        start: Offset of its first character in the document.
        end: Offset behind its last character.
        text: ``document.text[start:end]``.
        headings: Titles of the headings above it, outermost first.
        sentences: Its sentences, as offsets in the document. A listing or formula is one.
    """

    id: str
    document_id: str
    start: int
    end: int
    text: str
    headings: tuple[str, ...]
    sentences: tuple[Span, ...]
