"""The arguments of a tool, read by the table of words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from mlqa.tools.routing.numbers import MASK, masked, value
from mlqa.tools.routing.sheet import GONE as _GONE
from mlqa.tools.routing.sheet import Sheet
from mlqa.tools.routing.words import NUMBER_LIST, Words

_EXCLUDED = re.compile(
    r"\s*(?:데이터|모델)?\s*(?:은|는|을|를|만|도)?\s*(?:빼|제외|말고|없이|쓰지|except)"
)
_EXCLUDING = re.compile(r"(?:except(?:\s+for)?|without|excluding|but\s+not|no)\s+(?:the\s+)?$")
_ONLY = re.compile(r"단독|혼자|만(?![가-힣])|만\s|\bonly\b|\bjust\b")
_NO_NOISE = re.compile(
    r"(?:노이[즈스]|잡음|오염|(?:라벨|레이블)\s?오류)(?:는|를|을|은|이|가)?\s*(?:전혀\s?)?(?:없이|없는|없게|빼고|제거|끄고|안\s?넣)|\bclean\s(?:labels?|data)|(?:라벨|레이블)(?:은|을|를)?\s*(?:안\s?틀리|틀리지\s?않)|깨끗한\s?(?:라벨|레이블|데이터)|(?:without|no)\s+(?:any\s+)?(?:label\s+)?noise",
    re.ASCII,
)
_LARGEST = 1e300  # what is larger is handed on as text, for the check to refuse
_SHORT = 2_000  # characters among which lists of numbers are looked for
_MOST_LAYERS = 100
# 은닉층 두 개를 8개씩, two hidden layers of 8 units
_SO_MANY = re.compile(
    rf"은[닉익]\s?층\s?(?:을|이)?\s?(?P<k>{MASK})\s?(?:개|층)?(?:를|을|로|에)?\s?(?:각각\s?)?(?:노드\s?)?(?P<n>{MASK})\s?개\s?씩"
)
_REJECTED = re.compile(
    rf"{MASK}\s?[가-힣]{{0,3}}\s?(?:말고|대신에?(?!\s?{MASK}\s?말)|아니라)|\binstead\s+of\s+{MASK}(?:\s[a-z]+)?"
)
_CLAUSE = re.compile(r"[,.;/|\n:]|(?<=[고되며서])\s|\band\b|\bwith\b")
_ALONE = re.compile(rf"(?<![\w.^]){MASK}")
_ORDINAL = re.compile(r"\s?(?:째|번째)")


def cross_out_rejected(sheet: Sheet) -> None:
    """Numbers that are named only to be replaced: 10겹 말고 5겹."""
    for found in _REJECTED.finditer(sheet.masked):
        sheet.cross(*found.span())


def read(sheet: Sheet, words: Words) -> dict[str, Any]:
    """The arguments that a request names, understood parts crossed out."""
    arguments: dict[str, Any] = {}
    cross_out_rejected(sheet)
    for argument, values in words.choices.items():
        found = _chosen(sheet, values)
        if found:
            arguments[argument] = found[0]
    arguments |= read_numbers(sheet, words)
    if "noise" in words.zero and "noise" not in arguments and sheet.take(_NO_NOISE):
        arguments["noise"] = 0.0
    times = _SO_MANY.search(sheet.masked) if "hidden" in words.sequences else None
    if times:
        count, width = (value(sheet.left[slice(*times.span(name))]) for name in ("k", "n"))
        sheet.cross(*times.span())
        if isinstance(count, int) and 0 < count <= _MOST_LAYERS:
            arguments["hidden"] = [width] * count
    for argument, patterns in words.sequences.items():
        if argument in arguments:
            continue
        apart = _apart(sheet, words.each.get(argument, ()))
        several = _several(sheet, patterns, loose=argument == words.loose)
        several = apart if len(apart) > len(several) else several
        if several:
            arguments[argument] = several
    for argument, values in words.lists.items():
        found = _chosen(sheet, values, words.orders[argument])
        if found:
            arguments[argument] = found
    return arguments


def read_numbers(sheet: Sheet, words: Words) -> dict[str, Any]:
    """The arguments that are numbers; each number belongs to the longest phrase around it."""
    text = sheet.masked
    matches = [
        (argument, found)
        for argument, patterns in [*words.numbers.items(), *words.firsts.items()]
        for pattern in patterns
        for found in pattern.finditer(text)
        if not _ORDINAL.match(text, found.end("n"))
    ]
    chosen = max((_assigned(sorted(matches, key=order)) for order in _ORDERS), key=len)
    places = {
        argument: found.span("n")
        for argument, found in chosen.items()
        if argument not in words.firsts  # it is read with what follows it
    }
    spans = [
        found.span()
        for argument, found in matches
        if argument not in words.firsts and found.span("n") in places.values()
    ]
    for argument, place in _by_clause(sheet, spans, words, places):
        places[argument] = place
        spans.append(place)
    arguments = {
        argument: _number(sheet.left[slice(*place)], fraction=argument in words.fractions)
        for argument, place in places.items()
    }
    for span in spans:
        sheet.cross(*span)
    if "minutes" in arguments:
        minutes = arguments.pop("minutes")
        arguments.setdefault("seconds", minutes * 60 if isinstance(minutes, float) else minutes)
    return arguments


_Span: TypeAlias = "tuple[int, int]"


def _by_clause(
    sheet: Sheet, taken: Sequence[_Span], words: Words, known: Mapping[str, _Span]
) -> list[tuple[str, _Span]]:
    """A number that is left is that of the only argument that its clause names before it.

    목표 손실은 너무 까다롭지 않게 0.5로.
    """
    text = sheet.masked
    for start, end in taken:
        text = f"{text[:start]}{_GONE * (end - start)}{text[end:]}"
    found: dict[str, _Span] = {}
    start = 0
    for number in [*_ALONE.finditer(text)]:
        first, last = number.span()
        clause = max([start, *(cut.end() for cut in _CLAUSE.finditer(text, start, first))])
        named = [
            argument
            for argument, pattern in words.keys.items()
            if argument not in known and pattern.search(text, clause, first)
        ]
        if len(named) == 1 and named[0] not in found and sheet.left[first:last] != "one":
            found[named[0]] = (first, last)
        start = last
    return list(found.items())


_Match: TypeAlias = "tuple[str, re.Match[str]]"


def _longest(match: _Match) -> tuple[int, ...]:
    found = match[1]
    extra = len(found.groupdict().get("more") or "")
    return (found.start() - found.end() + extra, found.start())


def _units_first(match: _Match) -> tuple[int, ...]:
    return (match[1].start() != match[1].start("n"), *_longest(match))


def _names_first(match: _Match) -> tuple[int, ...]:
    return (match[1].start() == match[1].start("n"), *_longest(match))


# "8 layers 200 steps" and "layers 8 steps 200" are read by different orders; the order that finds
# a place for more numbers is right.
_ORDERS = (_longest, _units_first, _names_first)


def _assigned(matches: Sequence[_Match]) -> dict[str, re.Match[str]]:
    """A number for each argument and an argument for each number, first come, first served."""
    chosen: dict[str, re.Match[str]] = {}
    for argument, found in matches:
        start, end = found.span()
        spans = (other.span() for other in chosen.values())
        if argument not in chosen and not any(
            start < last and first < end for first, last in spans
        ):
            chosen[argument] = found
    return chosen


def _number(text: str, *, fraction: bool) -> int | float | str:
    """A number as an argument takes it: fractions as such, the rest whole where they are."""
    number = value(text)
    if isinstance(number, str):
        return number
    if fraction:
        return float(number) if abs(number) < _LARGEST else text
    return int(number) if number == number // 1 and abs(number) < _LARGEST else number


def _several(
    sheet: Sheet, patterns: tuple[re.Pattern[str], ...], *, loose: bool
) -> list[int | float | str]:
    """Numbers of a list, in the order mentioned."""
    text = sheet.masked[:_SHORT]
    spans = [found.span("n") for pattern in patterns for found in pattern.finditer(text)]
    if loose:
        spans += [found.span() for found in NUMBER_LIST.finditer(text)]
    if not spans:
        return []
    start, end = max(spans, key=lambda span: (span[1] - span[0], -span[0]))
    places = [found.span() for found in re.finditer(MASK, text[:end]) if found.start() >= start]
    if len(places) > 1 and sheet.left[slice(*places[-1])] == "하나":  # 8개짜리 하나
        places.pop()
    numbers = [_number(sheet.left[slice(*place)], fraction=False) for place in places]
    sheet.cross(start, end)
    return numbers


def _apart(sheet: Sheet, patterns: Sequence[re.Pattern[str]]) -> list[int | float | str]:
    """Numbers that are named one by one."""
    text = sheet.masked[:_SHORT]
    places = [match.span("n") for pattern in patterns for match in pattern.finditer(text)]
    return [_number(sheet.left[slice(*place)], fraction=False) for place in places]


def _chosen(
    sheet: Sheet, values: Mapping[str, re.Pattern[str]], order: Sequence[str] = ()
) -> list[str]:
    """Values of a set in the order mentioned; all others where they are said to be left out."""
    places: list[tuple[int, str]] = []
    excluded: list[str] = []
    for name, pattern in values.items():
        for found in sheet.take_all(pattern):
            before = sheet.left[max(0, found.start() - 20) : found.start()]
            if _EXCLUDED.match(sheet.left, found.end()) or _EXCLUDING.search(before):
                excluded.append(name)
            else:
                places.append((found.start(), name))
    if excluded and not places:
        return [name for name in order or values if name not in excluded]
    return list(dict.fromkeys(name for _, name in sorted(places) if name not in excluded))


def lone_number(text: str) -> int | float | str | None:
    """The only number of a text; None where there is none or there are several."""
    found = [match.span() for match in re.finditer(MASK, masked(text))]
    return _number(text[slice(*found[0])], fraction=False) if len(found) == 1 else None


def says_only(text: str) -> bool:
    """Whether a text speaks of one thing only: BN만, only the noisy one."""
    return bool(_ONLY.search(text))
