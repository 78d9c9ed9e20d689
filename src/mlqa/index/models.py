"""Finds a model of the user's choice: a local folder, or a name on the Hugging Face hub.

A name on the hub is looked up in the hub's cache first, where only a whole copy counts: a model
that was downloaded once needs no network and does not change by itself. Only the files that
loading reads are downloaded. What is plainly wrong with a model (no weights, a reranker where an
embedder is wanted) is said here, before any library that takes seconds to import.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from mlqa.errors import ModelError

_TIMEOUT = 5.0  # seconds that the hub gets for its first answer
# What loading reads; other formats of the same weights (ONNX, TensorFlow) stay where they are.
_SETTINGS = {".json", ".txt", ".model", ".jinja"}
_SAFE, _PICKLED = ".safetensors", ".bin"
_OTHER_FORMATS = {"onnx", "openvino", "coreml", "original"}
_READ_AT_ONCE = 1 << 20  # bytes
_LONGEST_REASON = 200  # characters


class Use(NamedTuple):
    """What a model is wanted for.

    Attributes:
        kind: Name of the sentence-transformers class.
        setting: Environment variable that names the model.
        without: What to set to do without a model.
        example: A model that fits.
        organization: Where a name without a slash is looked for.
    """

    kind: str
    setting: str
    without: str
    example: str
    organization: str


EMBEDDER = Use(
    kind="SentenceTransformer",
    setting="MLQA_EMBEDDER",
    without="MLQA_EMBEDDER=static",
    example="BAAI/bge-m3",
    organization="sentence-transformers",
)
RERANKER = Use(
    kind="CrossEncoder",
    setting="MLQA_RERANKER",
    without="MLQA_RERANKER=",
    example="BAAI/bge-reranker-v2-m3",
    organization="cross-encoder",
)


class ModelFolder(NamedTuple):
    """A model whose files are on this machine.

    Attributes:
        name: As the user wrote it.
        path: The folder of its files.
        identity: Changes with the model's files, not with the place where they lie.
    """

    name: str
    path: Path
    identity: str


def find_model(name: str, use: Use) -> ModelFolder:
    """The folder of a model, downloaded if it has to be.

    Args:
        name: Name on the hub, or path of a folder.
        use: What it is wanted for.

    Raises:
        ModelError: There is no such model, it cannot be downloaded, or its files are not those
            of such a model.
    """
    folder = Path(os.path.expanduser(name))  # noqa: PTH111 - pathlib's raises for unknown users
    try:
        if folder.is_dir():
            _check(name, folder, use)
            return ModelFolder(name, folder, f"{folder.resolve().name}@{_fingerprint(folder)}")
        if folder.exists() or name.startswith((".", "~")) or "\\" in name or name.count("/") > 1:
            raise ModelError("model_folder", name=name, setting=use.setting, without=use.without)
        on_hub = name if "/" in name else f"{use.organization}/{name}"
        folder = _cached(on_hub) or _downloaded(on_hub, use)
        _check(name, folder, use)
    except OSError as error:  # a file that may not be read, a name too long for a path
        raise ModelError(
            "model_load", name=name, reason=reason(error), setting=use.setting
        ) from error
    return ModelFolder(name, folder, f"{on_hub}@{folder.name[:12]}")  # the hub's commit


def wanted_files(paths: Iterable[str]) -> list[str]:
    """Those of a model's files that loading reads.

    Weights are taken as safetensors; pickled ones only from a folder that has no others.

    Args:
        paths: Paths below the model's folder, with forward slashes.
    """
    files = [PurePosixPath(path) for path in sorted(paths)]
    files = [file for file in files if not _OTHER_FORMATS & set(file.parts[:-1])]
    safe = {file.parent for file in files if file.suffix == _SAFE}
    return [
        str(file)
        for file in files
        if file.suffix in _SETTINGS
        or file.suffix == _SAFE
        or (file.suffix == _PICKLED and file.parent not in safe and "model" in file.name)
    ]


def check_dimension(name: str, found: int, expected: int, index: Path, command: str) -> None:
    """Makes sure that a model's vectors can be compared with those of an index.

    Args:
        name: The model, as the user wrote it.
        found: Length of the model's vectors.
        expected: Length of the vectors in the index.
        index: Folder of the index.
        command: What makes the index anew.

    Raises:
        ModelError: They cannot.
    """
    if found != expected:
        raise ModelError(
            "model_dimension",
            name=name,
            found=found,
            expected=expected,
            path=index,
            command=command,
        )


def reason(error: BaseException) -> str:
    """What an error of a library says: its first sentence, as the next ones give advice."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    first = lines[0].split(". ")[0].rstrip(".:") if lines else ""
    return first[:_LONGEST_REASON] or type(error).__name__


