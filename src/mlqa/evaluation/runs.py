"""A run of ``mlqa eval``: how each question went, kept in a file so that runs can be compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from errno import EISDIR
from os import strerror
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mlqa.errors import RunError
from mlqa.evaluation.gold import GoldQuestion

# Settings that do not change how a question goes.
ELSEWHERE = frozenset(
    {
        *("language", "index", "corpus", "bases", "keep_versions", "eval_thresholds"),
        *("host", "port", "data", "conversations", "conversation_days", "reports"),
        *("tools", "tool_workers", "tool_results", "tool_modules"),
    }
)


class Passage(BaseModel):
    """A passage that was found.

    Attributes:
        document_id: Where it stands.
        title: Title of the document.
        start: Offset of its first character.
        end: Offset behind its last character.
        text: Its text.
        right: Whether it overlaps the evidence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    document_id: str
    title: str
    start: int
    end: int
    text: str
    right: bool


class Said(BaseModel):
    """A sentence of an answer and what it rests on.

    Attributes:
        text: What is said, without its number.
        document_id: The cited document.
        start: Offset of the quote in the document.
        end: Offset behind the quote.
        quote: The cited text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    document_id: str
    start: int
    end: int
    quote: str


class Outcome(BaseModel):
    """How one question went.

    Attributes:
        gold: The question.
        rank: Rank of the first passage with evidence; None if not among the first ten.
        found: The best passages.
        abstained: Whether the bot declined.
        confidence: Probability that the passages hold an answer, 0 to 1.
        text: The answer as the user reads it.
        sentences: What is said, or would have been said where the bot declined.
        correct: Whether it is right to say these (see ``measures.is_right``).
        values: By measure, 0 to 1, see ``measures``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    gold: GoldQuestion
    rank: int | None = Field(ge=1)
    found: tuple[Passage, ...]
    abstained: bool
    confidence: float = Field(ge=0, le=1)
    text: str
    sentences: tuple[Said, ...]
    correct: bool
    values: dict[str, float]

    @property
    def kind(self) -> str:
        """How the question is asked."""
        return self.gold.kind


class Run(BaseModel):
    """A run.

    Attributes:
        format: What the file is.
        version: Of the format.
        created: When, in UTC.
        part: Part of the gold set.
        index_version: Version of the index.
        threshold: Confidence below which the bot declined.
        judge: The language model that judged the answers; empty without one.
        settings: Settings that are not the defaults.
        outcomes: How each question went, in the order of the gold set.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: Literal["mlqa-eval"] = "mlqa-eval"
    version: Literal[1] = 1
    created: str
    part: str
    index_version: str
    threshold: float
    judge: str = ""
    settings: dict[str, Any]
    outcomes: tuple[Outcome, ...] = Field(min_length=1)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of questions, in the order in which they come."""
        return tuple(dict.fromkeys(outcome.kind for outcome in self.outcomes))


def save_run(run: Run, figures: Mapping[str, Any], path: Path | str) -> None:
    """Writes a run with its figures as JSON.

    Raises:
        RunError: The file cannot be written.
    """
    content = {**run.model_dump(mode="json", exclude={"outcomes"}), "figures": dict(figures)}
    content["outcomes"] = [outcome.model_dump(mode="json") for outcome in run.outcomes]
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def load_run(path: Path | str) -> Run:
    """Reads what ``save_run`` wrote.

    Raises:
        RunError: It cannot be read, or is not a run.
    """
    try:
        return Run.model_validate_json(Path(path).read_bytes())
    except OSError as error:
        raise RunError("run_missing", path=path, reason=error.strerror or error) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        reason = f"{where}: {first['msg']}" if where else first["msg"]
        raise RunError("run_format", path=path, reason=reason) from None


def check_writable(path: Path) -> None:
    """Makes the folder of a file that is to be written after a long time.

    Raises:
        RunError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError("run_unwritable", path=path, reason=error.strerror or error) from None
    if path.is_dir():
        raise RunError("run_unwritable", path=path, reason=strerror(EISDIR))


def write_text(path: Path | str, text: str) -> None:
    """Writes a file, and the folders that it stands in.

    Raises:
        RunError: It cannot be written.
    """
    path = Path(path)
    check_writable(path)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RunError("run_unwritable", path=path, reason=error.strerror or error) from None
