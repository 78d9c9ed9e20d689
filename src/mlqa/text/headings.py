"""Headings of plain text, told from their shape and from the lines around them.

A heading is a short line that is no sentence and that prose follows. Numbered lines carry their
level in their number; a line before an indented paragraph is one level below the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlqa.text.lines import (
    ITEM,
    NUMBERED,
    TITLE_LENGTH,
    Line,
    ends_like_sentence,
    is_question,
    is_title_like,
    is_underlined,
)
from mlqa.text.regions import Region

_DEEPEST = 6
# Level of a title before an indented paragraph.
_SET_OFF = 2
# A question is a heading if what follows answers it at length.
_ANSWER_LENGTH = 60
# Lines broken by hand at a fixed width: long enough to be prose, short enough to be broken.
_WRAPPED_SHORTEST, _WRAPPED_LONGEST, _WRAPPED_LINES = 20, 110, 4


def is_wrapped(lines: Sequence[Line], regions: Mapping[int, Region]) -> bool:
    """Whether sentences go on from line to line, so that a line alone is no paragraph."""
    inside = _lines_inside(regions)
    followed = [
        line.text.strip()
        for number, line in enumerate(lines[:-1])
        if not line.is_blank and not lines[number + 1].is_blank and number not in inside
        if not ITEM.match(line.text) and not ITEM.match(lines[number + 1].text)
    ]
    broken = [
        text
        for text in followed
        if _WRAPPED_SHORTEST <= len(text) <= _WRAPPED_LONGEST and not ends_like_sentence(text)
    ]
    return len(broken) >= _WRAPPED_LINES and len(broken) * 2 > len(followed)


def plain_headings(
    lines: Sequence[Line], regions: Mapping[int, Region], *, wrapped: bool
) -> dict[int, int]:
    """The headings of a text without mark-up: index of the line → level."""
    return _Finder(lines, regions, wrapped).find()


def _lines_inside(regions: Mapping[int, Region]) -> set[int]:
    return {number for region in regions.values() for number in range(region.first, region.last)}


def _depth(text: str) -> int:
    """How many numbers stand before a numbered line's text; 0 for other lines."""
    match = NUMBERED.match(text)
    return match["number"].strip(".").count(".") + 1 if match else 0


def _title(text: str) -> str:
    match = NUMBERED.match(text)
    return (text[match.end() :] if match else text).strip()


class _Finder:
    """Goes through the lines from the last to the first: what follows is known by then."""

    def __init__(self, lines: Sequence[Line], regions: Mapping[int, Region], wrapped: bool) -> None:
        self.lines = lines
        self.wrapped = wrapped
        self.regions = regions
        inside = _lines_inside(regions)
        # Lines that say something; a region counts as one line, its first.
        self.content = [
            number
            for number, line in enumerate(lines)
            if not line.is_blank and (number not in inside or number in regions)
        ]
        self.headings: dict[int, int] = {}

    def find(self) -> dict[int, int]:
        places = range(len(self.content) - 1)
        for place in reversed(places):
            number = self.content[place]
            if number not in self.regions and _depth(self.lines[number].text):
                self._numbered(place)
        # "3.1." numbers a whole text: what has no number there is the title of a paper or film.
        numbered = any(level > 1 for level in self.headings.values())
        for place in reversed(places):
            number = self.content[place]
            if number in self.regions or number in self.headings:
                continue
            if is_underlined(self.lines, number) or (place == 0 and self._is_document_title()):
                self.headings[number] = 1
            elif not numbered and self._is_unnumbered(place):
                self.headings[number] = _SET_OFF if self._step_in(place) > 0 else 1
        return dict(sorted(self.headings.items()))

    def _text(self, place: int) -> str:
        return self.lines[self.content[place]].text.strip()

    def _gap(self, place: int) -> bool:
        """Whether a blank line stands between this line of content and the next."""
        return self.content[place + 1] > self.content[place] + 1

    def _step_in(self, place: int) -> int:
        """By how much the next line of content is indented more than this one."""
        here, there = (self.lines[self.content[near]] for near in (place, place + 1))
        return there.indent - here.indent

    def _is_region(self, place: int) -> bool:
        return self.content[place] in self.regions

    def _is_item(self, place: int) -> bool:
        return self.content[place] not in self.headings and bool(ITEM.match(self._text(place)))

    def _is_prose(self, place: int, *, least: int = 0) -> bool:
        """Whether a line is a sentence, and no shorter than the title above it may be."""
        text = self._text(place)
        if self._is_region(place):
            return True
        if self._is_item(place) or self.content[place] in self.headings or len(text) < least:
            return False
        return ends_like_sentence(text) or len(text) > TITLE_LENGTH or self.wrapped

    def _numbered(self, place: int) -> None:
        """A numbered title; numbered lines one after the other are the items of a list."""
        text, depth = self._text(place), _depth(self._text(place))
        below = 0 if self._is_region(place + 1) else _depth(self._text(place + 1))
        bullet = self._is_item(place + 1)
        # A list may be numbered anew below a title; its own numbers go on.
        runs = self._number(place + 1) == self._number(place) + 1
        runs = runs or (place > 0 and self._number(place - 1) == self._number(place) - 1 > 0)
        is_list = (depth == 1 and runs) or not is_title_like(_title(text))
        follows = bullet or below > depth or (depth > 1 and below > 0) or self._is_prose(place + 1)
        if follows and not is_list:
            self.headings[self.content[place]] = min(depth, _DEEPEST)

    def _number(self, place: int) -> int:
        """The number before a line that has a single one, 0 before another."""
        if self._is_region(place) or _depth(self._text(place)) != 1:
            return 0
        return int(self._text(place).split(".", maxsplit=1)[0])

    def _is_document_title(self) -> bool:
        """Whether the first line is the title of the whole text."""
        if not is_title_like(self._text(0)) or self._is_item(0) or self._step_in(0) < 0:
            return False
        return self._gap(0) or (
            not self.wrapped and (self._is_prose(1) or self.content[1] in self.headings)
        )

    def _is_unnumbered(self, place: int) -> bool:
        """A title without number: prose follows, and no other fragment stands above."""
        text = self._text(place)
        indented = self._step_in(place) > 1 and self._gap(place)
        # Notes like 문서 추적에 유용함 are titles where the paragraph below is set off.
        fits = is_title_like(text) or (
            indented and len(text) <= TITLE_LENGTH and text.endswith(("음", "함"))
        )
        if not fits or self._is_item(place) or self._step_in(place) < 0:
            return False
        if self.wrapped and not (self._gap(place) and (place == 0 or self._gap(place - 1))):
            return False
        if self._is_fragment(place - 1):
            return False
        if self.headings.get(self.content[place + 1]) == _SET_OFF and not indented:
            return True
        least = max(_ANSWER_LENGTH, len(text)) if is_question(text) else len(text)
        return self._is_prose(place + 1, least=least)

    def _is_fragment(self, place: int) -> bool:
        """Whether a line is a short phrase, as the lines of a list without bullets are."""
        if place < 1 or self._is_region(place) or self._is_item(place):
            return False  # the first line is the title, which a subtitle may follow
        text = self._text(place)
        return len(text) <= TITLE_LENGTH and not ends_like_sentence(text) and not _depth(text)
