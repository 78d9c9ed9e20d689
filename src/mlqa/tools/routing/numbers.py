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

_COUNTERS = (
    "개|번|칸|층|겹|가지|차례|회|줄|종|초|분|자리|바퀴|단계|스[텝탭]|에폭|에포크|그래프|폴드|걸음|판|장|점|행"
    "|레이어|노드|뉴런|유닛|세트|트라이얼|파이프라인|후보|조합|퍼(?=센트|\\s|로|짜)|프로(?!그)|%|런(?![가-힣])|라운드"
)
# Words that end a number: a lone 한, 두, 이 is one only before a counter.
_ENDS = rf"(?=\s?(?:{_COUNTERS}))"
_OVER = rf"(?=\s?(?:{_COUNTERS}|으?로|이고|인|짜리|[,.)/|;]|$))"
_WORD = rf"(?:{_OVER}|(?![가-힣]))"
_PARTICLE = (
    r"(?=뿐|(?:만|까지|씩|이?랑|하고|과|와|을|를|은|는|이|정도|이면|부터|에서|개)(?:[\s,.]|$))"
)
_TEN_WORDS = f"(?:{'|'.join(sorted(_TENS, key=len, reverse=True))})"
_LONG_ONES = "(?:다섯|여섯|일곱|여덟|여덜|아홉)"
_PERCENT = (
    r"(?:%|퍼(?:센트|(?![가-힣])|(?=로|짜|만|를|가|이|섞|정도|쯤|까지|씩|만큼))|프로(?!그)"
    r"|percent|per\s?cent)"
)
_SCALED = r"[천만억]\s?\d{1,4}[천백십]?(?:\s?\d{1,3}[백십])?"
_ENGLISH_WORDS = (
    rf"\b(?:(?:{'|'.join(_ENGLISH)}|hundred|thousand|million|billion|trillion)"
    r"(?![a-z])(?:[ -](?:and\s(?=[a-z]+(?:y|teen|one|two|three|four|five|six|seven|eight|nine|ten)"
    r"\b))?)?){1,8}"
    r"(?<![ -])"
)
NUMBER = (
    rf"(?:\d+\s?분의\s?(?:\d+|일)|절반|반(?=\s?분(?![가-힣])|\s?분[만동간안])|\d{{1,4}}{_SCALED}"
    rf"|{_DIGITS}(?:e[-+]?\d+|\s?(?:\^|\*\*)\s?\d+|/\d+)?"
    rf"(?:\s?k(?![a-z])|\s?(?:(?<!\s)[백천]|[억조]|만(?=\s?(?:{_COUNTERS}|으?로|[천백억조\d]))){{1,3}}(?:{_WORD}|{_PARTICLE}))?"
    rf"(?:\s?{_PERCENT})?(?:\s?(?:thousand|million|billion|trillion)\b)?"
    rf"|(?:{_TEN_WORDS}\s?(?:{_LONG_ONES}|(?:하나|둘|셋|넷)(?:{_WORD}|{_PARTICLE})|(?:한|두|세|네){_ENDS})"
    rf"|{_LONG_ONES}|(?<![배나정병])(?:열|스물|스무|서른|마흔|쉰|예순|일흔|여든|아흔)(?![가-힣]*[어라려])"
    rf"|(?:하나|둘|셋|넷)(?!\s?(?:만|다)(?![가-힣]))(?:{_WORD}|{_PARTICLE})|(?!한\s?(?:[번판]|차례|바퀴|층[에당마]))(?<!모)(?:한|두|세|네){_ENDS}"
    rf"|(?!구조|사조|오조)(?=[일이삼사오육칠팔구]?[십백천만억조])[일이삼사오육칠팔구십백천억][일이삼사오육칠팔구십백천만억조]{{1,15}}{_WORD}"
    rf"|[십백천]{_WORD}|(?<=\s)만(?=\s?(?:번|개|으로|걸음|회|스[텝탭]))|[영공일이삼사오육칠팔구]점\s?[영공일이삼사오육칠팔구]{{1,5}}"
    rf"|(?<![가-힣])[영공일이삼사오육칠팔구](?!\s?번){_OVER})(?:\s?{_PERCENT})?"
    rf"|{_ENGLISH_WORDS}(?:\s?{_PERCENT})?|\bnan\b|[-+]?(?:\binf(?:inity)?\b|무한대?))"
)
_ANY = re.compile(rf"(?<![\d.a-z_^])(?:(?<![\w)])|(?![-+])){NUMBER}(?!\d)", re.ASCII)
SIGN = "\x01"  # the first letter of a number that is masked
_REST = "\x02"
MASK = rf"{SIGN}{_REST}*(?!{_REST})"
_SHARE = re.compile(r"(\d{1,9})\s?분의\s?(\d{1,9}|일)")
_PARTS = re.compile(
    rf"(?P<digits>{_DIGITS})(?:e(?P<e>[-+]?\d+)|\s?(?:\^|\*\*)\s?(?P<power>\d+)|/(?P<under>\d+))?"
    r"\s?(?P<scale>[백천만억조]{1,3}|k|thousand|million|billion|trillion)?"
    r"\s?(?P<percent>%|퍼센트|퍼|프로|percent|per cent)?$"
)
_HUNDREDTHS = re.compile(rf"(\D*[a-z가-힣])\s?{_PERCENT}")
_MIXED = re.compile(r"\d+[천만억][\d천백십\s]*\d*[천백십]?")
_LONGEST_EXPONENT = 4  # characters
_LARGEST = 300  # digits; what is longer is handed on as text, for the check to refuse


def value(text: str) -> int | float | str:
    """The number that a match of ``NUMBER`` means; the text itself where it cannot be held."""
    text = text.strip()
    hundredths = _HUNDREDTHS.fullmatch(text)
    if hundredths:
        of_words = value(hundredths[1])
        return of_words if isinstance(of_words, str) else of_words / 100
    share = _SHARE.fullmatch(text)
    if share:
        above, under = 1 if share[2] == "일" else int(share[2]), int(share[1])
        return above / under if under else text
    found = _PARTS.fullmatch(text)
    return _of_digits(found, text) if found else _of_words(text)


def _of_words(text: str) -> int | float | str:
    if text in {"절반", "반"}:
        return 0.5
    if re.fullmatch(r"[-+]?(?:nan|inf|infinity|무한대?)", text):
        return text.replace("무한대", "inf").replace("무한", "inf")
    if text[0].isascii() and not _MIXED.fullmatch(text):
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


def _of_korean(text: str) -> int | float:
    """천이백, 1만 2천, 스물셋, 영점오."""
    for tens, amount in _TENS.items():
        if text.startswith(tens):
            return amount + _ONES.get(text[len(tens) :], 0)
    if text in _ONES:
        return _ONES[text]
    whole, point, decimals = text.partition("점")
    if point:
        return float(f"{_SINO[whole]}." + "".join(str(_SINO[sign]) for sign in decimals))
    total = part = digit = 0
    for token in re.findall(r"\d+|\D", text):
        if token in _SINO or token.isdigit():
            digit = int(_SINO.get(token, token))
        elif _SCALES[token] < _SCALES["만"]:
            part, digit = part + max(digit, 1) * _SCALES[token], 0
        else:
            total, part, digit = total + max(part + digit, 1) * _SCALES[token], 0, 0
    return total + part + digit


def masked(text: str) -> str:
    """The text with a sign in place of each letter of its numbers; as long as the text.

    Phrases that are looked for need not spell out what a number is.
    """
    return _ANY.sub(lambda found: SIGN + _REST * (len(found[0]) - 1), text)
