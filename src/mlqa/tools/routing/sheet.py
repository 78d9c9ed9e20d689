"""A request as it is read: what has been understood is crossed out, offsets stay."""

from __future__ import annotations

import re
import unicodedata

from mlqa.tools.routing.numbers import masked

_LONG_NUMBER = re.compile(r"(\d{310})\d+")
GONE = "\x00"
_WIDE = {0xFF01 + place: 0x21 + place for place in range(94)}
_SIGNS = _WIDE | {
    ord(sign): plain
    for signs, plain in (
        ("\u3000\u00a0\u200b\u200c\u200d\ufeff\x00", " "),
        ("−–—‐‑‒", "-"),
        ("～〜∼", "~"),
        ("“”„″", '"'),
        ("‘’‚′", "'"),
        ("，、", ","),
        ("｜∣", "|"),
        ("【［", "["),
        ("】］", "]"),
    )
    for sign in signs
}


def plain(text: str) -> str:
    """The text in NFC with plain signs and in lower case; as long as its NFC."""
    text = unicodedata.normalize("NFC", text).translate(_SIGNS)
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(map(_lower, text))


def tidy(text: str) -> str:
    """White space as single spaces, numbers no longer than any that is taken."""
    return _LONG_NUMBER.sub(r"\1", " ".join(text.split()))


def _lower(sign: str) -> str:
    return sign.lower() if len(sign.lower()) == 1 else sign


class Sheet:
    r"""A request and what of it has not been understood yet.

    Attributes:
        raw: The request in NFC, full-width signs made plain, letters as they were typed.
        left: The same in lower case; parts that were understood are crossed out with ``\x00``.
    """

    def __init__(self, request: str) -> None:
        self.raw = unicodedata.normalize("NFC", request).translate(_SIGNS)
        self.left = plain(request)

    @property
    def masked(self) -> str:
        """What is left, its numbers masked; see ``numbers.masked``."""
        return masked(self.left)

    def cross(self, start: int, end: int) -> None:
        """Crosses out a part."""
        self.left = f"{self.left[:start]}{GONE * (end - start)}{self.left[end:]}"

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first match in what is left, crossed out."""
        found = pattern.search(self.left)
        if found:
            self.cross(*found.span())
        return found

    def take_all(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        """All matches in what is left, crossed out."""
        found = list(pattern.finditer(self.left))
        for match in found:
            self.cross(*match.span())
        return found
