"""Vectors of texts: which embedder a name means, and the vectors of questions kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from mlqa.cache import Cache
from mlqa.index.encoder import StaticEncoder, Vectors
from mlqa.protocols import Embedder

# The name of the encoder inside the package; any other name is a sentence-transformers model.
STATIC = "static"


def open_embedder(name: str, encoder: StaticEncoder) -> Embedder:
    """The embedder of a name.

    Args:
        name: ``static``, or a sentence-transformers model: a name on the hub or a local folder.
        encoder: What ``static`` means.

    Raises:
        ModelError: The model cannot be loaded.
    """
    return encoder if name == STATIC else _transformer(name)


def program_of(name: str) -> str:
    """Names everything that the vectors of an embedder depend on but for the terms.

    Raises:
        ModelError: The model cannot be loaded.
    """
    return StaticEncoder.program() if name == STATIC else _transformer(name).identity


@cache  # a model takes seconds to load and gigabytes to hold
def _transformer(name: str) -> Embedder:
    from mlqa.index.transformer import SentenceTransformerEmbedder  # noqa: PLC0415

    return SentenceTransformerEmbedder(name)


class CachedEmbedder:
    """Keeps the vectors of questions that were embedded before; passages come once.

    Args:
        embedder: What embeds.
        limit: Vectors that are kept.
    """

    def __init__(self, embedder: Embedder, limit: int) -> None:
        self._embedder = embedder
        self.cache: Cache[tuple[str, str], Vectors] = Cache("embeddings", limit)

    @property
    def identity(self) -> str:
        """Names everything that the vectors depend on."""
        return self._embedder.identity

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._embedder.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, shape (len(texts), dimension); see Embedder."""
        return self._embedder.embed(texts)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions, shape (len(texts), dimension); see Embedder."""
        kept = {text: self.cache.get((self.identity, text)) for text in dict.fromkeys(texts)}
        new = [text for text, vector in kept.items() if vector is None]
        made = self._embedder.embed_questions(new) if new else ()
        for text, vector in zip(new, made, strict=True):
            self.cache.put((self.identity, text), vector)
            kept[text] = vector
        rows = [vector for text in texts if (vector := kept[text]) is not None]
        return np.stack(rows) if rows else np.zeros((0, self.dimension), dtype=np.float32)
