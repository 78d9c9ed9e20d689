"""What stands at the edges of a PDF's pages: running heads, feet and page numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from mlqa.schema import Removed
from mlqa.text.lines import ends_like_sentence
from mlqa.text.page_rows import Row

# Rows from each edge of a page that may be furniture.
_EDGE = 3
# The same words on so many pages, at the same height within so many points.
_PAGES = 3
_SHARE = 0.5
_HEIGHT = 8
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"[-–—<\[( ]*(?:(?:page|p\.?|쪽|페이지) ?)?(?:\d{1,4}|[ivxlc]{1,6})"
    r"(?: ?(?:/|of|중) ?\d{1,4})?(?: ?(?:쪽|페이지))?[-–—>\]) ]*",
    re.IGNORECASE,
)
# Alone on its page a number may be a figure; with marks around it, it is the page's.
_SURE_NUMBER = re.compile(
    r"[-–—] ?\d{1,4} ?[-–—]|\d{1,4} ?/ ?\d{1,4}|page \d{1,4}.*", re.IGNORECASE
)
# What browsers print around a page: day and time, and its address with the page's number.
_BROWSER = re.compile(
    r"\d{1,4}[./] ?\d{1,2}[./] ?\d{2,4}\.?,? .{0,6}\d{1,2}:\d{2}.{0,100}|[a-z]+://\S+ \d+/\d+"
)
_LEADERS = re.compile(r".*(?:[.·․‥…ㆍ] ?){4,}\s*\d{1,4}")


class Parted(NamedTuple):
    """Rows that are text, and what was taken out."""

    rows: list[Row]
    removed: list[Removed]


def part_furniture(pages: Sequence[Sequence[Row]]) -> Parted:
    """The rows of all pages without their furniture.

    ``line`` of what is removed counts the rows of the whole file.

    Args:
        pages: The rows of each page in reading order.
    """
    repeated = _repeated(pages)
    kept: list[Row] = []
    removed: list[Removed] = []
    line = 0
    for rows in pages:
        furniture = _furniture(rows, repeated)
        for row in rows:
            line += 1
            reason = furniture.get(row, "")
            if not reason and _LEADERS.fullmatch(row.text):
                reason = "table_of_contents"
            if reason:
                removed.append(Removed(line=line, text=row.text, reason=reason))
            else:
                kept.append(row)
    return Parted(kept, removed)


def _furniture(rows: Sequence[Row], repeated: set[tuple[str, int]]) -> dict[Row, str]:
    """The furniture of a page: what stands beyond all text, with its reason."""
    found: dict[Row, str] = {}
    for edge in _edges(rows):
        for row in edge:
            reason = _reason(row, repeated)
            if not reason:
                break
            found[row] = reason
    return found


def _edges(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The highest and the lowest rows of a page, from its edge inwards."""
    by_height = sorted(rows, key=lambda row: -row.top)
    return by_height[:_EDGE], by_height[::-1][:_EDGE]


def _repeated(pages: Sequence[Sequence[Row]]) -> set[tuple[str, int]]:
    """Texts that come back at the edge of many pages, with their heights, numbers left open."""
    numbers: dict[tuple[str, int], list[int]] = {}
    for rows in pages:
        keys = {key: row for edge in _edges(rows) for row in edge for key in _keys(row)}
        for key, row in keys.items():
            figures = _DIGITS.search(row.text)
            counted = int(figures[0]) - row.page if figures else 0
            numbers.setdefault(key, []).append(counted)
    least = min(_PAGES, max(2, round(len(pages) * _SHARE)))
    return {key for key, found in numbers.items() if _steadily(found) >= least}


def _steadily(counted: Sequence[int]) -> int:
    """On how many pages the number, if there is one, goes up with the pages or stays the same."""
    return max(Counter(counted).most_common(1)[0][1], _constant(counted))


def _constant(counted: Sequence[int]) -> int:
    steps = Counter(after - number for number, after in pairwise(counted))
    return steps[-1] + 1 if steps[-1] else 0


def _keys(row: Row) -> tuple[tuple[str, int], tuple[str, int]]:
    """A row's text with its height; two heights, so that what is near falls together."""
    pattern, place = _DIGITS.sub("#", row.text), row.top / _HEIGHT
    return (pattern, 2 * int(place)), (pattern, 2 * int(place + 0.5) + 1)


def _reason(row: Row, repeated: set[tuple[str, int]]) -> str:
    if _SURE_NUMBER.fullmatch(row.text):
        return "page_number"
    if _BROWSER.fullmatch(row.text):
        return "running_head"
    if not repeated & set(_keys(row)) or ends_like_sentence(row.text):
        return ""
    return "page_number" if _PAGE_NUMBER.fullmatch(row.text) else "running_head"
