"""An index as fits want it: with another encoder's vectors, or without its FAQ.

That encoder has not been trained on what is fitted.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mlqa.index.dense import DenseIndex
from mlqa.index.embedding import CachedEmbedder
from mlqa.index.encoder import StaticEncoder, read_weights
from mlqa.index.faq import FaqIndex
from mlqa.index.late import LateIndex
from mlqa.index.reuse import indexed_text
from mlqa.index.store import Index


def without_faq(index: Index) -> Index:
    """The index with an empty FAQ: what is fitted on it holds for documents that have none."""
    return replace(index, faq=FaqIndex.build((), index.embedder))


def with_encoder(index: Index, path: Path) -> Index:
    """The index with vectors of another encoder.

    Args:
        index: Any index with the static embedder.
        path: Weights that ``training.train_encoder`` wrote.
    """
    encoder = StaticEncoder(index.extractor, read_weights(path))
    texts = [indexed_text(index.documents[c.document_id], c) for c in index.chunks]
    return replace(
        index,
        encoder=encoder,
        embedder=CachedEmbedder(encoder, 1),
        dense=DenseIndex.build(encoder.embed(texts)),
        late=LateIndex.build(index.extractor.terms_of_all(texts), encoder),
        faq=FaqIndex.build(index.faq.entries, encoder),
    )
