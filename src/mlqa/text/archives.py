"""ZIP containers of documents: looked at before anything is unpacked, read part by part."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from mlqa.errors import CorpusError
from mlqa.text.limits import (
    ARCHIVE_ENTRIES,
    ARCHIVE_GROWTH,
    ARCHIVE_RATIO,
    ARCHIVE_SMALL,
    Limits,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError)


class Archive:
    """The parts of a ZIP container.

    Args:
        packed: The open container.
        path: The file as errors name it.
        largest: Bytes that one part may have.
    """

    def __init__(self, packed: zipfile.ZipFile, path: str, largest: int) -> None:
        self._packed = packed
        self._path = path
        self._largest = largest
        self.names = tuple(info.filename for info in packed.infolist())

    def read(self, name: str) -> bytes:
        """The bytes of a part.

        Raises:
            CorpusError: It is missing, broken, or larger than the container says.
        """
        try:
            with self._packed.open(name) as part:
                data = part.read(self._largest + 1)
        except (*_BROKEN, KeyError, RuntimeError, OSError) as error:
            raise CorpusError("loading_broken", path=self._path) from error
        if len(data) > self._largest:
            raise _too_large(self._path, self._largest)
        return data

    def xml(self, name: str) -> Element:
        """A part as XML, without DTD and entities.

        Raises:
            CorpusError: As ``read``; or it is no XML, or wants entities.
        """
        try:
            root: Element = fromstring(self.read(name), forbid_dtd=True)
        except DefusedXmlException as error:
            raise CorpusError("loading_entities", path=self._path) from error
        except (ParseError, LookupError, ValueError) as error:
            raise CorpusError("loading_broken", path=self._path) from error
        return root


@contextmanager
def opened(path: Path, shown: str, limits: Limits) -> Iterator[Archive]:
    """A container that keeps the limits; nothing of it has been unpacked.

    Args:
        path: The file.
        shown: The file as errors name it.
        limits: What it may cost.

    Raises:
        CorpusError: It is broken or encrypted, or holds more than it may.
    """
    largest = limits.megabytes * 2**20 * ARCHIVE_GROWTH
    try:
        packed = zipfile.ZipFile(path)
    except (*_BROKEN, OSError) as error:
        raise CorpusError("loading_broken", path=shown) from error
    with packed:
        _check(packed.infolist(), shown, largest)
        yield Archive(packed, shown, largest)


def _check(parts: list[zipfile.ZipInfo], shown: str, largest: int) -> None:
    if len(parts) > ARCHIVE_ENTRIES:
        raise CorpusError("loading_entries", path=shown, count=len(parts), limit=ARCHIVE_ENTRIES)
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise CorpusError("loading_password", path=shown)
    names = [part.filename for part in parts]
    if len(set(names)) < len(names) or any(map(_leads_out, names)):
        raise CorpusError("loading_broken", path=shown)
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if unpacked > largest:
        raise _too_large(shown, largest)
    if unpacked > ARCHIVE_SMALL and unpacked > packed * ARCHIVE_RATIO:
        raise CorpusError("loading_ratio", path=shown, limit=ARCHIVE_RATIO)


def _leads_out(name: str) -> bool:
    """Whether a part's name would lead out of a folder that it were unpacked to."""
    return name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts


def _too_large(shown: str, largest: int) -> CorpusError:
    return CorpusError("loading_unpacked", path=shown, limit=largest // 2**20)
