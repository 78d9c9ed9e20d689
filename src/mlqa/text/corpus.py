"""Files and folders to documents."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlqa.errors import CorpusError
from mlqa.schema import Block, Document, Removed, Source
from mlqa.text.cleaning import clean
from mlqa.text.front_matter import FrontMatter, part
from mlqa.text.html import read_html
from mlqa.text.isolated import parse
from mlqa.text.limits import Limits
from mlqa.text.loading import decode, normalise
from mlqa.text.office import Read
from mlqa.text.page_text import pages_to_markdown
from mlqa.text.structure import find_blocks
from mlqa.text.uploads import HTML, KINDS, MARKDOWN, PARSED, PLAIN, SHOWN_KINDS, check_file

if TYPE_CHECKING:
    from mlqa.text.kiwi import Kiwipie

_SKIPPED = "readme.md"
_MARKS = re.compile(r"[*_`]{1,3}(?=\S)(.+?)(?<=\S)[*_`]{1,3}")


class _File(NamedTuple):
    """A file to be read and the id of its document."""

    path: Path
    id: str


def load_corpus(*roots: Path | str, limits: Limits | None = None) -> tuple[Document, ...]:
    """The documents in files and folders, in the order of the roots and sorted within each.

    In a folder, hidden files, ``README.md`` and files that are no documents are passed over; a file
    that is reached twice is read once.

    Args:
        *roots: Folders, which are read with all folders in them, and single files.
        limits: What one file may cost.

    Raises:
        CorpusError: A root does not exist, a file cannot be read as a document, two documents have
            the same id, or there is no document at all.
    """
    known: dict[str, Path] = {}
    seen: set[tuple[int, int]] = set()
    documents: list[Document] = []
    for root in map(Path, roots):
        for file in _files(root):
            identity = _identity(file.path)
            if identity in seen:
                continue
            seen.add(identity)
            if file.id in known:
                first, second = _shown(known[file.id]), _shown(file.path)
                raise CorpusError("corpus_same_id", first=first, second=second, id=file.id)
            known[file.id] = file.path
            documents.append(load_document(file.path, file.id, limits))
    if not documents:
        shown = ", ".join(_shown(Path(root)) for root in roots)
        raise CorpusError("corpus_empty", path=shown, kinds=SHOWN_KINDS)
    return tuple(documents)


def load_document(
    path: Path,
    document_id: str,
    limits: Limits | None = None,
    *,
    suffix: str = "",
    shown: str = "",
) -> Document:
    """The document in one file.

    Args:
        path: A file of one of the kinds that ``load_corpus`` reads.
        document_id: The document's id.
        limits: What it may cost.
        suffix: Its ending, where the name of the file has another.
        shown: The file as errors name it, its path if empty.

    Raises:
        CorpusError: The file cannot be read as a document.
    """
    shown, kind = shown or _shown(path), (suffix or path.suffix).lower()
    content = _content(path, shown, kind, limits or Limits())
    plain = kind in PLAIN
    cleaned = clean(content.text, plain=plain, first_line=content.first_line)
    if not any(character.isalnum() for character in cleaned.text):
        raise CorpusError("corpus_no_text", path=shown)
    blocks = find_blocks(cleaned.text, plain=plain)
    front = content.front
    first = content.title or _first_heading(cleaned.text, blocks)
    byline = Source(author=cleaned.author, date=cleaned.date)
    return Document(
        id=document_id,
        title=front.title or first or _name(Path(shown).stem),
        text=cleaned.text,
        blocks=blocks,
        topics=front.topics,
        questions=front.questions,
        source=_filled(front.source, content.source, byline),
        removed=(*content.removed, *cleaned.removed),
    )


class _Content(NamedTuple):
    """What a file holds, before it is cleaned."""

    text: str
    title: str = ""
    source: Source = Source()
    front: FrontMatter = FrontMatter()
    first_line: int = 1
    removed: tuple[Removed, ...] = ()


def _content(path: Path, shown: str, kind: str, limits: Limits) -> _Content:
    check_file(path, shown=shown, suffix=kind, limits=limits)
    if kind in PARSED:
        read = _parsed(path, shown, kind, limits)
        return _Content(normalise(read.text), removed=read.removed)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    if kind in HTML:
        text, title, source = read_html(data, path=shown)
        return _Content(text, title, source)
    whole = normalise(decode(data, path=shown))
    front, text, first_line = part(whole, path=shown, strict=kind in MARKDOWN)
    return _Content(text, front=front, first_line=first_line)


def _parsed(path: Path, shown: str, kind: str, limits: Limits) -> Read:
    """What another process found in a file; a PDF's lines are put together here, with Kiwi."""
    parsed = parse(path, shown=shown, suffix=kind, limits=limits)
    if kind != ".pdf":
        return parsed.read
    return pages_to_markdown(parsed.pages, _likelihood, shown)


