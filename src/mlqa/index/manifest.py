"""The manifest of an index: what it was made from and with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from mlqa.errors import IndexDamaged, IndexMismatch
from mlqa.index.versions import build_command

MANIFEST = "manifest.json"
# Raised when the files of an index change their shape.
SCHEMA_VERSION = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much an index holds.

    Attributes:
        documents: Documents.
        chunks: Passages.
        sentences: Sentences, listings and formulas.
        duplicates: Passages that have a near-duplicate in another document.
        faq: Questions of the FAQ.
        embedded: Passages that were embedded when it was built.
        reused: Passages whose vectors were taken over from the version before.
    """

    documents: int
    chunks: int
    sentences: int
    duplicates: int
    faq: int
    embedded: int
    reused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an index was made from and with.

    Attributes:
        schema: Shape of the files.
        content: Hash of everything that an answer depends on.
        corpus: Hash of the documents.
        analyser: Names the morphological analyser, its model and the rules for terms.
        glossary: Hash of the glossary.
        faq: Hash of the FAQ.
        chunking: Version of the chunking rules.
        chunk_characters: Usual length of a passage.
        encoder: Names what the vectors of terms come from.
        embedder: Names what the vectors of passages come from.
        dimension: Length of a passage's vector.
        counts: How much it holds.
        name: Name of the version, once saved.
        created: When it was saved, UTC, ISO 8601.
        checksums: SHA-256 of every file, by path; its own, of what it says without that.
    """

    schema: int
    content: str
    corpus: str
    analyser: str
    glossary: str
    faq: str
    chunking: str
    chunk_characters: int
    encoder: str
    embedder: str
    dimension: int
    counts: Counts
    name: str = ""
    created: str = ""
    checksums: Mapping[str, str] = field(default_factory=dict)

    def sealed(self) -> Manifest:
        """The same with its own checksum among the others."""
        others = {path: value for path, value in self.checksums.items() if path != MANIFEST}
        own = hashlib.sha256(_manifest.dump_json(replace(self, checksums=others))).hexdigest()
        return replace(self, checksums={**others, MANIFEST: own})

    def to_json(self) -> str:
        """The manifest as indented JSON."""
        return _manifest.dump_json(self, indent=2).decode("utf-8") + "\n"


_manifest = TypeAdapter(Manifest)
_schema = TypeAdapter(dict[str, object])


def read_manifest(version: Path, folder: Path) -> Manifest:
    """Reads the manifest of a version.

    Args:
        version: Folder of the version.
        folder: Folder of the index, for messages.

    Raises:
        IndexDamaged: It is missing or broken.
        IndexMismatch: Its schema is not the one that this program reads.
    """
    command = build_command(folder)
    try:
        content = (version / MANIFEST).read_bytes()
        schema = _schema.validate_json(content).get("schema")
        if schema != SCHEMA_VERSION:
            raise IndexMismatch(
                "index_mismatch",
                path=folder,
                what="schema",
                found=schema,
                expected=SCHEMA_VERSION,
                command=command,
            )
        return _manifest.validate_json(content)
    except (OSError, ValidationError):
        raise IndexDamaged("index_damaged", path=folder, reason=MANIFEST, command=command) from None
