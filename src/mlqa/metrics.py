"""Pure measures of retrieval, answers and abstention; larger is better unless it says otherwise."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rapidfuzz.distance import LCSseq

from mlqa.schema import Span

# Quotation marks and brackets that KorQuAD's script turns into spaces; other signs it deletes.
_SPACED = str.maketrans(dict.fromkeys("'\"《》<>〈〉()‘’", " "))
_DELETED = str.maketrans("", "", string.punctuation)


class RiskPoint(NamedTuple):
    """One threshold of a risk-coverage curve.

    Attributes:
        threshold: Questions with at least this confidence are answered.
        coverage: Share of the questions that are answered, above 0 to 1.
        risk: Mean loss of those, 0 to 1.
    """

    threshold: float
    coverage: float
    risk: float


def hit_at(rank: int | None, k: int) -> float:
    """1.0 if a right passage stands among the first k, else 0.0; rank None means not found."""
    return float(rank is not None and rank <= k)


def reciprocal_rank(rank: int | None, depth: int = 10) -> float:
    """1 / rank of the first right passage, 0 if it is not among the first ``depth``."""
    return 1 / rank if rank is not None and rank <= depth else 0.0


def overlap(first: Span, second: Span) -> bool:
    """Whether two spans share a character."""
    return first.start < second.end and second.start < first.end


def fact_coverage(answer: str, key_facts: Sequence[Sequence[str]]) -> float:
    """Share of the facts of which some wording stands in the answer; white space and case ignored.

    1.0 where there are no facts.
    """
    if not key_facts:
        return 1.0
    said = _folded(answer)
    found = sum(any(_folded(wording) in said for wording in fact) for fact in key_facts)
    return found / len(key_facts)


def token_f1(said: Sequence[str], wanted: Sequence[str]) -> float:
    """Harmonic mean of precision and recall of tokens, each counted as often as it stands there.

    0.0 where they share none (SQuAD; Rajpurkar et al., 2016).
    """
    shared = sum((Counter(said) & Counter(wanted)).values())
    return 2 * shared / (len(said) + len(wanted)) if shared else 0.0


def rouge_l(said: Sequence[str], wanted: Sequence[str]) -> float:
    """ROUGE-L: F1 of the longest common subsequence of tokens (Lin, ROUGE, 2004, with beta 1).

    0.0 where they share none. The tokens are the caller's: the ``rouge_score`` package knows
    Latin letters and figures only and gives equal Korean sentences 0.
    """
    shared = LCSseq.similarity(said, wanted)
    return 2 * shared / (len(said) + len(wanted)) if shared else 0.0


def korquad_normal(text: str) -> str:
    """A text as KorQuAD's evaluation script compares it.

    Quotation marks and brackets become spaces, letters small, the rest of ASCII's punctuation
    goes, and white space is one space each (Lim, Kim and Lee, KorQuAD1.0, 2019).
    """
    return " ".join(text.translate(_SPACED).lower().translate(_DELETED).split())


def korquad_em(said: str, wanted: str) -> float:
    """1.0 if both are equal as ``korquad_normal`` gives them, else 0.0."""
    return float(korquad_normal(said) == korquad_normal(wanted))


def korquad_f1(said: str, wanted: str) -> float:
    """F1 of the characters, without spaces, of both as ``korquad_normal`` gives them."""
    return token_f1(*("".join(korquad_normal(text).split()) for text in (said, wanted)))


def risk_coverage(confidences: Sequence[float], losses: Sequence[float]) -> tuple[RiskPoint, ...]:
    """How often answers are wrong if only questions above a confidence are answered.

    One point for each confidence that occurs, largest first: equal ones are answered together
    (El-Yaniv and Wiener, On the foundations of noise-free selective classification, 2010).

    Args:
        confidences: Of each question.
        losses: Of each question's answer, 0 (right) to 1 (wrong).
    """
    points: list[RiskPoint] = []
    total = 0.0
    ordered = sorted(zip(confidences, losses, strict=True), reverse=True)
    for count, (confidence, loss) in enumerate(ordered, start=1):
        total += loss
        if points and points[-1].threshold == confidence:
            points.pop()
        points.append(RiskPoint(confidence, count / len(ordered), total / count))
    return tuple(points)


def area(points: Sequence[RiskPoint]) -> float:
    """Area under a risk-coverage curve, 0 to 1; smaller is better.

    The mean over the questions of the risk at the threshold that just answers the question (AURC;
    Geifman, Uziel and El-Yaniv, Bias-reduced uncertainty estimation for deep neural classifiers,
    2019): the curve as steps, each as high as the risk at its right end.
    """
    starts = (0.0, *(point.coverage for point in points))
    return sum(p.risk * (p.coverage - start) for start, p in zip(starts, points, strict=False))


def mean(values: Iterable[float]) -> float | None:
    """Arithmetic mean, None of nothing."""
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else None


def _folded(text: str) -> str:
    return "".join(text.split()).casefold()
