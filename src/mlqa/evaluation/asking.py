"""The questions of a gold set asked, and where their evidence stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlqa.chatbot import Chatbot
from mlqa.evaluation.gold import Gold, GoldQuestion, check_evidence, load_gold
from mlqa.schema import Answer, Document, Hit, Place, Span

DEPTH = 10  # passages among which the evidence is looked for


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for one question.

    Attributes:
        gold: The question.
        evidence: Where each quote of its evidence stands.
        hits: The first ten passages.
        rank: Rank of the first hit that overlaps the evidence; None if not among the first ten.
        answer: What the chatbot said.
    """

    gold: GoldQuestion
    evidence: tuple[Place, ...]
    hits: tuple[Hit, ...]
    rank: int | None
    answer: Answer


def place(part: Hit) -> Place:
    """Where a found passage stands."""
    return Place(part.chunk.document_id, Span(part.chunk.start, part.chunk.end))


def ask_all(bot: Chatbot, gold: Gold | Path | str, part: str = "all") -> tuple[Reply, ...]:
    """Asks every question of a part.

    Args:
        bot: The chatbot.
        gold: The gold set or its file.
        part: ``train``, ``test`` or ``all``.

    Raises:
        GoldError: The gold set cannot be used with the index.
    """
    chosen = (gold if isinstance(gold, Gold) else load_gold(gold)).part(part)
    check_evidence(chosen, {document.id: document.text for document in bot.documents.values()})
    return tuple(_ask(bot, question) for question in chosen.questions)


def _ask(bot: Chatbot, gold: GoldQuestion) -> Reply:
    evidence = evidence_of(gold, bot.documents)
    hits = bot.retriever.retrieve(gold.question, DEPTH, gold.history)
    ranks = (hit.rank for hit in hits if place(hit).meets(evidence))
    answer = bot.ask(gold.question, gold.history)
    return Reply(gold, evidence, hits, min(ranks, default=None), answer)


def evidence_of(gold: GoldQuestion, documents: Mapping[str, Document]) -> tuple[Place, ...]:
    """Where the quotes of a question's evidence stand, in order."""
    places: list[Place] = []
    for evidence in gold.evidence:
        start = documents[evidence.document_id].text.index(evidence.quote)
        places.append(Place(evidence.document_id, Span(start, start + len(evidence.quote))))
    return tuple(places)
