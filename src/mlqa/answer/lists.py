"""What belongs behind a sentence that promises more: a list, a listing, what it counts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mlqa.answer.reading import SentenceReading

_LONGEST_LIST = 12
_COUNTED = r"(두|세|네|다섯|여섯|일곱|여덟|아홉|열|\d+) ?(가지|단계|종류)"
_ANNOUNCES = re.compile(r"다음|아래|여섯|가지")
# 이유는 두 가지입니다: the sentence behind it names them.
_COUNTS_AT_END = re.compile(rf"{_COUNTED}(입니다|이다|가 있습니다|가 있다|로 나[^.]*)[.!]?$")
_ANNOUNCES_AT_END = re.compile(
    r"(다음|아래)(과 같|과 같이|의? ?식|처럼|의? (단계|순서|과정|절차)[을를])[^.]*[.:]?$"
)
_ORDINAL = re.compile(r"(첫|두|세|네|다섯)(째| ?번째)|하나는|다른 하나|나머지")


def following(
    reading: SentenceReading, readings: Sequence[SentenceReading]
) -> list[SentenceReading]:
    """What a sentence introduces: the items or the listing right behind it, or what it counts.

    Args:
        reading: The sentence.
        readings: All sentences of the hits, in order.
    """
    if reading.is_item or reading.is_listing:
        return []
    behind = [r for r in readings if r.hit is reading.hit and r.position > reading.position]
    if not behind:
        return []
    if behind[0].is_listing:
        return behind[:1] if _ANNOUNCES.search(reading.text) else []
    if behind[0].is_item:
        return _items(behind)
    return _counted(behind) if _COUNTS_AT_END.search(reading.text) else []


def promises(text: str) -> bool:
    """Whether a sentence says little without what comes behind it."""
    return bool(_COUNTS_AT_END.search(text) or _ANNOUNCES_AT_END.search(text))


def _items(behind: Sequence[SentenceReading]) -> list[SentenceReading]:
    items: list[SentenceReading] = []
    for other in behind:
        if not other.is_item and not (items and _same_item(items[-1], other)):
            break
        items.append(other)
    return items[:_LONGEST_LIST]


def _counted(behind: Sequence[SentenceReading]) -> list[SentenceReading]:
    """The sentence that names what was counted, and those that go on with 둘째, 다른 하나."""
    named = [behind[0]]
    for other in behind[1:]:
        if not _ORDINAL.search(other.text[:12]):
            break
        named.append(other)
    return named


def _same_item(item: SentenceReading, other: SentenceReading) -> bool:
    """Whether a sentence goes on in the paragraph of the item before it."""
    chunk = item.hit.chunk
    between = chunk.text[item.span.end - chunk.start : other.span.start - chunk.start]
    return "\n" not in between
