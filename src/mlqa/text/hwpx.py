"""Hangul files (.hwpx, OWPML, KS X 6101) to Markdown.

Headings are the paragraphs whose shape or style has an outline level (개요 1 …), lists those with
numbers or bullets. Headers, footers, hidden comments and text deleted under track changes are left
out; foot- and endnotes, captions and text boxes follow their paragraph.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlqa.errors import CorpusError
from mlqa.schema import Removed
from mlqa.text.archives import Archive
from mlqa.text.office import Read, Writer, attribute, child, local, number, walk

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_HEADER = "Contents/header.xml"
_SECTION = re.compile(r"Contents/section(\d{1,4})\.xml")
_MANIFEST = "META-INF/manifest.xml"
_OUTLINE_STYLE = re.compile(r"(?:개요|outline) ?(\d{1,2})", re.IGNORECASE)
_TITLE_STYLES = frozenset({"제목", "title"})
_CONTENTS_STYLE = re.compile(r"차례.*|toc.*", re.IGNORECASE)
_FURNITURE = frozenset({"header", "footer"})
_SKIPPED = frozenset({
    "header", "footer", "hiddenComment", "secPr", "fieldBegin", "linesegarray", "shapeComment",
    "metaTag", "parameterset",
})  # fmt: skip
_BREAKS = {"lineBreak": "\n", "tab": " ", "nbSpace": " ", "fwSpace": " ", "hyphen": "-"}
# Where paragraphs stand inside a paragraph: notes, text boxes, captions.
_INNER = frozenset({"subList"})


class _Shape(NamedTuple):
    """What a paragraph's shape and style say; level 0 is no heading."""

    kind: str = "NONE"
    level: int = 0
    list_id: str = ""


def read_hwpx(archive: Archive, path: str) -> Read:
    """The text of a Hangul file.

    Args:
        archive: Its parts.
        path: The file, for the message of an error.

    Raises:
        CorpusError: It has a password, is broken, has entities, or is too long.
    """
    if _MANIFEST in archive.names:
        manifest = archive.xml(_MANIFEST)
        if any(local(found) == "encryption-data" for found in manifest.iter()):
            raise CorpusError("loading_password", path=path)
    return _Reader(archive, path).read()


class _Reader:
    def __init__(self, archive: Archive, path: str) -> None:
        names = sorted((int(match[1]), match[0]) for match in map(_SECTION.fullmatch, archive.names)
                       if match)  # fmt: skip
        self._sections = [archive.xml(name) for _, name in names]
        header = archive.xml(_HEADER) if _HEADER in archive.names else None
        self._shapes, self._styles = _shapes(header), _styles(header)
        self._writer = Writer(path)
        self._removed: list[Removed] = []
        self._paragraphs = 0

    def read(self) -> Read:
        for section in self._sections:
            for element in section:
                if local(element) == "p":
                    self._paragraph(element)
        return Read(self._writer.text(), tuple(self._removed))

    def _paragraph(self, paragraph: Element) -> None:
        """A paragraph; tables and boxes that stand in it come behind its text."""
        self._paragraphs += 1
        text, tables, inner = self._inline(paragraph)
        style = self._styles.get(attribute(paragraph, "styleIDRef"), "")
        self._text(text, style, attribute(paragraph, "paraPrIDRef"))
        for table in tables:
            self._table(table)
        for found in inner:
            for element in found:
                if local(element) == "p":
                    self._paragraph(element)

    def _text(self, text: str, style: str, shape_id: str) -> None:
        shape = self._shapes.get(shape_id, _Shape())
        outline = _OUTLINE_STYLE.fullmatch(style)
        if _CONTENTS_STYLE.fullmatch(style):
            self._remove(text, "table_of_contents")
        elif shape.kind == "OUTLINE":
            self._writer.heading(shape.level + 1, text)
        elif outline:
            self._writer.heading(int(outline[1]), text)
        elif style.lower() in _TITLE_STYLES:
            self._writer.heading(1, text)
        elif shape.kind in {"NUMBER", "BULLET"}:
            numbered = shape.list_id if shape.kind == "NUMBER" else ""
            self._writer.item(shape.level, text, numbered=numbered)
        else:
            self._writer.paragraph(text)

    def _remove(self, text: str, reason: str) -> None:
        shown = " ".join(text.split())
        if shown and shown not in {gone.text for gone in self._removed if gone.reason == reason}:
            self._removed.append(Removed(line=self._paragraphs, text=shown, reason=reason))

    def _inline(self, paragraph: Element) -> tuple[str, list[Element], list[Element]]:
        """The text of a paragraph, its tables, and what else holds paragraphs in it."""
        pieces: list[str] = []
        tables: list[Element] = []
        inner: list[Element] = []
        for found in walk(paragraph, _SKIPPED | _INNER | {"tbl", "t", "equation", "dutmal"}):
            name = local(found)
            if name == "t":
                pieces.append(_text_of(found))
            elif name == "tbl":
                tables.append(found)
            elif name == "equation":
                pieces.append(f" {(getattr(child(found, 'script'), 'text', '') or '').strip()} ")
            elif name == "dutmal":  # a word with a gloss above it
                pieces.append(getattr(child(found, "mainText"), "text", "") or "")
            elif name in _INNER:
                inner.append(found)
            elif name in _FURNITURE:
                self._remove(_plain(found), "running_head")
        return "".join(pieces), tables, inner

    def _table(self, table: Element) -> None:
        for element in table:
            if local(element) == "tr":
                cells = [cell for cell in element if local(cell) == "tc"]
                self._writer.row([_plain(cell) for cell in cells])
            elif local(element) == "caption":
                self._writer.paragraph(_plain(element))


def _text_of(element: Element) -> str:
    """The text of a run, its line breaks and tabs, without what was deleted under track changes."""
    pieces = [element.text or ""]
    deleted = False
    for mark in element:
        name = local(mark)
        if name in {"deleteBegin", "deleteEnd"}:
            deleted = name == "deleteBegin"
        elif not deleted:
            pieces.append(_BREAKS.get(name, ""))
        if not deleted:
            pieces.append(mark.tail or "")
    return "".join(pieces)


def _plain(element: Element) -> str:
    """All the text below an element, a space between paragraphs."""
    pieces: list[str] = []
    for found in walk(element, _SKIPPED | {"t"}):
        if local(found) == "t":
            pieces.append(_text_of(found))
        elif local(found) == "p":
            pieces.append(" ")
    return "".join(pieces)


def _shapes(header: Element | None) -> dict[str, _Shape]:
    """Shapes of paragraphs by id."""
    found: dict[str, _Shape] = {}
    for element in () if header is None else header.iter():
        if local(element) == "paraPr":
            heading = child(element, "heading")
            found[attribute(element, "id")] = _Shape(
                attribute(heading, "type") or "NONE",
                number(attribute(heading, "level")),
                f"list{attribute(heading, 'idRef')}",
            )
    return found


def _styles(header: Element | None) -> dict[str, str]:
    """Names of the styles by id."""
    return {
        attribute(element, "id"): attribute(element, "name")
        for element in (() if header is None else header.iter())
        if local(element) == "style"
    }
