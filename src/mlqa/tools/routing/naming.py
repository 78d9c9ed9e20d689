"""Which tool a request speaks of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import NamedTuple

from mlqa.tools.routing.words import misspelt, names, words_of

_HEAD_NOUN = re.compile(
    r"\s*(?:의|에\s?대한|에\s?관한|을|를|비교|효과|논문|현상|함수|수|별|최적화|\w+ing|learning|comparison|effect|size|functions?|layers?)?\s*"
    r"(?:비교|효과|논문)?\s*(?:실험|데모|시연|튜토리얼|테스트|시뮬|experiment|demo|tutorial|test|tool|simulation)",
    re.ASCII,
)
_OF = re.compile(r"(?:experiment|demo|simulation)\s+(?:on|of|for|about|with)\s+(?:the\s+)?$")
_HEAD_BONUS = 15
_VALUE = re.compile(r"\s*(?:는|은|를|을|가|이)?\s*[:=]?\s*\d", re.ASCII)
_VALUE_LOSS = 12  # 배치 크기 64 is an argument of some tool rather than a tool
_CERTAIN = 25  # of a name that nothing else can be meant by
_CLEARLY = 0.5  # more like another tool than like the one that is named
_ALIKE = 10  # tools named with less difference are told apart by likeness


class Named(NamedTuple):
    """A tool that is spoken of.

    Attributes:
        tool: Its name.
        weakly: Whether by a word that says so only beside a value.
    """

    tool: str
    weakly: bool = False


def named(text: str, likeness: Callable[[str], Mapping[str, float]] | None = None) -> Named | None:
    """The tool that a text in lower case speaks of; None for none.

    Args:
        text: What the user says.
        likeness: How much a text is like what is said of each tool, to choose between tools that
            are named alike.
    """
    best: dict[str, tuple[int, int, bool]] = {}
    for tool, pattern in names().items():
        for found in pattern.finditer(text):
            words = words_of(tool)  # all its patterns: compiled for a tool that is named only
            weakly = not words.names.match(text, found.start())
            score = (0 if weakly else 10 * words.rank) + _bonus(text, found)
            best[tool] = max(best.get(tool, (-1, 0, False)), (score, -found.start(), weakly))
    if not best:
        return None
    ranked = sorted(best, key=lambda tool: best[tool][:2], reverse=True)
    top = best[ranked[0]][0]
    if likeness and top < _CERTAIN:
        like = likeness(text)
        alike = [tool for tool in ranked if top - best[tool][0] < _ALIKE]
        chosen = max(alike, key=lambda tool: like[tool])
        likest = max(best.keys() | names().keys(), key=lambda tool: like[tool])
        if like[likest] - like[chosen] > _CLEARLY:
            return Named(likest)
        return Named(chosen, best[chosen][2])
    return Named(ranked[0], best[ranked[0]][2])


def _bonus(text: str, found: re.Match[str]) -> int:
    """Experiments are named by the word before them: 활성화 함수 실험."""
    follows = _HEAD_NOUN.match(text, found.end())
    before = _OF.search(text, max(0, found.start() - 40), found.start())
    if follows or before:
        return _HEAD_BONUS
    return -_VALUE_LOSS if _VALUE.match(text, found.end()) else 0


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