def _likelihood(text: str) -> float:
    return _analyser().likelihood(text)


@cache
def _analyser() -> Kiwipie:
    from mlqa.text.kiwi import Kiwipie  # takes a second, and only some PDFs need it

    return Kiwipie()


def _files(root: Path) -> Iterator[_File]:
    """The documents below a root; the root itself if it is one."""
    try:
        is_folder, exists = root.is_dir(), os.path.lexists(root)
    except (OSError, ValueError) as error:  # a name too long, a NUL in it
        raise CorpusError("corpus_missing", path=_shown(root)) from error
    if is_folder:
        found = [_File(path, _id(path.relative_to(root))) for path in _walk(root)]
        # By folders and names, not by the whole string: "a/b" before "a-b", everywhere the same.
        yield from sorted(found, key=lambda file: (file.id.split("/"), file.path.name))
        return
    if not exists:
        raise CorpusError("corpus_missing", path=_shown(root))
    if root.suffix.lower() not in KINDS:
        raise CorpusError("corpus_kind", path=_shown(root), kinds=SHOWN_KINDS)
    yield _File(root, _id(Path(root.name)))


def _walk(root: Path) -> Iterator[Path]:
    """The document files in a folder and the folders in it, each folder once.

    Folders that are links come last, so that a folder is met by its own name first, and a link that
    leads back up leads to a folder already seen.
    """
    folders, links = [root], list[Path]()
    seen: set[tuple[int, int]] = set()
    while folders or links:
        folder = folders.pop() if folders else links.pop(0)
        identity = _identity(folder)
        if identity in seen:
            continue
        seen.add(identity)
        for entry in _entries(folder):
            if entry.name.startswith("."):
                continue
            path = folder / entry.name
            if path.is_dir():
                (links if path.is_symlink() else folders).append(path)
            elif _is_document(path):
                yield path


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise _unreadable(folder, error) from error


def _is_document(path: Path) -> bool:
    """Whether a folder's entry is to be read: no pipe or device; a broken link, to report it."""
    if path.suffix.lower() not in KINDS or path.name.casefold() == _SKIPPED:
        return False
    return path.is_file() or path.is_symlink()


def _identity(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    return status.st_dev, status.st_ino


def _unreadable(path: Path, error: OSError) -> CorpusError:
    return CorpusError("corpus_unreadable", path=_shown(path), reason=error.strerror or str(error))


def _id(relative: Path) -> str:
    return _name("/".join(relative.with_suffix("").parts))


def _name(name: str) -> str:
    """A file's name in NFC; bytes that are no UTF-8 become a mark that can be written and shown."""
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace"))


def _shown(path: Path) -> str:
    return _name(str(path))


def _first_heading(text: str, blocks: tuple[Block, ...]) -> str:
    for block in blocks:
        if block.kind == "heading":
            return " ".join(_MARKS.sub(r"\1", text[block.start : block.end]).split())
    return ""


def _filled(*sources: Source) -> Source:
    """A source whose every field comes from the first source that has it."""
    names = [field.name for field in fields(Source)]
    return Source(
        **{
            name: next(filter(None, (getattr(source, name) for source in sources)), "")
            for name in names
        }
    )
