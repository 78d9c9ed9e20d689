"""A question as the user typed it to a query."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from mlqa.errors import QuestionError
from mlqa.retrieval.conversation import context_for
from mlqa.retrieval.repair import Repairer
from mlqa.schema import Query, QuestionLanguage
from mlqa.text.terms import TermExtractor

# How much the words of the conversation count beside those of the question.
_CONTEXT_WEIGHT = 0.5
_ADVERB_WEIGHT = 0.4


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
        context = context_for(cleaned, self._earlier(history), self._extractor) if history else ""
        return Asked(cleaned, context)

    def build(self, asked: Asked) -> Query:
        """Makes a question ready for retrieval: its terms, its language, mended words."""
        cleaned, context = asked
        repairs = self._repairer.repairs(cleaned)
        terms = [*self._extractor.terms(cleaned)]
        for repair in repairs:
            terms += self._extractor.terms(repair.taken_for)
        weights = {term.text: _CONTEXT_WEIGHT for term in self._extractor.terms(context)}
        weights.update({t.text: _ADVERB_WEIGHT if t.is_adverb else 1.0 for t in terms})
        return Query(
            question=cleaned,
            language=_language(cleaned),
            terms=tuple(weights.items()),
            context=context,
            repairs=repairs,
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
    return "ko" if re.search("[가-힣ㄱ-ㅎㅏ-ㅣ]", question) else "en"
