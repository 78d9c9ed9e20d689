"""What went wrong, for other programs: a status of HTTP, a word for the program, a sentence."""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

from mlqa.errors import (
    MlqaError,
    QuestionError,
    ToolArgumentError,
    ToolCancelled,
    ToolOutOfMemory,
    ToolTimeout,
    UnknownTool,
)
from mlqa.messages import Language, message
from mlqa.service.work import Busy

logger = logging.getLogger(__name__)


class Problem(NamedTuple):
    """What a program is told.

    Attributes:
        status: Of HTTP.
        kind: One word for the program.
        message: One sentence for people.
    """

    status: int
    kind: str
    message: str

    @property
    def fields(self) -> dict[str, Any]:
        """As JSON."""
        return {"error": {"kind": self.kind, "message": self.message}}


# The first class that fits counts. What runs out of time or memory would do so again: the
# arguments are what has to change, and nobody should merely try again, as with a 5xx.
_KINDS: tuple[tuple[type[MlqaError], int, str], ...] = (
    (QuestionError, 422, "question"),
    (UnknownTool, 404, "unknown_tool"),
    (ToolArgumentError, 422, "argument"),
    (ToolTimeout, 422, "timeout"),
    (ToolOutOfMemory, 422, "memory"),
    (ToolCancelled, 409, "cancelled"),
    (MlqaError, 500, "failed"),
)


def problem_of(error: Exception, language: Language) -> Problem:
    """What a program is told of an error; of one that is not ours nothing of its inside."""
    if isinstance(error, Busy):
        return Problem(429, "busy", message("api_busy", language))
    for kind, status, name in _KINDS:
        if isinstance(error, kind):
            return Problem(status, name, " ".join(error.text(language).split()))
    logger.error("A request failed", exc_info=error)
    return Problem(500, "failed", message("api_failed", language))
