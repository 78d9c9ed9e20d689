"""Where the words of a sentence end and what only closes it begins.

Full stops, footnote marks, emphasis, smileys and a bracket behind the last word stay as they are
when the word is changed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# Notes stand in square brackets or above the line; the faces are those of Korean chats.
_MARKS = re.compile(
    r"(?:[\s.!?…。！？:;~–—-]|\*+|_+|†|‡|[⁰¹²³⁴⁵⁶⁷⁸⁹]|\[\^?\d+(?:\s?[,–-]\s?\d+)*\]|"
    r"[ㅋㅎㅠㅜ]+|\^_?\^|[☀-➿⬀-⯿\U0001f000-\U0001faff\ufe0f\u200d♡♥])+$"
)
_OPENS = {")": "(", "]": "[", "）": "（"}
_QUOTES = "\"'”’」』»›`"


class Closing(NamedTuple):
    """What closes a sentence.

    Attributes:
        start: Offset behind the last letter or figure that belongs to a word.
        marks: The full stops and other marks, without what brackets hold.
        is_quoted: Whether the last word is inside quotation marks, hence somebody else's.
    """

    start: int
    marks: str
    is_quoted: bool

    @property
    def asks(self) -> bool:
        """Whether a question mark is among the marks."""
        return "?" in self.marks or "？" in self.marks

    @property
    def is_full(self) -> bool:
        """Whether the marks show that the sentence is complete."""
        return bool(self.marks.strip(" *_:;~–—-"))


def find_closing(sentence: str) -> Closing:
    """What closes a sentence.

    A bracket behind the last word is skipped with all that it holds; the closing bracket of a
    sentence that stands in brackets as a whole is a mere mark.

    Args:
        sentence: One sentence.
    """
    end, marks = len(sentence), ""
    while True:
        found = _MARKS.search(sentence, 0, end)
        start = found.start() if found else end
        marks = sentence[start:end] + marks
        last = sentence[start - 1 : start]
        if last not in _OPENS:
            return Closing(start, marks, is_quoted=bool(last) and last in _QUOTES)
        opening = _opening(sentence[:start])
        end = opening if sentence[:opening].strip("*_- ") else start - 1


def _opening(text: str) -> int:
    """Offset of the bracket that the last character of a text closes; 0 if there is none."""
    closes, opens = text[-1], _OPENS[text[-1]]
    depth = 0
    for position in range(len(text) - 1, -1, -1):
        depth += (text[position] == closes) - (text[position] == opens)
        if depth == 0:
            return position
    return 0
