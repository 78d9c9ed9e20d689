"""Words that share pairs of neighbouring keys with a given one: those that may be near it.

To measure the distance to every word of a large index takes milliseconds; most of them share so
few pairs with a misspelled word that they need not be measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_CODES = 128  # keys are ASCII
_BORDER = "|"


class KeyTable:
    """Words by the keys that type them.

    Args:
        words: Keys, in ASCII, to the word as it is shown.
    """

    def __init__(self, words: Mapping[str, str]) -> None:
        self.words = words
        self._keys = list(words)
        pairs, owners = _pairs(self._keys)
        order = np.argsort(pairs, kind="stable")
        self._owners = owners[order].astype(np.int32)
        self._starts = np.searchsorted(pairs[order], np.arange(_CODES**2 + 1))
        lengths = np.asarray([len(keys) for keys in self._keys], dtype=np.int32)
        # One slip changes up to three pairs, and the longer a word is the more it may have.
        self._least = np.maximum(2, lengths + 1 - 3 * (1 + lengths // 8))

    def sharing(self, typed: str) -> Iterator[str]:
        """Keys of the words that share enough pairs of neighbouring keys with a typed one.

        Args:
            typed: Keys of the typed word.
        """
        if not typed.isascii() or not self._keys:
            return
        pairs = sorted(set(_pairs([typed])[0].tolist()))
        places = [self._owners[self._starts[pair] : self._starts[pair + 1]] for pair in pairs]
        shared = np.bincount(np.concatenate(places), minlength=len(self._keys))
        for position in np.flatnonzero(shared >= self._least):
            yield self._keys[position]


def _pairs(words: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All pairs of neighbouring keys, the borders of words as keys too, and whose they are."""
    text = _BORDER + _BORDER.join(words) + _BORDER
    codes = np.frombuffer(text.encode("ascii"), dtype=np.uint8).astype(np.int64)
    owners = np.cumsum(codes == ord(_BORDER)) - 1
    return codes[:-1] * _CODES + codes[1:], owners[:-1]
