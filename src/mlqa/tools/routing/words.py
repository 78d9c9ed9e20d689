"""The table of ``data/routing.toml``: what tools and arguments are called, as patterns."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from mlqa.messages import Language, catalogue
from mlqa.tools.routing.numbers import MASK
from mlqa.tools.routing.sheet import plain

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# What may stand between the name of an argument and its number: 시드는 5, size = 5, 3에서 5로.
_FROM = rf"(?:(?:from\s+)?{MASK}\s*(?:에서|to\s)\s*)?"
GLUE = (
    r"\s*(?:값)?\s*(?:은|는|을|를|이|가|의|만|도|쪽은)?\s*"
    r"(?:약|대략|총|좀|딱|그냥|걍|아예|모두|전부|각각|최대|최소|about|up\s+to|only|just|exactly)?\s*"
    r"(?:[:=]|of\b|to\b|is\b|at\b|as\b|equals?\b|equal\s+to|set\s+to|be\b)?\s*(?:없게|없이)?\s*\(?"
    + _FROM
)
# An item of several numbers, and what stands between two.
_ITEM = rf"{MASK}(?:\s?(?:층|개|겹|layers?\b)(?:짜리)?)?"
_BETWEEN = (
    r"(?:\s?(?:,\s?and\b|,|;|/|\||->|→|×|x\b|-|·|\+|\band\b|"
    r"\bvs\.?|&|이랑|랑|과|와|하고|그리고|및)\s?|\s)"
)
NUMBERS = rf"[\[(]?\s?{_ITEM}(?:{_BETWEEN}{_ITEM}){{0,60}}\s?[\])]?"
NUMBER_LIST = re.compile(
    rf"(?<![\w.\x00])[\[(]?\s?{_ITEM}(?:{_BETWEEN}{_ITEM}){{1,60}}\s?[\])]?", re.ASCII
)
_LANGUAGES: tuple[Language, ...] = ("ko", "en")
_BARE = r"(?<![\d.a-z_^])"
_ALIAS = re.compile(r"\{([a-z]+)\}")


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
        firsts: Patterns of the first number of a sequence, where its name stands before it.
        keys: What an argument that is a number is called, the number elsewhere in the clause.
        sequences: Patterns of the arguments that are several numbers, in the group ``n``.
        choices: Arguments that take one word of a set: pattern of each value.
        lists: Arguments that take several words of a set.
        fractions: Numbers that need not be whole.
        each: Patterns of one number of a sequence, where they stand apart: 2층짜리와 56층짜리.
        orders: Values of the lists, in the order of the tool.
        zero: Arguments that may be said to be absent: 노이즈 없이.
        loose: Argument of ``sequences`` that takes numbers which stand alone; "" for none.
    """

    rank: int
    names: re.Pattern[str]
    misspelt: tuple[str, ...]
    weak: re.Pattern[str] | None
    verbs: tuple[str, ...]
    numbers: Mapping[str, tuple[re.Pattern[str], ...]]
    firsts: Mapping[str, tuple[re.Pattern[str], ...]]
    keys: Mapping[str, re.Pattern[str]]
    sequences: Mapping[str, tuple[re.Pattern[str], ...]]
    choices: Mapping[str, Mapping[str, re.Pattern[str]]]
    lists: Mapping[str, Mapping[str, re.Pattern[str]]]
    fractions: frozenset[str]
    loose: str
    zero: frozenset[str]
    orders: Mapping[str, Sequence[str]]
    each: Mapping[str, tuple[re.Pattern[str], ...]]


@cache
def _table() -> Mapping[str, Any]:
    content = resources.files("mlqa.data").joinpath("routing.toml").read_bytes()
    return tomllib.loads(content.decode("utf-8"))


@cache
def weights() -> Mapping[str, float]:
    """What each sign of a request weighs, see ``asking``."""
    weighed: Mapping[str, float] = _table()["asking"]
    return weighed


@cache
def examples() -> Mapping[str, tuple[str, ...]]:
    """What is said of each tool, and of none of them, by people who do not name it."""
    said = {tool: list(texts) for tool, texts in _table()["examples"].items()}
    for language in _LANGUAGES:
        for tool, texts in said.items():
            keys = (f"tool_{tool}_{part}" for part in ("title", "about"))
            texts += [catalogue(language)[key] for key in keys if key in catalogue(language)]
    return {tool: tuple(texts) for tool, texts in said.items()}


@cache
def names() -> Mapping[str, re.Pattern[str]]:
    """What each tool is called, names that count only beside a value included."""
    return {
        tool: _any([*_called(tool, part), *part.get("weak", ())])
        for tool, part in _table()["tools"].items()
    }


def _called(tool: str, part: Mapping[str, Any]) -> list[str]:
    """Names of a tool: those of the table, its titles and the name it is registered by."""
    titles = (catalogue(language).get(f"tool_{tool}_title", "") for language in _LANGUAGES)
    own = [re.escape(plain(title)).replace("\\ ", " ?") for title in titles if title]
    if "_" in tool:
        own.append(tool.replace("_", "[ _-]?"))
    return [*part["names"], *own]


@cache
def any_name() -> re.Pattern[str]:
    """The name of any tool."""
    tools = _table()["tools"].items()
    return _any([n for tool, part in tools for n in [*_called(tool, part), *part.get("weak", ())]])


@cache
def misspelt() -> tuple[tuple[str, str], ...]:
    """Names of which misspellings are recognised, each with its tool."""
    tools = _table()["tools"].items()
    return tuple((name, tool) for tool, part in tools for name in part.get("misspelt", ()))


