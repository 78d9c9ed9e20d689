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
from mlqa.text.terms import Term, TermExtractor

# How much the words of the conversation count beside those of the question.
_CONTEXT_WEIGHT = 0.5
_ADVERB_WEIGHT = 0.4
# Words of asking (립시츠 함수의 뜻을 설명해 줘) say little of what is asked about.
_ASKING_WEIGHT = 0.3
_ASKING = frozenset(
    {"뜻", "정의", "의미", "개념", "설명", "소개", "알리다", "가르치다", "설명하다", "소개하다"}
)
_HANGUL = re.compile("[가-힣ㄱ-ㅎㅏ-ㅣ]")
_LATIN = re.compile("[A-Za-z]+")
# Of these a Korean question holds one at the most, in a title that it quotes.
_ENGLISH_FRAME = frozenset(
    {"what", "how", "why", "who", "when", "where", "which", "is", "are", "was", "were", "do"}
    | {"does", "did", "can", "could", "should", "would", "the"}
)
_FEWEST_FRAME_WORDS = 2
# 란 behind a vowel, 이란 behind a consonant; either behind Latin letters and digits.
_OPEN = "[" + "".join(chr(code) for code in range(0xAC00, 0xD7A4, 28)) + "]"
_CUT_OFF = re.compile(rf"({_OPEN}란|[가-힣]이란|[A-Za-z0-9)]이?란)$")
_ENDS_IN_RAN = frozenset({"계란", "토란", "요란", "소란", "피란", "대란", "왜란", "호란", "이란"})


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


def complete(question: str) -> str:
    """A question that stops at what it asks about (립시츠 함수란?), said to its end.

    The analyser takes the last word of such a question for a noun that it does not know.
    """
    last = question.rstrip(" ?？.…~")
    if not _CUT_OFF.search(last) or last.split()[-1] in _ENDS_IN_RAN:
        return question
    return f"{last} 무엇인가요?"


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
        mended = self._repairer.mend(complete(cleaned))
        terms = self._extractor.terms(mended.text)
        weights = {term.text: _CONTEXT_WEIGHT for term in self._extractor.terms(context)}
        weights.update({term.text: _weight(term) for term in terms})
        return Query(
            question=cleaned,
            language=_language(mended.text),
            terms=tuple(weights.items()),
            context=context,
            mended=mended.text if mended.text != cleaned else "",
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


def _weight(term: Term) -> float:
    if term.text in _ASKING:
        return _ASKING_WEIGHT
    return _ADVERB_WEIGHT if term.is_adverb else 1.0


def _language(question: str) -> QuestionLanguage:
    """Korean where there is Hangul, unless English words frame it (what is 배치 정규화)."""
    if not _HANGUL.search(question):
        return "en"
    frame = {word.lower() for word in _LATIN.findall(question)} & _ENGLISH_FRAME
    return "en" if len(frame) >= _FEWEST_FRAME_WORDS else "ko"
