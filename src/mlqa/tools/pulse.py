"""Tells again how far a run is while its worker is silent, so that nobody takes it for stuck."""

from __future__ import annotations

import time
from collections.abc import Callable

from mlqa.messages import Language, message
from mlqa.tools.events import Progress

SILENCE = 0.8  # seconds


class Pulse:
    """The last progress, said again with the seconds that have passed since.

    Args:
        first: What was told before the worker began.
        language: The language of what is said.
        clock: Seconds.
    """

    def __init__(
        self, first: Progress, language: Language, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._language: Language = language
        self._clock = clock
        self.hear(first)

    def hear(self, progress: Progress) -> None:
        """Takes what the worker told."""
        self._last = progress
        self._since = self._said = self._clock()

    def beat(self) -> Progress | None:
        """What is to be said now; None where something was said a moment ago."""
        now = self._clock()
        if now - self._said < SILENCE:
            return None
        self._said = now
        seconds = max(1, round(now - self._since))
        text = message("tools_still", self._language, text=self._last.text, seconds=seconds)
        return Progress(self._last.share, text)