@cache
def words_of(tool: str) -> Words:
    """How people speak of a tool of this package."""
    part = _table()["tools"][tool]
    keys = _keys(tool, part.get("numbers", {}))
    behind = _behind(keys)
    numbers = _phrases(tool, part.get("numbers", {}))
    return Words(
        rank=part["rank"],
        names=_any(_called(tool, part)),
        misspelt=tuple(part.get("misspelt", ())),
        weak=_any(part["weak"]) if "weak" in part else None,
        verbs=tuple(part.get("verbs", ())),
        numbers={name: (*of, behind[name]) for name, of in numbers.items()},
        sequences=_phrases(tool, part.get("sequences", {})),
        firsts=_firsts(part.get("sequences", {})),
        keys=keys,
        choices={name: _values(of) for name, of in part.get("choices", {}).items()},
        lists={name: _values(of) for name, of in part.get("lists", {}).items()},
        fractions=frozenset(part.get("fractions", ())),
        loose=part.get("loose", ""),
        each={name: (phrase(text),) for name, text in part.get("each", {}).items()},
        zero=frozenset(part.get("zero", ())),
        orders=_table()["orders"],
    )


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_name(_aliased(one))})" for one in patterns), re.ASCII)


def _name(pattern: str) -> str:
    return pattern.replace(" ?", r"\s*")


def _values(name: str) -> Mapping[str, re.Pattern[str]]:
    """Words of a set; data sets to compare are those to take one of, and more."""
    values = _table()["values"]
    words = {**values["data"], **values["datasets"]} if name == "datasets" else values[name]
    return {value: _any(patterns) for value, patterns in words.items()}


def _phrases(
    tool: str, part: Mapping[str, Sequence[str]]
) -> Mapping[str, tuple[re.Pattern[str], ...]]:
    """What leads to each argument: the phrases of the table, its labels and its name."""
    compiled = {}
    for argument, texts in part.items():
        whole = _spelt_out(texts)
        sign = "##" if "##" in whole[-1] else "#"
        whole += [f"{label} {sign}" for label in _labels(tool, argument)]
        compiled[argument] = tuple(phrase(text) for text in dict.fromkeys(whole))
    return compiled


def _firsts(
    part: Mapping[str, Sequence[str]],
) -> Mapping[str, tuple[re.Pattern[str], ...]]:
    headed = {
        argument: [text for text in _spelt_out(texts) if text.endswith("##") and text[0] != "#"]
        for argument, texts in part.items()
    }
    return {name: tuple(phrase(text[:-1]) for text in texts) for name, texts in headed.items()}


def _spelt_out(texts: Sequence[str]) -> list[str]:
    phrases = _table()["phrases"]
    return [text for one in texts for text in (phrases[one[1:]] if one[0] == "@" else [one])]


def _labels(tool: str, argument: str) -> list[str]:
    """What the tool itself calls an argument, in both languages."""
    said = [argument.replace("_", " ")]
    for language in _LANGUAGES:
        label = catalogue(language).get(f"tool_{tool}_arg_{argument}", "")
        said.append(plain(label.partition("(")[0].strip()))
    escaped = (re.escape(one).replace("\\ ", " ") for one in said if one)
    return [rf"(?<![a-z]){one}" if one[0].isascii() else one for one in escaped]


def _keys(tool: str, part: Mapping[str, Sequence[str]]) -> Mapping[str, re.Pattern[str]]:
    """Words that stand before the number of each argument, wherever in the clause."""
    found = {}
    for argument, texts in part.items():
        heads = [text[:-1].strip() for text in _spelt_out(texts) if text[-1] == "#"]
        heads = [head for head in [*heads, *_labels(tool, argument)] if head]
        found[argument] = _any([head.replace(" ", r"\s*") for head in heads])
    return found


def _behind(keys: Mapping[str, re.Pattern[str]]) -> Mapping[str, re.Pattern[str]]:
    """Numbers that are made an argument: 42를 시드로, 0.1 as the learning rate."""
    head = rf"(?<![\w.^])(?P<n>{MASK})\s?(?:번|개|회)?\s?(?:을|를|(?:as|for)\s(?:the\s|a\s)?)\s?"
    return {
        argument: re.compile(rf"{head}(?:{pattern.pattern})(?!{GLUE}{MASK})", re.ASCII)
        for argument, pattern in keys.items()
    }


def _aliased(text: str) -> str:
    words = _table()["words"]
    while _ALIAS.search(text):
        text = _ALIAS.sub(lambda found: words[found[1]], text)
    return text


@cache
def phrase(text: str) -> re.Pattern[str]:
    """A phrase with its number in the group ``n``; see the head of the table for its signs.

    It is matched with a text whose numbers are masked.
    """
    text = _aliased(text).replace(r"[^\d", r"[^\x01\x02").replace(r"\d", r"\x01")
    sign = "##" if "##" in text else "#"
    number = NUMBERS if sign == "##" else MASK
    before, _, after = text.partition(sign)
    before, after = (part.replace(" ", r"\s*") for part in (before, after))
    before = f"{before}{GLUE}" if before.strip("\\s*") else _BARE
    if before[0].isascii() and before[0].isalpha():
        before = rf"(?<![a-z]){before}"
    if sign == "#" and not after:
        after = r"(?P<more>\s?개)?"
    elif after and after[-1].isascii() and after[-1].isalpha():
        after += r"(?![a-z])"
    return re.compile(f"{before}(?P<n>{number}){after}", re.ASCII)
