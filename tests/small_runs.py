"""Runs of an evaluation made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mlqa.evaluation.gold import Evidence, GoldQuestion
from mlqa.evaluation.runs import Outcome, Run

OLD = "캐시는 옛 글을 둔다."


def outcome(
    name: str,
    *,
    answerable: bool = True,
    abstained: bool = False,
    confidence: float = 0.7,
    correct: bool = False,
    kind: str = "essay",
    values: Mapping[str, float] = MappingProxyType({}),
) -> Outcome:
    evidence = (Evidence(document_id="web", quote=OLD),) if answerable else ()
    gold = GoldQuestion(
        id=name, part="test", kind=kind, question=name, answerable=answerable, evidence=evidence
    )
    return Outcome(
        gold=gold,
        rank=1 if answerable else None,
        found=(),
        abstained=abstained,
        confidence=confidence,
        text=name,
        sentences=(),
        correct=correct,
        values=dict(values),
    )


def a_run(*outcomes: Outcome) -> Run:
    return Run(
        created="2026-01-01T00:00:00+00:00",
        part="test",
        index_version="v",
        threshold=0.5,
        settings={},
        outcomes=outcomes,
    )


MIXED = (
    outcome("a", confidence=0.9, correct=True, values={"hit@1": 1}),
    outcome("b", confidence=0.8, values={"hit@1": 0}),
    outcome("c", abstained=True, confidence=0.4, correct=True, values={"hit@1": 1}),
    outcome("d", abstained=True, confidence=0.3, values={"hit@1": 0}),
    outcome("e", answerable=False, abstained=True, confidence=0.1, kind="near_miss"),
    outcome("f", answerable=False, abstained=True, confidence=0.2, kind="near_miss"),
    outcome("g", answerable=False, abstained=True, confidence=0.1, kind="near_miss"),
    outcome("h", answerable=False, confidence=0.6, kind="near_miss"),
)
