"""The josa that a word wants: 캐시는 but 모델은, LRU는 but BN은, 2는 but 3은.

A josa follows the last sound of what is read aloud. Hangul shows it; letters and figures are read
in Korean first: BN is 비엔, Python 파이썬, 10 십. English words are read as the rules for foreign
words (외래어 표기법) write them, but for what usage has made of some.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

# What a word ends in; ㄹ is apart because 로, not 으로, goes with it.
Sound = Literal["vowel", "rieul", "consonant", "unknown"]
# The form behind a consonant and the one behind a vowel.
Josa = Literal[
    "은/는", "이/가", "을/를", "과/와", "으로/로", "이나/나", "이란/란", "이라/라", "이라고/라고",
    "이며/며", "이에요/예요", "이었/였", "이랑/랑", "아/야",
]  # fmt: skip

_SYLLABLES, _FINALS, _RIEUL = range(0xAC00, 0xD7A4), 28, 8
_DIGITS: tuple[Sound, ...] = (
    "consonant", "rieul", "vowel", "consonant", "vowel",
    "vowel", "consonant", "rieul", "rieul", "vowel",
)  # fmt: skip
# A single figure behind a letter is read in English: GPT-3 쓰리, F1 원.
_ENGLISH_DIGITS: tuple[Sound, ...] = (
    "vowel", "consonant", "vowel", "vowel", "vowel",
    "vowel", "vowel", "consonant", "vowel", "consonant",
)  # fmt: skip
# How the numeral of so many times four noughts ends: up to 천, then 만, 억, 조, 경, 해.
_MYRIADS: tuple[Sound, ...] = ("consonant", "consonant", "consonant", "vowel", "consonant", "vowel")
# How the names of letters and signs end; those of all other Latin and Greek letters are vowels.
_NAMES: dict[str, Sound] = {
    **dict.fromkeys("LRㄹ", "rieul"),
    **dict.fromkeys("MNεου#⁰¹²³⁴⁵⁶⁷⁸⁹ⁿㄱㄴㄷㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎㄲㄸㅃㅆㅉ", "consonant"),
    **dict.fromkeys("%‰℃°$€+&ㅏㅑㅓㅕㅗㅛㅜㅠㅡㅣㅐㅒㅔㅖㅘㅙㅚㅝㅞㅟㅢ", "vowel"),
}
_UNITS: dict[str, Sound] = {
    **dict.fromkeys(("g", "kg", "mg", "t", "h", "min", "rad"), "consonant"),
    **dict.fromkeys(("m", "cm", "mm", "km", "nm", "L", "ml", "mL"), "vowel"),
    **dict.fromkeys(("px", "dB", "mol", "Pa"), "rieul"),
}
# Read as words though they look like initials, or otherwise than they are spelt.
_WORDS: dict[str, Sound] = {
    "idle": "rieul",
    **dict.fromkeys(("web", "job", "club", "lab", "colab", "matlab", "gitlab"), "consonant"),
    **dict.fromkeys(("good", "big", "tweet", "technique", "heap", "latex", "tex"), "consonant"),
    **dict.fromkeys(("shap", "zip", "map", "gap", "pop", "tab", "mime", "gnome"), "consonant"),
    **dict.fromkeys(
        ("bit", "hit", "kit", "exit", "edit", "check", "tech", "cifar", "me", "tanh"), "vowel"
    ),
}
# How English words end that end in no vowel; a stop is a final consonant behind a short vowel only
# (맵, but 루프). The first that matches counts.
_SPELLINGS: tuple[tuple[re.Pattern[str], Sound], ...] = (
    (re.compile(r"le?$"), "rieul"),
    (re.compile(r"(ng|[nm]e?|mb)$"), "consonant"),
    (re.compile(r"(type|oup|eep|out|ck|ook)$|(?<![aeiou])[aeiou](pp?|[tkc])$"), "consonant"),
)
_LONGEST_INITIALS = 5

# Not read aloud behind a word.
_SILENT = " \t\n\"'“”‘’`*_.,!?…:;」』》〉»›)]}"
_BRACKETED = re.compile(r"\s*(\([^()]*\)|\[[^\[\]]*\])$")
_CALL = re.compile(r"(?<![^\W\d_])[A-Za-z]\([^()가-힣]+\)$")  # O(1), f(x)
_FRACTION = re.compile(r"(?<![\d/.])(\d+)/\d+$")
_VERSION = re.compile(r"[A-Za-z]-?\d$")
_NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)*)$")
_MEASURE = re.compile(rf"\d\s?({'|'.join(_UNITS)})$")
_LATIN = re.compile(r"[A-Za-z]+$")
_ACCENTED = re.compile(r"[À-ɏ]")


def with_josa(word: str, josa: Josa) -> str:
    """A word with the josa that it wants: ``with_josa("BN", "은/는")`` is BN은.

    Args:
        word: A word or several, with brackets or quotation marks or without.
        josa: The josa in both forms.
    """
    return word + josa_for(word, josa)


def josa_for(word: str, josa: Josa) -> str:
    """The josa that a word wants, both forms (은(는)) where nobody knows how it is read.

    Args:
        word: A word or several, with brackets or quotation marks or without.
        josa: The josa in both forms.
    """
    behind_consonant, behind_vowel = josa.split("/")
    sound = last_sound(word)
    if sound == "unknown":
        if behind_consonant.endswith(behind_vowel):
            return f"({behind_consonant.removesuffix(behind_vowel)}){behind_vowel}"
        return f"{behind_consonant}({behind_vowel})"
    if sound == "vowel" or (sound == "rieul" and josa == "으로/로"):
        return behind_vowel
    return behind_consonant


def last_sound(word: str) -> Sound:
    """What a word ends in when it is read aloud in Korean.

    What stands in brackets behind it is not read (배치 정규화(BN)), but for the argument of a
    function (O(1)).

    Args:
        word: A word or several.
    """
    text = _ACCENTED.sub(_plain, unicodedata.normalize("NFC", word)).rstrip(_SILENT[:-3])
    if not _CALL.search(text) and (bracketed := _BRACKETED.search(text)):
        text = text[: bracketed.start()] or text
    text = text.rstrip(_SILENT)
    last = text[-1:]
    if last and ord(last) in _SYLLABLES:
        final = (ord(last) - _SYLLABLES.start) % _FINALS
        return "vowel" if not final else "rieul" if final == _RIEUL else "consonant"
    if last.isascii() and last.isdigit():
        return _number_sound(text)
    if measure := _MEASURE.search(text):
        return _UNITS[measure[1]]
    if latin := _LATIN.search(text):
        return _latin_sound(latin[0])
    return _NAMES.get(last, "vowel" if "α" <= last <= "ω" else "unknown")


def _plain(match: re.Match[str]) -> str:
    """An accented letter without its accent."""
    return unicodedata.normalize("NFD", match[0])[0]


def _number_sound(text: str) -> Sound:
    if _VERSION.search(text):
        return _ENGLISH_DIGITS[int(text[-1])]
    fraction = _FRACTION.search(text)
    number = _NUMBER.search(text)
    digits = fraction[1] if fraction else number[1].replace(",", "") if number else ""
    # Behind a point, and in a number such as 007, figures are read one by one.
    whole = digits.rpartition(".")[2]
    noughts = len(whole) - len(whole.rstrip("0"))
    if not noughts or "." in digits or whole.startswith("0"):
        return _DIGITS[int(digits[-1])]
    return _MYRIADS[min(noughts // 4, len(_MYRIADS) - 1)]


def _latin_sound(word: str) -> Sound:
    """How a word in Latin letters ends: read letter by letter (BN, AutoML) or as a word."""
    lower = word.lower()
    if lower in _WORDS:
        return _WORDS[lower]
    has_vowel = any(letter in "aeiouy" for letter in lower)
    is_long = word.isupper() and len(word) > _LONGEST_INITIALS
    if len(word) == 1 or not has_vowel or (word[-1].isupper() and not is_long):
        return _NAMES.get(word[-1].upper(), "vowel")
    return next((sound for spelling, sound in _SPELLINGS if spelling.search(lower)), "vowel")
