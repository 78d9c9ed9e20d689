"""From a request in Korean or English to a tool and its arguments, without a language model.

A run is asked for (돌려 줘, run it), or it is not: a question about a thing is none. The words by
which tools and arguments are called stand in ``data/routing.toml``; what they hold beside numbers
and words of a set (the items of a cache, a formula) is read by files of their own. A request that
goes on from an earlier one (이번에는 크기를 4로) takes over its tool and arguments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlqa.tools.routing import mood
from mlqa.tools.routing.asking import asks_for_run, may_ask, signs
from mlqa.tools.routing.likeness import Embed, Likeness
from mlqa.tools.routing.lipschitz import read_lipschitz
from mlqa.tools.routing.lru import read_lru
from mlqa.tools.routing.naming import Named, named, nearly_named
from mlqa.tools.routing.own import own_tool, read_named, read_own
from mlqa.tools.routing.reading import lone_number, read, says_only
from mlqa.tools.routing.sheet import Sheet, plain, tidy
from mlqa.tools.routing.words import any_name, names, words_of

_EARLIER = 8  # requests of the conversation that one may go on from
_LONGEST = 20_000  # characters of a request that are read
_LONGEST_DESCRIBED = 1_000  # characters of a request that names no tool
_CONSTANT = re.compile(r"립시츠\s?얼마|상수|constant|\bk\b|값")
_HOW_MUCH = re.compile(r"얼마|몇|구하|구해|알려|\bwhat(?:'s|s|\s+is)\b|\bfind\b")
_NUMBERED = {"ten_lines", "double_descent"}
_OUTCOME = frozenset({"formula", "requests"})  # of which a run says what comes out
_NEEDED = frozenset({"formula"})  # without which there is no run
_STATED = re.compile(r"[다네군어아음임]\s*[.!~ㅋㅎ^]*$")
_BRIEF = 80  # characters of an answer to a question of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """A tool that is to be run.

    Attributes:
        tool: Its name.
        arguments: The arguments that the request names, not yet checked against their limits.
        missing: Arguments to ask for: announced without a value, or needed.
    """

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


class Router:
    """Finds the tool that a request asks for.

    Args:
        embed: Texts to unit vectors, for requests that describe a tool without naming it; the
            encoder that ships with the package if not given, which is loaded when it is needed.
    """

    def __init__(self, embed: Embed | None = None) -> None:
        self._likeness = Likeness(embed)

    def warm_up(self) -> None:
        """Does now what the first requests would do: compiles the words, compares examples."""
        for tool in names():
            words_of(tool)
        self._likeness.tool_of("")

    def route(self, request: str, history: Sequence[str] = ()) -> Routed | None:
        """The tool and the arguments of a request.

        Args:
            request: What the user says.
            history: Earlier requests and questions, oldest first.

        Returns:
            None where nothing is to be run: the request is a question, or its tool is not known.
        """
        state: Routed | None = None
        for earlier in history[-_EARLIER:]:
            state = self._next(earlier, state) or state
        return self._next(request, state)

    def _next(self, request: str, before: Routed | None) -> Routed | None:
        """The run that a request asks for after the one before."""
        request = tidy(request[:_LONGEST])
        text = plain(request)
        if mood.is_forbidden(text):
            return None
        direct = _direct(request, text, self._likeness)
        if before and direct is None and _may_go_on(text):
            direct = _followed(request, text, before)
        elif before and direct:
            lacks = _NEEDED.intersection(direct.missing)
            if direct.tool == before.tool and (lacks or mood.changes(text)):
                return _merged(before, direct.arguments, direct.missing)
            return _meant_before(request, text, direct, before) or direct
        return direct or self._described(request, text)

    def _described(self, request: str, text: str) -> Routed | None:
        """The run of a tool that is described."""
        found = _named(text)
        if len(text) > _LONGEST_DESCRIBED or (found and not found.weakly):
            return None
        if not may_ask(signs(text, ())):
            return None
        tool = self._likeness.tool_of(text)
        wanted = _wanted(request, text, tool) if tool else None
        return None if wanted and _NEEDED.intersection(wanted.missing) else wanted


def _may_go_on(text: str) -> bool:
    """Whether the conversation matters to a request."""
    return (
        mood.agrees(text)
        or mood.goes_on(text)
        or mood.wants_again(text)
        or mood.asks_to_run(text)
        or mood.asks_for_something(text)
        or (len(text) <= _BRIEF and not mood.is_question(text))
    )


def _direct(request: str, text: str, likeness: Likeness) -> Routed | None:
    """The run that a request asks for by itself."""
    own = own_tool(text)
    if own and (mood.asks_to_run(text) or mood.asks_for_anything(text)):
        arguments, missing = read_own(Sheet(request), own)
        return Routed(tool=own, arguments=arguments, missing=missing)
    found = _named(text, likeness)
    if found is None:
        return None
    wanted = _wanted(request, text, found.tool)
    if wanted and found.weakly:
        ordered = wanted.arguments.get("requests") and may_ask(signs(text, ()))
        return wanted if ordered else None
    return wanted


def _wanted(request: str, text: str, tool: str) -> Routed | None:
    """The run of a tool that a request is about; None where it does not ask for one."""
    arguments, missing = _read(request, tool)
    if asks_for_run(_signs(text, tool, arguments)) or (
        "formula" in arguments and _asks_how_much(text)
    ):
        return Routed(tool=tool, arguments=arguments, missing=missing)
    return None


def _signs(text: str, tool: str, arguments: Mapping[str, Any]) -> frozenset[str]:
    complete = bool(_OUTCOME.intersection(arguments))
    return signs(text, arguments, words_of(tool).verbs, complete=complete)


def signs_of(request: str) -> frozenset[str] | None:
    """What speaks for a run in a request that names a tool, to fit weights on.

    Returns:
        None where no tool is named, or it is forbidden to run anything.
    """
    request = tidy(request)
    text = plain(request)
    found = _named(text)
    if found is None or mood.is_forbidden(text):
        return None
    arguments, _ = _read(request, found.tool)
    if found.weakly and not arguments.get("requests"):
        return None
    return _signs(text, found.tool, arguments)


def _meant_before(request: str, text: str, direct: Routed, before: Routed) -> Routed | None:
    """The run before with another value, where a tool's name is also that of its argument.

    배치 크기를 64로 바꿔서 다시 means the batch size of the run before, not the tool of that name.
    """
    if mood.mentions_thing(text) or len(direct.arguments.get("depths", ())) > 1:
        return None
    arguments, missing = _read_again(request, before)
    return _merged(before, arguments, missing) if direct.tool in arguments else None


def _asks_how_much(text: str) -> bool:
    """Only a run can say what the constant of a user's own formula is."""
    return bool(_CONSTANT.search(text)) and bool(_HOW_MUCH.search(text))


