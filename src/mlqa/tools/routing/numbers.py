"""Numbers as people write them: ``1,000``, ``30 %``, ``10^12``, 스무, 천이백, twenty-five."""

from __future__ import annotations

import re
from collections.abc import Mapping

_DIGITS = r"[-+]?(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+(?:\.\d+)?|\.\d+)"
_SCALES: Mapping[str, int] = {
    "십": 10, "백": 100, "천": 1000, "만": 10**4, "억": 10**8, "조": 10**12,
    "k": 1000, "hundred": 100, "thousand": 1000,
    "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
_ONES: Mapping[str, int] = {
    "하나": 1, "한": 1, "둘": 2, "두": 2, "셋": 3, "세": 3, "넷": 4, "네": 4, "다섯": 5,
    "여섯": 6, "일곱": 7, "여덟": 8, "여덜": 8, "아홉": 9,
}  # fmt: skip
_TENS: Mapping[str, int] = {
    "열": 10, "스물": 20, "스무": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70,
    "여든": 80, "아흔": 90,
}  # fmt: skip
_SINO: Mapping[str, int] = {digit: place for place, digit in enumerate("영일이삼사오육칠팔구")} | {
    "공": 0
}
_ENGLISH: Mapping[str, int] = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {
    word: 10 * tens
    for tens, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}

_COUNTERS = "개|번|칸|층|겹|가지|차례|회|줄|종|초|분|자리|바퀴|단계|스텝|에폭|그래프|폴드"
# Words that end a number: a lone 한, 두, 이 is one only before a counter.
_ENDS = rf"(?=\s?(?:{_COUNTERS}))"
_OVER = rf"(?=\s?(?:{_COUNTERS}|으?로|이고|인|짜리|[,.)]|$))"
_WORD = rf"(?:{_OVER}|(?![가-힣]))"
_TEN_WORDS = f"(?:{'|'.join(sorted(_TENS, key=len, reverse=True))})"
_ONE_WORDS = "(?:하나|한|둘|두|셋|세|넷|네|다섯|여섯|일곱|여덟|여덜|아홉)"
_LONG_ONES = "(?:다섯|여섯|일곱|여덟|여덜|아홉)"
_ENGLISH_WORDS = (
    rf"\b(?:(?:{'|'.join(_ENGLISH)}|hundred|thousand|million|billion|trillion)"
    r"(?![a-z])[ -]?){1,8}"
    r"(?<![ -])"
)
NUMBER = (
    rf"(?:\d+\s?분의\s?(?:\d+|일)|절반|{_DIGITS}(?:e[-+]?\d+|\s?(?:\^|\*\*)\s?\d+|/\d+)?"
    rf"(?:\s?k(?![a-z])|\s?(?:[백천억조]|만(?=\s?(?:{_COUNTERS}|으?로|[천백억조\d]))){{1,3}})?"
    rf"(?:\s?(?:%|퍼(?:센트)?|프로(?!그)|percent|per cent))?"
    rf"(?:\s?(?:thousand|million|billion|trillion)\b)?"
    rf"|{_TEN_WORDS}\s?(?:{_LONG_ONES}|(?:하나|둘|셋|넷){_OVER}|(?:한|두|세|네){_ENDS})"
    rf"|{_LONG_ONES}|(?:열|스물|스무|서른|마흔|쉰|예순|일흔|여든|아흔)(?![가-힣]*어)"
    rf"|(?:하나|둘|셋|넷){_WORD}|(?!한\s?번)(?:한|두|세|네){_ENDS}"
    rf"|[일이삼사오육칠팔구십백천만억조]{{2,16}}{_WORD}|[백천]{_WORD}"
    rf"|[영공일이삼사오육칠팔구](?!\s?번){_OVER}"
    rf"|{_ENGLISH_WORDS}|\bnan\b|[-+]?(?:\binf(?:inity)?\b|무한대?))"
)
_SHARE = re.compile(r"(\d{1,9})\s?분의\s?(\d{1,9}|일)")
_PARTS = re.compile(
    rf"(?P<digits>{_DIGITS})(?:e(?P<e>[-+]?\d+)|\s?(?:\^|\*\*)\s?(?P<power>\d+)|/(?P<under>\d+))?"
    r"\s?(?P<scale>[백천만억조]{1,3}|k|thousand|million|billion|trillion)?"
    r"\s?(?P<percent>%|퍼센트|퍼|프로|percent|per cent)?$"
)
_LONGEST_EXPONENT = 4  # characters
_LARGEST = 300  # digits; what is longer is handed on as text, for the check to refuse


def value(text: str) -> int | float | str:
    """The number that a match of ``NUMBER`` means; the text itself where it cannot be held."""
    text = text.strip()
    if text == "절반":
        return 0.5
    share = _SHARE.fullmatch(text)
    if share:
        above, under = 1 if share[2] == "일" else int(share[2]), int(share[1])
        return above / under if under else text
    found = _PARTS.fullmatch(text)
    if found:
        return _of_digits(found, text)
    if re.fullmatch(r"[-+]?(?:nan|inf|infinity|무한대?)", text):
        return text.replace("무한대", "inf").replace("무한", "inf")
    if text[0].isascii():
        return _of_english(text)
    return _of_korean("".join(text.split()))


def _of_digits(found: re.Match[str], text: str) -> int | float | str:
    plain = found["digits"].replace(",", "")
    exponent = int(found["power"][:6]) if found["power"] else 0
    if len(plain) > _LARGEST or exponent > _LARGEST or len(found["e"] or "") > _LONGEST_EXPONENT:
        return text
    number: int | float = float(plain) if "." in plain else int(plain)
    if found["power"]:
        number = number**exponent
    elif found["e"]:
        number = float(f"{plain}e{found['e']}")
    elif found["under"] and int(found["under"][:_LARGEST]):
        number = number / int(found["under"][:_LARGEST])
    scale = found["scale"]
    if scale in _SCALES:
        number *= _SCALES[scale]
    elif scale:
        for sign in scale:
            number *= _SCALES[sign]
    return number / 100 if found["percent"] else number


def _of_english(text: str) -> int:
    total = part = 0
    for word in re.split(r"[ -]+", text):
        if word == "hundred":
            part = max(part, 1) * 100
        elif word in _SCALES:
            total, part = total + max(part, 1) * _SCALES[word], 0
        else:
            part += _ENGLISH.get(word, 0)
    return total + part


def _of_korean(text: str) -> int:
    for tens, amount in _TENS.items():
        if text.startswith(tens):
            return amount + _ONES.get(text[len(tens) :], 0)
    if text in _ONES:
        return _ONES[text]
    total = part = digit = 0
    for sign in text:
        if sign in _SINO:
            digit = _SINO[sign]
        elif _SCALES[sign] < _SCALES["만"]:
            part, digit = part + max(digit, 1) * _SCALES[sign], 0
        else:
            total, part, digit = total + max(part + digit, 1) * _SCALES[sign], 0, 0
    return total + part + digit
