"""How long the stages of an answer took."""

from __future__ import annotations

import time
from typing import Literal, NamedTuple

Stage = Literal["understand", "search", "answer"]


class Timing(NamedTuple):
    """One answer; times in seconds.

    Attributes:
        question: As it was asked.
        understand: Reading, mending and resolving the question.
        search: Finding passages.
        answer: Choosing and wording sentences.
        cached: Whether the answer was kept from before: then nothing was searched or worded.
    """

    question: str
    understand: float
    search: float
    answer: float
    cached: bool

    @property
    def total(self) -> float:
        """All of it."""
        return self.understand + self.search + self.answer


class StageClock:
    """Takes the time of each stage of one answer, from its making on."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self._seconds: dict[Stage, float] = {"understand": 0.0, "search": 0.0, "answer": 0.0}

    def lap(self, stage: Stage) -> None:
        """Adds the time since the lap before to a stage."""
        now = time.perf_counter()
        self._seconds[stage] += now - self._last
        self._last = now

    def timing(self, question: str, *, cached: bool) -> Timing:
        """What was taken."""
        return Timing(question, **self._seconds, cached=cached)
