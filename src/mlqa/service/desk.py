"""What other programs can ask for, over HTTP or MCP: answers, passages, documents, runs of tools.

All of it is work of threads, so that the chat page of the same process stays answerable.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeVar

from mlqa.config import Config
from mlqa.messages import Language
from mlqa.schema import AnswerPiece, Document, Hit, Plot, Query, ToolCall
from mlqa.service.work import Job, Places, once
from mlqa.tools import registry
from mlqa.tools.drawing import PictureFormat, draw
from mlqa.tools.events import ToolEvent
from mlqa.tools.registry import Tool
from mlqa.tools.runner import Runner

T = TypeVar("T")

# Work at once, of all programs together: what takes milliseconds, and what may take minutes.
_QUICK = 32
_RUNS = 16


class Found(NamedTuple):
    """What a search gave."""

    query: Query
    hits: tuple[Hit, ...]


class Searcher(Protocol):
    """Finds passages in two steps."""

    def understand(self, question: str) -> Query:
        """Makes a question ready; raises QuestionError where it is none."""
        ...

    def search(self, query: Query, k: int) -> tuple[Hit, ...]:
        """The best passages."""
        ...


class Bot(Protocol):
    """What programs need of the chatbot."""

    @property
    def config(self) -> Config:
        """The settings."""
        ...

    @property
    def version(self) -> str:
        """Version of the index."""
        ...

    @property
    def documents(self) -> Mapping[str, Document]:
        """The knowledge base by id."""
        ...

    @property
    def retriever(self) -> Searcher:
        """Finds passages."""
        ...

    def stream(
        self, question: str, history: Sequence[str] = ()
    ) -> Generator[AnswerPiece, None, None]:
        """The answer in pieces; closing the iterator ends the work."""
        ...


class Desk:
    """Where programs ask.

    Args:
        bot: Who answers.
        runner: Who runs tools: best the one that the chat page has, for its recent results.
    """

    def __init__(self, bot: Bot, runner: Runner) -> None:
        self.bot = bot
        self.runner = runner
        self._quick, self._runs = Places(_QUICK), Places(_RUNS)

    @property
    def language(self) -> Language:
        """In which errors and tools speak."""
        return self.bot.config.language

    def ask(self, question: str, history: Sequence[str] = ()) -> Job[AnswerPiece]:
        """The answer in pieces, the last one with the whole.

        Raises:
            Busy: Too much is asked at once.
        """
        return Job(partial(self.bot.stream, question, history), self._quick)

    def search(self, question: str, k: int | None = None) -> Job[Found]:
        """The best passages; as many as the setting ``top_k`` says if not said how many.

        Raises:
            Busy: Too much is asked at once.
        """
        retriever = self.bot.retriever

        def found() -> Found:
            query = retriever.understand(question)
            return Found(query, retriever.search(query, k or self.bot.config.top_k))

        return self.do(found)

    def tools(self) -> tuple[Tool, ...]:
        """All tools; imports their modules."""
        registry.use(self.bot.config.tool_modules)
        return tuple(registry.find(name) for name in registry.names())

    def run(
        self, name: str, arguments: Mapping[str, Any], *, fresh: bool = False
    ) -> Job[ToolEvent]:
        """A run of a tool: what it tells, the ``ToolCall`` last.

        Raises:
            Busy: Too many are asked for at once.
        """
        return Job(partial(self.runner.start, name, arguments, fresh=fresh), self._runs)

    def draw(self, plot: Plot, picture: PictureFormat, *, dark: bool = False) -> Job[bytes]:
        """A plot as a picture.

        Raises:
            Busy: Too much is asked at once.
        """
        return self.do(partial(draw, plot, picture, dark=dark))

    def find(self, key: str) -> Job[ToolCall | None]:
        """The kept run of that key.

        Raises:
            Busy: Too much is asked at once.
        """
        return self.do(partial(self.runner.find, key))

    def do(self, function: Callable[[], T]) -> Job[T]:
        """Something short, in a thread.

        Raises:
            Busy: Too much is asked at once.
        """
        return Job(once(function), self._quick)
