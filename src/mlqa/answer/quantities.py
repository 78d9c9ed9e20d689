"""The figures of a sentence and what they count: 세 시간 is 3시간, 60초 is not 60분."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from mlqa.text.kiwi import Morpheme

_DIGITS = {digit: value for value, digit in enumerate("영일이삼사오육칠팔구")}
_TENS = {"십": 10, "백": 100, "천": 1000}
_LARGE = {"만": 10**4, "억": 10**8, "조": 10**12}
_SINO = {*_DIGITS, *_TENS, *_LARGE}
_NATIVE = {
    form: value
    for value, forms in {
        **{1: "하나 한", 2: "둘 두", 3: "셋 세 석 서", 4: "넷 네 넉 너", 5: "다섯 닷"},
        **{6: "여섯 엿", 7: "일곱", 8: "여덟", 9: "아홉", 10: "열", 20: "스물 스무"},
        **{30: "서른", 40: "마흔", 50: "쉰", 60: "예순", 70: "일흔", 80: "여든", 90: "아흔"},
    }.items()
    for form in forms.split()
}
_WRITTEN = {"SN", "W_SERIAL"}  # digits; a serial is 010-1234 or 1/2
_DAY_WORDS = ["하루", "이틀", "사흘", "나흘", "닷새", "엿새", "이레", "여드레", "아흐레", "열흘"]
_DAYS = {word: str(number) for number, word in enumerate(_DAY_WORDS, start=1)}
_ABOUT = {"몇", "수", "여러"}
_DOUBTFUL = {"한", *_SINO}
_SPANS = {"시간", "배", "주일", "세기"}  # counters that Kiwi calls nouns
_COUNTERS = {"NNB", "NNG", "SL", "SW", "XSN"}
# Counters that count the same.
_SAME_UNIT = {
    **{"퍼센트": "%", "프로": "%", "％": "%", "°": "도", "℃": "도"},
    **{"사람": "명", "인": "명", "회": "번", "차례": "번", "글자": "자", "달": "개월"},
    **{"kg": "킬로그램", "g": "그램", "km": "킬로미터", "m": "미터", "cm": "센티미터"},
    **{"mm": "밀리미터", "l": "리터", "ms": "밀리초"},
}


class Quantity(NamedTuple):
    """A figure.

    Attributes:
        value: Its value in plain digits.
        unit: What it counts; empty where that is not said.
        words: The words that it is written with.
        start: Offset of the first of them.
    """

    value: str
    unit: str
    words: tuple[str, ...] = ()
    start: int = 0


def quantities(morphemes: Sequence[Morpheme]) -> tuple[Quantity, ...]:
    """The figures of a text, in order.

    Words are figures where they count something (세 번, but not 하나의); 몇백 개 is none.

    Args:
        morphemes: Of the text.
    """
    return tuple(_quantities(morphemes))


def agrees(claimed: Quantity, found: Sequence[Quantity]) -> bool:
    """Whether a figure stands among others, with the same unit where both have one."""
    return any(
        claimed.value == other.value
        and (claimed.unit == other.unit or not claimed.unit or not other.unit)
        for other in found
    )


def _quantities(morphemes: Sequence[Morpheme]) -> Iterator[Quantity]:
    start = 0
    while start < len(morphemes):
        end = start
        while end < len(morphemes) and _is_figure(morphemes[end]):
            end += 1
        if start < end:
            run = morphemes[start:end]
            unit = _unit(run, morphemes[end : end + 2]) if end < len(morphemes) else ""
            about = start > 0 and morphemes[start - 1].form in _ABOUT
            if not about and (unit or run[0].tag in _WRITTEN):
                words = tuple(figure.form for figure in run)
                yield Quantity(_value(run), unit, words, run[0].start)
        elif (days := _DAYS.get(morphemes[start].form)) is not None:
            found = morphemes[start]
            yield Quantity(days, "일", (found.form,), found.start)
        start = end + 1


def _is_figure(morpheme: Morpheme) -> bool:
    if morpheme.tag == "MM":  # 이 is "this" here
        return morpheme.form in _NATIVE
    is_word = morpheme.form in _NATIVE or not set(morpheme.form) - _SINO
    return morpheme.tag in _WRITTEN or (morpheme.tag == "NR" and is_word)


def _unit(run: Sequence[Morpheme], behind: Sequence[Morpheme]) -> str:
    """What a figure counts.

    A noun apart from digits (8 종류) may be anything, and so may one behind a syllable that is
    more often no figure (과적합한 모형, 이 글).
    """
    following = behind[0]
    is_apart = following.start > run[-1].end and run[-1].tag in _WRITTEN
    is_doubtful = len(run) == 1 and run[0].form in _DOUBTFUL and following.form not in _SPANS
    if following.tag not in _COUNTERS or (following.tag != "NNB" and (is_apart or is_doubtful)):
        return ""
    form = following.form.lower()
    if form in {"%", "퍼센트"} and behind[-1].form.lower() in {"포인트", "p", "포"}:
        return "%p"
    return _SAME_UNIT.get(form, form)


def _value(run: Sequence[Morpheme]) -> str:
    """5만 5천 as 55000; what is no number (1/2, 1.2.3) as it is written."""
    whole = Decimal(0)  # of 만 and more
    part = Decimal(0)  # below 만
    digits: Decimal | None = None  # not yet followed by 십, 백 or 천
    try:
        for figure in _figures(run):
            if isinstance(figure, Decimal):
                digits = (digits or 0) + figure
            elif figure in _TENS:
                part, digits = part + (1 if digits is None else digits) * _TENS[figure], None
            else:
                below = part + (digits or 0)
                whole, part, digits = whole + (below or 1) * _LARGE[figure], Decimal(0), None
    except InvalidOperation:
        return "".join(morpheme.form for morpheme in run)
    return f"{(whole + part + (digits or 0)).normalize():f}"


def _figures(run: Sequence[Morpheme]) -> Iterator[Decimal | str]:
    """Digits as numbers, 십, 백, 만 and the like as they are."""
    for morpheme in run:
        if morpheme.tag in _WRITTEN:
            yield Decimal(morpheme.form.replace(",", ""))
        elif morpheme.form in _NATIVE:
            yield Decimal(_NATIVE[morpheme.form])
        else:
            yield from (Decimal(_DIGITS[c]) if c in _DIGITS else c for c in morpheme.form)