def _files(folder: Path) -> list[str]:
    """Paths of the files that loading reads, below the folder."""
    found = (file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
    return wanted_files(file.as_posix() for file in found if not file.parts[0].startswith("."))


def _fingerprint(folder: Path) -> str:
    """Digest of the files that loading reads; 1.8 GB a second were measured."""
    digest = hashlib.sha256()
    for name in _files(folder):
        digest.update(f"{name}\0{(folder / name).stat().st_size}\0".encode())
        with (folder / name).open("rb") as file:
            while block := file.read(_READ_AT_ONCE):
                digest.update(block)
    return digest.hexdigest()[:12]


def _check(name: str, folder: Path, use: Use) -> None:
    """Looks at the files before anything is loaded.

    Raises:
        ModelError: There are no settings or no weights, or it is a model of another kind. Such a
            model would load, with numbers drawn at random where it has no weights.
    """
    files = _files(folder)
    if not {"config.json", "modules.json"} & set(files):
        raise ModelError("model_settings", name=name, path=folder, setting=use.setting)
    if not any(file.endswith((_SAFE, _PICKLED)) for file in files):
        raise ModelError("model_weights", name=name, path=folder, setting=use.setting)
    found = _kind(name, folder, use)
    if found is not None:
        raise ModelError(
            "model_kind",
            name=name,
            found=found,
            kind=use.kind,
            setting=use.setting,
            example=use.example,
        )


def _kind(name: str, folder: Path, use: Use) -> str | None:
    """What the model is, if it is not what is wanted."""
    if (folder / "modules.json").exists():
        saved = _read(name, folder / "config_sentence_transformers.json", use)
        kind = str(saved.get("model_type", EMBEDDER.kind))
        return None if kind == use.kind else kind
    config = _read(name, folder / "config.json", use)
    architecture = str((config.get("architectures") or [""])[0])
    classifies = architecture.endswith("ForSequenceClassification")
    # A language model may be either: an embedder by its last token, a reranker by yes and no.
    fits = classifies if use is RERANKER else not classifies
    if fits or architecture.endswith("ForCausalLM"):
        return None
    return architecture or str(config.get("model_type", "?"))


def _read(name: str, file: Path, use: Use) -> dict[str, Any]:
    """The object in a settings file; an empty one if there is no such file."""
    if not file.exists():
        return {}
    try:
        loaded = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            "model_load", name=name, reason=f"{file.name}: {reason(error)}", setting=use.setting
        ) from error
    return loaded if isinstance(loaded, dict) else {}


def _cached(name: str) -> Path | None:
    """The whole copy of a model in the hub's cache, if there is one."""
    from huggingface_hub import get_cached_repo_tree, snapshot_download
    from huggingface_hub.errors import (
        CachedRepoTreeNotFoundError,
        HFValidationError,
        LocalEntryNotFoundError,
    )

    try:
        wanted = wanted_files(file.path for file in get_cached_repo_tree(name))
        return Path(snapshot_download(name, allow_patterns=wanted, local_files_only=True))
    except (CachedRepoTreeNotFoundError, HFValidationError, LocalEntryNotFoundError):
        return None


def _downloaded(name: str, use: Use) -> Path:
    """Downloads a model into the hub's cache.

    The hub is asked for the list of files first: this one request is not tried again, so that
    a machine without a network hears so at once.
    """
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError

    try:
        files = HfApi().model_info(name, timeout=_TIMEOUT).siblings or []
        wanted = wanted_files(file.rfilename for file in files)
        return Path(snapshot_download(name, allow_patterns=wanted, etag_timeout=_TIMEOUT))
    except GatedRepoError as error:
        raise ModelError("model_gated", name=name, setting=use.setting) from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise ModelError(
            "model_unknown", name=name, setting=use.setting, without=use.without
        ) from error
    except Exception as error:  # of the network, of the hub or of the disk
        raise ModelError(
            "model_network",
            name=name,
            reason=reason(error),
            setting=use.setting,
            without=use.without,
        ) from error
