"""Misspelled English words: those that nobody knows and that are near a known one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz.distance import OSA

from mlqa.retrieval.repair.edits import Edit
from mlqa.retrieval.repair.lexicon import Lexicon, Near
from mlqa.text.glossary import normalise_form

# A shorter word has too many neighbours; only letters in the wrong order are mended in it.
_SHORTEST = 6
# More than one letter may be wrong in a word of so many.
_LONG = 9
_SLIPS = 1.0
_WORDS_OF_FORM = 3
_MOST_WORDS = 16  # of a question that are looked at, so that a long one does not take long
_SHORTEST_FORM = 12  # letters of a form of several words
# Words with digits (resnet50) and parts of addresses are names.
_WORD = re.compile(r"(?<![A-Za-z0-9_./@])[A-Za-z]+(?![A-Za-z0-9_@]|[./][A-Za-z])")


class EnglishSpeller:
    """Finds what misspelled English words were meant to be.

    Args:
        lexicon: The words that may have been meant.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def edits(self, text: str) -> list[Edit]:
        """Unknown words, alone or with their neighbours as a form of the glossary.

        Args:
            text: The question.
        """
        words = list(_WORD.finditer(text))
        unknown = [
            place
            for place, word in enumerate(words)
            if not word[0].isupper() and not self._lexicon.knows_latin(word[0])
        ]
        edits: list[Edit] = []
        for place in unknown[:_MOST_WORDS]:
            done = edits[-1].end if edits else 0
            if words[place].start() >= done:
                found = self._form(text, words, place, done) or self._word(words[place])
                edits += [found] if found else []
        return edits

    def _form(
        self, text: str, words: Sequence[re.Match[str]], place: int, done: int
    ) -> Edit | None:
        """The form of several words that a word and its neighbours were meant to be.

        Args:
            text: The question.
            words: All its English words.
            place: Which of them is unknown.
            done: Offset behind what is mended already.
        """
        for length in range(_WORDS_OF_FORM, 1, -1):
            for begin in range(max(0, place - length + 1), place + 1):
                part = words[begin : begin + length]
                if len(part) < length or part[0].start() < done:
                    continue
                start, end = part[0].start(), part[-1].end()
                typed = normalise_form(text[start:end])
                if len(typed) >= _SHORTEST_FORM and typed.isascii() and typed.isalpha():
                    for near in self._lexicon.near(typed, "latin"):
                        if near.slips and len(near.word.split()) == length:
                            return Edit(start, end, near.word)
        return None

    def _word(self, word: re.Match[str]) -> Edit | None:
        typed = word[0].lower()
        for near in self._lexicon.near(typed, "latin"):
            if " " not in near.word and _is_meant(typed, near):
                return Edit(word.start(), word.end(), near.word)
        # The encoder's vocabulary is wide: one letter is missing inside, or two are swapped.
        for near in self._lexicon.near_english(typed):
            is_longer = near.keys == len(typed) + 1
            is_part = typed in near.word  # institution of institutions
            is_near = (is_longer and not is_part) or sorted(typed) == sorted(near.word)
            if is_near and _is_meant(typed, near):
                return Edit(word.start(), word.end(), near.word)
        return None


def _is_meant(typed: str, near: Near) -> bool:
    """Whether a word that is near enough by its letters was meant."""
    meant = normalise_form(near.word)
    if not near.slips or near.slips > _SLIPS:
        return False
    if len(meant) < _SHORTEST:
        return sorted(typed) == sorted(meant)
    if len(meant) < _LONG and OSA.distance(typed, meant) > 1:
        return False
    # Few errors are in the first letter, but many other words are.
    return typed[0] == meant[0] or typed[:2] == meant[1::-1] or typed == meant[1:]
