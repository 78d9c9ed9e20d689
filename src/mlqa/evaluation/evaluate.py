"""A chatbot on a gold set: figures for each kind of question."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from mlqa.chatbot import Chatbot
from mlqa.errors import MlqaWarning
from mlqa.evaluation.asking import Reply, ask_all, place
from mlqa.evaluation.figures import summarise
from mlqa.evaluation.gold import Gold
from mlqa.evaluation.measures import Judge, is_right, values_of
from mlqa.evaluation.runs import ELSEWHERE, Outcome, Passage, Run, Said
from mlqa.schema import Answer

_SHOWN = 3  # passages that a run keeps of each question


def evaluate(
    bot: Chatbot, gold: Gold | Path | str, part: str = "all", judge: Judge | None = None
) -> dict[str, Any]:
    """Asks every question and scores the answers.

    Args:
        bot: The chatbot.
        gold: The gold set or its file.
        part: ``train``, ``test`` or ``all``.
        judge: Tells how right an answer is, for a figure ``judge`` beside the others.

    Returns:
        ``{"part", "questions", "index_version", "all": figures, "kinds": {kind: figures},
        "intervals": {"all": {name: [low, high]}, "kinds": …}, "risk_coverage": …}``. Figures are
        shares from 0 to 1, or None where there is nothing to measure; ``questions`` is a count.
        What they are: ``measures`` and ``figures``; the curve: ``figures.curve``.

    Raises:
        GoldError: The gold set cannot be used with the index.
    """
    return summarise(assess(bot, gold, part, judge))


def assess(
    bot: Chatbot, gold: Gold | Path | str, part: str = "all", judge: Judge | None = None
) -> Run:
    """Asks every question; see ``evaluate``.

    No tool is run. What was declined is asked again of a bot that always answers, for the
    risk-coverage curve.
    """
    bot = Chatbot(bot.index, bot.config.model_copy(update={"tools": False}))
    eager = Chatbot(bot.index, bot.config.model_copy(update={"answer_threshold": 0.0}))
    outcomes: list[Outcome] = []
    for reply in ask_all(bot, gold, part):
        draft = reply.answer
        if draft.abstained:
            draft = eager.ask(reply.gold.question, reply.gold.history)
        values = values_of(reply, bot.documents, bot.index.extractor.kiwi, judge)
        outcomes.append(_outcome(reply, draft, values))
    name = getattr(judge, "identity", "")
    unsure = sum("declined_wrong" in o.values and "judge" not in o.values for o in outcomes)
    if judge and unsure:
        warnings.warn(MlqaWarning("judge_unsure", judge=name, count=unsure), stacklevel=2)
    return Run(
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        part=part,
        index_version=bot.version,
        threshold=bot.config.answer_threshold,
        judge=name,
        settings=bot.config.model_dump(mode="json", exclude_defaults=True, exclude=set(ELSEWHERE)),
        outcomes=tuple(outcomes),
    )


def _outcome(reply: Reply, draft: Answer, values: dict[str, float]) -> Outcome:
    return Outcome(
        gold=reply.gold,
        rank=reply.rank,
        found=tuple(_passages(reply)),
        abstained=reply.answer.abstained,
        confidence=reply.answer.confidence,
        text=reply.answer.text,
        sentences=tuple(
            Said(
                text=sentence.text,
                document_id=sentence.citation.document_id,
                start=sentence.citation.start,
                end=sentence.citation.end,
                quote=sentence.citation.quote,
            )
            for sentence in draft.sentences
        ),
        correct=is_right(reply.gold, draft),
        values=values,
    )


def _passages(reply: Reply) -> Iterator[Passage]:
    for hit in reply.hits[:_SHOWN]:
        yield Passage(
            document_id=hit.chunk.document_id,
            title=hit.title,
            start=hit.chunk.start,
            end=hit.chunk.end,
            text=hit.chunk.text,
            right=place(hit).meets(reply.evidence),
        )
