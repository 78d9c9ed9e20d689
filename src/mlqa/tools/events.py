"""What a run of a tool tells while it goes on."""

from __future__ import annotations

from dataclasses import dataclass

from mlqa.schema import ToolCall


@dataclass(frozen=True, slots=True)
class Waiting:
    """The run stands in line.

    Attributes:
        ahead: Runs that have to end first.
    """

    ahead: int


@dataclass(frozen=True, slots=True)
class Progress:
    """The run goes on.

    Attributes:
        share: What is done, 0 to 1.
        text: What is being done, in the language of the run.
    """

    share: float
    text: str


ToolEvent = Waiting | Progress | ToolCall
