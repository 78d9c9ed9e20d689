"""Retrieval data sets of others: passages, queries, and which passages are right."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from mlqa.errors import DatasetError
from mlqa.evaluation.shapes import (
    EMBEDDING_PARTS,
    Passage,
    Rows,
    ShapeError,
    read_autorag,
    read_beir,
    read_embedding,
    read_json,
    read_squad,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalSet:
    """A data set that retrieval is measured on.

    Attributes:
        name: What it is called.
        passages: What is searched, by id.
        queries: Texts by id; only queries that have a right passage.
        qrels: Relevance of the right passages of each query, 1 or more.
        alternatives: For each query, the passages that count as another one, which stands in
            ``qrels``; only where a data set says that any one of several will do.
        total: Queries of the whole data set, also where this is a sample.
    """

    name: str
    passages: Mapping[str, Passage]
    queries: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, int]]
    alternatives: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    total: int

    def sample(self, limit: int, seed: int) -> RetrievalSet:
        """So many queries by chance, in their order; all passages stay.

        Args:
            limit: How many at the most.
            seed: Equal seeds give equal samples.
        """
        if limit >= len(self.queries):
            return self
        ids = list(self.queries)
        rows = np.random.default_rng(seed).choice(len(ids), limit, replace=False)
        chosen = [ids[row] for row in sorted(rows)]
        return replace(
            self,
            queries={query: self.queries[query] for query in chosen},
            qrels={query: self.qrels[query] for query in chosen},
        )


def read_dataset(path: Path | str) -> RetrievalSet:
    """Reads a data set, of whatever shape.

    Args:
        path: One of

            - a JSON file of the shape of SQuAD, as that of KorQuAD;
            - a BEIR folder (``corpus.jsonl``, ``queries.jsonl``, ``qrels/test.tsv``), or the file
              of another part in its ``qrels``;
            - an AutoRAG folder (``qa.parquet``, ``corpus.parquet``), or one of several files of
              questions in it;
            - a folder with ``…corpus.json``, ``…queries.json`` and ``…relevant_docs.json``, one of
              these files where there are several parts, or one file with the three in it.

    Raises:
        DatasetError: There is nothing, it is none of these, a file does not hold what it should,
            or a right passage is missing.
    """
    path = Path(path)
    command = f"mlqa bench {shlex.quote(str(path))}"
    try:
        if not path.exists():
            raise DatasetError("bench_missing", path=path)
        return _checked(_of_folder(path) if path.is_dir() else _of_file(path), command)
    except OSError as error:
        file, reason = error.filename or path, error.strerror or error
        raise DatasetError("bench_file", path=file, reason=reason, command=command) from None
    except ShapeError as error:
        raise DatasetError(
            "bench_file", path=error.path, reason=error.reason, command=command
        ) from None


def _of_folder(path: Path) -> Rows:
    """What the reader of the folder's shape finds."""
    if (path / "corpus.jsonl").exists():
        return read_beir(path)
    if any(path.glob("*.parquet")):
        return read_autorag(_only(path, "qa*.parquet"), _only(path, "corpus*.parquet"))
    if any(path.glob("*relevant_docs.json")):
        return _embedding_files(_only(path, "*relevant_docs.json", "test_relevant_docs.json"))
    raise DatasetError("bench_shape", path=path)


def _of_file(path: Path) -> Rows:
    """What the reader of the file's shape finds."""
    if path.suffix == ".parquet":
        return read_autorag(path, _only(path.parent, "corpus*.parquet"))
    if path.suffix == ".tsv":
        return read_beir(path.resolve().parent.parent, path)
    if path.suffix == ".json" and path.stem.endswith(EMBEDDING_PARTS):
        return _embedding_files(path)
    content = read_json(path) if path.suffix == ".json" else None
    if isinstance(content, dict) and "data" in content:
        return read_squad(path, content)
    if isinstance(content, dict) and set(EMBEDDING_PARTS) <= set(content):
        return read_embedding(dict.fromkeys(EMBEDDING_PARTS, path), content, path.stem)
    raise DatasetError("bench_shape", path=path)


def _only(folder: Path, pattern: str, preferred: str = "") -> Path:
    """The one file of a pattern, or the preferred one of several."""
    found = sorted(folder.glob(pattern))
    if folder / preferred in found:
        return folder / preferred
    if len(found) != 1:
        names = ", ".join(file.name for file in found) or "none"
        raise ShapeError(folder, f"not one file {pattern}, but {names}")
    return found[0]


def _embedding_files(path: Path) -> Rows:
    """The three files of an embedding data set of which this is one."""
    part = next(part for part in EMBEDDING_PARTS if path.stem.endswith(part))
    prefix = path.stem.removesuffix(part)
    files = {part: path.with_name(f"{prefix}{part}.json") for part in EMBEDDING_PARTS}
    name = f"{path.resolve().parent.name}/{prefix.strip('_')}".rstrip("/")
    return read_embedding(files, {part: read_json(file) for part, file in files.items()}, name)


def _checked(rows: Rows, command: str) -> RetrievalSet:
    """The data set, every query of it with its right passages at hand."""
    qrels: dict[str, dict[str, int]] = {}
    alternatives: dict[str, dict[str, str]] = {}
    for query, judgements in rows.judgements.items():
        if query not in rows.queries:
            raise ShapeError(rows.judgements_file, f"there is no query {query!r}")
        qrels[query] = {judgement.passages[0]: judgement.relevance for judgement in judgements}
        for judgement in judgements:
            for passage in judgement.passages:
                if passage not in rows.passages:
                    raise DatasetError(
                        "bench_gold",
                        passage=repr(passage),
                        query=repr(query),
                        path=rows.corpus_file,
                        command=command,
                    )
        others = {
            passage: judgement.passages[0]
            for judgement in judgements
            for passage in judgement.passages
            if passage not in qrels[query]
        }
        if others:
            alternatives[query] = others
    if not qrels:
        raise ShapeError(rows.judgements_file, "no query has a right passage")
    return RetrievalSet(
        name=rows.name,
        passages=rows.passages,
        queries={query: text for query, text in rows.queries.items() if query in qrels},
        qrels=qrels,
        alternatives=alternatives,
        total=len(qrels),
    )
