"""The arguments of a tool, read by the table of words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from mlqa.tools.routing.numbers import NUMBER, value
from mlqa.tools.routing.sheet import Sheet
from mlqa.tools.routing.words import NUMBER_LIST, WHOLE, Words

_EXCLUDED = re.compile(
    r"\s*(?:데이터|모델)?\s*(?:은|는|을|를|만|도)?\s*(?:빼|제외|말고|없이|쓰지|except)"
)
_EXCLUDING = re.compile(r"(?:except(?:\s+for)?|without|excluding|but\s+not|no)\s+(?:the\s+)?$")
_ONLY = re.compile(r"만(?![가-힣])|만\s|\bonly\b|\bjust\b")
_NO_NOISE = re.compile(
    r"(?:노이[즈스]|잡음)(?:는|를|을|은)?\s*(?:없이|빼고|제거|끄고|안\s?넣)|(?:라벨|레이블)(?:은|을|를)?\s*(?:안\s?틀리|틀리지\s?않)|깨끗한\s?(?:라벨|레이블|데이터)|(?:without|no)\s+(?:any\s+)?(?:label\s+)?noise",
    re.ASCII,
)
_LARGEST = 1e300  # what is larger is handed on as text, for the check to refuse
_SHORT = 2_000  # characters among which lists of numbers are looked for
_MOST_LAYERS = 100
# 은닉층 두 개를 8개씩, two hidden layers of 8 units
_SO_MANY = re.compile(
    rf"은[닉익]\s?층\s?(?:을|이)?\s?(?P<k>{NUMBER})\s?(?:개|층)?(?:를|을|로|에)?\s?(?:각각\s?)?(?:노드\s?)?(?P<n>{NUMBER})\s?개\s?씩"
)
_ORDINAL = re.compile(r"\s?(?:째|번째)")


def read(sheet: Sheet, words: Words) -> dict[str, Any]:
    """The arguments that a request names, understood parts crossed out."""
    arguments: dict[str, Any] = {}
    for argument, values in words.choices.items():
        found = _chosen(sheet, values)
        if found:
            arguments[argument] = found[0]
    arguments |= read_numbers(sheet, words)
    if "noise" in words.zero and "noise" not in arguments and sheet.take(_NO_NOISE):
        arguments["noise"] = 0.0
    times = sheet.take(_SO_MANY) if "hidden" in words.sequences else None
    if times:
        count, width = (value(times[name]) for name in ("k", "n"))
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
        found = _chosen(sheet, values)
        if found:
            arguments[argument] = found
    return arguments


def read_numbers(sheet: Sheet, words: Words) -> dict[str, Any]:
    """The arguments that are numbers; each number belongs to the longest phrase around it."""
    matches = [
        (argument, found)
        for argument, patterns in words.numbers.items()
        for pattern in patterns
        for found in pattern.finditer(sheet.left)
        if not _ORDINAL.match(sheet.left, found.end("n"))
    ]
    chosen = max((_assigned(sorted(matches, key=order)) for order in _ORDERS), key=len)
    arguments = {
        argument: _number(found["n"], fraction=argument in words.fractions)
        for argument, found in chosen.items()
    }
    taken = [found.span("n") for found in chosen.values()]
    for argument, found in matches:
        if found.span("n") in taken and argument in arguments:
            sheet.cross(*found.span())
    if "minutes" in arguments:
        minutes = arguments.pop("minutes")
        arguments.setdefault("seconds", minutes * 60 if isinstance(minutes, float) else minutes)
    return arguments


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
    text = sheet.left[:_SHORT]
    spans = [found.span("n") for pattern in patterns for found in pattern.finditer(text)]
    if loose:
        spans += [found.span() for found in NUMBER_LIST.finditer(text)]
    if not spans:
        return []
    start, end = max(spans, key=lambda span: (span[1] - span[0], -span[0]))
    numbers = WHOLE.findall(re.sub(r"(?<=\d)\s*-", " ", sheet.left[start:end]))
    sheet.cross(start, end)
    return [_number(number, fraction=False) for number in numbers]


def _apart(sheet: Sheet, patterns: Sequence[re.Pattern[str]]) -> list[int | float | str]:
    """Numbers that are named one by one."""
    found = [match for pattern in patterns for match in pattern.finditer(sheet.left[:_SHORT])]
    return [_number(match["n"], fraction=False) for match in found]


def _chosen(sheet: Sheet, values: Mapping[str, re.Pattern[str]]) -> list[str]:
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
        return [name for name in values if name not in excluded]
    return list(dict.fromkeys(name for _, name in sorted(places) if name not in excluded))


def lone_number(text: str) -> int | float | str | None:
    """The only number of a text; None where there is none or there are several."""
    found = list(re.finditer(rf"(?<![\d.a-z_]){NUMBER}(?![\d])", text))
    return _number(found[0][0], fraction=False) if len(found) == 1 else None


def says_only(text: str) -> bool:
    """Whether a text speaks of one thing only: BN만, only the noisy one."""
    return bool(_ONLY.search(text))
