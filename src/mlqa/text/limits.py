"""What a document may cost: its size, the time and the memory that reading it takes."""

from __future__ import annotations

from typing import NamedTuple

from mlqa.config import Config


class Limits(NamedTuple):
    """Limits for one file; the defaults are those of the settings.

    Attributes:
        megabytes: Largest file, in MB (2**20 bytes).
        seconds: Longest that a PDF, Word or Hangul file may take to read.
        memory_mb: Most memory that reading one may take, in MB.
    """

    megabytes: int = 50
    seconds: float = 300
    memory_mb: int = 1024

    @classmethod
    def of(cls, config: Config) -> Limits:
        """The limits that the settings give."""
        return cls(config.document_megabytes, config.document_seconds, config.document_memory)


# The same for everybody: what no document needs and only a trap has.
ARCHIVE_ENTRIES = 10_000
# Bytes unpacked for each packed byte; XML reaches 50, a trap 1000.
ARCHIVE_RATIO = 200
# A small archive may pack well: below this many bytes unpacked the ratio is not looked at.
ARCHIVE_SMALL = 10 * 2**20
# Times the largest file that all its parts may be unpacked.
ARCHIVE_GROWTH = 10
# Characters of the text in one document.
LONGEST_TEXT = 5_000_000
# Bytes of a file's name in UTF-8; file systems take 255, and an index adds to it.
LONGEST_NAME = 200
