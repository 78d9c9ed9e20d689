"""Results that are kept: asked again, the same run is not run again, and an answer can cite it.

A result lies in a file named after its key: the hash of the tool's name, its code, its arguments
with the seed, and the language. Code means the source of the tool's module or package, of the other
modules of that package that it imports, of its sentences, and the versions of the numeric libraries
that these import; when one of them changes, old results are no longer found and the tool runs.
Of more than five hundred files those go that were not asked for the longest.

Inline tools leave no files: their run is as short as reading one, and chats would fill the disk.
The last of their runs are kept in memory, so that they can be cited as well.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache, lru_cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any
from uuid import uuid4

from mlqa.cache import Cache
from mlqa.errors import StorageError
from mlqa.messages import Language
from mlqa.schema import ToolCall
from mlqa.tools.jsonable import dump_result, load_result
from mlqa.tools.registry import Tool

_LIBRARIES = {
    "numpy": "numpy",
    "optuna": "optuna",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "torch": "torch",
}
# What carries tools does not change what they find.
_CARRIERS = {"context", "registry"}
_KEY = 64


class Store:
    """Results by key, as JSON files in a folder that is made when the first one is kept.

    Args:
        folder: Where the files are.
        recent: Runs of inline tools that are kept in memory.
        most: Files that are kept, at least one; the time of a file is when it was last asked for.
    """

    def __init__(self, folder: Path, recent: int = 256, most: int = 500) -> None:
        self.folder = folder
        self._most = most
        self._recent: Cache[str, ToolCall] = Cache("tools", recent)

    def has_any(self) -> bool:
        """Whether any result is kept in a file."""
        return next(self.folder.glob("*.json"), None) is not None

    def find(self, key: str) -> ToolCall | None:
        """The run of that key; None if there is none or its file is damaged."""
        if not _is_key(key):
            return None
        recent = self._recent.get(key)
        if recent is not None:
            return replace(recent, stored=True)
        path = self._path(key)
        try:
            held = json.loads(path.read_bytes())
            if held["key"] != key:
                return None
            call = ToolCall(
                name=str(held["name"]),
                arguments=dict(held["arguments"]),
                result=load_result(json.dumps(held["result"])),
                key=key,
                stored=True,
                ran_at=str(held["ran_at"]),
                seconds=float(held["seconds"]),
            )
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None  # not there, cut short, or not ours: the tool runs again
        with suppress(OSError):  # it may be gone by now, or the folder may not be ours to write
            os.utime(path)
        return call

    def save(self, call: ToolCall) -> None:
        """Keeps a run; a reader sees the old file or the new one and nothing between.

        Raises:
            StorageError: The folder cannot be written or the disk is full.
        """
        path = self._path(call.key)
        staging = path.with_name(f".{uuid4().hex}")
        held = {
            "name": call.name,
            "arguments": dict(call.arguments),
            "key": call.key,
            "ran_at": call.ran_at,
            "seconds": call.seconds,
            "result": json.loads(dump_result(call.result)),
        }
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            staging.write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")
            staging.replace(path)
        except OSError as error:
            with suppress(OSError):
                staging.unlink(missing_ok=True)
            reason = error.strerror or error
            raise StorageError(
                "tools_not_stored", tool=call.name, path=self.folder, reason=reason
            ) from None
        self._prune(path)

    def _prune(self, newest: Path) -> None:
        """Removes the files that were not asked for the longest; others may do so at once."""
        used: dict[Path, int] = {}
        with suppress(OSError):
            for path in self.folder.glob("*.json"):
                if path != newest and _is_key(path.stem):  # a file of somebody else stays
                    with suppress(OSError):  # gone since
                        used[path] = path.stat().st_mtime_ns
        by_use = sorted(used, key=used.__getitem__)
        for path in by_use[: max(0, len(by_use) + 1 - self._most)]:
            with suppress(OSError):
                path.unlink()

    def remember(self, call: ToolCall) -> None:
        """Keeps a run of an inline tool in memory."""
        self._recent.put(call.key, call)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"


def _is_key(text: str) -> bool:
    return len(text) == _KEY and set(text) <= set("0123456789abcdef")


def key_of(tool: Tool, arguments: Mapping[str, Any], language: Language) -> str:
    """The key of a run, 64 hexadecimal digits.

    Args:
        tool: The tool.
        arguments: All its arguments, as ``Tool.check`` gives them.
        language: The language of what it says.
    """
    parts = [tool.name, code_version(tool), arguments, language]
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def code_version(tool: Tool) -> str:
    """Hash of everything that a result depends on but its arguments."""
    digest = hashlib.sha256()
    files = sorted(_sources(tool.module))
    if not files:  # typed at the prompt
        code = tool.function.__code__
        digest.update(repr((code.co_code, code.co_consts, code.co_names)).encode())
    libraries: set[str] = set()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
        libraries |= {name.partition(".")[0] for name in _imports(file, file.stat().st_mtime_ns)}
    for library in sorted(libraries & _LIBRARIES.keys()):
        digest.update(f"{library} {_version(_LIBRARIES[library])}\0".encode())
    for name in sorted({tool.name, *(file.stem for file in files)}):
        for language in ("ko", "en"):
            sentences = resources.files("mlqa.locales") / f"{name}.{language}.toml"
            if sentences.is_file():
                digest.update(sentences.read_bytes())
    return digest.hexdigest()


@cache
def _version(distribution: str) -> str:
    with suppress(metadata.PackageNotFoundError):
        return metadata.version(distribution)
    return ""


def _sources(module: str) -> set[Path]:
    """Files of a module or package and of what it imports of the package around it."""
    home = module.rpartition(".")[0] or module
    found: set[Path] = set()
    waiting, seen = [module], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen or name.rpartition(".")[2] in _CARRIERS:
            continue
        seen.add(name)
        for file in _files(name):
            found.add(file)
            imported = _imports(file, file.stat().st_mtime_ns)
            waiting += [other for other in imported if other.startswith(f"{home}.")]
    return found


def _files(module: str) -> tuple[Path, ...]:
    """The source of a module, all sources of a package; none for a name inside a module."""
    top, *parts = module.split(".")
    origin = getattr(sys.modules.get(top), "__file__", None)
    if origin is None or not origin.endswith(".py"):
        return ()
    place = Path(origin)
    if parts:
        place = place.parent.joinpath(*parts)
        if (place / "__init__.py").is_file():
            return tuple(place.rglob("*.py"))
        place = place.with_suffix(".py")
    return (place,) if place.is_file() else ()


@lru_cache(maxsize=256)
def _imports(file: Path, _changed: int) -> frozenset[str]:
    """Absolute names that a file imports; ``from a import b`` may be ``a`` or ``a.b``."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return frozenset()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)
