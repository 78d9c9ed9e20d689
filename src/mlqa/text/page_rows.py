"""The lines of a page in reading order: columns told apart, the cells of a table put in rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from mlqa.text.lines import ITEM
from mlqa.text.pdf import TextLine

# Of the width of the text: where the gap between two columns may be.
_GUTTER = (0.35, 0.65)
_STEPS = 31
# How many lines a column has at least, how many lines may cross the gap, and how much of a
# column's width its lines fill where they are prose and not cells.
_COLUMN_LINES = 5
_CROSSING = 0.34
_PROSE_FILL = 0.7


class Row(NamedTuple):
    """One line of reading.

    Attributes:
        cells: Its text; more than one where wide gaps divide it.
        page: Number of its page, from 1.
        x0: Left edge.
        x1: Right edge.
        top: Upper edge.
        bottom: Lower edge.
        left: Left edge of its column.
        right: Right edge of its column.
        size: Size of its characters.
        bold: Whether it is bold.
        ends_spaced: Whether the file has a space at its end.
    """

    cells: tuple[str, ...]
    page: int
    x0: float
    x1: float
    top: float
    bottom: float
    left: float
    right: float
    size: float
    bold: bool
    ends_spaced: bool

    @property
    def text(self) -> str:
        """Its text without the gaps."""
        return " ".join(self.cells)


def read_rows(lines: Sequence[TextLine], page: int) -> list[Row]:
    """The rows of a page in reading order.

    Args:
        lines: Its lines in any order.
        page: Its number.
    """
    ordered = sorted(lines, key=lambda line: (-line.y1, line.x0))
    gutter = _gutter(ordered)
    rows: list[Row] = []
    for column in _columns(ordered, gutter):
        left = min(line.x0 for line in column)
        right = max(line.x1 for line in column)
        rows += (_row(band, page, left, right) for band in _bands(column))
    return rows


def _gutter(lines: Sequence[TextLine]) -> float | None:
    """The middle of the gap between two columns of prose, if there are two."""
    if len(lines) < 2 * _COLUMN_LINES:
        return None
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    share = [_GUTTER[0] + (_GUTTER[1] - _GUTTER[0]) * step / (_STEPS - 1) for step in range(_STEPS)]
    places = [left + (right - left) * part for part in share]
    crossings = [sum(line.x0 < place < line.x1 for line in lines) for place in places]
    fewest = min(crossings)
    if fewest > len(lines) * _CROSSING:
        return None
    best = [place for place, count in zip(places, crossings, strict=True) if count == fewest]
    gutter = best[len(best) // 2]
    sides = (
        [line for line in lines if line.x1 <= gutter],
        [line for line in lines if line.x0 >= gutter],
    )
    return gutter if all(map(_is_prose, sides)) else None


def _is_prose(lines: Sequence[TextLine]) -> bool:
    """Whether the lines of a side fill it, as the cells of a table do not."""
    if len(lines) < _COLUMN_LINES:
        return False
    width = max(line.x1 for line in lines) - min(line.x0 for line in lines)
    return median(line.x1 - line.x0 for line in lines) >= width * _PROSE_FILL


def _columns(lines: Sequence[TextLine], gutter: float | None) -> Iterator[list[TextLine]]:
    """Runs of lines to be read from top to bottom, in order."""
    if gutter is None:
        if lines:
            yield list(lines)
        return
    left: list[TextLine] = []
    right: list[TextLine] = []
    across: list[TextLine] = []
    for line in lines:
        crosses = line.x0 < gutter < line.x1
        if crosses and (left or right):
            yield from filter(None, (left, right))
            left, right = [], []
        if not crosses and across:
            yield across
            across = []
        (across if crosses else left if line.x1 <= gutter else right).append(line)
    yield from filter(None, (left, right, across))


def _bands(lines: Sequence[TextLine]) -> Iterator[list[TextLine]]:
    """Lines that stand at the same height, from left to right."""
    band: list[TextLine] = []
    for line in lines:
        if band and not _level(band[0], line):
            yield sorted(band, key=lambda found: found.x0)
            band = []
        band.append(line)
    if band:
        yield sorted(band, key=lambda found: found.x0)


def _level(first: TextLine, line: TextLine) -> bool:
    shared = min(first.y1, line.y1) - max(first.y0, line.y0)
    return shared > min(first.y1 - first.y0, line.y1 - line.y0) / 2


def _row(band: Sequence[TextLine], page: int, left: float, right: float) -> Row:
    cells = [" ".join(line.text.split()) for line in band]
    if len(cells) > 1 and ITEM.match(f"{cells[0]} x") and len(cells[0].split()) == 1:
        cells[:2] = [f"{cells[0]} {cells[1]}"]  # a bullet and what it stands before
    longest = max(band, key=lambda line: len(line.text))
    return Row(
        cells=tuple(cells),
        page=page,
        x0=band[0].x0,
        x1=max(line.x1 for line in band),
        top=max(line.y1 for line in band),
        bottom=min(line.y0 for line in band),
        left=left,
        right=right,
        size=longest.size,
        bold=longest.bold,
        ends_spaced=band[-1].text.endswith((" ", "\u00a0")),
    )
