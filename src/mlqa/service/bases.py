"""The knowledge bases on disk: each has documents of its own, folders read beside them, an index.

    BASES/KEY/base.json     its name, the folders that are read as well, what was taken out
    BASES/KEY/documents/    files that were added on the page
    BASES/KEY/index/        its index; that of the default base is the setting ``index``

Files in folders that are read as well are never changed: taking such a document out is noted.
"""

from __future__ import annotations

import json
import logging
import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from mlqa.config import Config
from mlqa.errors import KnowledgeError, StorageError
from mlqa.messages import message
from mlqa.text.beside import with_own_files
from mlqa.text.limits import Limits
from mlqa.text.uploads import KINDS, SafeName, check_upload

logger = logging.getLogger(__name__)

DEFAULT = "default"
LONGEST_NAME = 60
_FILE, _DOCUMENTS, _INDEX = "base.json", "documents", "index"
_SKIPPED = "readme.md"
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A knowledge base.

    Attributes:
        key: Name of its folder.
        name: As users call it.
        folder: Its folder.
        index: Folder of its index.
        folders: Folders of documents that are read as well.
        removed: Ids of documents there that do not belong to it any more.
    """

    key: str
    name: str
    folder: Path
    index: Path
    folders: tuple[Path, ...] = ()
    removed: frozenset[str] = frozenset()

    @property
    def documents(self) -> Path:
        """The folder of its own files."""
        return self.folder / _DOCUMENTS

    def files(self) -> dict[str, Path]:
        """Its files by id of the document; an own file hides one of the same id elsewhere."""
        found = {
            document_id: path
            for root in self.folders
            for document_id, path in _files_below(root)
            if document_id not in self.removed
        }
        found |= {_id(path.name): path for path in _entries(self.documents) if is_read(path)}
        return dict(sorted(found.items(), key=lambda item: item[0].split("/")))

    def own_files(self, document_id: str) -> list[Path]:
        """Own files that hold a document, whatever their kind."""
        return [path for path in _entries(self.documents) if _id(path.name) == document_id]

    def settings(self, config: Config) -> Config:
        """The settings for its index."""
        own = with_own_files(config, (self.documents, *self.folders))
        return own.model_copy(update={"index": self.index})


class BaseStore:
    """All knowledge bases of one server.

    Args:
        config: The settings: ``bases`` says where they lie, ``corpus`` and ``index`` what the
            default one is.
    """

    def __init__(self, config: Config) -> None:
        self._root = config.bases
        self._default = Base(
            key=DEFAULT,
            name=message("documents_default", config.language),
            folder=self._root / DEFAULT,
            index=config.index,
            folders=(config.corpus,),
        )

    def all(self) -> tuple[Base, ...]:
        """The default base, then the others by name; one whose file is broken is left out."""
        keys = [path.name for path in _entries(self._root) if (path / _FILE).is_file()]
        others: list[Base] = []
        for key in keys:
            try:
                others += [self.find(key)] if key != DEFAULT else []
            except KnowledgeError as error:
                logger.warning("%s", error)
        return (self.find(DEFAULT), *sorted(others, key=lambda base: base.name))

    def find(self, key: str) -> Base:
        """The base of a key.

        Raises:
            KnowledgeError: There is none, or its file is broken.
        """
        base, folder = self._default, self._root / Path(key).name
        if key != DEFAULT:
            base = Base(key=key, name=key, folder=folder, index=folder / _INDEX)
        path = base.folder / _FILE
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            return replace(
                base,
                name=base.name if key == DEFAULT else str(said["name"]),
                folders=(*base.folders, *map(Path, said["folders"])),
                removed=frozenset(map(str, said["removed"])),
            )
        except (FileNotFoundError, NotADirectoryError):
            if key == DEFAULT:
                return base
            raise KnowledgeError("documents_no_base", name=key) from None
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise KnowledgeError("documents_base_broken", path=path, reason=error) from None

    def create(self, name: str) -> Base:
        """A new base without documents.

        Raises:
            KnowledgeError: The name is empty, too long, holds what cannot be seen, or is taken.
            StorageError: The folder cannot be written.
        """
        name = " ".join(unicodedata.normalize("NFC", name).split())
        if not name or len(name) > LONGEST_NAME or _UNSEEN.search(name):
            raise KnowledgeError("documents_base_name", limit=LONGEST_NAME)
        if name.casefold() in {base.name.casefold() for base in self.all()}:
            raise KnowledgeError("documents_base_taken", name=name)
        key = uuid4().hex[:12]
        folder = self._root / key
        base = Base(key=key, name=name, folder=folder, index=folder / _INDEX)
        self.save(base)
        return base

    def save(self, base: Base) -> None:
        """Writes what a base is.

        Raises:
            StorageError: The folder cannot be written.
        """
        given = () if base.key != DEFAULT else self._default.folders
        said = {
            "name": base.name,
            "folders": [str(path) for path in base.folders if path not in given],
            "removed": sorted(base.removed),
        }
        beside = base.folder / f".{uuid4().hex}"
        try:
            base.folder.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(said, ensure_ascii=False, indent=2), encoding="utf-8")
            beside.replace(base.folder / _FILE)
        except OSError as error:
            raise storage_error(base.folder, error) from None
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)


def keep_file(base: Base, path: Path, safe: SafeName) -> None:
    """Copies a checked file to a base's own, in the place of one that is the same document.

    Raises:
        StorageError: The folder cannot be written.
    """
    beside = base.documents / f".{uuid4().hex}"
    try:
        base.documents.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(path.read_bytes())
        before = [old for old in base.own_files(_id(safe.name)) if old.name != safe.name]
        beside.replace(base.documents / safe.name)
        for old in before:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(base.documents, error) from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def check_folder(path: Path, limits: Limits) -> int:
    """Whether a folder can be read into a base.

    Returns:
        How many documents it holds.

    Raises:
        KnowledgeError: It is no folder, or holds no document.
        CorpusError: One of the documents may not be taken.
    """
    if not path.is_dir():
        raise KnowledgeError("documents_no_folder", path=path)
    files = dict(_files_below(path))
    if not files:
        raise KnowledgeError("documents_folder_empty", path=path)
    for file in files.values():
        check_upload(file, file.name, limits)
    return len(files)


def is_read(path: Path) -> bool:
    """Whether a file is of a kind that is read, and not hidden."""
    return path.suffix.lower() in KINDS and not path.name.startswith(".") and path.is_file()


def storage_error(path: Path, error: OSError) -> StorageError:
    """What a user is told of a folder that cannot be written."""
    return StorageError("documents_unwritable", path=path, reason=error.strerror or error)


def _files_below(root: Path) -> Iterator[tuple[str, Path]]:
    """Id and place of each document below a folder; links to folders are not followed."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in (Path(folder, name) for name in sorted(names)):
            if is_read(path) and path.name.casefold() != _SKIPPED:
                yield _id(path.relative_to(root).as_posix()), path


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _id(relative: str) -> str:
    stem = Path(relative).with_suffix("").as_posix()
    return unicodedata.normalize("NFC", os.fsencode(stem).decode("utf-8", "replace"))
