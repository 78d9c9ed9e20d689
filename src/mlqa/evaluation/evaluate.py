"""A chatbot on a gold set: figures for each kind of question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlqa.chatbot import Chatbot
from mlqa.evaluation.gold import Gold, GoldQuestion, check_evidence, load_gold
from mlqa.metrics import fact_coverage, hit_at, mean, overlap, reciprocal_rank
from mlqa.schema import Answer, Hit, Span

_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question went.

    Attributes:
        gold: The question.
        rank: Rank of the first hit that overlaps the evidence; None if not among the first ten.
        answer: What the chatbot said.
        facts: Share of the key facts said, 0 to 1.
        cited: Share of the citations whose passage overlaps the evidence; None without citations.
        verbatim: Whether every quote stands in its document, character for character.
    """

    gold: GoldQuestion
    rank: int | None
    answer: Answer
    facts: float
    cited: float | None
    verbatim: bool


def evaluate(bot: Chatbot, gold: Gold | Path | str, part: str = "all") -> dict[str, Any]:
    """Asks every question and scores the answers.

    Args:
        bot: The chatbot.
        gold: The gold set or its file.
        part: ``train``, ``test`` or ``all``.

    Returns:
        ``{"part", "questions", "index_version", "all": figures, "kinds": {kind: figures}}``.
        Figures are shares from 0 to 1, or None where there is nothing to measure: ``hit@1``,
        ``hit@5``, ``mrr@10`` (retrieval, answerable questions), ``key_facts``,
        ``citation_precision`` (answered ones), ``verbatim`` (all quotes), ``declined_right``
        (unanswerable questions that were declined) and ``declined_wrong`` (answerable ones that
        were, smaller is better); and ``questions``, a count.

    Raises:
        GoldError: The gold set cannot be used with the index.
    """
    return summarise(bot, run(bot, gold, part), part)


def run(bot: Chatbot, gold: Gold | Path | str, part: str = "all") -> tuple[Outcome, ...]:
    """Asks every question of a part; see ``evaluate``."""
    chosen = (gold if isinstance(gold, Gold) else load_gold(gold)).part(part)
    texts = {document.id: document.text for document in bot.documents.values()}
    check_evidence(chosen, texts)
    return tuple(_outcome(bot, question) for question in chosen.questions)


def summarise(bot: Chatbot, outcomes: Sequence[Outcome], part: str = "all") -> dict[str, Any]:
    """The figures of some outcomes; see ``evaluate``."""
    kinds = dict.fromkeys(outcome.gold.kind for outcome in outcomes)
    return {
        "part": part,
        "questions": len(outcomes),
        "index_version": bot.version,
        "all": _figures(outcomes),
        "kinds": {k: _figures([o for o in outcomes if o.gold.kind == k]) for k in kinds},
    }


def _outcome(bot: Chatbot, gold: GoldQuestion) -> Outcome:
    hits = bot.retriever.retrieve(gold.question, _DEPTH, gold.history)
    answer = bot.ask(gold.question, gold.history)
    spans = _spans(bot, gold)
    ranks = [hit.rank for hit in hits if _in_hit(hit, spans)]
    cited = [float(_on_evidence(answer, n, spans)) for n in range(len(answer.citations))]
    return Outcome(
        gold=gold,
        rank=min(ranks, default=None),
        answer=answer,
        facts=0.0 if answer.abstained else fact_coverage(answer.text, gold.key_facts),
        cited=mean(cited),
        verbatim=all(
            bot.documents[c.document_id].text[c.start : c.end] == c.quote for c in answer.citations
        ),
    )


def _spans(bot: Chatbot, gold: GoldQuestion) -> list[tuple[str, Span]]:
    spans: list[tuple[str, Span]] = []
    for evidence in gold.evidence:
        start = bot.documents[evidence.document_id].text.index(evidence.quote)
        spans.append((evidence.document_id, Span(start, start + len(evidence.quote))))
    return spans


def _in_hit(hit: Hit, spans: Sequence[tuple[str, Span]]) -> bool:
    found = Span(hit.chunk.start, hit.chunk.end)
    return any(hit.chunk.document_id == name and overlap(found, span) for name, span in spans)


def _on_evidence(answer: Answer, number: int, spans: Sequence[tuple[str, Span]]) -> bool:
    """Whether a citation stands in a passage that holds evidence."""
    citation = answer.citations[number]
    passages = [
        Span(hit.chunk.start, hit.chunk.end)
        for hit in answer.hits
        if hit.chunk.document_id == citation.document_id and _in_hit(hit, spans)
    ]
    return any(overlap(Span(citation.start, citation.end), passage) for passage in passages)


def _figures(outcomes: Sequence[Outcome]) -> dict[str, float | int | None]:
    answerable = [o for o in outcomes if o.gold.answerable]
    unanswerable = [o for o in outcomes if not o.gold.answerable]
    return {
        "questions": len(outcomes),
        "hit@1": mean(hit_at(o.rank, 1) for o in answerable),
        "hit@5": mean(hit_at(o.rank, 5) for o in answerable),
        "mrr@10": mean(reciprocal_rank(o.rank) for o in answerable),
        "key_facts": mean(o.facts for o in answerable),
        "citation_precision": mean(o.cited for o in answerable if o.cited is not None),
        "verbatim": mean(float(o.verbatim) for o in outcomes if o.answer.citations),
        "declined_right": mean(float(o.answer.abstained) for o in unanswerable),
        "declined_wrong": mean(float(o.answer.abstained) for o in answerable),
    }
