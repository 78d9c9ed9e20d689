"""Which questions of a run were missed, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mlqa.evaluation.runs import Outcome, Run
from mlqa.metrics import fact_coverage, hit_at

REASONS = ("declined", "answered", "facts", "rank", "grounded")
_DEPTH = 5


class Miss(NamedTuple):
    """A question that did not go as it should.

    Attributes:
        outcome: How it went.
        reasons: Some of ``REASONS``: it was declined or answered wrongly, the answer leaves out a
            key fact, no evidence is among the first five passages, or a sentence says more than
            its quote.
        facts: Wordings of each key fact, and whether it was said.
    """

    outcome: Outcome
    reasons: tuple[str, ...]
    facts: tuple[tuple[str, bool], ...]


def misses_of(run: Run) -> tuple[Miss, ...]:
    """The misses of a run, kind by kind."""
    found = [(outcome, tuple(_reasons(outcome))) for outcome in run.outcomes]
    missed = [Miss(outcome, why, tuple(_facts(outcome))) for outcome, why in found if why]
    return tuple(sorted(missed, key=lambda miss: run.kinds.index(miss.outcome.kind)))


def counts(misses: Sequence[Miss], kinds: Sequence[str]) -> dict[str, list[int]]:
    """How many misses each reason has, by kind; a miss may have several."""
    return {
        reason: [
            sum(reason in miss.reasons and miss.outcome.kind == kind for miss in misses)
            for kind in kinds
        ]
        for reason in REASONS
    }


def _reasons(outcome: Outcome) -> Iterator[str]:
    answerable = outcome.gold.answerable
    if answerable and outcome.abstained:
        yield "declined"
    if not answerable and not outcome.abstained:
        yield "answered"
    if answerable and not outcome.abstained and outcome.values.get("key_facts", 1.0) < 1:
        yield "facts"
    if answerable and not hit_at(outcome.rank, _DEPTH):
        yield "rank"
    if min(outcome.values.get(name, 1.0) for name in ("grounded", "verbatim")) < 1:
        yield "grounded"


def _facts(outcome: Outcome) -> Iterator[tuple[str, bool]]:
    said = "" if outcome.abstained else outcome.text
    for fact in outcome.gold.key_facts:
        yield " / ".join(fact), fact_coverage(said, [fact]) == 1
