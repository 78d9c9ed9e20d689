"""A streamed text to its sentences, each with the numbers that it cites."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from mlqa.schema import Layout

# [1], [1, 2], [구절 1] and 【1】.
_NUMBERS = r"(?:\[\s*(?:구절|자료|passage)?\s*\d{1,3}(?:\s*[,·]\s*\d{1,3})*\s*\]|【\s*\d{1,3}\s*】)"
_NUMBER = re.compile(_NUMBERS)
# A full stop, or a last syllable of Korean sentences before numbers; then space. What follows must
# be there already, since numbers may stand behind the full stop.
_END = re.compile(
    rf"(?:[.!?…。？！]+[\"'”’)*_]*(?:\s*{_NUMBERS})*|[다요죠까음함임됨][*_]*(?:\s*{_NUMBERS})+)"
    rf"[.。]?(?=\s+(?!{_NUMBERS})[^\s\[【])|\n"
)
_MARK_UP = re.compile(r"\*\*|__|^#{1,6}\s+|^>\s+")
_BULLET = re.compile(r"^\s*(?:[-*•·]|\d{1,2}[.)])\s+")
_LIST_NUMBER = re.compile(r"^\s*\d{1,2}\.$")
_THOUGHTS = ("<think>", "</think>")
_SHORTEST = 2  # characters of a sentence


class Said(NamedTuple):
    """A sentence of a generated text.

    Attributes:
        text: The sentence without mark-up and numbers.
        cited: The numbers that it cites, in order.
        layout: Whether it is an item of a list.
    """

    text: str
    cited: tuple[int, ...]
    layout: Layout


class SentenceSplitter:
    """Takes a text in pieces and gives its sentences as soon as they are whole.

    What a model thinks aloud before it answers (``<think>…</think>``) is left out.
    """

    def __init__(self) -> None:
        self._text = ""

    def feed(self, piece: str) -> Iterator[Said]:
        """The sentences that a further piece completes."""
        self._text = _without_thoughts(self._text + piece)
        if self._text.lstrip().startswith(_THOUGHTS[0]):
            return
        start = 0
        while found := _END.search(self._text, start):
            start = found.end()
            if _LIST_NUMBER.match(self._text[:start]):
                continue
            yield from _said(self._text[:start])
            self._text, start = self._text[start:], 0

    def finish(self) -> Iterator[Said]:
        """The sentence at the end of the text."""
        if not self._text.lstrip().startswith(_THOUGHTS[0]):
            yield from _said(self._text)
        self._text = ""


def _without_thoughts(text: str) -> str:
    """A text without what stands before the end of the thoughts."""
    return text.rpartition(_THOUGHTS[1])[2]


def _said(written: str) -> Iterator[Said]:
    """The sentence in a stretch of text, if it is one."""
    is_item = bool(_BULLET.match(written))
    cited = [int(n) for marks in _NUMBER.findall(written) for n in re.findall(r"\d+", marks)]
    written = unicodedata.normalize("NFC", written)
    text = _MARK_UP.sub("", _BULLET.sub("", _NUMBER.sub("", written).strip()))
    text = re.sub(r"\s+(?=[.!?,。])", "", " ".join(text.split()))
    text = re.sub(r"\.{2}$", ".", text)
    if len(text) >= _SHORTEST:
        yield Said(text, tuple(dict.fromkeys(cited)), "item" if is_item else "running")
