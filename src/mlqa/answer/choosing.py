"""Whether a question asks for a tool to be run, decided by a language model."""

from __future__ import annotations

import secrets
from collections.abc import Generator as IteratorThatCloses
from collections.abc import Mapping, Sequence
from typing import Any

from mlqa.answer.prompting import choosing_messages
from mlqa.protocols import Generator
from mlqa.schema import ToolChoice

_BOUNDARY_BYTES = 8
_EARLIER = 5  # questions; further back nobody refers to


def choose_tool(
    generator: Generator,
    question: str,
    history: Sequence[str],
    tools: Sequence[Mapping[str, Any]],
    *,
    timeout: float,
    tokens: int,
) -> IteratorThatCloses[None, None, ToolChoice | None]:
    """The tool that a question asks for; to be used with ``yield from``.

    Closing the iterator makes the model stop. The arguments are the model's own: check them before
    they are used.

    Args:
        generator: The language model.
        question: What the user says.
        history: Earlier questions of the conversation, oldest first.
        tools: The tools as functions of the OpenAI protocol.
        timeout: Time for the choice, seconds.
        tokens: Longest text of the model.

    Yields:
        Nothing, again and again while the model works.

    Returns:
        The tool and the arguments that the user named; None where no tool is asked for.

    Raises:
        ModelError: The model fails.
    """
    if not tools:
        return None
    boundary = secrets.token_hex(_BOUNDARY_BYTES)
    conversation = choosing_messages(question, history[-_EARLIER:], boundary)
    return (yield from generator.choose(conversation, tools, timeout=timeout, tokens=tokens))


def chosen(choosing: IteratorThatCloses[None, None, ToolChoice | None]) -> ToolChoice | None:
    """Waits for a choice.

    Raises:
        ModelError: The model fails.
    """
    while True:
        try:
            next(choosing)
        except StopIteration as end:
            choice: ToolChoice | None = end.value
            return choice
