"""The seams: what an embedder, a reranker, a retriever, an answerer and a generator must do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import collections.abc

    import numpy as np
    from numpy.typing import NDArray

    from mlqa.schema import ChatMessage, Draft, Hit, Query, ToolChoice


class Embedder(Protocol):
    """Texts in, unit vectors out."""

    @property
    def identity(self) -> str:
        """Names everything that the vectors depend on; equal identities give equal vectors."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of passages.

        Returns:
            Shape (len(texts), dimension); each row has length 1, or 0 where nothing of the
            text is known.
        """
        ...

    def embed_questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions, to be compared with those of passages; shaped like these."""
        ...


class Reranker(Protocol):
    """A question and passages in, a score for each passage out."""

    @property
    def identity(self) -> str:
        """Names everything that the scores depend on; equal identities give equal scores."""
        ...

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """How well each passage answers the question.

        Returns:
            Shape (len(passages),); any numbers, larger is better. Only scores of one question
            can be compared.
        """
        ...


class Retriever(Protocol):
    """Questions in, passages out."""

    def retrieve(self, question: str, k: int = 5, history: Sequence[str] = ()) -> tuple[Hit, ...]:
        """The best passages for a question, best first, near-duplicates shown once.

        Args:
            question: What the user asks.
            k: How many at the most.
            history: Earlier questions of the conversation, oldest first.

        Raises:
            QuestionError: The question is empty, too long or holds no word.
        """
        ...


class Answerer(Protocol):
    """A question and its hits in, proven sentences out."""

    def answer(self, query: Query, hits: Sequence[Hit]) -> Draft:
        """The sentences of the answer, each with its quote, and how sure they are.

        Args:
            query: The question.
            hits: The passages found for it, best first; may be empty.
        """
        ...


class Generator(Protocol):
    """A conversation in, text out, piece by piece, or the call of a tool."""

    @property
    def identity(self) -> str:
        """Names the model and where it runs; holds no key."""
        ...

    def generate(
        self, messages: Sequence[ChatMessage], *, timeout: float, tokens: int
    ) -> collections.abc.Generator[str, None, None]:
        """What the model says next; closing the iterator makes it stop.

        Args:
            messages: The conversation.
            timeout: Time for the whole text, seconds; retries and waiting included.
            tokens: Longest text.

        Yields:
            Pieces of the text as they come, cut anywhere; empty ones while nothing comes.

        Raises:
            ModelError: It fails, is late, breaks off or does not come to an end.
        """
        ...

    def choose(
        self,
        messages: Sequence[ChatMessage],
        tools: Sequence[Mapping[str, Any]],
        *,
        timeout: float,
        tokens: int,
    ) -> collections.abc.Generator[None, None, ToolChoice | None]:
        """Which tool the model wants to be run; to be used with ``yield from``.

        Closing the iterator makes the model stop.

        Args:
            messages: The conversation.
            tools: The tools as functions of the OpenAI protocol, names unique.
            timeout: Time for the choice, seconds; retries and waiting included.
            tokens: Longest text.

        Yields:
            Nothing, again and again while the model works.

        Returns:
            The first tool that it calls rightly; None where it calls none, or where model or
            server do not know of tools.

        Raises:
            ModelError: It fails, is late, breaks off or does not come to an end.
        """
        ...
