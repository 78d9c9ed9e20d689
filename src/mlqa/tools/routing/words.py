"""The table of ``data/routing.toml``: what tools and arguments are called, as patterns."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from mlqa.tools.routing.numbers import NUMBER

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# What may stand between the name of an argument and its number: 시드는 5, size = 5, 3에서 5로.
_FROM = rf"(?:(?:from\s+)?{NUMBER}\s*(?:에서|to\s)\s*)?"
GLUE = (
    r"\s*(?:값|개수|갯수|횟수)?\s*(?:은|는|을|를|이|가|의|만|도)?\s*"
    r"(?:약|대략|총|좀|최대|about|up\s+to|only)?\s*(?:[:=]|of\b|to\b|is\b|at\b|as\b|equals?\b|equal\s+to)?\s*"
    + _FROM
)
# An item of several numbers, and what stands between two.
_ITEM = r"-?\d{1,12}(?:\.\d{1,12})?(?!\.?\d)(?:\s?(?:층|개|layers?\b))?"
_BETWEEN = (
    r"(?:\s?(?:,\s?and\b|,|;|/|->|→|×|x\b|-|\band\b|\bvs\.?|&|이랑|랑|과|와|하고|그리고|및)\s?|\s)"
)
NUMBERS = rf"[\[(]?\s?{_ITEM}(?:{_BETWEEN}{_ITEM}){{0,60}}\s?[\])]?"
NUMBER_LIST = re.compile(
    rf"(?<![\w.\x00])[\[(]?\s?{_ITEM}(?:{_BETWEEN}{_ITEM}){{1,60}}\s?[\])]?", re.ASCII
)
WHOLE = re.compile(r"-?\d+(?:\.\d+)?")
_BARE = r"(?<![\d.a-z_^])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How people speak of one tool.

    Attributes:
        rank: The higher one is meant where two tools are named.
        names: What it is called.
        misspelt: Names of which misspellings are recognised, without spaces.
        weak: Names that count only beside a value of an argument; None for none.
        verbs: Beginnings of verbs that ask for it beside the general ones.
        numbers: Patterns of the arguments that are numbers, the number in the group ``n``.
        sequences: Patterns of the arguments that are several numbers, in the group ``n``.
        choices: Arguments that take one word of a set: pattern of each value.
        lists: Arguments that take several words of a set.
        fractions: Numbers that need not be whole.
        each: Patterns of one number of a sequence, where they stand apart: 2층짜리와 56층짜리.
        zero: Arguments that may be said to be absent: 노이즈 없이.
        loose: Argument of ``sequences`` that takes numbers which stand alone; "" for none.
    """

    rank: int
    names: re.Pattern[str]
    misspelt: tuple[str, ...]
    weak: re.Pattern[str] | None
    verbs: tuple[str, ...]
    numbers: Mapping[str, tuple[re.Pattern[str], ...]]
    sequences: Mapping[str, tuple[re.Pattern[str], ...]]
    choices: Mapping[str, Mapping[str, re.Pattern[str]]]
    lists: Mapping[str, Mapping[str, re.Pattern[str]]]
    fractions: frozenset[str]
    loose: str
    zero: frozenset[str]
    each: Mapping[str, tuple[re.Pattern[str], ...]]


@cache
def _table() -> Mapping[str, Any]:
    content = resources.files("mlqa.data").joinpath("routing.toml").read_bytes()
    return tomllib.loads(content.decode("utf-8"))


@cache
def names() -> Mapping[str, re.Pattern[str]]:
    """What each tool is called, names that count only beside a value included."""
    return {
        tool: _any([*part["names"], *part.get("weak", ())])
        for tool, part in _table()["tools"].items()
    }


@cache
def any_name() -> re.Pattern[str]:
    """The name of any tool."""
    parts = _table()["tools"].values()
    return _any([name for part in parts for name in [*part["names"], *part.get("weak", ())]])


@cache
def misspelt() -> tuple[tuple[str, str], ...]:
    """Names of which misspellings are recognised, each with its tool."""
    tools = _table()["tools"].items()
    return tuple((name, tool) for tool, part in tools for name in part.get("misspelt", ()))


@cache
def words_of(tool: str) -> Words:
    """How people speak of a tool of this package."""
    part = _table()["tools"][tool]
    return Words(
        rank=part["rank"],
        names=_any(part["names"]),
        misspelt=tuple(part.get("misspelt", ())),
        weak=_any(part["weak"]) if "weak" in part else None,
        verbs=tuple(part.get("verbs", ())),
        numbers=_phrases(part.get("numbers", {})),
        sequences=_phrases(part.get("sequences", {})),
        choices={name: _values(of) for name, of in part.get("choices", {}).items()},
        lists={name: _values(of) for name, of in part.get("lists", {}).items()},
        fractions=frozenset(part.get("fractions", ())),
        loose=part.get("loose", ""),
        each={name: (phrase(text),) for name, text in part.get("each", {}).items()},
        zero=frozenset(part.get("zero", ())),
    )


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_name(pattern)})" for pattern in patterns), re.ASCII)


def _name(pattern: str) -> str:
    return pattern.replace(" ?", r"\s*")


def _values(name: str) -> Mapping[str, re.Pattern[str]]:
    """Words of a set; data sets to compare are those to take one of, and more."""
    values = _table()["values"]
    words = {**values["data"], **values["datasets"]} if name == "datasets" else values[name]
    return {value: _any(patterns) for value, patterns in words.items()}


def _phrases(part: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[re.Pattern[str], ...]]:
    phrases = _table()["phrases"]
    compiled = {}
    for argument, texts in part.items():
        whole = [text for one in texts for text in (phrases[one[1:]] if one[0] == "@" else [one])]
        sign = "##" if "##" in whole[-1] else "#"
        whole.append(f"\\b{re.escape(argument).replace('_', '[ _]')} {sign}")
        compiled[argument] = tuple(phrase(text) for text in whole)
    return compiled


@cache
def phrase(text: str) -> re.Pattern[str]:
    """A phrase with its number in the group ``n``; see the head of the table for its signs."""
    sign = "##" if "##" in text else "#"
    number = NUMBERS if sign == "##" else NUMBER
    before, _, after = text.partition(sign)
    before, after = (part.replace(" ", r"\s*") for part in (before, after))
    before = f"{before}{GLUE}" if before.strip("\\s*") else _BARE
    if before[0].isascii() and before[0].isalpha():
        before = rf"(?<![a-z]){before}"
    end = r"(?![\d])(?!\.\d)" if sign == "#" else ""
    if sign == "#" and not after:
        after = r"(?P<more>\s?개)?"
    elif after and after[-1].isascii() and after[-1].isalpha():
        after += r"(?![a-z])"
    return re.compile(f"{before}(?P<n>{number}){end}{after}", re.ASCII)
