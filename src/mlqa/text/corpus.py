"""Files and folders to documents."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

from mlqa.errors import CorpusError
from mlqa.schema import Block, Document, Source
from mlqa.text.cleaning import clean
from mlqa.text.front_matter import FrontMatter, part
from mlqa.text.html import read_html
from mlqa.text.loading import decode, normalise
from mlqa.text.structure import find_blocks

_MARKDOWN = (".md", ".markdown")
_PLAIN = (".txt",)
_HTML = (".html", ".htm")
_KINDS = (*_MARKDOWN, *_PLAIN, *_HTML)
_SKIPPED = "readme.md"
_MARKS = re.compile(r"[*_`]{1,3}(?=\S)(.+?)(?<=\S)[*_`]{1,3}")


class _File(NamedTuple):
    """A file to be read and the id of its document."""

    path: Path
    id: str


def load_corpus(*roots: Path | str) -> tuple[Document, ...]:
    """The documents in files and folders, in the order of the roots and sorted within each.

    In a folder, hidden files, ``README.md`` and files that are no documents are passed over; a file
    that is reached twice is read once.

    Args:
        *roots: Folders, which are read with all folders in them, and single files.

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
            documents.append(load_document(file.path, file.id))
    if not documents:
        shown = ", ".join(_shown(Path(root)) for root in roots)
        raise CorpusError("corpus_empty", path=shown)
    return tuple(documents)


def load_document(path: Path, document_id: str) -> Document:
    """The document in one file.

    Args:
        path: A file of one of the kinds that ``load_corpus`` reads.
        document_id: The document's id.

    Raises:
        CorpusError: The file cannot be read as a document.
    """
    shown, kind = _shown(path), path.suffix.lower()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    title, page_source = "", Source()
    if kind in _HTML:
        text, title, page_source = read_html(data, path=shown)
        front, first_line = FrontMatter(), 1
    else:
        whole = normalise(decode(data, path=shown))
        front, text, first_line = part(whole, path=shown, strict=kind in _MARKDOWN)
    plain = kind in _PLAIN
    cleaned = clean(text, plain=plain, first_line=first_line)
    if not any(character.isalnum() for character in cleaned.text):
        raise CorpusError("corpus_no_text", path=shown)
    blocks = find_blocks(cleaned.text, plain=plain)
    return Document(
        id=document_id,
        title=front.title or title or _first_heading(cleaned.text, blocks) or _name(path.stem),
        text=cleaned.text,
        blocks=blocks,
        topics=front.topics,
        questions=front.questions,
        source=_filled(front.source, page_source, Source(author=cleaned.author, date=cleaned.date)),
        removed=cleaned.removed,
    )


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
    if root.suffix.lower() not in _KINDS:
        raise CorpusError("corpus_kind", path=_shown(root))
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
    if path.suffix.lower() not in _KINDS or path.name.casefold() == _SKIPPED:
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
