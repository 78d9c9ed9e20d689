"""Whether a piece of a question is well written, as far as the analyser and the index know."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mlqa.cache import Cache
from mlqa.retrieval.repair.lexicon import Lexicon
from mlqa.retrieval.repair.words import words_of
from mlqa.text.glossary import normalise_form
from mlqa.text.kiwi import FIRST_WORD_ID, VECTOR_IDS, Morpheme
from mlqa.text.terms import TermExtractor

_NOUNS = frozenset({"NNG", "NNP", "NR", "XR", "MAG", "IC"})
_CONTENT = _NOUNS | {"VV", "VA", "NP", "NNB"}
_PLURAL = "들"
_KEPT = 2048  # texts whose morphemes and likelihood are kept
JAMO = re.compile("[ㄱ-ㅣ]")
# ㅋㅋ, ㅎㅎㅎ, ㅠㅜ: what is said with letters and is no part of a word.
LAUGHTER = re.compile(r"([ㅋㅎㅇㄷㄱㄴ])\1+|[ㅠㅜ]{2,}|[ㅋㅎㅠㅜ]+(?=[\s.!?~^]|$)")
# Odd pieces that are reason enough to respell a text which says nothing new.
_MUCH_NOISE = 2
_SHORTEST_WORD = 2  # syllables


class Judge:
    """Judges words and stretches of text.

    Args:
        extractor: Turns texts into terms.
        lexicon: The words that are known.
    """

    def __init__(self, extractor: TermExtractor, lexicon: Lexicon) -> None:
        self._extractor = extractor
        self._kiwi = extractor.kiwi
        self.lexicon = lexicon
        self._likelihoods: Cache[str, float] = Cache("likelihoods", _KEPT)
        self._morphemes: Cache[str, list[Morpheme]] = Cache("morphemes", _KEPT)

    def likelihood(self, text: str) -> float:
        """How likely a text is, as a logarithm to base e; see ``Kiwipie.likelihood``.

        That the glossary lists a misspelling makes it no likelier.
        """
        return self._likelihoods.get_or_make(
            text, lambda: self._kiwi.likelihood(text, self.lexicon.added_misspellings)
        )

    def respaced(self, text: str) -> str:
        """A text with its spaces where they belong; see ``Kiwipie.respaced``."""
        return self._kiwi.respaced(text)

    def morphemes(self, text: str) -> list[Morpheme]:
        """Morphemes of a text."""
        return self._morphemes.get_or_make(text, lambda: self._kiwi.morphemes(text))

    def is_unknown(self, word: str) -> bool:
        """Whether the analyser knows no reading of a word."""
        return not all(self._is_known(m) for m in self.morphemes(word))

    def is_word(self, word: str) -> bool:
        """Whether a word in Hangul is known: to the index or glossary, or whole to the analyser."""
        if len(word) < _SHORTEST_WORD or self.lexicon.knows(word):
            return len(word) >= _SHORTEST_WORD
        morphemes = self.morphemes(word)
        return len(morphemes) == 1 and self._is_known(morphemes[0])

    def is_hangul(self, text: str) -> bool:
        """Whether a text in Hangul is made of known words and endings."""
        return self.lexicon.knows(text) or not self.doubts(text, self.morphemes(text))

    def doubts(self, text: str, morphemes: Sequence[Morpheme]) -> int:
        """How many characters of a text look misspelled, 0 if none.

        They do where the analyser does not know a word, or cuts one into syllables.

        Args:
            text: The text that the offsets of the morphemes count in.
            morphemes: Those of one word with its endings.
        """
        if not morphemes:
            return 0
        start, end = morphemes[0].start, morphemes[-1].end
        stray = len(JAMO.findall(LAUGHTER.sub("", text[start:end])))
        content = [m for m in morphemes if m.tag in _CONTENT and m.form != _PLURAL]
        unknown = sum(m.end - m.start for m in content if not self._is_known(m))
        # A syllable that stands alone is a word, one that stands beside another word may be none.
        pieces = [m for m in content if m.tag in _NOUNS and m.end - m.start == 1]
        if len(content) > 1 and not self.lexicon.knows(
            normalise_form(text[content[0].start : content[-1].end])
        ):
            unknown += len(pieces)
        return stray + unknown

    def doubted(self, text: str) -> int:
        """How many characters of a text of several words look misspelled; see ``doubts``."""
        return sum(
            self.doubts(text, word.morphemes) for word in words_of(text, self.morphemes(text))
        )

    def says_more(self, better: str, written: str) -> bool:
        """Whether one spelling of a text says what the other says, with fewer odd pieces.

        Args:
            better: The spelling that may be the better one.
            written: The other.
        """
        terms, others = (
            {term.text for term in self._extractor.terms(text)} for text in (better, written)
        )
        noise, other_noise = (
            self.doubted(text) + sum(len(term) == 1 for term in found)
            for text, found in ((better, terms), (written, others))
        )
        lost, gained = others - terms, terms - others
        if noise >= other_noise or any(map(self._is_telling, lost)):
            return False
        if other_noise - noise >= _MUCH_NOISE:
            gained = terms
        return any(map(self._is_telling, gained))

    def _is_telling(self, term: str) -> bool:
        return len(term) > 1 and self.lexicon.knows(term)

    def _is_known(self, morpheme: Morpheme) -> bool:
        if morpheme.tag in {"VV", "VA", "NP", "MM", "NNB", "NR"}:
            return True
        if FIRST_WORD_ID <= morpheme.id < VECTOR_IDS:
            return True
        return self.lexicon.knows(normalise_form(morpheme.form))
