"""What is lost when the questions of a gold set are typed in another way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlqa.chatbot import Chatbot
from mlqa.evaluation.asking import Reply, ask_all
from mlqa.evaluation.gold import Gold, load_gold
from mlqa.evaluation.perturb import KINDS, Kind
from mlqa.evaluation.perturb.changes import perturb
from mlqa.metrics import hit_at, mean

_FIGURES = ("hit@1", "hit@5", "declined_right", "declined_wrong")
_SMALLER_IS_BETTER = frozenset({"declined_wrong"})
_DEPTHS = (1, 5)


def robustness(
    bot: Chatbot, gold: Gold | Path | str, part: str = "test", kinds: Sequence[Kind] = KINDS
) -> dict[str, Any]:
    """Asks every question as it is and in each changed form, and compares.

    A kind is measured on the questions that it changes; earlier questions of a conversation stay
    as they are.

    Args:
        bot: The chatbot.
        gold: The gold set or its file.
        part: ``train``, ``test`` or ``all``.
        kinds: Kinds of change, see ``perturb``.

    Returns:
        ``{"part", "questions", "index_version", "worst": {"kind", "drop"}, "kinds": {kind: …}}``;
        ``worst`` is the largest drop of hit@5. For each kind: ``changed`` and ``answerable``
        (counts), ``before``, ``after`` and ``drop`` (each with ``hit@1``, ``hit@5``,
        ``declined_right`` and ``declined_wrong``, shares from 0 to 1 or None; a positive drop is
        a loss for each of them), ``example`` (``id``, ``question``, ``perturbed``) and ``broken``:
        the questions that went worse, with ``rank`` and ``declined`` before and after.

    Raises:
        GoldError: The gold set cannot be used with the index.
    """
    gold = gold if isinstance(gold, Gold) else load_gold(gold)
    before = ask_all(bot, gold, part)
    results = {kind: _of_kind(bot, gold, before, kind) for kind in dict.fromkeys(kinds)}
    drops = {kind: result["drop"]["hit@5"] for kind, result in results.items()}
    worst = max(drops, key=lambda kind: -1.0 if drops[kind] is None else drops[kind], default=None)
    return {
        "part": part,
        "questions": len(before),
        "index_version": bot.version,
        "worst": {"kind": worst, "drop": drops[worst] if worst else None},
        "kinds": results,
    }


def _of_kind(bot: Chatbot, gold: Gold, before: Sequence[Reply], kind: Kind) -> dict[str, Any]:
    changed: dict[str, str] = {}
    for reply in before:
        question = perturb(kind, reply.gold.question, bot.index.extractor, reply.gold.id)
        if question is not None:
            changed[reply.gold.id] = question
    old = [reply for reply in before if reply.gold.id in changed]
    questions = tuple(
        reply.gold.model_copy(update={"question": changed[reply.gold.id]}) for reply in old
    )
    new = ask_all(bot, replace(gold, questions=questions)) if questions else ()
    figures_before, figures_after = _figures(old), _figures(new)
    return {
        "changed": len(old),
        "answerable": sum(reply.gold.answerable for reply in old),
        "before": figures_before,
        "after": figures_after,
        "drop": {name: _drop(name, figures_before, figures_after) for name in _FIGURES},
        "example": _texts(old[0], new[0]) if new else None,
        "broken": [_broken(*pair) for pair in _worst_first(old, new)],
    }


def _worst_first(old: Sequence[Reply], new: Sequence[Reply]) -> list[tuple[Reply, Reply]]:
    """The questions that went worse: first those whose passage left the first five."""
    pairs = [pair for pair in zip(old, new, strict=True) if _went_worse(*pair)]
    return sorted(pairs, key=lambda pair: -_lost_depths(pair[0], pair[1]))


def _figures(replies: Sequence[Reply]) -> dict[str, float | None]:
    ranks = [reply.rank for reply in replies if reply.gold.answerable]
    declined = [(reply.gold.answerable, float(reply.answer.abstained)) for reply in replies]
    return {
        "hit@1": mean(hit_at(rank, 1) for rank in ranks),
        "hit@5": mean(hit_at(rank, 5) for rank in ranks),
        "declined_right": mean(share for answerable, share in declined if not answerable),
        "declined_wrong": mean(share for answerable, share in declined if answerable),
    }


def _drop(
    name: str, before: Mapping[str, float | None], after: Mapping[str, float | None]
) -> float | None:
    first, second = before[name], after[name]
    if first is None or second is None:
        return None
    return second - first if name in _SMALLER_IS_BETTER else first - second


def _lost_depths(old: Reply, new: Reply) -> int:
    """Of how many depths (first place, first five) the right passage dropped out."""
    if not old.gold.answerable:
        return 0
    return sum(hit_at(old.rank, k) > hit_at(new.rank, k) for k in _DEPTHS)


def _went_worse(old: Reply, new: Reply) -> bool:
    """Whether the right passage dropped out of a depth, or the bot errs anew."""
    was_right = old.answer.abstained != old.gold.answerable
    return _lost_depths(old, new) > 0 or (
        was_right and new.answer.abstained != old.answer.abstained
    )


def _broken(old: Reply, new: Reply) -> dict[str, Any]:
    return {
        **_texts(old, new),
        "rank": {"before": old.rank, "after": new.rank},
        "declined": {"before": old.answer.abstained, "after": new.answer.abstained},
    }


def _texts(old: Reply, new: Reply) -> dict[str, str]:
    return {"id": old.gold.id, "question": old.gold.question, "perturbed": new.gold.question}
