"""Whether the hits hold an answer: a fitted probability, not a magic number.

Logistic regression over what can be seen of a question and its hits; fitted by
``training/fit_abstention.py`` on the training part of the gold set (docs/decisions/0005).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass

from mlqa.answer.matching import Concept, QuestionMatcher, met
from mlqa.schema import Hit, Query

_FIGURE = r"(\d[\d,.]*|한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|스무|수백만|수천|수백|몇십)"
# 몇 명, 몇 번, 몇 년, …: an answer holds a figure with this unit.
_COUNTED = re.compile(
    r"몇\s?(가지|단계|명|번|년|살|개월|시간|층|줄|개|퍼센트|프로|원|점|등|일|장|회|쪽|권|세)"
)
# What an answer to other questions for a figure holds.
_MEASURED = (
    (
        re.compile(r"가격|비용이? 얼마|얼마예|얼마야|얼마인|\bprice|\bcost"),
        r"\d[\d,.]*\s?(원|달러|유로|만)",
    ),
    (re.compile(r"나이|\bhow old\b|\bage\b", re.I), r"\d+\s?(살|세)"),
    (
        re.compile(r"언제|연도|며칠|날짜|\bwhen\b|what year", re.I),
        r"\d+\s?(년|월|일)|시절|시대|무렵|때",
    ),
    (re.compile(r"몇|\bhow (many|much)\b|퍼센트|비율|횟수|개수", re.I), _FIGURE),
)
_LEAST_COVERAGE = 0.5  # of that of the best sentence, for a sentence to count as on the question


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer; each 0 to 1, larger is better.

    Attributes:
        known: Share of the question, by idf, whose words the passages hold anywhere.
        passage: Share that the best passage holds by the same words, its headings included.
        sentence: Share that the best sentence of any hit meets, near words included.
        names: Share of the terms and names of the question that the best passages hold.
        figure: 0 if a figure is asked for and no sentence on the question holds one, else 1.
        late: Late interaction of the best passage.
        dense: Cosine similarity of the most similar hit, 0 if negative.
    """

    known: float
    passage: float
    sentence: float
    names: float
    figure: float
    late: float
    dense: float


# Fitted coefficients in the order of Evidence, and the intercept.
_COEFFICIENTS = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
_INTERCEPT = -4.0


def evidence_for(query: Query, matcher: QuestionMatcher, hits: Sequence[Hit]) -> Evidence:
    """What the hits hold of a question.

    Args:
        query: The question.
        matcher: Compares texts with the question.
        hits: Best first.
    """
    if not hits:
        return Evidence(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    covered = [
        (matcher.coverage(matcher.credits(sentence)), sentence)
        for hit in hits
        for sentence in _sentences(hit)
    ]
    best = max(coverage for coverage, _ in covered)
    on_question = [text for coverage, text in covered if coverage >= _LEAST_COVERAGE * best]
    matched = dict.fromkeys((term for hit in hits for term in hit.matched), 1.0)
    return Evidence(
        known=matcher.known,
        passage=max(matcher.coverage(dict.fromkeys(hit.matched, 1.0)) for hit in hits),
        sentence=best,
        names=_share_met([c for c in matcher.concepts if c.is_name], matched),
        figure=float(_holds_figure(query.question, on_question)),
        late=max(hit.late_score for hit in hits),
        dense=max(0.0, *(hit.dense_score for hit in hits)),
    )


def confidence(evidence: Evidence) -> float:
    """Probability that the hits hold an answer, 0 to 1."""
    values = astuple(evidence)
    logit = _INTERCEPT + sum(c * v for c, v in zip(_COEFFICIENTS, values, strict=True))
    return 1 / (1 + math.exp(-logit))


def _sentences(hit: Hit) -> Iterator[str]:
    chunk = hit.chunk
    for span in chunk.sentences:
        yield chunk.text[span.start - chunk.start : span.end - chunk.start]


def _share_met(concepts: Sequence[Concept], matched: Mapping[str, float]) -> float:
    if not concepts:
        return 1.0
    return sum(met(concept, matched) for concept in concepts) / len(concepts)


def _holds_figure(question: str, sentences: Sequence[str]) -> bool:
    """Whether the figure that a question asks for, if any, can be in the sentences."""
    counted = _COUNTED.search(question)
    if counted:
        wanted = rf"{_FIGURE}\s?{counted[1]}"
    else:
        wanted = next((form for asks, form in _MEASURED if asks.search(question)), "")
    return not wanted or any(re.search(wanted, sentence) for sentence in sentences)
