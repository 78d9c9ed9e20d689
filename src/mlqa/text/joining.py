"""Lines of a page joined to a paragraph: with a space, without one, without a hyphen.

Korean lines break between words or inside of them, and the file seldom says which. Where the page
does not tell, the reading that Kiwi finds more likely is taken.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import pairwise

from mlqa.text.page_rows import Row

Likelihood = Callable[[str], float]

_HANGUL = re.compile("[\uac00-\ud7a3]")
_HYPHENED = re.compile("([A-Za-z\u00c0-\u024f]*[a-z\u00df-\u024f])[-\u2010]$")
_WORD = re.compile("[A-Za-z\u00c0-\u024f]+(?:-[A-Za-z\u00c0-\u024f]+)*")
_SOFT_HYPHEN = "\u00ad"
_OPENING = "([{<‘“「『《〈"
_CLOSING = ")]}>’”」』》〉.,;:!?%。、"
_ENDING = ".,;:!?。、…"
# A line that leaves this many character widths free was not full: the next word did not fit.
_ROOM = 2.2
# Of breaks between Hangul: so many with room left show that words are kept whole, so many that
# Kiwi would space show it where lines are justified.
_ROOMY_SHARE = 0.1
_SPACED_SHARE = 0.85
_LEAST_BREAKS = 8
_CONTEXT = 3  # words on each side that Kiwi reads
_SYLLABLES = 2  # of the next word, which may have another ending elsewhere


class Joiner:
    """Joins the lines of one file.

    Args:
        paragraphs: The rows of each paragraph, for what all lines together tell.
        likelihood: How likely a text is; asked only where the page does not tell.
    """

    def __init__(self, paragraphs: Sequence[Sequence[Row]], likelihood: Likelihood) -> None:
        self._likelihood = likelihood
        self._known: dict[tuple[str, str], bool] = {}
        breaks = [pair for rows in paragraphs for pair in pairwise(rows)]
        lines = [row.text.split() for rows in paragraphs for row in rows]
        # Sorted, so that what begins in some way is counted without looking at all.
        self._together = sorted(word for line in lines for word in line)
        self._apart = sorted(" ".join(pair) for line in lines for pair in pairwise(line))
        self._words = {found for word in self._together for found in _WORD.findall(word.lower())}
        inner = [pair for pair in breaks if _is_hangul(*pair)]
        self._is_korean = bool(inner)
        spaced = sum(row.ends_spaced for row, _ in inner)
        self._spaces_kept = 0 < spaced < len(inner)
        self._words_whole = False
        if len(inner) >= _LEAST_BREAKS and not self._spaces_kept:
            roomy = sum(_room(row) > _ROOM for row, _ in inner)
            self._words_whole = (
                roomy >= len(inner) * _ROOMY_SHARE
                or sum(self._is_apart(row.text, after.text) for row, after in inner)
                >= len(inner) * _SPACED_SHARE
            )

    def join(self, rows: Sequence[Row]) -> str:
        """The text of a paragraph."""
        text = rows[0].text
        for row, after in pairwise(rows):
            if _HYPHENED.search(text) and _WORD.match(after.text) and after.text[0].islower():
                text = (text if self._keeps_hyphen(text, after.text) else text[:-1]) + after.text
            else:
                text = text.rstrip(_SOFT_HYPHEN) + self._between(row, after) + after.text
        return text

    def _keeps_hyphen(self, before: str, after: str) -> bool:
        """Whether a hyphen at the end of a line is the word's own, as elsewhere in the file."""
        left, right = _HYPHENED.search(before), _WORD.match(after)
        if left is None or right is None:
            return True
        first, second = left[1].lower(), right[0].lower()
        if f"{first}-{second}" in self._words:
            return True
        # Korean programs do not hyphenate.
        return first + second not in self._words and self._is_korean

    def _between(self, row: Row, after: Row) -> str:
        last, first = row.text[-1], after.text[0]
        if row.ends_spaced or last in _ENDING:
            return " "
        if last in _OPENING or first in _CLOSING or (first == "(" and _HANGUL.match(last)):
            return ""  # brackets that explain a word stand close to it
        if not (_HANGUL.match(last) or _HANGUL.match(first)):
            return " "
        if _is_hangul(row, after):
            if self._spaces_kept:
                return ""
            if self._words_whole or _room(row) > _ROOM:
                return " "
        return " " if self._is_apart(row.text, after.text) else ""

    def _is_apart(self, before: str, after: str) -> bool:
        """Whether two ends of lines have a space between them, as elsewhere in the file or likely.

        Elsewhere is where the same syllables stand within a line.
        """
        word, start = before.rsplit(maxsplit=1)[-1], after.split(maxsplit=1)[0][:_SYLLABLES]
        apart = _beginning(self._apart, f"{word} {start}")
        together = _beginning(self._together, word + start)
        if apart != together:
            return apart > together
        left, right = " ".join(before.split()[-_CONTEXT:]), " ".join(after.split()[:_CONTEXT])
        if (left, right) not in self._known:
            known = self._likelihood(f"{left} {right}") >= self._likelihood(left + right)
            self._known[left, right] = known
        return self._known[left, right]


def _beginning(ordered: Sequence[str], start: str) -> int:
    """How many of the sorted strings begin in a way."""
    return bisect_left(ordered, start + chr(sys.maxunicode)) - bisect_left(ordered, start)


def _is_hangul(row: Row, after: Row) -> bool:
    return bool(_HANGUL.match(row.text[-1]) and _HANGUL.match(after.text[0]))


def _room(row: Row) -> float:
    """Free space at the end of a row, in widths of its characters."""
    return (row.right - row.x1) / max(row.size, 1.0)
