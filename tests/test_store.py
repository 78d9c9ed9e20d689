"""The saved index: what goes in comes out, and what is not right is refused."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from conftest import write_small_corpus
from mlqa.config import Config
from mlqa.errors import (
    CorpusError,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    IndexProblem,
    MlqaError,
    StorageError,
)
from mlqa.index import versions
from mlqa.index.manifest import MANIFEST, Manifest
from mlqa.index.provenance import content_hash, verify
from mlqa.index.store import Index
from mlqa.retrieval.hybrid import HybridRetriever
from mlqa.schema import Document, Hit
from mlqa.text.corpus import load_corpus
from mlqa.text.structure import find_blocks

QUESTIONS = ("무효화란 무엇인가요?", "사리는 언제 생기나요?", "How do web caches work?")


def found(index: Index, config: Config) -> list[tuple[Hit, ...]]:
    retriever = HybridRetriever(index, config)
    return [retriever.retrieve(question, 4) for question in QUESTIONS]


def listing(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def version_of(folder: Path) -> Path:
    return versions.version_folder(folder, versions.current_name(folder))


@pytest.fixture
def copy(saved_folder: Path, tmp_path: Path) -> Path:
    """A saved index to be spoiled."""
    return Path(shutil.copytree(saved_folder, tmp_path / "index"))


def refused(folder: Path, error: type[MlqaError]) -> str:
    """What is said of an index that neither loads nor verifies."""
    for check in (verify, Index.load):
        with pytest.raises(error) as caught:
            check(folder)
        for language in ("ko", "en"):
            text = caught.value.text(language)
            assert f"`mlqa index build --index {folder}`" in text
            assert str(folder) in text
            assert "\n" not in text
    return str(caught.value)


# -- building, saving, loading --------------------------------------------------------------


def test_loaded_index_is_the_saved_one(
    small_index: Index, small_config: Config, saved_folder: Path
) -> None:
    loaded = Index.load(saved_folder, small_config)
    assert loaded.documents == small_index.documents
    assert list(loaded.documents) == list(small_index.documents)
    assert loaded.chunks == small_index.chunks
    assert dict(loaded.duplicates) == dict(small_index.duplicates)
    assert loaded.version == small_index.version
    assert loaded.embedder.identity == small_index.embedder.identity
    for before, after in zip(
        found(small_index, small_config), found(loaded, small_config), strict=True
    ):
        assert [hit.chunk for hit in after] == [hit.chunk for hit in before]
        assert [hit.matched for hit in after] == [hit.matched for hit in before]
        # Term vectors are kept in half precision.
        assert [hit.score for hit in after] == pytest.approx([h.score for h in before], abs=5e-3)


def test_manifest_says_what_the_index_is_made_of(small_index: Index, saved_folder: Path) -> None:
    manifest = verify(saved_folder)
    counts = manifest.counts
    assert (counts.documents, counts.chunks) == (4, len(small_index.chunks))
    assert (counts.embedded, counts.reused) == (counts.chunks, 0)
    assert counts.sentences == sum(len(chunk.sentences) for chunk in small_index.chunks)
    assert manifest.name == versions.current_name(saved_folder)
    files = {p for p in version_of(saved_folder).rglob("*") if p.is_file()}
    assert set(manifest.checksums) == {
        path.relative_to(version_of(saved_folder)).as_posix() for path in files
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", manifest.created)


def test_only_what_changed_is_embedded_again(
    small_folder: Path, small_index: Index, small_config: Config
) -> None:
    documents = list(load_corpus(small_folder))
    changed = documents[0]
    assert changed.id == "bread"
    text = changed.text.replace("220도", "200도")
    documents[0] = replace(changed, text=text, blocks=find_blocks(text))
    again = Index.build(documents, small_config, small_index)
    unchanged = {(chunk.document_id, chunk.text) for chunk in small_index.chunks}
    new = [c for c in again.chunks if (c.document_id, c.text) not in unchanged]
    assert len(new) == 1
    counts = again.manifest.counts
    assert (counts.embedded, counts.reused) == (1, len(again.chunks) - 1)
    assert again.version != small_index.version
    old, rows = small_index.dense.vectors(), again.dense.vectors()
    same = [number for number, chunk in enumerate(again.chunks) if chunk not in new]
    assert np.array_equal(rows[same], old[same])
    fresh = again.encoder.embed([f"{changed.title}\n굽기\n{new[0].text}"])[0]
    assert rows[again.chunks.index(new[0])] == pytest.approx(fresh, abs=1e-5)


def test_nothing_to_index(small_config: Config) -> None:
    text = "# 그것\n\n그것은 왜 그렇게 되는 것인가요?"
    document = Document(id="empty/essay", title="그것", text=text, blocks=find_blocks(text))
    with pytest.raises(CorpusError) as caught:
        Index.build([document], small_config)
    assert "empty/essay" in str(caught.value)


# -- the content hash -----------------------------------------------------------------------


def test_content_hash_is_that_of_the_built_index(
    small_folder: Path, small_index: Index, small_config: Config
) -> None:
    assert content_hash(load_corpus(small_folder), small_config) == small_index.version


def test_content_hash_is_the_same_in_every_process(
    small_folder: Path, small_index: Index, small_config: Config
) -> None:
    script = (
        "import sys; from mlqa.config import Config; "
        "from mlqa.index.provenance import content_hash; "
        "from mlqa.text.corpus import load_corpus; print(content_hash(load_corpus(sys.argv[1]), "
        "Config(chunk_characters=120, glossary=sys.argv[2])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, small_folder, small_config.glossary],
        env={**os.environ, "PYTHONHASHSEED": "11"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == small_index.version


def test_content_hash_changes_with_what_answers_depend_on(tmp_path: Path) -> None:
    folder = write_small_corpus(tmp_path / "corpus")
    glossary = tmp_path / "glossary.toml"
    config = Config(glossary=glossary)
    seen = [content_hash(load_corpus(folder), config)]
    seen.append(content_hash(load_corpus(folder), Config(glossary=glossary, chunk_characters=399)))
    glossary.write_text('[[term]]\nko = ["캐시"]\nen = ["cache"]\n', encoding="utf-8")
    seen.append(content_hash(load_corpus(folder), config))
    path = folder / "cache.md"
    path.write_text(path.read_text(encoding="utf-8") + "끝.\n", encoding="utf-8")
    seen.append(content_hash(load_corpus(folder), config))
    path.rename(folder / "web-cache.md")
    seen.append(content_hash(load_corpus(folder), config))
    assert len(set(seen)) == len(seen)
    # What changes no answer's sources changes nothing here.
    assert seen[-1] == content_hash(
        load_corpus(folder), Config(glossary=glossary, port=1, keep_versions=9)
    )


# -- what is refused ------------------------------------------------------------------------


def test_every_changed_file_is_noticed(copy: Path) -> None:
    files = [path for path in version_of(copy).rglob("*") if path.is_file()]
    files.remove(version_of(copy) / MANIFEST)  # see the next test
    assert len(files) > 5
    for path in files:
        content = path.read_bytes()
        for position in {0, len(content) // 2, len(content) - 1}:
            flipped = bytearray(content)
            flipped[position] ^= 1
            path.write_bytes(flipped)
            reason = refused(copy, IndexDamaged)
            assert path.name in reason
        path.write_bytes(content[:-1])
        assert path.name in refused(copy, IndexDamaged)
        path.unlink()
        assert path.name in refused(copy, IndexDamaged)
        path.write_bytes(content)
        verify(copy)


def test_every_byte_of_the_manifest_counts(copy: Path) -> None:
    path = version_of(copy) / MANIFEST
    content = path.read_bytes()
    path.unlink()
    assert MANIFEST in refused(copy, IndexDamaged)
    for position in range(0, len(content), 7):
        flipped = bytearray(content)
        flipped[position] ^= 1
        path.write_bytes(flipped)
        with pytest.raises((IndexDamaged, IndexMismatch)) as caught:
            verify(copy)
        assert "mlqa index build" in str(caught.value)


def test_file_that_does_not_belong_is_noticed(copy: Path) -> None:
    (version_of(copy) / "more.json").write_text("{}", encoding="utf-8")
    assert "more.json" in refused(copy, IndexDamaged)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("schema", 0),
        ("schema", None),
        ("analyser", "kiwipiepy-0.1-model-0.1-terms-1"),
        ("encoder", "static-encoder-0"),
        ("chunking", "0"),
    ],
)
@pytest.mark.parametrize("sealed", [True, False])
def test_index_of_another_program(copy: Path, field: str, value: object, sealed: bool) -> None:
    path = version_of(copy) / MANIFEST
    content = json.loads(path.read_text(encoding="utf-8"))
    content[field] = value
    if sealed and field != "schema":
        manifest = TypeAdapter(Manifest).validate_python(content)
        path.write_text(manifest.sealed().to_json(), encoding="utf-8")
    else:
        path.write_text(json.dumps(content), encoding="utf-8")
    assert field in refused(copy, IndexMismatch)


def test_index_of_another_embedder(copy: Path) -> None:
    path = version_of(copy) / MANIFEST
    manifest = TypeAdapter(Manifest).validate_json(path.read_bytes())
    path.write_text(replace(manifest, embedder="word2vec").sealed().to_json(), encoding="utf-8")
    with pytest.raises(IndexMismatch) as caught:
        Index.load(copy)
    assert "word2vec" in str(caught.value)
    assert "mlqa index build" in str(caught.value)


def test_seal_is_over_everything_else(saved_folder: Path) -> None:
    manifest = verify(saved_folder)
    assert manifest.sealed() == manifest
    other = replace(manifest, counts=replace(manifest.counts, chunks=1))
    assert other.sealed().checksums[MANIFEST] != manifest.checksums[MANIFEST]
    assert isinstance(other, Manifest)


@pytest.mark.parametrize("content", ["{}", "", "[]", "null", '{"schema": 1}', "\x00"])
def test_what_is_no_manifest(copy: Path, content: str) -> None:
    (version_of(copy) / MANIFEST).write_text(content, encoding="utf-8")
    refused(copy, IndexProblem)


def test_no_index(tmp_path: Path) -> None:
    refused(tmp_path / "none", IndexMissing)
    refused(tmp_path, IndexMissing)
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    refused(file, IndexMissing)
    refused(file / "below", IndexMissing)


@pytest.mark.parametrize("content", [b"", b"gone\n", b"..", b"\xff\xfe", b"x" * 5000])
def test_lost_pointer_to_the_current_version(copy: Path, content: bytes) -> None:
    (copy / "CURRENT").write_bytes(content)
    assert len(refused(copy, IndexDamaged)) < 1000


def test_lost_current_version(copy: Path) -> None:
    shutil.rmtree(version_of(copy))
    refused(copy, IndexDamaged)


def test_command_for_the_usual_folder_is_the_short_one() -> None:
    assert versions.build_command(Path("index")) == "mlqa index build"


# -- versions -------------------------------------------------------------------------------


def test_versions_are_pruned_and_rolled_back(
    small_index: Index, small_config: Config, tmp_path: Path
) -> None:
    folder = tmp_path / "deep/below/index"
    names = [small_index.save(folder, keep=3).manifest.name for _ in range(5)]
    assert names == sorted(names)
    assert versions.version_names(folder) == names[2:]
    assert versions.current_name(folder) == names[4]
    assert versions.rollback(folder) == names[3]
    assert verify(folder).name == names[3]
    assert Index.load(folder, small_config).manifest.name == names[3]
    assert versions.rollback(folder) == names[2]
    with pytest.raises(IndexProblem) as caught:
        versions.rollback(folder)
    assert caught.value.key == "index_no_previous"
    assert versions.current_name(folder) == names[2]
    newest = small_index.save(folder, keep=1).manifest.name
    assert versions.version_names(folder) == [newest]
    assert listing(folder)[:2] == ["CURRENT", "versions"]


def test_rollback_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        versions.rollback(tmp_path)


def test_what_killed_builds_left_behind_is_removed_in_time(copy: Path, small_index: Index) -> None:
    old, new = (copy / "versions" / f".building-{name}" for name in ("old", "new"))
    for path in (old, new):
        path.mkdir()
        (path / "half.json").write_text("[", encoding="utf-8")
    hours_ago = time.time() - 7200
    os.utime(old, (hours_ago, hours_ago))
    assert len(versions.version_names(copy)) == 1
    verify(copy)
    small_index.save(copy)
    assert not old.exists()
    assert new.exists()  # somebody may be at it


# -- builds that fail -----------------------------------------------------------------------


def is_refused(save: Callable[[], object], key: str, folder: Path) -> None:
    with pytest.raises(StorageError) as caught:
        save()
    assert caught.value.key == key
    assert str(folder) in str(caught.value)


def test_folder_that_cannot_be_made(small_index: Index, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    for folder in (file, file / "index", file / "a/b"):
        is_refused(lambda folder=folder: small_index.save(folder), "storage_unwritable", folder)  # type: ignore[misc]
    assert listing(tmp_path) == ["file"]
    assert file.read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_forbidden_folder(small_index: Index, copy: Path) -> None:
    before = listing(copy)
    for folder in (copy / "versions", copy):
        folder.chmod(0o500)
        is_refused(lambda: small_index.save(copy), "storage_unwritable", copy)
        folder.chmod(0o700)
        assert listing(copy) == before
    verify(copy)


def test_pointer_that_cannot_be_written_leaves_no_version(small_index: Index, copy: Path) -> None:
    (copy / "CURRENT").unlink()
    (copy / "CURRENT").mkdir()
    before = listing(copy)
    is_refused(lambda: small_index.save(copy), "storage_unwritable", copy)
    assert listing(copy) == before


FAILING_BUILDS = """
import resource, sys
from mlqa.cli import run

