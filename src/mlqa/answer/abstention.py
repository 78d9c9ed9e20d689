"""Whether the hits hold an answer: a fitted probability, not a magic number.

Logistic regression over what can be seen of a question and its hits; fitted by
``training/fit_abstention.py`` on the training part of the gold set (docs/decisions/0005).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from mlqa.answer.asking import wants_code
from mlqa.answer.expected import can_hold
from mlqa.answer.matching import Concept, QuestionMatcher, met
from mlqa.answer.reading import SentenceReading
from mlqa.answer.subject import is_spoken_of
from mlqa.schema import FaqSupport, Hit, Query

_BROAD = 4  # words of a question; more say no more
_MET = 0.5  # credit from which a word counts as met
_LEAST_COVERAGE = 0.6  # of that of the best sentence, for a sentence to count as on the question


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer; each 0 to 1 unless said otherwise, larger is better.

    Attributes:
        known: Share of the question, by idf, whose words the passages hold anywhere.
        names: Share of the names in the question that any passage holds; 1 without names.
        breadth: How many different words of the question one sentence meets, of four or of all.
        expected: 0 if no sentence on the question can hold what is asked for (a date, a price, a
            count), else 1.
        dense: Cosine similarity of the most similar hit, 0 if negative.
        meaning: How near in meaning the nearest sentence is.
        three: The same, the mean of the nearest three.
        listing: 0 if code is asked for and the first passage has none, else 1.
        subject: 0 if the meaning of a thing is asked for that no passage names, else 1.
        faq_meaning: What questions of the FAQ say that are near in meaning: above 0 that there is
            an answer, below 0 that there is none, 0 without such questions; not bounded.
        faq_letters: The same of questions that are near in their letters.
    """

    known: float
    names: float
    breadth: float
    expected: float
    dense: float
    meaning: float
    three: float
    listing: float
    subject: float
    faq_meaning: float
    faq_letters: float


# Fitted coefficients in the order of Evidence, and the intercept. Those of the FAQ were fitted
# after the others, which stay as they are where there is none.
_COEFFICIENTS = (0.05, 1.64, 2.83, 3.51, 1.6, 0.2, 1.45, 0.73, 0.87, 1.01, 0.81)
_INTERCEPT = -9.07


def evidence_for(
    query: Query,
    matcher: QuestionMatcher,
    hits: Sequence[Hit],
    readings: Sequence[SentenceReading],
) -> Evidence:
    """What the hits hold of a question.

    Args:
        query: The question.
        matcher: Compares texts with the question.
        hits: Best first.
        readings: The sentences of the hits.
    """
    if not readings:
        return Evidence(*[0.0] * len(_COEFFICIENTS))
    best = max(reading.coverage for reading in readings)
    near = [r.text for r in readings if r.coverage >= _LEAST_COVERAGE * best]
    meanings = sorted((reading.meaning for reading in readings), reverse=True)
    trust = _trust(query.faq, hits)
    breadth = max(
        sum(met(concept, r.credits) >= _MET for concept in matcher.concepts) for r in readings
    )
    return Evidence(
        known=matcher.known,
        names=_share_known([c for c in matcher.concepts if c.is_name]),
        breadth=min(breadth, _BROAD) / max(1, min(len(matcher.concepts), _BROAD)),
        expected=float(can_hold(query.searched, near, matcher.kiwi)),
        dense=max(0.0, *(hit.dense_score for hit in hits)),
        meaning=meanings[0],
        three=sum(meanings[:3]) / len(meanings[:3]),
        listing=float(not wants_code(query.searched) or _has_listing(hits[0], readings)),
        subject=float(is_spoken_of(query, matcher, readings)),
        faq_meaning=trust * (query.faq.meaning - query.faq.no_meaning),
        faq_letters=trust * (query.faq.letters - query.faq.no_letters),
    )


def confidence(evidence: Evidence) -> float:
    """Probability that the hits hold an answer, 0 to 1."""
    values = astuple(evidence)
    logit = _INTERCEPT + sum(c * v for c, v in zip(_COEFFICIENTS, values, strict=True))
    return 1 / (1 + math.exp(-logit))


def _trust(faq: FaqSupport, hits: Sequence[Hit]) -> float:
    """How far the FAQ is to be believed.

    Whoever wrote it did not know of documents that it answers nothing from: they may hold what it
    says is missing. What it asks itself it knows.
    """
    knows_all = all(hit.in_faq for hit in hits)
    return max(faq.trust * knows_all, faq.same * hits[0].in_faq)


def _has_listing(hit: Hit, readings: Sequence[SentenceReading]) -> bool:
    return any(reading.is_listing for reading in readings if reading.hit is hit)


def _share_known(concepts: Sequence[Concept]) -> float:
    if not concepts:
        return 1.0
    return sum(concept.known for concept in concepts) / len(concepts)
