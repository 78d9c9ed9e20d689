"""Which tool a language model calls, read off what it says.

Servers hand calls over as such. Where a model's own words are all there is, a call stands in one of
the forms that models are taught:

    <tool_call>{"name": …, "arguments": {…}}</tool_call>       Hermes, Qwen, EXAONE, Granite
    <tool_call><function=…><parameter=…>…</parameter></function></tool_call>      Qwen Coder
    [TOOL_CALLS][{"name": …, "arguments": {…}}]  [TOOL_CALLS]name[ARGS]{…}        Mistral
    <|python_tag|>{"name": …, "parameters": {…}}  or the object alone             Llama

A form counts at the start of the text or behind its mark, never in the midst of a sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from mlqa.schema import ToolChoice

_TALK = 300  # characters; a model that has said so much without a call answers the question
_THOUGHT = "</think>"
_MARK = re.compile(
    r"<tool_call>|<\|tool_call\|?>|\[TOOL_CALLS\]|<\|python_tag\|>|<tools>|<function_?call>"
    r"|-> tool/function_call|```(?:json)?(?=\s)"
)
_FUNCTION = re.compile(r"\s*<function=([^>\n]+)>(.*?)</function>", re.DOTALL)
_PARAMETER = re.compile(r"<parameter=([^>\n]+)>(.*?)</parameter>", re.DOTALL)
_NAMED = re.compile(r"\s*([\w.-]+)\s*(?:\[CALL_ID\][\w-]*)?(?:\[ARGS\])?\s*(?=\{)", re.ASCII)
_BETWEEN = re.compile(r"[\s;,]*")
_CLOSES = frozenset("}]>")
_DECODER = json.JSONDecoder()


class Call(NamedTuple):
    """A call as it was written: the arguments are an object or its JSON."""

    name: object
    arguments: object


@dataclass
class _Streamed:
    """A call that a server hands over piece by piece."""

    index: int | None
    id: str
    name: str
    arguments: str


class Heard:
    """What a model has said so far.

    Args:
        tools: The functions that there are, as OpenAI writes them.
    """

    def __init__(self, tools: Iterable[Mapping[str, Any]]) -> None:
        self._names = {tool["function"]["name"] for tool in tools}
        self._text = ""
        self._calls: list[_Streamed] = []
        self._length = 0
        self._found: ToolChoice | None = None

    def say(self, text: str) -> None:
        """Takes up a piece of text."""
        self._text += text
        self._length += len(text)
        if not self._found and _CLOSES.intersection(text):
            self._found = first_valid(calls_in(self._text), self._names)

    def call(self, index: int | None, id: str, name: str, arguments: object) -> None:
        """Takes up a piece of a call.

        Args:
            index: Which call of the answer it belongs to; None where a server does not say.
            id: The same for servers that number all calls alike; may be empty.
            name: The tool; empty in all pieces but the first.
            arguments: A piece of their JSON, or all of them.
        """
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        self._length += len(name) + len(text)
        last = next((call for call in reversed(self._calls) if call.index == index), None)
        begins = last is None or (id and last.id not in {"", id}) or (index is None and name)
        if last is None or begins:
            self._calls.append(_Streamed(index, id, name, text))
            return
        last.name = last.name or name
        last.arguments += text

    @property
    def length(self) -> int:
        """Characters so far."""
        return self._length

    @property
    def is_decided(self) -> bool:
        """Whether nothing more need be heard: it has called a tool, or answers by itself."""
        if self._found:
            return True
        return not self._calls and _is_talk(self._text)

    @property
    def choice(self) -> ToolChoice | None:
        """The first call of a tool that there is, with arguments that can be read."""
        calls = (Call(call.name, call.arguments) for call in self._calls)
        return first_valid(calls, self._names) or self._found


def first_valid(calls: Iterable[Call], names: Collection[str]) -> ToolChoice | None:
    """The first call of a tool that there is, with arguments that can be read."""
    for name, given in calls:
        arguments = _mapping(given)
        if isinstance(name, str) and name.strip() in names and arguments is not None:
            return ToolChoice(name=name.strip(), arguments=arguments)
    return None


def calls_in(text: str) -> Iterator[Call]:
    """The calls that a model has written, thoughts passed over."""
    said = _said(text)
    yield from _objects(said, 0)
    for mark in _MARK.finditer(said):
        yield from _behind(said, mark.end())


def call_of(value: object) -> Call | None:
    """A JSON object as a call, if it is one."""
    if isinstance(value, dict) and isinstance(value.get("function"), dict):
        value = value["function"]
    if not isinstance(value, dict) or "name" not in value:
        return None
    arguments = value.get("arguments", value.get("parameters"))
    return Call(value["name"], arguments)


def _behind(text: str, start: int) -> Iterator[Call]:
    """The calls behind a mark."""
    if function := _FUNCTION.match(text, start):
        name, body = function.groups()
        yield Call(name, {key: _value(value) for key, value in _PARAMETER.findall(body)})
    elif named := _NAMED.match(text, start):
        for value in _values(text, named.end()):
            yield Call(named[1], value)
            break
    else:
        yield from _objects(text, start)


def _objects(text: str, start: int) -> Iterator[Call]:
    """The calls among the JSON values that stand one after the other from here on."""
    for value in _values(text, start):
        for item in value if isinstance(value, list) else [value]:
            if call := call_of(item):
                yield call


def _values(text: str, start: int) -> Iterator[object]:
    """The JSON objects and lists that stand one after the other from here on."""
    while True:
        between = _BETWEEN.match(text, start)
        start = between.end() if between else start
        if text[start : start + 1] not in {"{", "["}:
            return
        try:
            value, start = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):  # not JSON, or not whole yet
            return
        yield value


def _value(text: str) -> object:
    """A value of a form without quotes."""
    text = text.strip()
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value


def _mapping(arguments: object) -> dict[str, Any] | None:
    """Arguments by name, those that are null left out; None where they cannot be read."""
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments) if arguments.strip() else {}
        except (ValueError, RecursionError):
            return None
    if arguments is None:
        return {}
    if not isinstance(arguments, dict):
        return None
    return {str(name): value for name, value in arguments.items() if value is not None}


def _said(text: str) -> str:
    """A text without the thoughts before it; empty while a model still thinks."""
    said = text.rpartition(_THOUGHT)[2]
    return said.partition("<think>")[0]


def _is_talk(text: str) -> bool:
    """Whether a model answers by itself."""
    said = _said(text).strip()
    return len(said) > _TALK and said[0] not in "{[" and not _MARK.search(said)
