"""Word files (.docx, Office Open XML, ECMA-376) to Markdown.

Headings come from outline levels and the names of styles, lists from numbering. Deleted and hidden
text, field codes and tables of contents are left out; foot- and endnotes follow their paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from mlqa.schema import Removed
from mlqa.text.archives import Archive
from mlqa.text.office import Read, Writer, attribute, child, local, number, walk

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NAMED_HEADING = re.compile(r"(?:heading|제목|개요) ?([1-9])", re.IGNORECASE)
_CONTENTS = re.compile(r"toc ?\d|toc heading|목차.*", re.IGNORECASE)
_NO_OUTLINE = 9
_NO_NUMBERS = frozenset({"bullet", "none", ""})
_HIDDEN = frozenset({"del", "moveFrom", "Fallback", "pPr", "rPr", "rt", "sectPr", "tblPr"})
_BOXES = frozenset({"txbxContent"})
_NOTES = ("footnote", "endnote")
_DEEPEST_STYLE = 20


class _Style(NamedTuple):
    """What a paragraph's style says; level 0 is no heading."""

    level: int = 0
    contents: bool = False
    list_id: str = ""
    depth: int = 0


def read_docx(archive: Archive, path: str) -> Read:
    """The text of a Word file.

    Args:
        archive: Its parts.
        path: The file, for the message of an error.

    Raises:
        CorpusError: It is broken, has entities, or is too long.
    """
    return _Reader(archive, path).read()


class _Reader:
    def __init__(self, archive: Archive, path: str) -> None:
        main = _main_part(archive)
        folder = PurePosixPath(main).parent
        self._body = child(archive.xml(main), "body")
        self._writer = Writer(path)
        self._removed: list[Removed] = []
        self._paragraphs = 0

        def part(name: str) -> Element | None:
            full = str(folder / name)
            return archive.xml(full) if full in archive.names else None

        self._styles = _styles(part("styles.xml"))
        self._numbered = _numbered_lists(part("numbering.xml"))
        self._notes = {
            (kind, attribute(note, "id")): note
            for kind in _NOTES
            for note in _children(part(f"{kind}s.xml"))
            if local(note) == kind and not attribute(note, "type")
        }

    def read(self) -> Read:
        for block in _blocks(self._body):
            self._block(block)
        return Read(self._writer.text(), tuple(self._removed))

    def _block(self, block: Element) -> None:
        if local(block) == "tbl":
            self._table(block)
            return
        self._paragraphs += 1
        text, boxes, notes = _inline(block)
        style = self._style(block)
        if style.contents:
            if text.strip():
                shown = " ".join(text.split())
                self._removed.append(
                    Removed(line=self._paragraphs, text=shown, reason="table_of_contents")
                )
        elif style.level and text.strip():
            self._writer.heading(style.level, text)
        elif style.list_id in self._numbered:
            numbered = self._numbered[style.list_id].get(style.depth, False)
            numbering = style.list_id if numbered else ""
            self._writer.item(style.depth, text, numbered=numbering)
        else:
            self._writer.paragraph(text)
        for box in boxes:
            for inner in _blocks(box):
                self._block(inner)
        for note in notes:
            if note in self._notes:
                for inner in _blocks(self._notes[note]):
                    self._writer.paragraph(_inline(inner)[0])

    def _table(self, table: Element) -> None:
        for row in walk(table, _HIDDEN | {"tr"}):
            if local(row) == "tr":
                cells = [cell for cell in walk(row, _HIDDEN | {"tc"}) if local(cell) == "tc"]
                self._writer.row([_cell(cell) for cell in cells])

    def _style(self, paragraph: Element) -> _Style:
        """The paragraph's own settings before those of its style."""
        properties = child(paragraph, "pPr")
        style = self._styles.get(attribute(child(properties, "pStyle"), "val"), _Style())
        outline = attribute(child(properties, "outlineLvl"), "val")
        if outline:
            level = number(outline) + 1
            style = style._replace(level=level if level <= _NO_OUTLINE else 0)
        numbering = child(properties, "numPr")
        if numbering is not None:
            depth = number(attribute(child(numbering, "ilvl"), "val"))
            list_id = attribute(child(numbering, "numId"), "val") or style.list_id
            style = style._replace(list_id=list_id, depth=depth)
        return style


