"""The seams: what an embedder, a retriever and an answerer must do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mlqa.schema import Draft, Hit, Query


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
        """Vectors of the texts.

        Returns:
            Shape (len(texts), dimension); each row has length 1, or 0 where nothing of the
            text is known.
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
