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
from mlqa.tools.routing.lipschitz import read_lipschitz
from mlqa.tools.routing.lru import read_lru
from mlqa.tools.routing.naming import Named, named, nearly_named
from mlqa.tools.routing.own import own_tool, read_named, read_own
from mlqa.tools.routing.reading import lone_number, read, says_only
from mlqa.tools.routing.sheet import Sheet, plain, tidy
from mlqa.tools.routing.words import any_name, words_of

_EARLIER = 8  # requests of the conversation that one may go on from
_LONGEST = 20_000  # characters of a request that are read
_CONSTANT = re.compile(r"상수|constant|\bk\b|값")
_HOW_MUCH = re.compile(r"얼마|몇|구하|구해|알려|\bwhat(?:'s|s|\s+is)\b|\bfind\b")
_NUMBERED = {"ten_lines", "double_descent"}
_OUTCOME = {"size", "requests"}
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
    """Finds the tool that a request asks for; holds no state."""

    def route(self, request: str, history: Sequence[str] = ()) -> Routed | None:
        """The tool and the arguments of a request.

        Args:
            request: What the user says.
            history: Earlier requests and questions, oldest first.

        Returns:
            None where nothing is to be run: the request is a question, or its tool is not known.
        """
        request = tidy(request[:_LONGEST])
        text = plain(request)
        if mood.is_forbidden(text):
            return None
        direct = _direct(request, text)
        if not history or not _may_go_on(text, direct):
            return direct
        before = self._before(history)
        if before is None:
            return direct
        if direct is None:
            return _followed(request, text, before)
        lacks = _NEEDED.intersection(direct.missing)
        if direct.tool == before.tool and (lacks or mood.changes(text)):
            return _merged(before, direct.arguments, direct.missing)
        return _meant_before(request, text, direct, before) or direct

    def _before(self, history: Sequence[str]) -> Routed | None:
        """The run that the conversation came to last."""
        state: Routed | None = None
        for earlier in history[-_EARLIER:]:
            request = tidy(earlier[:_LONGEST])
            text = plain(request)
            if mood.is_forbidden(text):
                continue
            routed = _direct(request, text)
            if state and routed and routed.tool == state.tool and mood.changes(text):
                routed = _merged(state, routed.arguments, routed.missing)
            elif state and routed:
                routed = _meant_before(request, text, routed, state) or routed
            elif state:
                routed = _followed(request, text, state)
            state = routed or state
        return state


def _may_go_on(text: str, direct: Routed | None) -> bool:
    """Whether the conversation matters to a request."""
    if direct:
        return True
    return (
        mood.agrees(text)
        or mood.goes_on(text)
        or mood.wants_again(text)
        or mood.asks_to_run(text)
        or mood.asks_for_something(text)
        or (len(text) <= _BRIEF and not mood.is_question(text))
    )


def _direct(request: str, text: str) -> Routed | None:
    """The run that a request asks for by itself."""
    own = own_tool(text)
    if own and (mood.asks_to_run(text) or mood.asks_for_anything(text)):
        arguments, missing = read_own(Sheet(request), own)
        return Routed(tool=own, arguments=arguments, missing=missing)
    found = _named(text)
    if found is None:
        return None
    words = words_of(found.tool)
    to_run = mood.asks_to_run(text, words.verbs)
    something = to_run or mood.asks_for_something(text) or mood.asks_whether(text)
    if not something and mood.is_question(text) and not _asks_outcome(found, text):
        return None
    arguments, missing = _read(request, found.tool)
    if found.weakly and not arguments.get("requests"):
        return None
    shown = mood.mentions_thing(text) and not mood.is_of_result(text)
    wanted = (
        to_run
        or (something and (bool(arguments) or (shown and not mood.asks_whether(text))))
        or (bool(arguments) and not mood.is_question(text) and not mood.is_of_essay(text))
        or ("formula" in arguments and _asks_how_much(found, text))
        or (arguments.keys() >= _OUTCOME and mood.wants_told(text))
    )
    return Routed(tool=found.tool, arguments=arguments, missing=missing) if wanted else None


def _asks_outcome(found: Named, text: str) -> bool:
    """Whether a run answers what is to be told: the constant of a formula, what a cache does."""
    return _asks_how_much(found, text) or (found.tool == "lru" and mood.wants_told(text))


def _meant_before(request: str, text: str, direct: Routed, before: Routed) -> Routed | None:
    """The run before with another value, where a tool's name is also that of its argument.

    배치 크기를 64로 바꿔서 다시 means the batch size of the run before, not the tool of that name.
    """
    if mood.mentions_thing(text) or len(direct.arguments.get("depths", ())) > 1:
        return None
    arguments, missing = _read_again(request, before)
    return _merged(before, arguments, missing) if direct.tool in arguments else None


def _asks_how_much(found: Named, text: str) -> bool:
    """Only a run can say what the constant of a user's own formula is."""
    return (
        found.tool == "lipschitz" and bool(_CONSTANT.search(text)) and bool(_HOW_MUCH.search(text))
    )


def _named(text: str) -> Named | None:
    if any_name().search(text):
        return named(text)
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
