"""What a question was meant to say: the keyboard's language, spaces, spelling.

Nothing is changed where the index, the glossary and the analyser know every word, and nothing is
changed in silence: whatever is shows as a ``Repair``.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from mlqa.cache import Cache
from mlqa.retrieval.repair.edits import Edit, Mended
from mlqa.retrieval.repair.english import EnglishSpeller
from mlqa.retrieval.repair.judging import JAMO, Judge
from mlqa.retrieval.repair.keyboard import to_hangul, to_keys
from mlqa.retrieval.repair.layouts import turned
from mlqa.retrieval.repair.lexicon import Lexicon
from mlqa.retrieval.repair.spacing import respaced
from mlqa.retrieval.repair.spelling import KoreanSpeller
from mlqa.text.terms import TermExtractor

_KEPT = 1024  # questions
_ROUNDS = 3
# Words with conjoining or half-width letters.
_LETTERS = re.compile("[ㄱ-ㅣ가-힣]*[ᄀ-ᇿﾡ-ￜ][ᄀ-ᇿㄱ-ㅣ가-힣ﾡ-ￜ]*")


class Repairer:
    """Mends questions.

    Args:
        vocabulary: Terms of the index.
        extractor: Turns questions into terms; the forms of its glossary are known words too.
    """

    def __init__(self, vocabulary: Collection[str], extractor: TermExtractor) -> None:
        self._extractor = extractor
        self._lexicon = Lexicon(vocabulary, extractor.glossary)
        self._judge = Judge(extractor, self._lexicon)
        self._korean = KoreanSpeller(self._judge)
        self._english = EnglishSpeller(self._lexicon)
        self._kept: Cache[str, Mended] = Cache("repairs", _KEPT)

    def mend(self, question: str) -> Mended:
        """A question as it was meant, and what was changed for that.

        Args:
            question: The cleaned question.
        """
        return self._kept.get_or_make(question, lambda: self._mend(question))

    def _mend(self, question: str) -> Mended:
        mended = Mended(question, question)
        mended = mended.with_edits(_composed(question))
        mended = mended.with_edits(turned(mended.text, self._judge))
        mended = mended.with_edits(self._english.edits(mended.text))
        # A word that is mended shows where the next one begins.
        for _ in range(_ROUNDS):
            before = mended
            terms = self._extractor.terms(mended.text)
            mended = mended.with_edits(self._korean.listed(mended.text, terms))
            if not self._is_plain(mended.text):
                if self._is_odd(mended.text):
                    mended = mended.with_edits(respaced(mended.text, self._judge))
                mended = mended.with_edits(self._korean.edits(mended.text))
            if mended == before:
                break
        return mended

    def _is_plain(self, text: str) -> bool:
        """Whether the index knows every word of a text, so that there is nothing to mend."""
        return not JAMO.search(text) and all(
            len(term.text) > 1 and self._lexicon.knows(term.text)
            for term in self._extractor.terms(text)
        )

    def _is_odd(self, text: str) -> bool:
        """Whether a text holds pieces that spaces in the wrong places may have left."""
        terms = self._extractor.terms(text)
        return self._judge.doubted(text) > 0 or any(len(term.text) == 1 for term in terms)


def _composed(question: str) -> list[Edit]:
    """Hangul in letters that make no syllables by themselves: half-width, or without a vowel."""
    return [
        Edit(run.start(), run.end(), to_hangul(to_keys(run[0])))
        for run in _LETTERS.finditer(question)
    ]
