"""Whether a question asks for a tool: rules tell, and a language model where there is one."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing

from mlqa import protocols
from mlqa.answer.choosing import choose_tool
from mlqa.errors import ModelError
from mlqa.schema import AnswerPiece, ToolChoice
from mlqa.tools import registry
from mlqa.tools.functions import functions_of
from mlqa.tools.routing import Routed, Router
from mlqa.tools.routing.likeness import Embed
from mlqa.tools.runner import Runner


class Requests:
    """Reads requests to run a tool; reads none where the setting ``tools`` is off.

    Args:
        runner: Knows the tools and the settings.
        generator: The language model; None for none.
        embed: Texts to unit vectors, for requests that describe a tool without naming it.

    Raises:
        ToolError: A module of the user's own tools cannot be used.
    """

    def __init__(self, runner: Runner, generator: protocols.Generator | None, embed: Embed) -> None:
        self._runner = runner
        self._generator = generator
        self._router = Router(embed)
        if runner.config.tools:
            registry.use(runner.config.tool_modules)

    def warm_up(self) -> None:
        """Does now what the first question would do."""
        if self._runner.config.tools:
            self._router.warm_up()

    def route(self, question: str, history: Sequence[str]) -> Routed | None:
        """What the rules make of a question."""
        return self._router.route(question, history) if self._runner.config.tools else None

    def choose(
        self, question: str, history: Sequence[str]
    ) -> Generator[AnswerPiece, None, Routed | None]:
        """What the language model makes of a question; to be used with ``yield from``.

        Where the model fails, nothing is run: the question is answered, and if the model fails
        there as well, the answer says so.

        Yields:
            Empty pieces while it thinks.
        """
        config = self._runner.config
        if self._generator is None or not config.tools:
            return None
        tools = [self._runner.find_tool(name) for name in registry.names()]
        choosing = choose_tool(
            self._generator,
            question,
            history,
            functions_of(tools, config.language),
            timeout=config.generator_timeout,
            tokens=config.generator_tokens,
        )
        choice = yield from _waited_for(choosing)
        return Routed(tool=choice.name, arguments=choice.arguments) if choice else None


def _waited_for(
    choosing: Generator[None, None, ToolChoice | None],
) -> Generator[AnswerPiece, None, ToolChoice | None]:
    with closing(choosing):
        while True:
            try:
                next(choosing)
            except StopIteration as end:
                choice: ToolChoice | None = end.value
                return choice
            except ModelError:
                return None
            yield AnswerPiece(text="")
