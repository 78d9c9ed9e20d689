"""The chatbot that answers now, in one place for all who ask; another may take over at any time."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from mlqa.cache import Cache, CacheStats
from mlqa.chatbot import Chatbot
from mlqa.chatbot.timing import Timing
from mlqa.config import Config
from mlqa.index.store import Index
from mlqa.retrieval.hybrid import HybridRetriever
from mlqa.schema import Answer, AnswerPiece, Document


class CurrentBot:
    """Stands for the chatbot in use; an answer on its way ends with the one that began it.

    Args:
        bot: Who answers at first.

    Attributes:
        runner: Runs tools, whoever answers.
    """

    def __init__(self, bot: Chatbot) -> None:
        self._bot = bot
        self.runner = bot.runner

    @property
    def now(self) -> Chatbot:
        """Who answers."""
        return self._bot

    def use(self, bot: Chatbot) -> None:
        """Lets another chatbot answer from the next question on."""
        self._bot = bot  # one reference: nobody sees half of each

    @property
    def config(self) -> Config:
        """The settings."""
        return self._bot.config

    @property
    def index(self) -> Index:
        """What is known."""
        return self._bot.index

    @property
    def version(self) -> str:
        """Version of the index."""
        return self._bot.version

    @property
    def retriever(self) -> HybridRetriever:
        """Finds passages."""
        return self._bot.retriever

    @property
    def documents(self) -> Mapping[str, Document]:
        """The knowledge base by id."""
        return self._bot.documents

    @property
    def topics(self) -> tuple[str, ...]:
        """What can be asked about."""
        return self._bot.topics

    @property
    def questions(self) -> tuple[str, ...]:
        """Example questions."""
        return self._bot.questions

    @property
    def caches(self) -> tuple[Cache[Any, Any], ...]:
        """Its caches."""
        return self._bot.caches

    @property
    def timings(self) -> Sequence[Timing]:
        """How long the last answers took, the latest last."""
        return tuple(self._bot.timings)

    def cache_stats(self) -> tuple[CacheStats, ...]:
        """Counters of the caches."""
        return self._bot.cache_stats()

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """See ``Chatbot.ask``."""
        return self._bot.ask(question, history)

    def stream(
        self, question: str, history: Sequence[str] = ()
    ) -> Generator[AnswerPiece, None, None]:
        """See ``Chatbot.stream``."""
        return self._bot.stream(question, history)
