"""What Word and Hangul files have in common: XML in, Markdown out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from mlqa.errors import CorpusError
from mlqa.schema import Removed
from mlqa.text.limits import LONGEST_TEXT

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

DEEPEST_HEADING = 6


class Read(NamedTuple):
    """What was read from a file.

    Attributes:
        text: Its text as Markdown.
        removed: What is no part of the text, such as running heads; ``line`` counts the lines or
            paragraphs of the file.
    """

    text: str
    removed: tuple[Removed, ...] = ()


def local(element: Element) -> str:
    """An element's name without its namespace, which differs between editions of a format."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: Element | None, name: str) -> str:
    """An attribute by its name without namespace, empty if it is not there."""
    if element is None:
        return ""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return value
    return ""


def child(element: Element | None, *names: str) -> Element | None:
    """The element at the end of a path of children."""
    for name in names:
        if element is None:
            return None
        element = next((found for found in element if local(found) == name), None)
    return element


def walk(element: Element, skipped: frozenset[str]) -> Iterator[Element]:
    """Everything below an element in reading order; what is skipped is given but not entered."""
    stack = [iter(element)]
    while stack:
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
            continue
        yield found
        if local(found) not in skipped:
            stack.append(iter(found))


def number(text: str) -> int:
    """A number in an attribute, 0 where there is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("1000000") else 0


class Writer:
    """Writes Markdown, paragraph by paragraph.

    Args:
        path: The file, for the message of an error.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._parts: list[str] = []
        self._items: list[bool] = []
        self._counts: dict[tuple[str, int], int] = {}
        self._length = 0

    def heading(self, level: int, text: str) -> None:
        """A heading; level 1 is the outermost."""
        self._add("#" * min(max(level, 1), DEEPEST_HEADING) + " ", " ".join(text.split()))

    def paragraph(self, text: str) -> None:
        """A paragraph, which may have lines."""
        lines = [" ".join(line.split()) for line in text.split("\n")]
        self._add("", "\n".join(filter(None, lines)))

    def item(self, depth: int, text: str, *, numbered: str = "") -> None:
        """An item of a list.

        Args:
            depth: 0 for the outermost list.
            text: What it says.
            numbered: The list that it is counted in, empty for a bullet.
        """
        mark = "- "
        if numbered:
            for key in [key for key in self._counts if key[0] == numbered and key[1] > depth]:
                del self._counts[key]
            count = self._counts.get((numbered, depth), 0) + 1
            self._counts[numbered, depth] = count
            mark = f"{count}. "
        self._add("  " * depth + mark, " ".join(text.split()))

    def row(self, cells: list[str]) -> None:
        """A row of a table."""
        self._add("", " | ".join(filter(None, (" ".join(cell.split()) for cell in cells))))

    def _add(self, mark: str, text: str) -> None:
        if not text:
            return
        self._length += len(mark) + len(text)
        if self._length > LONGEST_TEXT:
            raise CorpusError("loading_too_long", path=self._path, limit=LONGEST_TEXT)
        self._parts.append(mark + text)
        self._items.append(bool(mark) and not mark.startswith("#"))

    def text(self) -> str:
        """All that was written."""
        pieces: list[str] = []
        for place, part in enumerate(self._parts):
            last = place + 1 == len(self._parts)
            tight = last or (self._items[place] and self._items[place + 1])
            pieces += (part, "\n" if tight else "\n\n")
        return "".join(pieces)