corpus, index = sys.argv[1:]
print(run(["index", "build", corpus, "--index", corpus + "/cache.md/index"]))
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, most))  # no larger file, as on a full disk
print(run(["index", "build", corpus, "--force", "--index", index]))
"""


def test_builds_that_fail_leave_the_old_index(copy: Path, small_folder: Path) -> None:
    before = listing(copy), listing(small_folder)
    current = versions.current_name(copy)
    done = subprocess.run(
        [sys.executable, "-c", FAILING_BUILDS, small_folder, copy],
        cwd=copy.parent,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert done.stdout.split() == ["1", "1"]
    below, full = done.stderr.splitlines()
    assert "cache.md/index" in below
    assert "`--index`" in below
    assert str(copy) in full
    assert "공간" in full
    assert (listing(copy), listing(small_folder)) == before
    assert versions.current_name(copy) == current
    assert verify(copy).name == current


def test_full_disk_leaves_no_new_folder(small_index: Index, tmp_path: Path) -> None:
    folder = tmp_path / "index"

    def save() -> None:
        with versions.new_version(folder, "name", 3) as target:
            (target / "a.json").write_text("{}", encoding="utf-8")
            raise OSError(28, "No space left on device")

    is_refused(save, "storage_full", folder)
    assert listing(tmp_path) == []
    small_index.save(folder)
    before = listing(folder)
    is_refused(save, "storage_full", folder)
    assert listing(folder) == before


def test_build_that_is_interrupted_leaves_nothing(copy: Path) -> None:
    before = listing(copy)

    def save() -> Any:
        with versions.new_version(copy, "name", 3) as target:
            (target / "a.json").write_text("{}", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save()
    assert listing(copy) == before
