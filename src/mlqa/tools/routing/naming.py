"""Which tool a request speaks of."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from mlqa.tools.routing.words import misspelt, names, words_of

_HEAD_NOUN = re.compile(
    r"\s*(?:의|에\s?대한|에\s?관한|을|를|비교|효과|논문|현상|함수|수|별|최적화|\w+ing|learning|comparison|effect|size|functions?|layers?)?\s*"
    r"(?:비교|효과|논문)?\s*(?:실험|데모|시연|튜토리얼|테스트|시뮬|experiment|demo|tutorial|test|tool|simulation)",
    re.ASCII,
)
_OF = re.compile(r"(?:experiment|demo|simulation)\s+(?:on|of|for|about|with)\s+(?:the\s+)?$")
_HEAD_BONUS = 15


class Named(NamedTuple):
    """A tool that is spoken of.

    Attributes:
        tool: Its name.
        weakly: Whether by a word that says so only beside a value.
    """

    tool: str
    weakly: bool = False


def named(text: str) -> Named | None:
    """The tool that a text in lower case speaks of; None for none."""
    best: tuple[int, int] | None = None
    chosen: Named | None = None
    for tool, pattern in names().items():
        for found in pattern.finditer(text):
            words = words_of(tool)
            weakly = not words.names.match(text, found.start())
            score = (0 if weakly else 10 * words.rank) + _bonus(text, found)
            key = (score, -found.start())
            if best is None or key > best:
                best, chosen = key, Named(tool, weakly)
    return chosen


def _bonus(text: str, found: re.Match[str]) -> int:
    """Experiments are named by the word before them: 활성화 함수 실험."""
    follows = _HEAD_NOUN.match(text, found.end())
    before = _OF.search(text, max(0, found.start() - 40), found.start())
    return _HEAD_BONUS if follows or before else 0


_WORD = re.compile(r"[a-z가-힣]+")
_LETTERS_A_SLIP = 6  # of a name; the parts of a Hangul syllable count one each
_LONGEST = 300  # letters of a request of which slips are looked for


def nearly_named(text: str) -> Named | None:
    """The tool whose name stands in a text with a slip or two; None for none."""
    words = _WORD.findall(text[:_LONGEST])
    ends = [_letters("".join(words[place:])) for place in range(len(words))]
    best: tuple[float, str] | None = None
    for name, tool in misspelt():
        wanted = _letters(name)
        slips = len(wanted) // _LETTERS_A_SLIP
        for letters in ends:
            window = letters[: len(wanted) + slips]
            if len(set(wanted).difference(window)) > slips:
                continue
            distance = _distance_to_head(wanted, window, slips)
            share = distance / len(wanted)
            if distance <= slips and (best is None or share < best[0]):
                best = (share, tool)
    return Named(best[1]) if best else None


def _letters(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _distance_to_head(wanted: str, text: str, limit: int) -> int:
    """Edits from a name to the best beginning of a text; ``limit + 1`` where there are more."""
    row = list(range(len(text) + 1))
    for place, letter in enumerate(wanted, start=1):
        above, row = row, [place]
        for column, other in enumerate(text, start=1):
            cost = above[column - 1] + (letter != other)
            row.append(min(cost, above[column] + 1, row[-1] + 1))
        if min(row) > limit:
            return limit + 1
    return min(row)
