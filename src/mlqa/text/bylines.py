"""Bylines of blog pages: who wrote an essay and when."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from mlqa.text.lines import ends_like_sentence

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
_DATE = (
    r"(?P<date>"
    rf"{_MONTH}\.? ?\d{{1,2}}(?:st|nd|rd|th)?[.,]* ?\d{{4}}"  # Sep 02. 2020
    rf"|\d{{1,2}} {_MONTH}\.?,? \d{{4}}"  # 2 September 2020
    r"|\d{4} ?[-./] ?\d{1,2} ?[-./] ?\d{1,2}\.?"  # 2020. 9. 2.
    r"|\d{4}년 ?\d{1,2}월 ?\d{1,2}일"
    r"|\d{1,2}/\d{1,2}/\d{4}"  # 07/12/2019
    r")"
)
_TIME = r"(?:,? ?(?:오전|오후)? ?\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m)?)?"
_AUTHOR = r"(?P<author>[^|·・•]{1,30}?)"
_DOT = r"\s*[|·・•,]\s*"
_READING = rf"(?:{_DOT}\d+ ?(?:min(?:utes?)? read|분(?: ?(?:읽기|소요))?))?"

# Names of icons that a theme's font would have drawn: "date_range … perm_identity … label".
_ICONS = re.compile(
    rf"(?:date_range|event|schedule|access_time|calendar_today|today)\s*{_DATE}{_TIME}"
    r"(?:\s+(?:perm_identity|person|account_circle|face)\s+(?P<author>.{1,40}?))?"
    r"(?:\s+(?:info|sort|label|folder|local_offer|bookmark)\S*(?:\s.{0,60})?)?",
    re.IGNORECASE,
)
# "by" and a date together are a byline wherever they stand.
_BY = re.compile(
    rf"(?:by|작성자 ?:?|글쓴이 ?:?)\s+{_AUTHOR}[\s|·・•,]+{_DATE}{_TIME}", re.IGNORECASE
)
# A date alone, or with a name, is one only at the top of a page.
_TOP = (
    re.compile(
        rf"(?:작성일 ?:? ?|입력 ?:? ?|posted on |published )?{_DATE}{_TIME}{_READING}", re.I
    ),
    re.compile(rf"{_AUTHOR}{_DOT}{_DATE}{_TIME}{_READING}", re.I),
    re.compile(rf"{_DATE}{_TIME}{_DOT}{_AUTHOR}{_READING}", re.I),
)
_LONGEST_DAY, _LAST_MONTH = 31, 12


class Byline(NamedTuple):
    """Who and when; empty where the page does not say."""

    author: str = ""
    date: str = ""

    def filled(self, other: Byline) -> Byline:
        """This byline, with what it lacks from another."""
        return Byline(self.author or other.author, self.date or other.date)


def read_byline(text: str, *, at_top: bool) -> Byline | None:
    """What a line says about author and date; none if it is no byline.

    Args:
        text: The line, without white space around it.
        at_top: Whether it stands among the first lines of its page.
    """
    match = _ICONS.fullmatch(text) or _BY.fullmatch(text)
    if match is None and at_top:
        match = next(filter(None, (pattern.fullmatch(text) for pattern in _TOP)), None)
    if match is None:
        return None
    author = (match.groupdict().get("author") or "").strip(" ,")
    return Byline("" if ends_like_sentence(author) else author, iso_date(match["date"]))


def iso_date(written: str) -> str:
    """An ISO date; the date as written where it is none, or day and month cannot be told apart."""
    name = re.search(r"[a-z]{3}", written.lower())
    numbers = [int(number) for number in re.findall(r"\d+", written)]
    if name and name[0] in _MONTHS:
        numbers.insert(0, _MONTHS.index(name[0]) + 1)
        month, day, year = numbers
    elif re.match(r"\d{4}", written):
        year, month, day = numbers
    else:
        first, second, year = numbers
        if first <= _LAST_MONTH and second <= _LAST_MONTH and first != second:
            return written
        month, day = (first, second) if first <= _LAST_MONTH else (second, first)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return written
