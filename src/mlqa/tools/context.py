"""What a running tool knows of the run it is in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mlqa.messages import Language, message

Report = Callable[[float, str], None]


def _silent(share: float, text: str) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Context:
    """Handed to a tool whose first parameter is named ``context``.

    Attributes:
        language: The language of what it says.
        report: Takes the share that is done, 0 to 1, and what is being done.
    """

    language: Language = "ko"
    report: Report = _silent

    def progress(self, share: float, text: str) -> None:
        """Tells whoever waits how far the run is; call it at least once a second.

        Args:
            share: What is done, 0 to 1.
            text: What is being done, in the language of the run.
        """
        self.report(share, text)

    def say(self, key: str, **values: object) -> str:
        """A sentence of the catalogue in the language of the run."""
        return message(key, self.language, **values)
