"""One kind of change made to one question."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from mlqa.evaluation.perturb import Kind
from mlqa.evaluation.perturb.endings import restyle
from mlqa.evaluation.perturb.mistyping import mistype
from mlqa.evaluation.perturb.particles import change_particles
from mlqa.evaluation.perturb.terms import swap_term
from mlqa.retrieval.repair.keyboard import to_hangul, to_keys
from mlqa.text.terms import TermExtractor

_HANGUL = re.compile("[가-힣]")


def perturb(kind: Kind, question: str, extractor: TermExtractor, seed: str = "") -> str | None:
    """A question as somebody else would type it.

    Args:
        kind: ``no_spaces`` (Korean without any space), ``josa`` (particles changed or left out),
            ``typo`` (one slip in the longest word), ``nfd`` (decomposed Hangul, as macOS pastes
            it), ``keyboard`` (typed in the wrong input language), ``polite`` and ``plain``
            (endings), ``terms`` (a Korean term in English or abbreviated, and back).
        question: The question.
        extractor: Its analyser and glossary are used.
        seed: Picks among the ways to make the change; the id of the question, as a rule.

    Returns:
        The changed question; None where the change does not apply or would change nothing.
    """
    changed = _CHANGES[kind](question, extractor, seed)
    return changed if changed != question else None


def _without_spaces(question: str, _extractor: TermExtractor, _seed: str) -> str | None:
    return "".join(question.split()) if _HANGUL.search(question) else None


def _decomposed(question: str, _extractor: TermExtractor, _seed: str) -> str | None:
    return unicodedata.normalize("NFD", question)


def _on_wrong_keyboard(question: str, _extractor: TermExtractor, _seed: str) -> str | None:
    return to_keys(question) if _HANGUL.search(question) else to_hangul(question)


_CHANGES: Mapping[Kind, Callable[[str, TermExtractor, str], str | None]] = {
    "no_spaces": _without_spaces,
    "josa": lambda question, extractor, _seed: change_particles(question, extractor.kiwi),
    "typo": lambda question, extractor, seed: mistype(question, extractor.kiwi, seed),
    "nfd": _decomposed,
    "keyboard": _on_wrong_keyboard,
    "polite": lambda question, extractor, seed: restyle(question, extractor.kiwi, "polite", seed),
    "plain": lambda question, extractor, seed: restyle(question, extractor.kiwi, "plain", seed),
    "terms": lambda question, extractor, seed: swap_term(
        question, extractor.kiwi, extractor.glossary, seed
    ),
}
