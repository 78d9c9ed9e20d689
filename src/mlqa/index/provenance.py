"""What an index is made from and with: its hash, its manifest, and whether it still fits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter

from mlqa.config import Config
from mlqa.errors import IndexDamaged, IndexMismatch
from mlqa.index import versions
from mlqa.index.embedding import program_of
from mlqa.index.encoder import StaticEncoder
from mlqa.index.manifest import MANIFEST, SCHEMA_VERSION, Counts, Manifest, read_manifest
from mlqa.schema import Document, FaqEntry
from mlqa.text.chunking import CHUNKING_VERSION
from mlqa.text.faq import faq_identity, load_faq
from mlqa.text.glossary import Glossary, load_glossary
from mlqa.text.terms import TermExtractor

_documents = TypeAdapter(tuple[Document, ...])


def verify(folder: Path) -> Manifest:
    """Checks every file of the current version against its checksum, and what made it.

    Raises:
        IndexMissing: The folder holds no index.
        IndexDamaged: A file is missing, extra or not what was written.
        IndexMismatch: It was made by another schema, analyser, chunking or embedder.
    """
    source = versions.version_folder(folder, versions.current_name(folder))
    manifest = read_manifest(source, folder)
    for what, found, expected in (
        ("analyser", manifest.analyser, TermExtractor.program()),
        ("chunking", manifest.chunking, str(CHUNKING_VERSION)),
        ("encoder", manifest.encoder, StaticEncoder.program()),
    ):
        check_same(folder, what, found, expected)
    try:
        files = versions.checksums(source, without=MANIFEST)
        files[MANIFEST] = manifest.sealed().checksums[MANIFEST]
        changed = versions.changed_file(files, manifest.checksums)
    except OSError as error:
        changed = error.strerror or str(error)
    if changed:
        command = versions.build_command(folder)
        raise IndexDamaged("index_damaged", path=folder, reason=changed, command=command)
    return manifest


def check_same(folder: Path, what: str, found: str, expected: str) -> None:
    """Raises IndexMismatch where an index was made with something else."""
    if found != expected:
        raise IndexMismatch(
            "index_mismatch",
            path=folder,
            what=what,
            found=found,
            expected=expected,
            command=versions.build_command(folder),
        )


def content_hash(documents: Sequence[Document], config: Config) -> str:
    """What the version of an index of these documents would be, without building it.

    Raises:
        GlossaryError: The glossary cannot be used.
        FaqError: The FAQ cannot be used.
    """
    faq = faq_identity(load_faq(config.faq, documents))
    return _content(_corpus_hash(documents), load_glossary(config.glossary).identity, faq, config)


def _content(corpus: str, glossary: str, faq: str, config: Config) -> str:
    made_with = [
        SCHEMA_VERSION,
        corpus,
        glossary,
        faq,
        TermExtractor.program(),
        StaticEncoder.program(),
        program_of(config.embedder),
        CHUNKING_VERSION,
        config.chunk_characters,
    ]
    return hashlib.sha256(json.dumps(made_with).encode("utf-8")).hexdigest()[:16]


def _corpus_hash(documents: Sequence[Document]) -> str:
    return hashlib.sha256(_documents.dump_json(tuple(documents))).hexdigest()


def manifest_of(
    documents: Sequence[Document],
    config: Config,
    glossary: Glossary,
    faq: Sequence[FaqEntry],
    *,
    counts: Counts,
    dimension: int,
) -> Manifest:
    """The manifest of an index that is not saved yet."""
    corpus = _corpus_hash(documents)
    return Manifest(
        schema=SCHEMA_VERSION,
        content=_content(corpus, glossary.identity, faq_identity(faq), config),
        corpus=corpus,
        analyser=TermExtractor.program(),
        glossary=glossary.identity,
        faq=faq_identity(faq),
        chunking=str(CHUNKING_VERSION),
        chunk_characters=config.chunk_characters,
        encoder=StaticEncoder.program(),
        embedder=program_of(config.embedder),
        dimension=dimension,
        counts=counts,
    )