def _main_part(archive: Archive) -> str:
    """The name of the part that holds the text, as the package's relations say."""
    for relation in archive.xml("_rels/.rels"):
        if attribute(relation, "Type").endswith("/officeDocument"):
            return attribute(relation, "Target").lstrip("/")
    return "word/document.xml"


def _children(element: Element | None) -> list[Element]:
    return [] if element is None else list(element)


def _blocks(parent: Element | None) -> Iterator[Element]:
    """Paragraphs and tables in order, also those inside of content controls and revisions."""
    if parent is not None:
        for found in walk(parent, _HIDDEN | {"p", "tbl"}):
            if local(found) in {"p", "tbl"}:
                yield found


def _inline(paragraph: Element) -> tuple[str, list[Element], list[tuple[str, str]]]:
    """The text of a paragraph, the text boxes that hang on it, and its notes."""
    pieces: list[str] = []
    boxes: list[Element] = []
    notes: list[tuple[str, str]] = []
    skipped = _HIDDEN | _BOXES
    stack = [iter(paragraph)]
    while stack:
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
            continue
        name = local(found)
        if name == "t":
            pieces.append(found.text or "")
        elif name in {"tab", "ptab"}:
            pieces.append(" ")
        elif name == "cr" or (name == "br" and attribute(found, "type") != "page"):
            pieces.append("\n")
        elif name == "noBreakHyphen":
            pieces.append("-")
        elif name in _BOXES:
            boxes.append(found)
        elif name in {f"{kind}Reference" for kind in _NOTES}:
            notes.append((name.removesuffix("Reference"), attribute(found, "id")))
        elif name not in skipped and not _is_hidden(found):
            stack.append(iter(found))
    return "".join(pieces), boxes, notes


def _is_hidden(run: Element) -> bool:
    mark = child(run, "rPr", "vanish")
    return mark is not None and attribute(mark, "val") not in {"0", "false", "off"}


def _cell(cell: Element) -> str:
    return " ".join(
        _inline(found)[0] for found in walk(cell, _HIDDEN | {"p"}) if local(found) == "p"
    )


def _styles(part: Element | None) -> dict[str, _Style]:
    """Styles by id, each with what it takes over from the style that it is based on."""
    known = {attribute(style, "styleId"): style for style in _children(part)}
    found: dict[str, _Style] = {}
    for style_id in known:
        chain: list[Element] = []
        current = style_id
        while current in known and len(chain) < _DEEPEST_STYLE:
            chain.append(known[current])
            current = attribute(child(known[current], "basedOn"), "val")
        style = _Style()
        for element in reversed(chain):
            style = _inherited(style, element)
        found[style_id] = style
    return found


def _inherited(style: _Style, element: Element) -> _Style:
    name = attribute(child(element, "name"), "val")
    heading = _NAMED_HEADING.fullmatch(name)
    outline = attribute(child(element, "pPr", "outlineLvl"), "val")
    if name.lower() == "title":
        style = style._replace(level=1)
    elif heading:
        style = style._replace(level=int(heading[1]))
    elif outline:
        level = number(outline) + 1
        style = style._replace(level=level if level <= _NO_OUTLINE else 0)
    if _CONTENTS.fullmatch(name):
        style = style._replace(contents=True)
    numbering = child(element, "pPr", "numPr")
    if numbering is not None:
        style = style._replace(
            list_id=attribute(child(numbering, "numId"), "val"),
            depth=number(attribute(child(numbering, "ilvl"), "val")),
        )
    return style


def _numbered_lists(part: Element | None) -> dict[str, dict[int, bool]]:
    """Which levels of each list are counted; the others have bullets."""
    kinds: dict[str, dict[int, bool]] = {}
    lists: dict[str, dict[int, bool]] = {}
    for element in _children(part):
        if local(element) == "abstractNum":
            kinds[attribute(element, "abstractNumId")] = {
                number(attribute(level, "ilvl")): attribute(child(level, "numFmt"), "val")
                not in _NO_NUMBERS
                for level in element
                if local(level) == "lvl"
            }
        elif local(element) == "num":
            of = attribute(child(element, "abstractNumId"), "val")
            lists[attribute(element, "numId")] = kinds.get(of, {})
    return lists
