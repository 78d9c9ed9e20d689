"""Cleaned text to blocks: headings, paragraphs, list items, listings and formulas.

A block never overlaps another and does not include its mark-up: not the ``## `` of a heading, the
``- `` of an item, the fences of a listing. The dollars of a formula are part of it, as a formula
cannot be shown without them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlqa.schema import Block, BlockKind
from mlqa.text.headings import is_wrapped, plain_headings
from mlqa.text.lines import ATX, ITEM, UNDERLINE, Line, is_underlined, split_lines
from mlqa.text.regions import Region, find_regions

_QUOTE = re.compile(r"\s*(?:>\s?)+")
_UNDERLINE_LEVEL = {"=": 1, "-": 2}


def find_blocks(text: str, *, plain: bool = False) -> tuple[Block, ...]:
    """The blocks of a text, in order.

    Args:
        text: Cleaned text; its only line end is the line feed.
        plain: Whether headings and listings have to be told without mark-up, and each line is a
            paragraph of its own, as in text copied from a page.
    """
    lines = split_lines(text)
    regions = find_regions(lines, plain=plain)
    wrapped = not plain or is_wrapped(lines, regions)
    headings = plain_headings(lines, regions, wrapped=wrapped) if plain else {}
    reader = _Reader(text, lines, regions, headings, joined=wrapped)
    blocks: list[Block] = []
    index = 0
    while index < len(lines):
        block, index = reader.read(index)
        if block is not None:
            blocks.append(block)
    return tuple(blocks)


@dataclass(frozen=True)
class _Reader:
    """Reads one block after the other.

    Attributes:
        text: The text.
        lines: Its lines.
        regions: Listings and formulas, by their first line.
        headings: Levels of the headings that have no mark-up, by their line.
        joined: Whether a paragraph goes on until a blank line.
    """

    text: str
    lines: Sequence[Line]
    regions: Mapping[int, Region]
    headings: Mapping[int, int]
    joined: bool

    def read(self, index: int) -> tuple[Block | None, int]:
        """The block that starts in a line, if one does, and the line behind it."""
        if index in self.regions:
            region = self.regions[index]
            return self._region(region), region.last
        if self.lines[index].is_blank or UNDERLINE.match(self.lines[index].text):
            return None, index + 1
        heading = self._heading(index)
        if heading is not None:
            underlined = index + 1 < len(self.lines) and is_underlined(self.lines, index)
            return heading, index + 1 + underlined
        return self._prose(index)

    def _block(self, kind: BlockKind, start: int, end: int, level: int = 0) -> Block | None:
        """A block without the white space around it; none if nothing is left."""
        piece = self.text[start:end]
        if not piece.strip():
            return None
        lead = len(piece) - len(piece.lstrip())
        if kind == "code":
            # The indentation of its first line belongs to a listing, blank lines around do not.
            lead = piece.rfind("\n", 0, lead) + 1
        return Block(kind=kind, start=start + lead, end=start + len(piece.rstrip()), level=level)

    def _region(self, region: Region) -> Block | None:
        first, last = region.first, region.last - 1
        if region.kind != "code":
            kind: BlockKind = "formula" if region.kind == "formula" else "paragraph"
            return self._block(kind, self.lines[first].start, self.lines[last].end)
        if region.fences:
            first, last = first + 1, last - (region.fences - 1)
        if first > last:
            return None
        return self._block("code", self.lines[first].start, self.lines[last].end)

    def _heading(self, index: int) -> Block | None:
        line = self.lines[index]
        marked = ATX.match(line.text)
        if marked:
            title = line.text[marked.end() :].rstrip()
            closed = title.rstrip("#")
            # Closing marks stand apart from the title: "C#" keeps its own.
            title = closed.rstrip() if closed != closed.rstrip() else title
            start = line.start + marked.end()
            return self._block("heading", start, start + len(title), len(marked["marks"]))
        level = self.headings.get(index)
        if is_underlined(self.lines, index):
            level = _UNDERLINE_LEVEL[self.lines[index + 1].text.strip()[0]]
        if level is None:
            return None
        return self._block("heading", line.start, line.end, level)

    def _prose(self, index: int) -> tuple[Block | None, int]:
        """A paragraph or an item, with the lines that belong to it."""
        line = self.lines[index]
        start, quoted = line.start, _QUOTE.match(line.text)
        rest = line.text
        if quoted:
            start, rest = start + quoted.end(), rest[quoted.end() :]
        item = ITEM.match(rest)
        if item:
            start += item.end()
        last = index if quoted else self._last_line(index)
        kind: BlockKind = "item" if item else "paragraph"
        return self._block(kind, start, self.lines[last].end), last + 1

    def _last_line(self, index: int) -> int:
        if not self.joined:
            return index
        last = index
        while last + 1 < len(self.lines) and self._goes_on(last + 1):
            last += 1
        return last

    def _goes_on(self, index: int) -> bool:
        """Whether a line belongs to the paragraph or item above it."""
        text = self.lines[index].text
        return not (
            self.lines[index].is_blank
            or index in self.regions
            or index in self.headings
            or ATX.match(text)
            or ITEM.match(text)
            or _QUOTE.match(text)
            or UNDERLINE.match(text)
        )
