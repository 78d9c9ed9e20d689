"""The folder of an index: complete versions side by side, one of them current.

A version is written beside the others under a hidden name, renamed when it is complete, and made
current by replacing one small file, so that a reader sees the old version or the new one and
nothing between, and a failed build leaves the old one as it was.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from mlqa.errors import IndexDamaged, IndexMissing, IndexProblem, StorageError

_CURRENT = "CURRENT"
_VERSIONS = "versions"
_STAGING = ".building-"
_STALE_SECONDS = 3600.0
# numpy says that a file is cut short without saying why.
_FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT, None}


def build_command(folder: Path) -> str:
    """What a user types to build the index of a folder again."""
    return "mlqa index build" if folder == Path("index") else f"mlqa index build --index {folder}"


def version_names(folder: Path) -> list[str]:
    """Names of the complete versions, oldest first."""
    versions = folder / _VERSIONS
    if not versions.is_dir():
        return []
    return sorted(path.name for path in versions.iterdir() if not path.name.startswith("."))


def version_folder(folder: Path, name: str) -> Path:
    """Where a version lies."""
    return folder / _VERSIONS / name


def current_name(folder: Path) -> str:
    """Name of the current version.

    Raises:
        IndexMissing: The folder holds no index.
        IndexDamaged: It cannot be read which version is current, or that version is gone.
    """
    command = build_command(folder)
    try:
        content = (folder / _CURRENT).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise IndexMissing("index_missing", path=folder, command=command) from None
    except OSError as error:
        reason = f"{_CURRENT}: {error.strerror or error}"
        raise IndexDamaged("index_damaged", path=folder, reason=reason, command=command) from None
    name = content.decode("utf-8", errors="replace").strip()
    if name not in version_names(folder):
        reason = f"{_CURRENT} → {name[:80]!r}"
        raise IndexDamaged("index_damaged", path=folder, reason=reason, command=command)
    return name


def rollback(folder: Path) -> str:
    """Makes the version before the current one current.

    Returns:
        Its name.

    Raises:
        IndexMissing: The folder holds no index.
        IndexProblem: There is no version before the current one.
        StorageError: The folder cannot be written; nothing has changed.
    """
    names = version_names(folder)
    position = names.index(current_name(folder))
    if position == 0:
        raise IndexProblem("index_no_previous", path=folder)
    try:
        _make_current(folder, names[position - 1])
    except OSError as error:
        raise _storage_error(folder, error) from None
    return names[position - 1]


@contextmanager
def new_version(folder: Path, name: str, keep: int) -> Iterator[Path]:
    """Gives a folder to write a version into; on leaving it becomes current.

    Args:
        folder: Folder of the index.
        name: Name of the version.
        keep: How many versions stay, the new one included.

    Raises:
        StorageError: The folder cannot be written or the disk is full; nothing has changed.
    """
    staging = folder / _VERSIONS / f"{_STAGING}{uuid4().hex}"
    written = staging
    made = [path for path in (staging.parent, folder) if not path.exists()]
    is_current = False
    try:
        staging.mkdir(parents=True)
        yield staging
        written = staging.rename(version_folder(folder, name))
        _make_current(folder, name)
        is_current = True
    except OSError as error:
        raise _storage_error(folder, error) from None
    finally:
        if not is_current:
            shutil.rmtree(written, ignore_errors=True)
            for path in made:
                with suppress(OSError):
                    path.rmdir()
    with suppress(OSError):
        _prune(folder, keep)


def checksums(folder: Path, *, without: str) -> dict[str, str]:
    """SHA-256 of every file below a folder but one, by path below it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.name != without
    }


def changed_file(found: Mapping[str, str], expected: Mapping[str, str]) -> str:
    """Name of the first file that is missing, extra or not what was written; empty if none."""
    names = sorted(set(found) | set(expected))
    return next((name for name in names if found.get(name) != expected.get(name)), "")


def _storage_error(folder: Path, error: OSError) -> StorageError:
    key = "storage_full" if error.errno in _FULL else "storage_unwritable"
    return StorageError(key, path=folder, reason=error.strerror or str(error))


def _make_current(folder: Path, name: str) -> None:
    beside = folder / f".{_CURRENT}-{uuid4().hex}"
    try:
        beside.write_text(f"{name}\n", encoding="utf-8")
        beside.replace(folder / _CURRENT)
    finally:
        beside.unlink(missing_ok=True)


def _prune(folder: Path, keep: int) -> None:
    """Removes the oldest versions, and what builds that were killed left behind."""
    current = current_name(folder)
    others = [name for name in version_names(folder) if name != current]
    for name in others[: max(0, len(others) + 1 - keep)]:
        shutil.rmtree(version_folder(folder, name), ignore_errors=True)
    for staging in (folder / _VERSIONS).glob(f"{_STAGING}*"):
        if time.time() - staging.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(staging, ignore_errors=True)
