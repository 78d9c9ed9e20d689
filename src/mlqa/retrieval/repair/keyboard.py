"""The Korean keyboard: Hangul to the keys that type it, and keys to the Hangul that they type.

The layout is Dubeolsik (KS X 5002): consonants on the left hand, vowels on the right, a key with
shift only where that gives another letter. Letters outside of Hangul and Latin stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

# Keys of the conjoining jamo in the order of Unicode: U+1100, U+1161 and U+11A8 onwards.
_INITIALS = list("rRseEfaqQtTdwWczxvg")
_VOWELS = [
    "k", "o", "i", "O", "j", "p", "u", "P", "h", "hk", "ho",
    "hl", "y", "n", "nj", "np", "nl", "b", "m", "ml", "l",
]  # fmt: skip
_FINALS = [
    "r", "R", "rt", "s", "sw", "sg", "e", "f", "fr", "fa", "fq", "ft", "fx", "fv",
    "fg", "a", "q", "qt", "t", "T", "d", "w", "c", "z", "x", "v", "g",
]  # fmt: skip
_SYLLABLE, _FIRST_INITIAL, _FIRST_VOWEL, _FIRST_FINAL = 0xAC00, 0x1100, 0x1161, 0x11A8
_HANGUL = "ᄀ-ᇿㄱ-ㅣ가-힣ﾡ-ￜ"
_HANGUL_RUN = re.compile(f"[{_HANGUL}]+")
_SYLLABLES = re.compile("[가-힣]+")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _alternatives(keys: list[str]) -> str:
    return "|".join(sorted(keys, key=len, reverse=True))


_ANY_VOWEL = _alternatives(_VOWELS)
# A consonant before a vowel begins the next syllable, so it is no final.
_COMPOSED = re.compile(
    f"({_alternatives(_INITIALS)})({_ANY_VOWEL})((?:{_alternatives(_FINALS)})(?!{_ANY_VOWEL}))?"
    f"|({_ANY_VOWEL}|{_alternatives(_INITIALS)})"
)


def to_keys(text: str) -> str:
    """The keys that type a text's Hangul on the Korean keyboard; the rest stays.

    Args:
        text: Any text; syllables and every kind of jamo are taken, half-width ones too.
    """
    return _HANGUL_RUN.sub(
        lambda run: unicodedata.normalize("NFKD", run[0]).translate(_keys_of_jamo()), text
    )


def to_hangul(keys: str) -> str:
    """The Hangul that keys type on the Korean keyboard; letters that make no syllable stand alone.

    Args:
        keys: Any text; its Latin letters are keys.
    """
    canonical = "".join(key if key in "QWERTOP" else key.lower() for key in keys)
    return _COMPOSED.sub(_compose, canonical)


def is_hangul(character: str) -> bool:
    """Whether a character is a syllable or jamo of any kind."""
    return bool(_HANGUL_RUN.match(character))


def is_common(text: str) -> bool:
    """Whether a text is made of the 2,350 syllables that KS X 1001 lists.

    Those have two bytes each in EUC-KR; what Python writes for other syllables is longer.
    """
    is_hangul = bool(_SYLLABLES.fullmatch(text))
    return is_hangul and len(text.encode("euc_kr")) == 2 * len(text)


@cache
def neighbours() -> Mapping[str, str]:
    """Letter keys to the letter keys beside them, in lower case.

    Each row is shifted by about half a key against the one above.
    """
    places = {
        key: (row, column) for row, keys in enumerate(_ROWS) for column, key in enumerate(keys)
    }
    return {
        key: "".join(
            other
            for other, (r, c) in places.items()
            if (r == row and abs(c - column) == 1)
            or (r == row + 1 and c in {column - 1, column})
            or (r == row - 1 and c in {column, column + 1})
        )
        for key, (row, column) in places.items()
    }


@cache
def _keys_of_jamo() -> dict[int, str]:
    blocks = ((_FIRST_INITIAL, _INITIALS), (_FIRST_VOWEL, _VOWELS), (_FIRST_FINAL, _FINALS))
    return {first + i: key for first, keys in blocks for i, key in enumerate(keys)}


@cache
def _letters_of_keys() -> dict[str, str]:
    """Keys of one letter to the letter as it stands alone (compatibility jamo)."""
    letters = {}
    for code in range(0x3131, 0x3164):
        jamo = unicodedata.normalize("NFKD", chr(code))
        letters[_keys_of_jamo().get(ord(jamo), "")] = chr(code)
    return letters


def _compose(match: re.Match[str]) -> str:
    initial, vowel, final, alone = match.groups()
    if alone:
        return _letters_of_keys()[alone]
    place = _INITIALS.index(initial) * len(_VOWELS) + _VOWELS.index(vowel)
    last = _FINALS.index(final) + 1 if final else 0
    return chr(_SYLLABLE + place * (len(_FINALS) + 1) + last)
