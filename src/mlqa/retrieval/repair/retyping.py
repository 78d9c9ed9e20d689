"""What a word may have been meant to be: all words that one slip of the fingers makes of it."""

from __future__ import annotations

from collections.abc import Iterator

from mlqa.retrieval.repair.keyboard import is_common, neighbours, to_hangul, to_keys
from mlqa.retrieval.repair.slips import sounds_like

# What a slip costs in the measure of ``slips``.
_DOUBLED, _BESIDE, _SWAPPED, _SOUND, _LETTER = 0.5, 0.7, 0.7, 0.4, 1.0
_KEYS = "qwertasdfgzxcvyuiophjklbnm"


def retyped(word: str, *, missing: bool) -> dict[str, float]:
    """Words of common syllables that are one slip away, and what the slip costs.

    Args:
        word: A word in Hangul, single letters allowed.
        missing: Whether a letter may have been left out, of which there are many ways.
    """
    found: dict[str, float] = {}
    for keys, cost in _slipped(to_keys(word), missing=missing):
        hangul = to_hangul(keys)
        if hangul != word and is_common(hangul):
            found[hangul] = min(cost, found.get(hangul, cost))
    return found


def _slipped(keys: str, *, missing: bool) -> Iterator[tuple[str, float]]:
    yield keys, 0.0  # letters that the keyboard has not put together
    for at, key in enumerate(keys):
        before, after = keys[:at], keys[at + 1 :]
        yield before + after, _DOUBLED if key in (before[-1:], after[:1]) else _LETTER
        yield before + key + keys[at:], _DOUBLED
        if after:
            yield before + after[0] + key + after[1:], _SWAPPED
        for other in neighbours().get(key.lower(), ""):
            yield before + other + after, _BESIDE
        for other in sounds_like(key):
            yield before + other + after, _SOUND
    if missing:
        for at in range(len(keys) + 1):
            for key in _KEYS:
                yield keys[:at] + key + keys[at:], _LETTER
