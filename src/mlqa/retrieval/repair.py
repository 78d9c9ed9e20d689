"""Words that the index does not know, taken for known ones that are nearly the same.

Hangul is compared by its letters (jamo), so that 베치 and 배치 differ by one letter of four.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from mlqa.schema import Repair
from mlqa.text.terms import Term, TermExtractor

# Share of letters that must agree, and fewest letters: shorter words have too many neighbours,
# and any English word that the index lacks would find one.
_SIMILAR = {"hangul": 0.75, "latin": 0.87}
_SHORTEST = {"hangul": 4, "latin": 6}
_HANGUL = re.compile(r"[가-힣]+")
_LATIN = re.compile(r"[a-z]+")


class Repairer:
    """Finds the known word that an unknown one was most likely meant to be.

    Args:
        vocabulary: Terms of the index.
        extractor: Turns questions into terms; the forms of its glossary are known words too.
    """

    def __init__(self, vocabulary: Collection[str], extractor: TermExtractor) -> None:
        self._vocabulary = vocabulary
        self._extractor = extractor
        self._forms = extractor.glossary.by_form
        self._letters: Mapping[str, str] | None = None

    def repairs(self, question: str) -> tuple[Repair, ...]:
        """What the unknown words of a question were taken for.

        First the analyser's own typo correction is asked, then, for a word that is in no
        dictionary, the nearest word of the index or glossary.

        Args:
            question: The cleaned question.
        """
        terms = self._extractor.terms(question)
        known = [term for term in terms if self._is_known(term.text)]
        unknown = [term for term in terms if not any(_overlap(term, other) for other in known)]
        if not unknown:
            return ()
        found: dict[str, str] = {}
        for term in self._extractor.terms(question, typos=True):
            if self._is_known(term.text) and any(_overlap(term, other) for other in unknown):
                found.setdefault(question[term.start : term.end], term.text)
        for term in unknown:
            written = question[term.start : term.end]
            if not term.ids and not any(written in w or w in written for w in found):
                nearest = self._nearest(term.text)
                if nearest:
                    found[written] = nearest
        return tuple(Repair(*pair) for pair in found.items() if pair[0] != pair[1])

    def _is_known(self, word: str) -> bool:
        return word in self._vocabulary or word in self._forms

    def _nearest(self, word: str) -> str:
        letters = _letters(word)
        kind = "hangul" if _HANGUL.fullmatch(word) else "latin" if _LATIN.fullmatch(word) else ""
        if not kind or len(letters) < _SHORTEST[kind]:
            return ""
        best = process.extractOne(
            letters,
            self._candidates(),
            scorer=OSA.normalized_similarity,
            score_cutoff=_SIMILAR[kind],
            processor=None,
        )
        if not best:
            return ""
        found = str(best[2])
        # A misspelling that the glossary lists is shown as what it stands for.
        return found if found in self._vocabulary else self._forms[found].canonical

    def _candidates(self) -> Mapping[str, str]:
        """Known words to their letters; made at the first unknown word."""
        if self._letters is None:
            words = {*self._vocabulary, *self._forms}
            self._letters = {
                word: _letters(word)
                for word in sorted(words)
                if _HANGUL.fullmatch(word) or _LATIN.fullmatch(word)
            }
        return self._letters


def _letters(word: str) -> str:
    return unicodedata.normalize("NFD", word)


def _overlap(first: Term, second: Term) -> bool:
    return first.start < second.end and second.start < first.end
