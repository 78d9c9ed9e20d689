"""Lines and what can be told from one alone: a sentence, a title, a list item."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

TITLE_LENGTH = 60

# `- `, `* `, `• `, `1. `, `1) `, `① `, with an optional box to tick.
ITEM = re.compile(
    r"\s*(?:(?:[-*+•◦▪‣·ㆍ○●]|(?P<number>\d{1,3})[.)])\s+|[①-⑳]\s*)(?:\[[ xX]\]\s+)?(?=\S)"
)
# `3.1. Title`, `1. Title`, `2.1 Title`: a single number needs its full stop.
NUMBERED = re.compile(r"\s*(?P<number>\d{1,2}(?:\.\d{1,2})+\.?|\d{1,2}\.)\s+(?=\S)")
ATX = re.compile(r"\s{0,3}(?P<marks>#{1,6})\s+(?=\S)")
UNDERLINE = re.compile(r"\s{0,3}(?:={3,}|-{3,})\s*$")
HANGUL = re.compile("[\uac00-\ud7a3]")

# What may follow the end of a sentence: closing marks, laughter, emoticons.
_TRAILERS = " \t\u00a0\u3000\"'”’」』)]ㅎㅋㅠㅜ^"
_PUNCTUATION = tuple(".!,:;…~-–—·。")
_ENDINGS = re.compile(
    r"(?:[다요까죠]|음|함|됨|(?:때문에|지만|는데|으면|하면|하고|하며|해서|므로|니까))$"
)
# Nouns that end like a sentence.
_NOUNS = re.compile(
    r"(?:[개필수중주소동강민]요|람다|판다|바다|캐나다"
    r"|다음|처음|모음|자음|마음|물음|걸음|소음|잡음|녹음|발음|믿음|얼음|묶음|맺음|포함|결함|명함)$"
)
# An address, a cell of a table, two sentences, a formula; a line all in brackets or quotes.
_NOT_A_TITLE = re.compile(
    r"https?://|www\.|[\t|={}]|(?<!vs)[.!…]\s|^[<>]|^\(.*\)$|^\[[^\]]*\]$|^[\"'“‘].*[\"'”’]$"
)


class Line(NamedTuple):
    """A line of a text.

    Attributes:
        start: Offset of its first character.
        text: The line without its end.
    """

    start: int
    text: str

    @property
    def end(self) -> int:
        """Offset behind its last character."""
        return self.start + len(self.text)

    @property
    def is_blank(self) -> bool:
        """Whether it holds nothing but white space."""
        return not self.text.strip()

    @property
    def indent(self) -> int:
        """Number of white-space characters before its text."""
        return len(self.text) - len(self.text.lstrip())


def split_lines(text: str) -> tuple[Line, ...]:
    """The lines of a text whose only line end is the line feed."""
    lines: list[Line] = []
    start = 0
    for part in text.split("\n"):
        lines.append(Line(start, part))
        start += len(part) + 1
    return tuple(lines)


def is_question(text: str) -> bool:
    """Whether a line ends with a question mark."""
    return text.rstrip().endswith("?")


def ends_like_sentence(text: str) -> bool:
    """Whether a line ends as a Korean or English sentence, or as a part of one, does."""
    bare = text.rstrip(_TRAILERS)
    if bare.endswith(_PUNCTUATION) or is_question(bare):
        return True
    return bool(_ENDINGS.search(bare)) and not _NOUNS.search(bare)


def is_title_like(text: str) -> bool:
    """Whether a line could be a title: short, one phrase or one question, no statement."""
    bare = text.strip()
    return (
        0 < len(bare) <= TITLE_LENGTH
        and any(character.isalpha() for character in bare)
        and (is_question(bare) or not ends_like_sentence(bare))
        and not _NOT_A_TITLE.search(bare)
        and not ITEM.match(bare)
    )


def is_underlined(lines: Sequence[Line], index: int) -> bool:
    """Whether a line is a title and the next one the ``===`` or ``---`` below it."""
    return (
        index + 1 < len(lines)
        and bool(UNDERLINE.match(lines[index + 1].text))
        and (index == 0 or lines[index - 1].is_blank)
        and is_title_like(lines[index].text)
    )
