"""The sentences of the hits, read with the question in mind; computed once for each answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mlqa.answer.matching import QuestionMatcher
from mlqa.schema import FaqMatch, Hit, Span

# A term that only the headings or the sentence before hold counts this much.
_CONTEXT_CREDIT = 0.6
# Likeness to questions of the FAQ that a sentence lets expect: a constant, and times the score of
# its passage and its meaning; and the questions that weigh as much (docs/decisions/0019).
_EXPECTED = (0.03, 0.34, 0.3)
_PRIOR = 6
_SAME = 0.85  # from here on it is the same question
_ITEM = re.compile(r"(^|\n)\s*([-*+•]|\d+[.)]) $")


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """A sentence of a hit beside the question.

    Attributes:
        hit: Where it stands.
        position: Its place in the passage, from 0.
        span: Its offsets in the document.
        text: The sentence.
        credits: How far it meets each term of the question by itself.
        coverage: Share of the question that it meets by itself, 0 to 1.
        in_context: The same, with its headings and the sentence before it.
        headings: Share of the question that its headings meet.
        meaning: How near it is to the question in meaning, 0 to 1.
        names: Share of the question's names that it meets in its context.
        is_item: Whether it is an item of a list.
        is_listing: Whether it is a listing or a formula.
        asked: How like the question those of the FAQ are that it answers, 0 to 1; what its passage
            and meaning let expect where there are few, 0 where no hit answers any.
    """

    hit: Hit
    position: int
    span: Span
    text: str
    credits: Mapping[str, float]
    coverage: float
    in_context: float
    headings: float
    meaning: float
    names: float
    is_item: bool
    is_listing: bool
    asked: float


def read_hits(matcher: QuestionMatcher, hits: Sequence[Hit]) -> tuple[SentenceReading, ...]:
    """Every sentence of the hits, in order.

    Args:
        matcher: Compares texts with the question.
        hits: Best first.
    """
    matcher.prepare([*map(_titles, hits), *(text for hit in hits for _, text in _sentences(hit))])
    has_faq = any(hit.faq for hit in hits)
    return tuple(reading for hit in hits for reading in _read_hit(matcher, hit, has_faq))


def _titles(hit: Hit) -> str:
    return " ".join((hit.title, *hit.chunk.headings))


def _sentences(hit: Hit) -> Iterator[tuple[Span, str]]:
    chunk = hit.chunk
    for span in chunk.sentences:
        yield span, chunk.text[span.start - chunk.start : span.end - chunk.start]


def _read_hit(matcher: QuestionMatcher, hit: Hit, has_faq: bool) -> Iterator[SentenceReading]:
    chunk = hit.chunk
    matches = {match.span: match for match in hit.faq}
    titles = matcher.credits(_titles(hit))
    above = matcher.coverage(titles)
    before: Mapping[str, float] = {}
    for position, (span, text) in enumerate(_sentences(hit)):
        own = matcher.credits(text)
        around = _best(own, titles, before)
        meaning = matcher.meaning(text)
        yield SentenceReading(
            hit=hit,
            position=position,
            span=span,
            text=text,
            credits=own,
            coverage=matcher.coverage(own),
            in_context=matcher.coverage(around),
            headings=above,
            meaning=meaning,
            names=matcher.names_met(around),
            is_item=bool(_ITEM.search(chunk.text[: span.start - chunk.start])),
            is_listing="\n" in text,
            asked=_asked(matches.get(span), hit.score, meaning) if has_faq else 0.0,
        )
        before = own


def _asked(match: FaqMatch | None, passage: float, meaning: float) -> float:
    """Likeness of the questions that a sentence answers, drawn to what is to be expected."""
    constant, of_passage, of_meaning = _EXPECTED
    expected = min(1.0, constant + of_passage * passage + of_meaning * meaning)
    if match is None:
        return expected
    if match.likeness >= _SAME:
        return match.likeness
    return (match.questions * match.likeness + _PRIOR * expected) / (match.questions + _PRIOR)


def _best(own: Mapping[str, float], *contexts: Mapping[str, float]) -> dict[str, float]:
    """For each term the best credit, those of the context lessened."""
    best = dict(own)
    for context in contexts:
        for term, credit in context.items():
            best[term] = max(best.get(term, 0.0), _CONTEXT_CREDIT * credit)
    return best
