"""The index: built from documents, saved as a version, loaded and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from mlqa.config import Config, load_config
from mlqa.errors import CorpusError, IndexDamaged
from mlqa.index import versions
from mlqa.index.dense import DenseIndex
from mlqa.index.embedding import CachedEmbedder, open_embedder, program_of
from mlqa.index.encoder import StaticEncoder
from mlqa.index.faq import FaqIndex
from mlqa.index.late import LateIndex
from mlqa.index.manifest import MANIFEST, Counts, Manifest
from mlqa.index.provenance import check_same, manifest_of, verify
from mlqa.index.reuse import (
    Before,
    Stage,
    Tell,
    analysed,
    chunks_of,
    extractor_of,
    faq_of,
    indexed_text,
    vectors_of,
    with_words,
)
from mlqa.index.sparse import SparseIndex
from mlqa.schema import Chunk, Document
from mlqa.text.duplicates import near_duplicates
from mlqa.text.faq import load_faq
from mlqa.text.glossary import Glossary, load_glossary
from mlqa.text.grams import letter_pairs, term_pairs
from mlqa.text.terms import TermExtractor

_DOCUMENTS, _CHUNKS, _DUPLICATES = "documents.json", "chunks.json", "duplicates.json"
_GLOSSARY = "glossary.json"
_VECTORS, _LATE, _FAQ = "vectors.faiss", "late.npz", "faq.npz"
_BM25, _PAIRS, _LETTERS = "bm25.npz", "pairs.npz", "letters.npz"

_documents = TypeAdapter(tuple[Document, ...])
_chunks = TypeAdapter(tuple[Chunk, ...])
_duplicates = TypeAdapter(dict[int, tuple[int, ...]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Everything that answering needs; does not change once it is made.

    Attributes:
        manifest: What it was made from and with.
        documents: By id, in order.
        chunks: All passages; their positions are those of ``sparse``, ``dense``, ``duplicates``.
        duplicates: Positions of the near-duplicates of a passage in other documents.
        extractor: Turns texts into terms.
        embedder: Turns texts into vectors.
        encoder: Turns terms into vectors.
        sparse: BM25 over the terms of the passages.
        pairs: BM25 over their pairs of neighbouring terms.
        letters: BM25 over their pairs of letters.
        dense: Vectors of the passages.
        late: Vectors of the passages' terms.
        faq: Questions that people ask, with what answers them.
    """

    manifest: Manifest
    documents: Mapping[str, Document]
    chunks: tuple[Chunk, ...]
    duplicates: Mapping[int, tuple[int, ...]]
    extractor: TermExtractor
    embedder: CachedEmbedder
    encoder: StaticEncoder
    sparse: SparseIndex
    pairs: SparseIndex
    letters: SparseIndex
    dense: DenseIndex
    late: LateIndex
    faq: FaqIndex

    @property
    def version(self) -> str:
        """Changes when anything that an answer depends on does."""
        return self.manifest.content

    @classmethod
    def build(
        cls,
        documents: Sequence[Document],
        config: Config | None = None,
        previous: Before | None = None,
        tell: Tell | None = None,
    ) -> Index:
        """Chunks, analyses and embeds documents.

        Args:
            documents: What to index, at least one.
            config: The settings; defaults if not given.
            previous: An index whose passages and vectors are taken over where nothing has changed.
            tell: Called as documents are cut, and passages analysed and embedded.

        Raises:
            GlossaryError: The glossary cannot be used.
            FaqError: The FAQ cannot be used.
            CorpusError: The documents hold nothing but headings and words that say nothing.
        """
        config, tell = config or load_config(), tell or _silent
        extractor = extractor_of(with_words(load_glossary(config.glossary), previous), previous)
        chunks = chunks_of(documents, extractor, config.chunk_characters, previous, tell)
        by_id = {document.id: document for document in documents}
        texts = [indexed_text(by_id[chunk.document_id], chunk) for chunk in chunks]
        terms = [found.terms for found in analysed(texts, extractor, tell)]
        if not any(terms):
            raise CorpusError("corpus_no_text", path=", ".join(by_id))
        encoder = StaticEncoder(extractor)
        embedder = open_embedder(config.embedder, encoder)
        vectors, reused = vectors_of(texts, embedder, previous, tell)
        faq = FaqIndex.build(load_faq(config.faq, documents), encoder, faq_of(previous, encoder))
        duplicates = near_duplicates(chunks)
        counts = Counts(
            documents=len(documents),
            chunks=len(chunks),
            sentences=sum(len(chunk.sentences) for chunk in chunks),
            duplicates=len(duplicates),
            faq=len(faq.questions),
            embedded=len(chunks) - reused,
            reused=reused,
        )
        return cls(
            manifest=manifest_of(
                documents,
                config,
                extractor.glossary,
                faq.entries,
                counts=counts,
                dimension=embedder.dimension,
            ),
            documents=by_id,
            chunks=chunks,
            duplicates=duplicates,
            extractor=extractor,
            embedder=CachedEmbedder(embedder, config.embedding_cache),
            encoder=encoder,
            sparse=SparseIndex.build([[term.text for term in of_text] for of_text in terms]),
            pairs=SparseIndex.build([term_pairs(of_text) for of_text in terms]),
            letters=SparseIndex.build([letter_pairs(text) for text in texts]),
            dense=DenseIndex.build(vectors),
            late=LateIndex.build(terms, encoder),
            faq=faq,
        )

    def save(self, folder: Path | str, keep: int = 3) -> Index:
        """Writes a new version into the folder and makes it current.

        Args:
            folder: Folder of the index, made if missing.
            keep: How many versions stay.

        Returns:
            The index with the manifest as it was written.

        Raises:
            StorageError: The folder cannot be written or the disk is full; nothing has changed.
        """
        folder = Path(folder)
        created = datetime.now(timezone.utc)
        name = f"{created:%Y%m%dT%H%M%S%f}-{self.manifest.content[:8]}"
        with versions.new_version(folder, name, keep) as target:
            (target / _DOCUMENTS).write_bytes(_documents.dump_json(tuple(self.documents.values())))
            (target / _CHUNKS).write_bytes(_chunks.dump_json(self.chunks))
            (target / _DUPLICATES).write_bytes(_duplicates.dump_json(dict(self.duplicates)))
            (target / _GLOSSARY).write_text(self.extractor.glossary.to_json(), encoding="utf-8")
            (target / _VECTORS).write_bytes(self.dense.to_bytes())
            (target / _LATE).write_bytes(self.late.to_bytes())
            (target / _FAQ).write_bytes(self.faq.to_bytes())
            (target / _BM25).write_bytes(self.sparse.to_bytes())
            (target / _PAIRS).write_bytes(self.pairs.to_bytes())
            (target / _LETTERS).write_bytes(self.letters.to_bytes())
            manifest = replace(
                self.manifest,
                name=name,
                created=created.isoformat(timespec="seconds"),
                checksums=versions.checksums(target, without=MANIFEST),
            ).sealed()
            (target / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
        return replace(self, manifest=manifest)

    @classmethod
    def load(
        cls,
        folder: Path | str = "index",
        config: Config | None = None,
        beside: Before | None = None,
    ) -> Index:
        """Reads the current version and checks it.

        Args:
            folder: Folder of the index.
            config: The settings; defaults if not given.
            beside: An index whose analyser is shared where it has the same glossary.

        Raises:
            IndexMissing: The folder holds no index.
            IndexDamaged: A file is missing or not what was written.
            IndexMismatch: It was made by another schema, analyser, chunking or embedder.
        """
        folder, config = Path(folder), config or load_config()
        manifest = verify(folder)
        source = versions.version_folder(folder, versions.current_name(folder))
        check_same(folder, "embedder", manifest.embedder, program_of(config.embedder))
        try:
            return cls._read(source, manifest, config, beside)
        except (OSError, ValueError, KeyError, ValidationError) as error:
            raise IndexDamaged(
                "index_damaged",
                path=folder,
                reason=error,
                command=versions.build_command(folder),
            ) from None

    @classmethod
    def _read(
        cls, source: Path, manifest: Manifest, config: Config, beside: Before | None
    ) -> Index:
        glossary = Glossary.from_json((source / _GLOSSARY).read_text(encoding="utf-8"))
        extractor = extractor_of(glossary, beside)
        encoder = StaticEncoder(extractor)
        late = LateIndex.from_bytes((source / _LATE).read_bytes())
        encoder.prime(late.pieces, late.vectors)
        documents = _documents.validate_json((source / _DOCUMENTS).read_bytes())
        return cls(
            manifest=manifest,
            documents={document.id: document for document in documents},
            chunks=_chunks.validate_json((source / _CHUNKS).read_bytes()),
            duplicates=_duplicates.validate_json((source / _DUPLICATES).read_bytes()),
            extractor=extractor,
            embedder=CachedEmbedder(
                open_embedder(config.embedder, encoder), config.embedding_cache
            ),
            encoder=encoder,
            sparse=SparseIndex.from_bytes((source / _BM25).read_bytes()),
            pairs=SparseIndex.from_bytes((source / _PAIRS).read_bytes()),
            letters=SparseIndex.from_bytes((source / _LETTERS).read_bytes()),
            dense=DenseIndex.from_bytes((source / _VECTORS).read_bytes()),
            late=late,
            faq=FaqIndex.from_bytes((source / _FAQ).read_bytes()),
        )


def _silent(_stage: Stage, _done: int, _all: int) -> None:
    """Tells nobody."""
