"""The sentences that may be said, each with what speaks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlqa.answer.asking import asked_for, wants_code
from mlqa.answer.lists import following, promises
from mlqa.answer.matching import TextTerms
from mlqa.answer.ranking import Features, SentenceAsked, features, score
from mlqa.answer.reading import SentenceReading
from mlqa.schema import Query, Span


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be said, without an opening that leans on the one before.

    Attributes:
        reading: The sentence beside the question.
        span: What would be cited.
        text: What would be said.
        terms: Its terms.
        found: What speaks for it.
        score: How good an answer it is.
        follows: What it introduces, in order.
    """

    reading: SentenceReading
    span: Span
    text: str
    terms: frozenset[str]
    found: Features
    score: float
    follows: tuple[SentenceReading, ...]

    @property
    def leans(self) -> bool:
        """Whether it says something only together with the sentence before it."""
        return bool(self.found.leans)

    @property
    def is_bare(self) -> bool:
        """Whether it says little without what it announces."""
        return promises(self.text)


def sentence_asked(query: Query, readings: Sequence[SentenceReading]) -> SentenceAsked:
    """What a question asks for, as far as sentences show it."""
    return SentenceAsked(
        asking=asked_for(query.searched),
        wants_code=wants_code(query.searched),
        covered=max((reading.in_context for reading in readings), default=0.0),
    )


def candidates_among(
    readings: Sequence[SentenceReading], asked: SentenceAsked, texts: TextTerms
) -> tuple[Candidate, ...]:
    """Every sentence of the hits as one that may be said, in the same order.

    Args:
        readings: The sentences beside the question.
        asked: What the question asks for.
        texts: Gives the terms of texts.
    """
    return tuple(_candidate(reading, readings, asked, texts) for reading in readings)


def _candidate(
    reading: SentenceReading,
    readings: Sequence[SentenceReading],
    asked: SentenceAsked,
    texts: TextTerms,
) -> Candidate:
    opening = texts.opening(reading.text)
    span = Span(reading.span.start + opening.start, reading.span.end)
    terms = texts.of(opening.text)[0]
    follows = following(reading, readings)
    found = features(reading, opening, terms, asked, follows)
    return Candidate(reading, span, opening.text, terms, found, score(found), tuple(follows))
