"""Reads the items of a cache from what people type, and makes requests where none are given."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Sequence

LONGEST_ITEM = 40
_MOST = 10_000  # parts of a list that are looked at; longer lists are refused as they are
_BETWEEN = re.compile(r"[\s,;、､\[\](){}'\"“”‘’<>→⇒]+|-+>")
# Full-width letters and signs, the plain ones behind them. NFKC would do that and more: it makes
# ㄱ, which a keyboard types, a part of a syllable, which looks the same and is another item.
_WIDE = {0xFF01 + place: 0x21 + place for place in range(94)}


def split_items(value: object) -> object:
    """Items from a text or a list: ``"1, 2, 3"``, ``"a b → c"`` and ``[1, "2 3"]`` are all read.

    Full-width letters become plain ones; else an item is what was typed, in NFC. It holds no white
    space, comma, bracket or quotation mark. What is neither text nor numbers comes back as it was,
    for whoever checks the type.
    """
    if value is None:
        return ()
    if isinstance(value, str | int) and not isinstance(value, bool):
        return _split(str(value))
    if isinstance(value, Sequence) and len(value) <= _MOST:
        items: list[object] = []
        for part in value:
            plain = isinstance(part, str | int) and not isinstance(part, bool)
            items.extend(_split(str(part)) if plain else (part,))
        return tuple(items)
    return value


def _split(text: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFC", text).translate(_WIDE)
    return tuple(item for item in _BETWEEN.split(plain) if item)


def zipf_requests(seed: int, count: int = 40, items: str = "ABCDEFGHIJ") -> tuple[str, ...]:
    """Requests of which a few items make up most: the n-th is wanted 1/n as often as the first."""
    weights = [1 / rank for rank in range(1, len(items) + 1)]
    return tuple(random.Random(seed).choices(items, weights, k=count))  # noqa: S311 - no secret
