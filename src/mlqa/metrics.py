"""Pure measures of retrieval, answers and abstention; larger is better unless it says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mlqa.schema import Span


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


def mean(values: Iterable[float]) -> float | None:
    """Arithmetic mean, None of nothing."""
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else None


def _folded(text: str) -> str:
    return "".join(text.split()).casefold()