def _named(text: str, likeness: Likeness | None = None) -> Named | None:
    if any_name().search(text):
        return named(text, likeness.of if likeness and may_ask(signs(text, ())) else None)
    if mood.asks_to_run(text) or mood.asks_for_something(text):
        return nearly_named(text)
    return None


def _read(request: str, tool: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The arguments that a request names, and those to ask for."""
    sheet = Sheet(request)
    words = words_of(tool)
    arguments = read_named(sheet, tool)
    missing: tuple[str, ...] = ()
    if tool in {"lru", "lipschitz"}:
        found, missing = (read_lru if tool == "lru" else read_lipschitz)(sheet)
        missing = tuple(name for name in missing if name not in arguments)
        return {**found, **arguments}, missing
    if tool in _NUMBERED:  # ten lines are no number of splits
        sheet.take_all(words.names)
    arguments = {**read(sheet, words), **arguments}
    if (
        tool == "batchnorm"
        and len(arguments.get("arms", ())) == 1
        and not says_only(plain(request))
    ):
        del arguments["arms"]
    if tool == "automl" and mood.agreed(plain(request)):
        arguments["confirm"] = True
    return arguments, missing


def _followed(request: str, text: str, before: Routed) -> Routed | None:
    """The run that a request asks for by going on from the one before."""
    if before.tool == "automl" and mood.agrees(text):
        arguments, _ = _read_again(request, before)
        return _merged(before, {**arguments, "confirm": True}, ())
    answered = _answered(request, text, before)
    if answered:
        return answered
    orders = mood.asks_to_run(text) or mood.asks_for_something(text)
    elliptical = len(text) <= _BRIEF and not (mood.is_question(text) or _STATED.search(text))
    again = mood.wants_again(text)
    goes_on = (again or mood.goes_on(text)) and not mood.asks_back(text)
    if not (orders or elliptical or goes_on) or mood.names_other(text):
        return None
    arguments, missing = _read_again(request, before)
    announced = [name for name in missing if name not in _NEEDED]
    if arguments or (announced and (orders or elliptical)):
        return _merged(before, arguments, missing)
    same = mood.asks_to_run(text) or ((orders or elliptical) and not mood.mentions_thing(text))
    return before if again and same else None


def _read_again(request: str, before: Routed) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What a request that names no tool says of the tool before."""
    if before.tool not in _built_in():
        return read_own(Sheet(request), before.tool)
    arguments, missing = _read(request, before.tool)
    number = lone_number(plain(request))
    numeric = [name for name, held in before.arguments.items() if isinstance(held, int | float)]
    numeric = [name for name in numeric if not isinstance(before.arguments[name], bool)]
    if not arguments and number is not None and len(numeric) == 1:
        kind = float if isinstance(before.arguments[numeric[0]], float) else int
        plain_number = isinstance(number, int | float) and number == number // 1
        arguments[numeric[0]] = kind(number) if plain_number else number
    return arguments, missing


def _built_in() -> Mapping[str, str]:
    from mlqa.tools.registry import BUILT_IN

    return BUILT_IN


def _answered(request: str, text: str, before: Routed) -> Routed | None:
    """The run, where a brief text gives what was asked for."""
    if not before.missing or len(text) > 3 * _BRIEF or mood.is_question(text):
        return None
    arguments, _ = _read_again(request, before)
    number = lone_number(text)
    if "size" in before.missing and "size" not in arguments and number is not None:
        arguments = {"size": number}
    if not any(name in arguments for name in before.missing):
        return None
    return _merged(before, arguments, ())


def _merged(before: Routed, arguments: Mapping[str, Any], missing: Sequence[str]) -> Routed:
    """The earlier arguments and the new ones; who changes a budget has not agreed to it yet."""
    kept = {name: held for name, held in before.arguments.items() if name != "confirm"}
    if not arguments:
        kept = dict(before.arguments)
    kept |= arguments
    asked = [name for name in missing if name not in _NEEDED or name not in kept]
    open_ones = [name for name in before.missing if name not in kept]
    lacking = [name for name in dict.fromkeys([*open_ones, *asked]) if name not in arguments]
    return Routed(
        tool=before.tool,
        arguments={name: held for name, held in kept.items() if name not in lacking},
        missing=tuple(lacking),
    )
