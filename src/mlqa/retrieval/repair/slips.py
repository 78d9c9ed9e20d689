"""How far a word as typed is from a word that was meant, counted in slips of the fingers.

Both are written as the keys that type them (``keyboard.to_keys``), so that a Hangul letter is one
character wherever it stands in its syllable. A key beside the right one, a letter typed twice, two
letters in the wrong order and the letters that loan words are spelled with in several ways (ㅐ and
ㅔ, ㅅ and ㅆ, ㅓ and ㅗ, 쉬 and 시, ㄱ and 크) cost less than one slip.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from mlqa.retrieval.repair.keyboard import neighbours, to_keys

# Letters that differ, at the most, for each whole slip: the cheapest slips cost 0.4.
LETTERS_A_SLIP = 2.5
Script = Literal["hangul", "latin"]

_SAME_LETTER = 0.4  # with and without shift
_SAME_SOUND = 0.4
_TWICE = 0.5
_SWAPPED = 0.7
_OTHER = 1.3  # neither beside it nor like it
_BESIDE = 0.7
# One slip in so many keys, and how much of one in a short word.
_KEYS_A_SLIP, _LEAST_ALLOWED = 6, 0.7
# Letters that one loan word is written with as well as the other.
_SOUNDS = {
    "hangul": (
        "ㅐㅔ ㅒㅖ ㅐㅒ ㅔㅖ ㅓㅗ ㅓㅏ ㅏㅗ ㅕㅓ ㅑㅏ ㅛㅗ ㅠㅜ ㅔㅣ ㅔㅓ ㅡㅓ ㅡㅣ ㅡㅜ "
        "ㄱㅋ ㄲㅋ ㄷㅌ ㄸㅌ ㅂㅍ ㅃㅍ ㅈㅊ ㅉㅊ ㅅㅌ ㅇㅎ"
    ),
    "latin": "ae ai ao au ei eo eu ou iy ey ck cs sz kq vw fv",
}
# Letters that come and go: 쉬 and 시, 화 and 하, 네트웍 and 네트워크, 뱃치 and 배치.
_FLEETING = {"hangul": "ㅗㅜㅡㅅ", "latin": "he"}


def script_of(word: str) -> Script | None:
    """Which alphabet a word is written in; None where it is in both or in none."""
    if word.isascii():
        return "latin" if word.isalpha() else None
    hangul = all("가" <= c <= "힣" or "ㄱ" <= c <= "ㅣ" for c in word)
    return "hangul" if hangul else None


def allowed(meant: str) -> float:
    """The most slips that a word may have been typed with.

    Args:
        meant: Its keys.
    """
    return max(_LEAST_ALLOWED, len(meant) / _KEYS_A_SLIP)


def slips(typed: str, meant: str, script: Script) -> float:
    """The cheapest way from one word to the other, 0 if they are the same.

    Optimal string alignment (Damerau-Levenshtein without overlaps) with the costs above.

    Args:
        typed: Keys of the word as typed.
        meant: Keys of the word that may have been meant.
        script: The alphabet of both.
    """
    start = _common(typed, meant)
    end = _common(typed[start:][::-1], meant[start:][::-1])
    # One more letter on each side shows which letters are doubled.
    first = max(0, start - 1)
    typed = typed[first : len(typed) - max(0, end - 1)]
    meant = meant[first : len(meant) - max(0, end - 1)]
    return _aligned(typed, meant, script)


@cache
def sounds_like(key: str) -> str:
    """Keys of the Hangul letters that are taken for one another by their sound.

    Args:
        key: A key of the Korean keyboard, with shift as a capital.
    """
    costs = _substitutions("hangul")
    return "".join(b for (a, b), cost in costs.items() if a == key and cost <= _SAME_SOUND)


def _common(one: str, other: str) -> int:
    length = 0
    for a, b in zip(one, other):  # noqa: B905 (of different length)
        if a != b:
            break
        length += 1
    return length


def _aligned(typed: str, meant: str, script: Script) -> float:
    before_last: list[float] = []
    last = [0.0]
    for j in range(len(meant)):
        last.append(last[j] + _extra(meant, j, script))
    for i, key in enumerate(typed):
        row = [last[0] + _extra(typed, i, script)]
        for j, other in enumerate(meant):
            best = min(
                last[j] + _instead(key, other, script),
                last[j + 1] + _extra(typed, i, script),
                row[j] + _extra(meant, j, script),
            )
            if i and j and key == meant[j - 1] and other == typed[i - 1]:
                best = min(best, before_last[j - 1] + _SWAPPED)
            row.append(best)
        before_last, last = last, row
    return round(last[-1], 3)


def _instead(typed: str, meant: str, script: Script) -> float:
    if typed == meant:
        return 0.0
    return _substitutions(script).get((typed, meant), _OTHER)


def _extra(word: str, at: int, script: Script) -> float:
    """What a letter costs that only one of two words has."""
    if word[at] in (word[at - 1 : at], word[at + 1 : at + 2]):
        return _TWICE
    return _TWICE if word[at] in _fleeting(script) else 1.0


@cache
def _fleeting(script: Script) -> str:
    return to_keys(_FLEETING[script])


@cache
def _substitutions(script: Script) -> dict[tuple[str, str], float]:
    costs = {(a, b): _BESIDE for a, near in neighbours().items() for b in near}
    for pair in _SOUNDS[script].split():
        keys = to_keys(pair)
        costs[keys[0], keys[1]] = costs[keys[1], keys[0]] = _SAME_SOUND
    if script == "hangul":
        shifted = [(key, key.lower()) for key in "QWERTOP"]
        for upper, lower in shifted:
            for b in neighbours()[lower]:
                costs.setdefault((upper, b), _BESIDE)
                costs.setdefault((b, upper), _BESIDE)
            costs[upper, lower] = costs[lower, upper] = _SAME_LETTER
    return costs
