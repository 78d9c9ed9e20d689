"""The same bot for a page in another language."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from mlqa.cache import CacheStats
from mlqa.config import Config
from mlqa.messages import Language
from mlqa.schema import AnswerPiece, Document
from mlqa.service.session import Bot


class Speaking:
    """Has the settings of another bot but for the language; all else is that bot's.

    Args:
        bot: Who answers.
        language: Of the page; what the bot itself says stays in its own language.
    """

    def __init__(self, bot: Bot, language: Language) -> None:
        self._bot = bot
        self._language: Language = language

    @property
    def config(self) -> Config:
        """The settings, in this language."""
        return self._bot.config.model_copy(update={"language": self._language})

    @property
    def documents(self) -> Mapping[str, Document]:
        """The knowledge base by id."""
        return self._bot.documents

    @property
    def topics(self) -> tuple[str, ...]:
        """What it can be asked about."""
        return self._bot.topics

    @property
    def questions(self) -> tuple[str, ...]:
        """Example questions."""
        return self._bot.questions

    def stream(
        self, question: str, history: Sequence[str] = ()
    ) -> Generator[AnswerPiece, None, None]:
        """The answer in pieces; closing the iterator ends the work."""
        return self._bot.stream(question, history)

    def cache_stats(self) -> Sequence[CacheStats]:
        """The counters of the caches."""
        return self._bot.cache_stats()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the bot has
        return getattr(self._bot, name)
