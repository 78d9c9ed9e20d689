"""The bytes of a file as text: the encoding found, line ends and Unicode form made one."""

from __future__ import annotations

import codecs
import re
import unicodedata

from mlqa.errors import CorpusError

# The longer mark of UTF-32 begins with that of UTF-16 and must be asked for first.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# First bytes of files that people put among documents by mistake: PDF, pictures, archives,
# old Office and Hangul word-processor files. Some hold no NUL byte near the start.
_BINARY_SIGNATURES = (
    b"%PDF-",
    b"\x89PNG",
    b"GIF87a",
    b"GIF89a",
    b"\xff\xd8\xff",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\x7fELF",
    b"Rar!\x1a",
    b"7z\xbc\xaf",
    b"\xd0\xcf\x11\xe0",
    b"HWP Document File",
)
_CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b\b"))
_BINARY_SHARE = 0.1

# Names of Korean encodings in HTML. CP949 contains EUC-KR and is what is really meant.
_KOREAN_NAMES = frozenset({
    "cp949", "euc-kr", "euc_kr", "euckr", "ks_c_5601-1987", "ksc5601", "ksc_5601", "ms949",
    "uhc", "windows-949", "x-windows-949",
})  # fmt: skip
_WESTERN_NAMES = frozenset({"iso-8859-1", "latin1", "windows-1252", "cp1252"})
_DAMAGED_SHARE = 0.25

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Control characters but tab and line feed; and what is never seen but splits words: soft hyphen,
# zero-width space, direction marks, word joiner, byte-order mark. The joiners of emoji stay.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)


def decode(data: bytes, *, path: str, declared: str = "") -> str:
    """The text of a file, in UTF-8, CP949 or what its byte-order mark says.

    Args:
        data: The file's bytes.
        path: The file, for the message of an error.
        declared: Encoding that the file itself names, as HTML does.

    Raises:
        CorpusError: The file is binary or its encoding is not known.
    """
    encodings = _encodings(data, declared.strip().lower())
    if not encodings or _is_binary(data, marked=encodings[0].startswith(("utf-16", "utf-32"))):
        raise CorpusError("corpus_binary", path=path)
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise CorpusError("corpus_binary", path=path)
        return text
    raise CorpusError("corpus_encoding", path=path)


def normalise(text: str) -> str:
    """The text in NFC, its only line end the line feed, without invisible characters."""
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    return unicodedata.normalize("NFC", text)


def _encodings(data: bytes, declared: str) -> tuple[str, ...]:
    """What to try, in order."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return (encoding,)
    if declared in _KOREAN_NAMES:
        return ("cp949", "utf-8")
    if declared in _WESTERN_NAMES and not _is_damaged_utf8(data):
        # Editors leave this name in pages that are UTF-8; a Western page is almost never UTF-8.
        return ("utf-8", "cp1252")
    return ("utf-8",) if _is_damaged_utf8(data) else ("utf-8", "cp949")


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether this is UTF-8 with a few broken bytes, which CP949 would read as nonsense."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    foreign = sum(1 for character in text if not character.isascii())
    return 0 < broken < foreign * _DAMAGED_SHARE


def _is_binary(data: bytes, *, marked: bool) -> bool:
    if data.startswith(_BINARY_SIGNATURES):
        return True
    if marked:
        return False  # NUL bytes are half of every Latin letter there
    controls = len(data) - len(data.translate(None, _CONTROL_BYTES))
    return b"\0" in data or controls > len(data) * _BINARY_SHARE
