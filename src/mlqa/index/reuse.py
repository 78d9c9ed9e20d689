"""What a build takes over from the index before: Kiwi takes seconds, and most texts stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Literal, Protocol

import numpy as np

from mlqa.index.dense import DenseIndex
from mlqa.index.embedding import CachedEmbedder
from mlqa.index.encoder import StaticEncoder, Vectors
from mlqa.index.faq import FaqIndex
from mlqa.index.manifest import Manifest
from mlqa.protocols import Embedder
from mlqa.schema import Chunk, Document
from mlqa.text.chunking import CHUNKING_VERSION, chunk_document
from mlqa.text.glossary import Glossary
from mlqa.text.kiwi import Kiwipie
from mlqa.text.terms import Analysed, TermExtractor, unknown_words

Stage = Literal["cut", "analysed", "embedded"]
# Called with the stage, how much of it is done, and how much there is.
Tell = Callable[[Stage, int, int], None]

# Passages after which progress is told.
_BATCH = 64


class Before(Protocol):
    """What is looked at of the index before; see ``Index``."""

    @property
    def manifest(self) -> Manifest:
        """What it was made from and with."""
        ...

    @property
    def documents(self) -> Mapping[str, Document]:
        """By id."""
        ...

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        """All passages."""
        ...

    @property
    def extractor(self) -> TermExtractor:
        """Turns texts into terms."""
        ...

    @property
    def embedder(self) -> CachedEmbedder:
        """Turns texts into vectors."""
        ...

    @property
    def encoder(self) -> StaticEncoder:
        """Turns terms into vectors, and questions of the FAQ."""
        ...

    @property
    def dense(self) -> DenseIndex:
        """Vectors of the passages."""
        ...

    @property
    def faq(self) -> FaqIndex:
        """Questions that people ask, with what answers them."""
        ...


def faq_of(previous: Before | None, encoder: StaticEncoder) -> FaqIndex | None:
    """The FAQ of the index before, if its vectors are those of the encoder."""
    same = previous is not None and previous.encoder.identity == encoder.identity
    return previous.faq if previous is not None and same else None


def indexed_text(document: Document, chunk: Chunk) -> str:
    """What is indexed for a chunk: its text under the titles above it."""
    return "\n".join([document.title, *chunk.headings, chunk.text])


def extractor_of(glossary: Glossary, previous: Before | None) -> TermExtractor:
    """An extractor with a glossary's words: that of the index before where it has the same.

    Args:
        glossary: With the words that Kiwi does not know, see ``with_words``.
        previous: The index before.
    """
    identity = f"{TermExtractor.program()}-{glossary.identity}"
    if previous is not None and previous.extractor.identity == identity:
        return previous.extractor
    return TermExtractor(Kiwipie(glossary.words), glossary)


def with_words(glossary: Glossary, previous: Before | None) -> Glossary:
    """A glossary as it was read, with those of its words that Kiwi does not know."""
    if previous is not None and previous.extractor.glossary.identity == glossary.identity:
        return previous.extractor.glossary
    words = glossary.korean_words()
    return replace(glossary, words=unknown_words(Kiwipie(), words)) if words else glossary


def chunks_of(
    documents: Sequence[Document],
    extractor: TermExtractor,
    usual_length: int,
    previous: Before | None,
    tell: Tell,
) -> tuple[Chunk, ...]:
    """The chunks of all documents; those of documents that have not changed are taken over."""
    kept = _kept_chunks(extractor, usual_length, previous)
    chunks: list[Chunk] = []
    for number, document in enumerate(documents, 1):
        same = previous is not None and previous.documents.get(document.id) == document
        if same and document.id in kept:
            chunks += kept[document.id]
        else:
            chunks += chunk_document(document, extractor.kiwi.sentences, usual_length)
        tell("cut", number, len(documents))
    return tuple(chunks)


def analysed(texts: Sequence[str], extractor: TermExtractor, tell: Tell) -> list[Analysed]:
    """The terms and pieces of all texts."""
    found: list[list[Analysed]] = []
    for start in range(0, len(texts), _BATCH):
        found.append(extractor.analyse_all(texts[start : start + _BATCH]))
        tell("analysed", min(start + _BATCH, len(texts)), len(texts))
    return list(chain.from_iterable(found))


def vectors_of(
    texts: Sequence[str], embedder: Embedder, previous: Before | None, tell: Tell
) -> tuple[Vectors, int]:
    """Vectors of all texts, and how many of them were taken over."""
    kept: dict[str, Vectors] = {}
    if previous and previous.embedder.identity == embedder.identity:
        old = (indexed_text(previous.documents[c.document_id], c) for c in previous.chunks)
        kept = dict(zip(old, previous.dense.vectors(), strict=True))
    new = [text for text in texts if text not in kept]
    made: dict[str, Vectors] = {}
    for start in range(0, len(new), _BATCH):
        batch = new[start : start + _BATCH]
        made |= zip(batch, embedder.embed(batch), strict=True)
        tell("embedded", min(start + _BATCH, len(new)), len(new))
    rows = [kept[text] if text in kept else made[text] for text in texts]
    return np.stack(rows), len(texts) - len(new)


def _kept_chunks(
    extractor: TermExtractor, usual_length: int, previous: Before | None
) -> dict[str, list[Chunk]]:
    """The chunks of the index before by document, if they would be cut in the same way."""
    kept: dict[str, list[Chunk]] = {}
    if previous is None:
        return kept
    made_with = (CHUNKING_VERSION, usual_length, extractor.identity)
    manifest = previous.manifest
    chunking = (int(manifest.chunking), manifest.chunk_characters, previous.extractor.identity)
    if chunking == made_with:
        for chunk in previous.chunks:
            kept.setdefault(chunk.document_id, []).append(chunk)
    return kept
