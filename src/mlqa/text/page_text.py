"""The pages of a PDF as Markdown: paragraphs put together again, headings told by their size."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from mlqa.schema import Removed
from mlqa.text.joining import Joiner, Likelihood
from mlqa.text.lines import ITEM, NUMBERED, ends_like_sentence, is_title_like
from mlqa.text.office import Read, Writer
from mlqa.text.page_rows import Row, read_rows
from mlqa.text.pdf import Page
from mlqa.text.running_heads import part_furniture

_HEADING_SIZE = 1.12  # times the size of the text
_HEADING_LENGTH = 150
_SAME_SIZE = 0.08
_GAP = 1.3  # times the usual distance of lines
_INDENT = 0.5  # widths of a character
_NARROW = 0.65  # of a Hangul syllable's width: the usual Latin letter
_SPARE = 0.5  # the space before a word, and what the widths of letters may differ
_DOUBT = 4  # more room than that where the line above ends in the middle of a sentence
_TABLE_ROWS = 2
_HALF = 0.5
_NEAR = 20  # points: two lines that end so near keep the same edge
# Wide and joined forms that fonts and old character sets leave in the text, and what is unknown.
_FORMS = re.compile("[\u2f00-\u2fdf\uf900-\ufaff\ufb00-\ufb06\uff01-\uff5e\u3000]")
_UNKNOWN = re.compile("\\(cid:\\d+\\)|[\ue000-\uf8ff\ufffd]")
_UNKNOWN_BULLET = re.compile("^(?:\\(cid:\\d+\\)|[\ue000-\uf8ff\ufffd])\\s+(?=\\S)")
# Korean in CP949 that was read byte by byte.
_BYTES = re.compile("[\u00a1-\u00fe]{2,}")


class _Piece(NamedTuple):
    """Rows that belong together; of a table, one row."""

    rows: tuple[Row, ...]
    is_table: bool = False


def pages_to_markdown(pages: Sequence[Page], likelihood: Likelihood, path: str) -> Read:
    """The text of a PDF.

    Args:
        pages: Its pages.
        likelihood: How likely a text is, to choose between two ways of joining lines.
        path: The file, for the message of an error.

    Raises:
        CorpusError: The text is too long.
    """
    all_rows = [
        read_rows([line._replace(text=mend(line.text)) for line in page.lines if mend(line.text)],
                  number)
        for number, page in enumerate(pages, start=1)
    ]  # fmt: skip
    rows, removed = part_furniture(all_rows)
    turned = [
        Removed(line=1 + sum(map(len, all_rows[:place])), text=page.turned, reason="turned_text")
        for place, page in enumerate(pages)
        if page.turned
    ]
    writer = Writer(path)
    _write(list(_pieces(_with_margins(rows))), writer, likelihood)
    return Read(writer.text(), tuple(sorted([*removed, *turned], key=lambda gone: gone.line)))


def mend(text: str) -> str:
    """A line with usual forms of its characters, and Korean that was read as bytes in Korean."""
    text = _UNKNOWN.sub("", _UNKNOWN_BULLET.sub("• ", text))
    text = text.replace("\u02bb", "‘").replace(
        "\u02bc", "’"
    )  # as fonts with one glyph for both say
    text = _FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = _BYTES.sub(lambda found: _decoded(found[0]), text)
    return unicodedata.normalize("NFC", text) if text.strip() else ""


def _decoded(text: str) -> str:
    try:
        korean = text.encode("latin-1").decode("cp949")
    except UnicodeError:
        return text
    return korean if all("\uac00" <= letter <= "\ud7a3" for letter in korean) else text


def _pieces(rows: Sequence[Row]) -> Iterator[_Piece]:
    """Paragraphs and rows of tables."""
    in_table = _table_rows(rows)
    pitch = _pitch(rows)
    current: list[Row] = []
    for place, row in enumerate(rows):
        if place in in_table:
            if current:
                yield _Piece(tuple(current))
                current = []
            yield _Piece((row,), is_table=True)
        elif current and _goes_on(current, row, pitch):
            current.append(row)
        else:
            if current:
                yield _Piece(tuple(current))
            current = [row]
    if current:
        yield _Piece(tuple(current))


def _table_rows(rows: Sequence[Row]) -> set[int]:
    """Rows with gaps that stand one below the other."""
    found: set[int] = set()
    run: list[int] = []
    for place, row in enumerate((*rows, None)):
        if row is not None and len(row.cells) > 1:
            run.append(place)
            continue
        if len(run) >= _TABLE_ROWS:
            found.update(run)
        run = []
    return found


def _pitch(rows: Sequence[Row]) -> float:
    """The usual distance from line to line, in sizes of the text."""
    steps = [
        (row.top - after.top) / row.size
        for row, after in pairwise(rows)
        if row.page == after.page and row.size > 0 and _is_alike(row, after)
        if row.top > after.top
    ]
    return median(steps) if steps else 1.5


def _is_alike(row: Row, after: Row) -> bool:
    return abs(row.size - after.size) <= _SAME_SIZE * row.size


def _goes_on(current: Sequence[Row], row: Row, pitch: float) -> bool:
    """Whether a row belongs to the paragraph above it."""
    last, first = current[-1], current[0]
    if not _is_alike(last, row) or last.bold != row.bold or ITEM.match(row.text):
        return False
    ends = ends_like_sentence(last.text)
    spare = 0 if ends else _DOUBT
    if last.right - last.x1 > (_width(row.text.split()[0]) + spare) * row.size:
        return False  # its first word would have had room
    is_item = bool(ITEM.match(first.text))
    indent = (row.x0 - row.left) - (last.x0 - last.left)
    if indent > _INDENT * row.size and not (is_item and len(current) == 1):
        return False
    if row.page != last.page or row.top >= last.top:  # a new page or column
        return not ends and not NUMBERED.match(row.text)
    return last.top - row.top <= pitch * _GAP * row.size


def _width(word: str) -> float:
    """About how wide a word is with the space before it, in sizes of its characters."""
    return _SPARE + sum(1 if letter > "\u1100" else _NARROW for letter in word)


def _with_margins(rows: Sequence[Row]) -> list[Row]:
    """The rows with the right edges that the text of their column keeps on all pages.

    One line that stands out, such as a wide heading, is no edge.
    """
    ends: dict[tuple[int, float], list[float]] = {}
    for row in rows:
        ends.setdefault((row.page, row.left), []).append(row.x1)
    edges: dict[float, float] = {}
    for (_, left), found in ends.items():
        ordered = sorted(found, reverse=True)
        near = (one for one, other in pairwise(ordered) if one - other <= _NEAR)
        edges[left] = max(edges.get(left, 0.0), next(near, ordered[0]))
    return [row._replace(right=edges[row.left]) for row in rows]


def _write(pieces: Sequence[_Piece], writer: Writer, likelihood: Likelihood) -> None:
    body = _body_size([row for piece in pieces for row in piece.rows])
    joiner = Joiner([piece.rows for piece in pieces if not piece.is_table], likelihood)
    heads = [_is_heading(piece, body) for piece in pieces]
    titles = [piece.rows[0] for piece, head in zip(pieces, heads, strict=True) if head]
    order = sorted({_rounded(row.size) for row in titles}, reverse=True)
    for piece, head in zip(pieces, heads, strict=True):
        if piece.is_table:
            writer.row(list(piece.rows[0].cells))
        elif head:
            level = order.index(_rounded(piece.rows[0].size)) + 1
            writer.heading(level, joiner.join(piece.rows))
        else:
            writer.paragraph(joiner.join(piece.rows))


def _rounded(size: float) -> float:
    return round(size / _HALF) * _HALF


def _body_size(rows: Sequence[Row]) -> float:
    """The size that most characters have."""
    counts: Counter[float] = Counter()
    for row in rows:
        counts[_rounded(row.size)] += len(row.text)
    return counts.most_common(1)[0][0] if counts else 0.0


def _is_heading(piece: _Piece, body: float) -> bool:
    row = piece.rows[0]
    length = sum(len(found.text) for found in piece.rows)
    if piece.is_table or length > _HEADING_LENGTH:
        return False
    if row.size >= body * _HEADING_SIZE:
        return any(letter.isalpha() for letter in row.text)
    return row.bold and len(piece.rows) == 1 and is_title_like(row.text) and row.size >= body
