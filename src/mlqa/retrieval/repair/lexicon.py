"""The words that a question can be about, and those that are written nearly like a given one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from rapidfuzz.distance import OSA

from mlqa.index.encoder import shipped
from mlqa.retrieval.repair.keyboard import to_keys
from mlqa.retrieval.repair.keytable import KeyTable
from mlqa.retrieval.repair.respelling import is_variant, respellings
from mlqa.retrieval.repair.slips import LETTERS_A_SLIP, Script, allowed, script_of, slips
from mlqa.text.glossary import Glossary, normalise_form

# Fewest keys of a word that a misspelled one is taken for: shorter ones have too many neighbours.
_SHORTEST = 4
# The same for an English word that only the encoder knows.
_SHORTEST_ENGLISH = 10
_SHORTEST_STEM = 3
_WORD = re.compile(r"[a-z]+|[가-힣]+")
_INFLECTED = (
    "s", "es", "d", "ed", "ing", "ings", "er", "ers", "or", "ors", "est", "ly", "al", "y",
)  # fmt: skip


class Near(NamedTuple):
    """A known word that is written nearly like another.

    Attributes:
        word: As it is shown.
        slips: How far away it is, see ``slips``.
        keys: How many keys type it.
    """

    word: str
    slips: float
    keys: int


class Lexicon:
    """The terms of an index, the forms of a glossary, and the encoder's English words.

    Args:
        vocabulary: Terms of the index.
        glossary: Its forms are known words too, but for those that are misspellings.
    """

    def __init__(self, vocabulary: Collection[str], glossary: Glossary) -> None:
        self._vocabulary = vocabulary
        self._glossary = glossary

    def knows(self, word: str) -> bool:
        """Whether a word is a term of the index or a form of the glossary, well spelled.

        Args:
            word: Normalised, see ``glossary.normalise_form``.
        """
        return self.is_term(word) or (word in self._words and word not in self.respelled)

    def is_term(self, word: str) -> bool:
        """Whether a word is one by itself, not only part of a form of the glossary.

        Args:
            word: Normalised.
        """
        if word in self._vocabulary:
            return True
        return word in self._glossary.by_form and word not in self.respelled

    def knows_latin(self, word: str) -> bool:
        """Whether a word in Latin letters, or what it is an inflected form of, is known.

        Args:
            word: In any case.
        """
        word = word.lower()
        cut = [word[: -len(end)] for end in _INFLECTED if word.endswith(end)]
        long = [stem for stem in cut if len(stem) >= _SHORTEST_STEM]
        stems = (word, *long, *(stem + "e" for stem in long))
        if any(map(self.knows, stems)):
            return True
        return word not in self.respelled and not self._english.isdisjoint(stems)

    @cached_property
    def respelled(self) -> Mapping[str, str]:
        """Forms of the glossary that are another spelling of a form before them, normalised."""
        return respellings(self._glossary, self._vocabulary)

    @cached_property
    def added_misspellings(self) -> frozenset[str]:
        """Misspelled words that the analyser knows only because the glossary lists them."""
        written = {word for form in self._forms(proper=False) for word in form.split()}
        return frozenset(written - self._words).intersection(self._glossary.words)

    def near(self, typed: str, script: Script, least: float = 0.0) -> list[Near]:
        """Known words that may have been meant, nearest first.

        Args:
            typed: Keys of the word as typed.
            script: Alphabet of the word.
            least: Slips that a word may have whatever ``allowed`` says.
        """
        return _near(typed, script, self._tables[script], least)

    def near_english(self, typed: str) -> list[Near]:
        """Long English words of the encoder that may have been meant, nearest first.

        Args:
            typed: The word as typed, in lower case.
        """
        return _near(typed, "latin", self._english_table, 0.0)

    def _forms(self, *, proper: bool) -> Iterator[str]:
        """The forms of the glossary that are well spelled, or those that are not."""
        for entry in self._glossary.entries:
            for form in entry.forms:
                if proper != (normalise_form(form) in self.respelled):
                    yield form

    @cached_property
    def _words(self) -> frozenset[str]:
        """Single words of the well spelled forms, hyphenated ones also in parts."""
        return frozenset(
            word
            for form in self._forms(proper=True)
            for written in form.split()
            for word in (normalise_form(written), *_WORD.findall(written.lower()))
        )

    @cached_property
    def _english(self) -> frozenset[str]:
        return frozenset(shipped().words)

    @cached_property
    def _english_table(self) -> KeyTable:
        long = sorted(word for word in self._english if len(word) >= _SHORTEST_ENGLISH)
        return KeyTable({word: word for word in long if script_of(word) == "latin"})

    @cached_property
    def _tables(self) -> Mapping[Script, KeyTable]:
        words: dict[Script, dict[str, str]] = {"hangul": {}, "latin": {}}
        for word in self._targets():
            normal = normalise_form(word)
            script = script_of(normal)
            # One syllable has too many neighbours, however many keys type it.
            if script and len(normal) > 1 and len(keys := to_keys(normal)) >= _SHORTEST:
                words[script].setdefault(keys, word)
        return {script: KeyTable(found) for script, found in words.items()}

    def _targets(self) -> Iterator[str]:
        """What may have been meant: forms and their words, well spelled, and terms."""
        for entry in self._glossary.entries:
            for place, form in enumerate(entry.forms):
                if normalise_form(form) in self.respelled:
                    continue
                if form.isascii() or not is_variant(form, entry.forms[:place]):
                    yield form
                    yield from form.split()
        # A verb's term is its dictionary form, which stands in few questions.
        yield from sorted(term for term in self._vocabulary if not term.endswith("다"))


def _near(typed: str, script: Script, table: KeyTable, least: float) -> list[Near]:
    found = []
    for keys in table.sharing(typed):
        limit = max(least, allowed(keys))
        most = int(LETTERS_A_SLIP * limit)
        if OSA.distance(typed, keys, score_cutoff=most) <= most:
            distance = slips(typed, keys, script)
            if distance <= limit:
                found.append(Near(table.words[keys], distance, len(keys)))
    return sorted(found, key=lambda near: (near.slips, -near.keys, near.word))
