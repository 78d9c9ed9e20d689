"""How a Korean reads the end of a word aloud, and the particle that fits it: 캐시가, BN이, 7을."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Final = Literal["", "ㄹ", "ㄴ"]

_SYLLABLE, _SYLLABLES, _FINALS, _RIEUL = 0xAC00, 11_172, 28, 8
_LAST_LETTER = re.compile(r"[0-9A-Za-z가-힣](?=[^0-9A-Za-z가-힣]*$)")
# 영, 일, 삼, 육, 칠, 팔: the figures whose names end in a consonant.
_FIGURES: Mapping[str, Final] = {"0": "ㄴ", "1": "ㄹ", "3": "ㄴ", "6": "ㄴ", "7": "ㄹ", "8": "ㄹ"}
# 엘, 알, 엠, 엔: the capitals whose names do.
_CAPITALS: Mapping[str, Final] = {"L": "ㄹ", "R": "ㄹ", "M": "ㄴ", "N": "ㄴ"}
# Loan words: model, google; norm, machine, learning; net, step, feedback, dropout.
_ENDS_IN_L = re.compile(r"(l|le)$")
_ENDS_CLOSED = re.compile(r"([mn]e?|ng|ck|out|book|(^|[^aeiou])[aeiou][ptc])$")

# What stands behind a consonant, and behind a vowel.
_PAIRS = (
    ("은", "는"), ("이", "가"), ("을", "를"), ("과", "와"), ("으로", "로"), ("이랑", "랑"),
    ("이란", "란"), ("이나", "나"), ("이든", "든"), ("이며", "며"), ("으로는", "로는"),
    ("으로서", "로서"), ("으로써", "로써"), ("이라도", "라도"), ("이야", "야"),
)  # fmt: skip
_PAIR_OF = {form: pair for pair in _PAIRS for form in pair}


def final_sound(word: str) -> Final:
    """The consonant that a word ends in when a Korean reads it aloud.

    Capitals and figures are read by their names, other Latin words as loan words; marks and
    brackets behind the word do not count.

    Args:
        word: A word or text.

    Returns:
        Nothing for a vowel, ``ㄹ`` for ㄹ, ``ㄴ`` for any other consonant.
    """
    found = _LAST_LETTER.search(word)
    if not found:
        return ""
    last = found[0]
    code = ord(last) - _SYLLABLE
    if 0 <= code < _SYLLABLES:
        final = code % _FINALS
        return "" if final == 0 else "ㄹ" if final == _RIEUL else "ㄴ"
    if last.isdigit():
        return _FIGURES.get(last, "")
    if last.isupper():
        return _CAPITALS.get(last, "")
    letters = re.search(r"[A-Za-z]+$", word[: found.end()])
    spoken = letters[0].lower() if letters else last
    return "ㄹ" if _ENDS_IN_L.search(spoken) else "ㄴ" if _ENDS_CLOSED.search(spoken) else ""


def fitting(particle: str, word: str) -> str:
    """The form of a particle that stands behind a word; 은 behind 캐시 is 는.

    Args:
        particle: In either form; one that has only one form stays.
        word: What stands before it.
    """
    pair = _PAIR_OF.get(particle)
    if not pair:
        return particle
    sound = final_sound(word)
    is_open = not sound or (sound == "ㄹ" and pair[0].startswith("으로"))
    return pair[1] if is_open else pair[0]
