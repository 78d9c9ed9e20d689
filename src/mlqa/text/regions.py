"""Stretches of lines that are not prose: fenced listings, formulas, listings without a fence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from mlqa.text.lines import HANGUL, Line

_FENCE = re.compile(r"\s*(?P<marks>`{3,}|~{3,})(?P<info>[^`]*)$")
_OPENERS = ("$$", "\\[", "\\begin{")
_ENVIRONMENT = re.compile(r"\\begin(\{\w+\*?\})")
# A formula longer than this is a stray pair of dollars.
_FORMULA_LINES = 60
# Two statements make a listing; one alone may be a formula in a sentence's place.
_LISTING_STATEMENTS = 2
_LEADING_COMMENTS = 20
_STATEMENT_LENGTH = 300

_STRINGS = re.compile(r"'[^']*'|\"[^\"]*\"")
_TRAILING_COMMENT = re.compile(r"\s+(?:#|//)\s.*$")
_COMMENT = re.compile(r"\s*(?:#(?!#)|//|/\*|\*/)\s?")
_CODE_INDENT = re.compile(r"(?: {2,}|\t)\S")
_STATEMENT = re.compile(
    r"""\s*(?:
      [A-Za-z_][\w.]*(?:\[[^\]]*\])?(?:\s*,\s*[\w.]+)*  # x = 5, a[i], b += 1, x: int = 3
      (?:\s*:\s*[\w.]+(?:\[[^\]]*\])?)?\s*(?:[-+*/%|&^]|//|\*\*)?=(?!=)\s*\S.*
    | (?:async|case|class|def|elif|else|except|finally|for|if|match|try|while|with)\b[^.?!]*:
    | (?:async|case|class|def|elif|else|except|finally|for|if|match|try|while|with)\b.*[\])]:
    | from\s+[\w.]+\s+import\b.* | import\s+[\w.]+(?:\s+as\s+\w+)?(?:,.*)?
    | (?:assert|del|raise|return|yield)\s+[\w"'(\[{.-]+.* | pass | break | continue | return
    | [A-Za-z_][\w.]*\(.*\)[:;]?                                    # print(cache)
    | .*[;{] | [}\])]+[;,)]*                                        # other languages, open brackets
    | (?:>>>|\$|%)\s+\S.* | @[A-Za-z_][\w.]*(?:\(.*\))? | \#include\b.*
    )\s*$""",
    re.VERBOSE,
)


class Region(NamedTuple):
    """Lines that belong together and are not prose.

    Attributes:
        kind: ``code``, ``formula``, or ``mixed`` for a formula that prose follows on its last line.
        first: Index of its first line.
        last: Index behind its last line.
        fences: How many of its lines are fences: 0, 1 where the second is missing, or 2.
    """

    kind: Literal["code", "formula", "mixed"]
    first: int
    last: int
    fences: int = 0


def find_regions(lines: Sequence[Line], *, plain: bool) -> dict[int, Region]:
    """The regions of a text by their first line.

    Args:
        lines: The lines of the text.
        plain: Whether the text has no mark-up, so that listings have no fences.
    """
    regions: dict[int, Region] = {}
    index = 0
    while index < len(lines):
        region = _fence(lines, index) or _formula(lines, index) or _listing(lines, index, plain)
        if region is None:
            index += 1
        else:
            regions[index] = region
            index = region.last
    return regions


def _fence(lines: Sequence[Line], index: int) -> Region | None:
    opened = _FENCE.match(lines[index].text)
    if opened is None:
        return None
    marks = opened["marks"]
    for number in range(index + 1, len(lines)):
        closed = _FENCE.match(lines[number].text)
        if closed and not closed["info"].strip() and closed["marks"].startswith(marks):
            return Region("code", index, number + 1, fences=2)
    # Never closed: Markdown lets it reach to the end.
    return Region("code", index, len(lines), fences=1)


def _formula(lines: Sequence[Line], index: int) -> Region | None:
    text = lines[index].text.strip()
    if not text.startswith(_OPENERS):
        return None
    environment = _ENVIRONMENT.match(text)
    if text.startswith("$$"):
        closer, rest = "$$", text[2:]
    elif environment:
        closer, rest = f"\\end{environment[1]}", text[environment.end() :]
    else:
        closer, rest = "\\]", text[2:]
    for number in range(index, min(index + _FORMULA_LINES, len(lines))):
        here = rest if number == index else lines[number].text
        if closer in here:
            tail = here.split(closer, 1)[1].strip(" .,\t")
            return Region("mixed" if tail else "formula", index, number + 1)
    return None


def _listing(lines: Sequence[Line], index: int, plain: bool) -> Region | None:
    """A run of code lines; in Markdown only an indented one is a listing without a fence."""
    if not plain and not _CODE_INDENT.match(lines[index].text):
        return None
    statements, last, depth, number = 0, index, 0, index
    while number < len(lines):
        text = lines[number].text
        if not text.strip():
            if statements == 0:
                break
        elif not plain and not _CODE_INDENT.match(text):
            break
        elif _is_statement(text) or (depth > 0 and not _has_hangul(text)):
            statements, last = statements + 1, number + 1
            depth = max(depth + _opened(text), 0)
        elif _COMMENT.match(text):
            if _stands_alone(lines, number) or number - index >= _LEADING_COMMENTS > statements:
                break
            # A comment right below code belongs to it; below a blank line only if code follows.
            last = last if lines[number - 1].is_blank or not statements else number + 1
        elif statements and _CODE_INDENT.match(text) and not _has_hangul(text):
            last = number + 1
        else:
            break
        number += 1
    return Region("code", index, last) if statements >= _LISTING_STATEMENTS else None


def _stands_alone(lines: Sequence[Line], index: int) -> bool:
    before = index == 0 or lines[index - 1].is_blank
    return before and (index + 1 == len(lines) or lines[index + 1].is_blank)


def _bare(text: str) -> str:
    """A line of code without the words in it that are free: strings and comments."""
    return _TRAILING_COMMENT.sub("", _STRINGS.sub('""', text))


def _has_hangul(text: str) -> bool:
    return bool(HANGUL.search(_bare(text)))


def _is_statement(text: str) -> bool:
    if len(text) > _STATEMENT_LENGTH:
        return False
    return not _has_hangul(text) and bool(_STATEMENT.match(_bare(text)))


def _opened(text: str) -> int:
    """How many brackets a line opens and does not close."""
    bare = _bare(text)
    return sum(map(bare.count, "([{")) - sum(map(bare.count, ")]}"))
