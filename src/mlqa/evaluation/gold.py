"""The gold set: questions with the passages and facts that a right answer rests on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from mlqa.errors import GoldError


class Evidence(BaseModel):
    """A passage that answers a question, or one side or item of it, by itself.

    Attributes:
        document_id: Where it stands.
        quote: Its text, character for character.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    document_id: str
    quote: str


class GoldQuestion(BaseModel):
    """One line of a gold file.

    Attributes:
        id: Unique name.
        part: ``train`` for fitting, ``test`` for reporting; never mixed.
        kind: How it is asked (essay, paraphrase, english, typo, followup, dialogue, near_miss,
            unanswerable) or what for (definition, reason, how, list, comparison, figure, person,
            advice, contradiction).
        question: What is asked.
        history: Earlier questions, oldest first.
        answerable: Whether the documents hold an answer.
        evidence: Passages of which any one answers it, or one of its sides or items.
        key_facts: Facts of a right answer, each as a list of wordings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    part: str
    kind: str
    question: str
    history: tuple[str, ...] = ()
    answerable: bool
    evidence: tuple[Evidence, ...] = ()
    key_facts: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Gold:
    """A gold set, the file it comes from, and the line of each question there, by id."""

    questions: tuple[GoldQuestion, ...]
    path: Path
    lines: Mapping[str, int] = field(default_factory=dict)

    def part(self, name: str) -> Gold:
        """The questions of one part; ``all`` for all of them.

        Raises:
            GoldError: There is no question in that part.
        """
        chosen = tuple(q for q in self.questions if name in {q.part, "all"})
        if not chosen:
            raise GoldError("gold_part", path=self.path, part=name)
        return Gold(chosen, self.path, self.lines)


def load_gold(path: Path | str = "eval/gold.jsonl") -> Gold:
    """Reads a gold file.

    Raises:
        GoldError: It cannot be read, or a line is not of the shape of ``GoldQuestion``.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise GoldError("gold_missing", path=path, reason=reason) from None
    questions: list[GoldQuestion] = []
    numbers: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        question = _question(line, number, path)
        if question.id in numbers:
            raise _line_error(path, number, f"id {question.id!r} is not unique")
        numbers[question.id] = number
        questions.append(question)
    if not questions:
        raise GoldError("gold_missing", path=path, reason="empty")
    return Gold(tuple(questions), path, numbers)


def check_evidence(gold: Gold, texts: Mapping[str, str]) -> None:
    """Checks that every quote stands in its document.

    Args:
        gold: The gold set.
        texts: Text of each document, by id.

    Raises:
        GoldError: A document is not there, or does not hold a quote.
    """
    for question in gold.questions:
        for evidence in question.evidence:
            if evidence.quote not in texts.get(evidence.document_id, ""):
                reason = f"{question.id}: {evidence.document_id!r} ∌ {evidence.quote[:40]!r}"
                raise _line_error(gold.path, gold.lines.get(question.id, 0), reason)


def _question(line: str, number: int, path: Path) -> GoldQuestion:
    try:
        return GoldQuestion.model_validate(_object(line))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise _line_error(path, number, f"{where}: {first['msg']}") from None
    except (ValueError, RecursionError) as error:
        raise _line_error(path, number, str(error)) from None


def _object(line: str) -> dict[str, Any]:
    content = json.loads(line)
    return content if isinstance(content, dict) else {}


def _line_error(path: Path, line: int, reason: str) -> GoldError:
    return GoldError("gold_line", path=path, line=line, reason=reason)
