"""Files that are given to a knowledge base, and what becomes of them and of builds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from mlqa.errors import MlqaError
from mlqa.service.building import Told

_BEGIN = Told("started")

Outcome = Literal["idle", "waiting", "running", "done", "failed", "cancelled"]


class Upload(NamedTuple):
    """A file that a user gives.

    Attributes:
        path: Where its bytes lie now.
        name: As the user calls it.
    """

    path: Path
    name: str


class Added(NamedTuple):
    """What became of a file.

    Attributes:
        name: As the user calls it.
        removed: Lines that cleaning takes out.
        is_replaced: Whether a document of the same id was there.
        error: Why it was refused; None where it was taken.
    """

    name: str
    removed: int = 0
    is_replaced: bool = False
    error: MlqaError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """The latest build.

    Attributes:
        outcome: What became of it.
        base: Name of the base.
        told: How far it is.
        error: Why it failed.
    """

    outcome: Outcome = "idle"
    base: str = ""
    told: Told = _BEGIN
    error: MlqaError | None = None

    @property
    def is_going_on(self) -> bool:
        """Whether more of it is to come."""
        return self.outcome in {"waiting", "running"}
