"""One slip of the fingers in the longest word of a question."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from mlqa.evaluation.perturb.seeded import pick
from mlqa.retrieval.repair.keyboard import is_hangul, neighbours, to_hangul, to_keys
from mlqa.text.kiwi import Kiwipie, Morpheme

_NOUNS = frozenset({"NNG", "NNP", "XR", "SL", "UN"})
_PREDICATES = frozenset({"VV", "VA"})
_SHORTEST_LATIN = 4  # letters; a slip in LRU makes another abbreviation
_SHORTEST_HANGUL = 2  # syllables
_SHIFTED = "QWERTOP"  # keys of Dubeolsik that give another letter with shift
_LEFT = frozenset("qwertasdfgzxcv")  # its consonants
_CONFUSED: Mapping[str, str] = {"o": "p", "p": "o", "O": "P", "P": "O"}  # ㅐㅔㅒㅖ


def mistype(question: str, kiwi: Kiwipie, seed: str = "") -> str | None:
    """A question with one typing error.

    The error is a neighbouring key, a letter left out, typed twice or swapped with the next, in
    Korean also ㅐ for ㅔ and a shift that was not pressed (ㅅ for ㅆ). Hangul is retyped key by
    key, so that letters end up where the keyboard puts them.

    Args:
        question: The question.
        kiwi: The analyser.
        seed: Picks the error.

    Returns:
        The question with the error; None where no word is long enough.
    """
    text = unicodedata.normalize("NFC", question)
    word = _longest(kiwi.morphemes(text), text)
    if word is None:
        return None
    start, end = word.start, word.end
    if is_hangul(text[start]):
        first, last = _hangul_around(text, start, end)
        before, after = to_keys(text[first:start]), to_keys(text[end:last])
        slips = _slips(to_keys(text[start:end]), _SHIFTED, _CONFUSED)
        typed = {kind: [to_hangul(before + keys + after) for keys in slips[kind]] for kind in slips}
        start, end = first, last
    else:
        typed = _slips(text[start:end], "", {})
    written = text[start:end]
    changed = {kind: [w for w in words if w != written] for kind, words in typed.items()}
    kinds = [kind for kind in changed if changed[kind]]
    new = pick(changed[pick(kinds, f"kind {seed}")], f"place {seed}")
    return text[:start] + new + text[end:]


def _longest(morphemes: Sequence[Morpheme], text: str) -> Morpheme | None:
    """The longest noun or Latin word, else the longest verb; the first among equals."""
    for tags in (_NOUNS, _PREDICATES):
        words = [m for m in morphemes if m.tag in tags and _is_long(text[m.start : m.end])]
        if words:
            return max(words, key=lambda m: len(to_keys(text[m.start : m.end])))
    return None


def _is_long(word: str) -> bool:
    if re.fullmatch("[가-힣]+", word):
        return len(word) >= _SHORTEST_HANGUL
    return bool(re.fullmatch("[A-Za-z]+", word)) and len(word) >= _SHORTEST_LATIN


def _hangul_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The whole run of Hangul that a word stands in."""
    while start > 0 and is_hangul(text[start - 1]):
        start -= 1
    while end < len(text) and is_hangul(text[end]):
        end += 1
    return start, end


def _slips(keys: str, shifted: str, confused: Mapping[str, str]) -> dict[str, list[str]]:
    """All single errors behind the first key, by kind."""
    places = range(1, len(keys))
    return {
        "neighbour": list(_neighbours(keys, shifted)),
        "dropped": [keys[:i] + keys[i + 1 :] for i in places],
        "doubled": [keys[:i] + keys[i] + keys[i:] for i in places],
        "swapped": [keys[: i - 1] + keys[i] + keys[i - 1] + keys[i + 1 :] for i in places[1:]],
        "confused": [
            keys[:i] + confused[key] + keys[i + 1 :]
            for i, key in enumerate(keys)
            if key in confused
        ],
        "unshifted": [
            keys[:i] + key.lower() + keys[i + 1 :]
            for i, key in enumerate(keys)
            if key in shifted and key not in confused
        ],
    }


def _neighbours(keys: str, shifted: str) -> Iterator[str]:
    """A finger beside the key it meant; in Korean the left hand types consonants only."""
    for i, key in enumerate(keys):
        # A capital of a Latin word stays one; on the Korean keyboard few keys have a second letter.
        stays = key.isupper() and not shifted
        for other in neighbours()[key.lower()] if i else "":
            if shifted and (key.lower() in _LEFT) != (other in _LEFT):
                continue
            yield keys[:i] + (other.upper() if stays else other) + keys[i + 1 :]
