"""A question as the user typed it to a query."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from mlqa.errors import QuestionError
from mlqa.retrieval.conversation import context_for
from mlqa.retrieval.repair.repairer import Repairer
from mlqa.schema import Query, QuestionLanguage
from mlqa.text.terms import TermExtractor

# How much the words of the conversation count beside those of the question.
_CONTEXT_WEIGHT = 0.5
_ADVERB_WEIGHT = 0.4
_HANGUL = re.compile("[가-힣ㄱ-ㅎㅏ-ㅣ]")
_LATIN = re.compile("[A-Za-z]+")
# Of these a Korean question holds one at the most, in a title that it quotes.
_ENGLISH_FRAME = frozenset(
    {"what", "how", "why", "who", "when", "where", "which", "is", "are", "was", "were", "do"}
    | {"does", "did", "can", "could", "should", "would", "the"}
)
_FEWEST_FRAME_WORDS = 2


def clean_question(question: str, longest: int) -> str:
    """The question in NFC, control and invisible characters removed, white space folded.

    Args:
        question: As typed.
        longest: Characters that it may have.

    Raises:
        QuestionError: It is empty, too long, or holds no letter or digit.
    """
    if len(question) > longest:
        raise QuestionError("question_too_long", length=len(question), limit=longest)
    visible = "".join(
        " " if unicodedata.category(c) in {"Cc", "Zs", "Zl", "Zp"} else c
        for c in unicodedata.normalize("NFC", question)
        if unicodedata.category(c) not in {"Cf", "Cs", "Co", "Cn"}
    )
    cleaned = re.sub(r"\s+", " ", visible).strip()
    if not cleaned:
        raise QuestionError("question_empty")
    if not any(c.isalnum() for c in cleaned):
        raise QuestionError("question_no_words")
    return cleaned


class Asked(NamedTuple):
    """A question and what the conversation adds to it."""

    question: str
    context: str


class QueryBuilder:
    """Understands questions: their language, their terms, what they go on from.

    Args:
        extractor: Turns questions into terms.
        repairer: Mends unknown words.
        longest: Characters that a question may have.
        history_limit: Earlier questions that are looked at.
    """

    def __init__(
        self, extractor: TermExtractor, repairer: Repairer, longest: int, history_limit: int
    ) -> None:
        self._extractor = extractor
        self._repairer = repairer
        self._longest = longest
        self._history_limit = history_limit

    def read(self, question: str, history: Sequence[str] = ()) -> Asked:
        """What is asked, and in what context; two equal ones have the same answer.

        Args:
            question: As the user typed it.
            history: Earlier questions of the conversation, oldest first. Those that could not
                be asked are passed over.

        Raises:
            QuestionError: The question is empty, too long or holds no word.
        """
        cleaned = clean_question(question, self._longest)
        if not history:
            return Asked(cleaned, "")
        meant = self._repairer.mend(cleaned).text
        earlier = [self._repairer.mend(question).text for question in self._earlier(history)]
        return Asked(cleaned, context_for(meant, earlier, self._extractor))

    def build(self, asked: Asked) -> Query:
        """Makes a question ready for retrieval: its terms, its language, mended words."""
        cleaned, context = asked
        mended = self._repairer.mend(cleaned)
        terms = self._extractor.terms(mended.text)
        weights = {term.text: _CONTEXT_WEIGHT for term in self._extractor.terms(context)}
        weights.update({t.text: _ADVERB_WEIGHT if t.is_adverb else 1.0 for t in terms})
        return Query(
            question=cleaned,
            language=_language(mended.text),
            terms=tuple(weights.items()),
            context=context,
            mended=mended.text if mended.repairs else "",
            repairs=mended.repairs,
        )

    def _earlier(self, history: Sequence[str]) -> list[str]:
        earlier: list[str] = []
        for question in history[-self._history_limit :] if self._history_limit else ():
            try:
                earlier.append(clean_question(question, self._longest))
            except QuestionError:
                continue
        return earlier


def _language(question: str) -> QuestionLanguage:
    """Korean where there is Hangul, unless English words frame it (what is 배치 정규화)."""
    if not _HANGUL.search(question):
        return "en"
    frame = {word.lower() for word in _LATIN.findall(question)} & _ENGLISH_FRAME
    return "en" if len(frame) >= _FEWEST_FRAME_WORDS else "ko"
