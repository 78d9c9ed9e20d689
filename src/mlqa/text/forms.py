"""Finds the forms of a glossary's terms in an analysed text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from mlqa.text.glossary import Entry, Glossary, normalise_form
from mlqa.text.kiwi import Morpheme

_LONGEST_MATCH = 8  # morphemes in one form


class Form(NamedTuple):
    """A form of a term in a text.

    Attributes:
        entry: The term.
        start: Offset in the text.
        end: Offset behind it.
    """

    entry: Entry
    start: int
    end: int


class FormFinder:
    """Finds the longest form at each morpheme; a form never begins or ends inside a morpheme.

    Args:
        glossary: The terms.
    """

    def __init__(self, glossary: Glossary) -> None:
        self._by_form = glossary.by_form
        self._longest = glossary.longest_form
        self._beginnings = {form[0] for form in glossary.by_form if form}

    def find(self, text: str, morphemes: Sequence[Morpheme]) -> list[Form]:
        """All forms in a text, in order, without overlaps.

        Args:
            text: The text in NFC.
            morphemes: Its morphemes.
        """
        if not self._by_form:
            return []
        folded = [normalise_form(character) for character in text]
        places = [0, *accumulate(map(len, folded))]
        normal = "".join(folded)
        forms: list[Form] = []
        position = 0
        while position < len(morphemes):
            form, length = self._at(morphemes, position, normal, places)
            if form:
                forms.append(form)
            position += length
        return forms

    def _at(
        self, morphemes: Sequence[Morpheme], position: int, normal: str, places: Sequence[int]
    ) -> tuple[Form | None, int]:
        """The longest form that begins at a morpheme, and its length in morphemes."""
        first = morphemes[position]
        if first.tag in {"VV", "VA"}:
            verb = self._by_form.get(f"{first.form}다")
            if verb:
                return Form(verb, first.start, max(first.start, first.end)), 1
        begin = places[first.start]
        if normal[begin : begin + 1] not in self._beginnings:
            return None, 1
        for last in range(min(position + _LONGEST_MATCH, len(morphemes)) - 1, position - 1, -1):
            surface = normal[begin : places[morphemes[last].end]]
            if 0 < len(surface) <= self._longest + 1:
                entry = self._by_form.get(surface) or self._by_form.get(_singular(surface))
                if entry:
                    return Form(entry, first.start, morphemes[last].end), last - position + 1
        return None, 1


def _singular(word: str) -> str:
    """An English word without its plural s; Korean words do not change."""
    return word[:-1] if word.endswith("s") and word.isascii() else word
