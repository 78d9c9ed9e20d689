"""Files of users looked at before anything is stored: a safe name, what the bytes really are."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

from mlqa.errors import CorpusError, Phrase
from mlqa.text import archives
from mlqa.text.limits import LONGEST_NAME, Limits
from mlqa.text.loading import decode

MARKDOWN = (".md", ".markdown")
PLAIN = (".txt",)
HTML = (".html", ".htm")
TEXTS = (*MARKDOWN, *PLAIN, *HTML)
PARSED = (".pdf", ".docx", ".hwpx")
KINDS = (*TEXTS, *PARSED)
SHOWN_KINDS = ".md, .txt, .html, .pdf, .docx, .hwpx"

_HEAD = 1024  # a PDF's mark may stand behind other bytes
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# How Office calls the stream that holds a document with a password.
_OFFICE_PASSWORD = "EncryptedPackage".encode("utf-16-le")
# What the name of a part begins with that only such a container has.
_MAIN_PARTS = {".docx": "word/document", ".hwpx": "Contents/section"}
_FOREIGN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
# Control characters, marks of direction, line ends; the joiner of emoji is harmless.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINER = "\u200d"
_LONGEST_SHOWN = 80


class SafeName(NamedTuple):
    """The name under which an uploaded file may be stored.

    Attributes:
        name: One file name, without folders, in NFC, its ending in lower case.
        stem: The name without its ending.
        suffix: The ending, one of ``KINDS``.
        size: Bytes of the file.
    """

    name: str
    stem: str
    suffix: str
    size: int


def check_upload(path: Path | str, name: str, limits: Limits | None = None) -> SafeName:
    """Whether a file may be taken: its name, kind, size, and that it is what its name says.

    Nothing is parsed and nothing is stored; a password or a scan is found by ``load_document``.

    Args:
        path: Where the bytes lie.
        name: As the user called the file.
        limits: What it may cost.

    Raises:
        CorpusError: It may not be taken.
    """
    limits = limits or Limits()
    safe = _safe(name)
    suffix = Path(safe).suffix.lower()
    stem = safe[: -len(suffix)]
    size = check_file(Path(path), shown=_visible(safe), suffix=suffix, limits=limits)
    if suffix in TEXTS:
        decode(Path(path).read_bytes(), path=_visible(safe))
    return SafeName(stem + suffix, stem, suffix, size)


def check_file(path: Path, *, shown: str, suffix: str, limits: Limits) -> int:
    """Whether a file keeps its size and holds what its ending says.

    Args:
        path: The file.
        shown: The file as errors name it.
        suffix: Its ending, one of ``KINDS``, in lower case.
        limits: What it may cost.

    Returns:
        Its size in bytes.

    Raises:
        CorpusError: It is too large, or of another kind.
    """
    try:
        size = path.stat().st_size
        if size > limits.megabytes * 2**20:
            raise CorpusError(
                "loading_too_large", path=shown, size=f"{size / 2**20:,.1f}", limit=limits.megabytes
            )
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CorpusError("corpus_unreadable", path=shown, reason=reason) from error
    if suffix == ".pdf" and b"%PDF-" not in head:
        raise _pretends(shown, suffix)
    if suffix in _MAIN_PARTS:
        _check_container(path, head, shown, suffix, limits)
    return size


def _check_container(path: Path, head: bytes, shown: str, suffix: str, limits: Limits) -> None:
    if head.startswith(_OLE) and suffix == ".docx" and _OFFICE_PASSWORD in path.read_bytes():
        raise CorpusError("loading_password", path=shown)
    if not head.startswith(_ZIP):
        raise _pretends(shown, suffix)
    with archives.opened(path, shown, limits) as archive:
        if not any(name.startswith(_MAIN_PARTS[suffix]) for name in archive.names):
            raise _pretends(shown, suffix)


def _pretends(shown: str, suffix: str) -> CorpusError:
    return CorpusError("loading_pretends", path=shown, suffix=suffix)


def _safe(name: str) -> str:
    """A name that is safe in any folder, on any system.

    Raises:
        CorpusError: It leads elsewhere, hides something, or is of no kind that is read.
    """
    name = name.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    name = unicodedata.normalize("NFC", name)
    shown = _visible(name)
    if "/" in name or "\\" in name or name in {".", ".."}:
        raise _bad_name(shown, "loading_name_folder")
    if {unicodedata.category(character) for character in name if character != _JOINER} & _UNSEEN:
        raise _bad_name(shown, "loading_name_invisible")
    name = _FOREIGN.sub("_", name)
    suffix = Path(name).suffix
    stem = name.removesuffix(suffix)
    if suffix.lower() not in KINDS:
        raise CorpusError("loading_kind", path=shown, kinds=SHOWN_KINDS)
    stem = stem.strip()
    if not stem.strip(".") or stem.startswith(".") or _RESERVED.match(stem):
        raise _bad_name(shown, "loading_name_reserved")
    if len((stem + suffix).encode()) > LONGEST_NAME:
        raise CorpusError("loading_name_long", path=shown, limit=LONGEST_NAME)
    return stem + suffix


def _bad_name(shown: str, reason: str) -> CorpusError:
    return CorpusError("loading_name", path=shown, reason=Phrase(reason))


def _visible(name: str) -> str:
    """A name on one line, each character that cannot be seen as a mark."""
    seen = "".join(character if character.isprintable() else "\ufffd" for character in name)
    return seen if len(seen) <= _LONGEST_SHOWN else seen[: _LONGEST_SHOWN - 1] + "…"
