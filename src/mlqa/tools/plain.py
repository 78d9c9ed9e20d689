"""Results as text for a terminal: Hangul takes two columns there."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence

from mlqa.messages import Language, message
from mlqa.schema import Cell, Finding, Table, ToolResult

_ROWS = 40
_GAP = "  "


def to_text(result: ToolResult, language: Language = "ko", rows: int = _ROWS) -> str:
    """What a result says, its findings and its tables.

    Args:
        result: The result.
        language: The language of the words around it.
        rows: Longest table; of longer ones the rest is left out, and said so.
    """
    parts = [result.text]
    if result.findings:
        parts.append("\n".join(finding_text(finding, language) for finding in result.findings))
    parts += ["\n".join(_table_lines(table, language, rows)) for table in result.tables]
    return "\n\n".join(parts)


def finding_text(finding: Finding, language: Language = "ko") -> str:
    """A claim after the test, in one line."""
    return message(
        "tools_text_finding",
        language,
        verdict=message(f"tools_verdict_{finding.verdict}", language),
        quote=" ".join(finding.claim.quote.split()),
        document=finding.claim.document_id,
        reason=finding.reason,
    )


def width(text: str) -> int:
    """Columns that a text takes in a terminal."""
    return sum(_columns(letter) for letter in text)


def _columns(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in {"Cf", "Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in {"W", "F"} else 1


def aligned(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """The lines of a table: headings, a rule, rows; numbers to the right, words to the left."""
    shown = [[_cell(cell) for cell in row] for row in rows]
    right = [
        bool(rows) and all(not isinstance(row[i], str) for row in rows) for i in range(len(columns))
    ]
    heads = [" ".join(str(head).split()) for head in columns]
    widths = [max(map(width, (head, *(row[i] for row in shown)))) for i, head in enumerate(heads)]
    for line in (heads, ["─" * size for size in widths], *shown):
        cells = zip(line, widths, right, strict=True)
        yield _GAP.join(_padded(cell, size, at_end) for cell, size, at_end in cells).rstrip()


def _padded(cell: str, size: int, at_end: bool) -> str:
    blank = " " * (size - width(cell))
    return blank + cell if at_end else cell + blank


def _cell(cell: Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:.4g}" if math.isfinite(cell) else "–" if math.isnan(cell) else f"{cell:+}"
    return " ".join(str(cell).split())


def _table_lines(table: Table, language: Language, rows: int) -> Iterator[str]:
    yield table.title
    yield from aligned(table.columns, table.rows[:rows])
    if len(table.rows) > rows:
        yield message("tools_text_rows_left", language, count=len(table.rows) - rows)
