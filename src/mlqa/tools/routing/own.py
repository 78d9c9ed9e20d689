"""Tools of a user's own: matched by name or title, arguments read as ``name=value``."""

from __future__ import annotations

import re
from typing import Any

from mlqa.tools import registry
from mlqa.tools.limits import Argument
from mlqa.tools.routing.numbers import MASK, NUMBER, value
from mlqa.tools.routing.sheet import Sheet, plain
from mlqa.tools.routing.words import GLUE

_TRUE = re.compile(r"true|yes|on\b|예|네|참|켜|켬|포함")
_FALSE = re.compile(r"false|no\b|off\b|아니|거짓|꺼|끔|없")
_TEXT = r"(?:\"[^\"]*\"|'[^']*'|\[[^\]]*\]|[^\s\[\"']+(?:\s*,\s*[^\s\[\"',]+)*)"
_PARTICLE = re.compile(
    r"(?<=[0-9a-z_.\"'\]])(?:으로|로|을|를|이|가|은|는|에|의|만)$", re.IGNORECASE
)
_SHORTEST_TITLE = 2


def own_tool(text: str) -> str | None:
    """The tool of a user's own that a text in lower case names; None for none."""
    squeezed = "".join(text.split())
    best: tuple[int, str] | None = None
    for name in registry.names():
        if name in registry.BUILT_IN:
            continue
        length = max(
            (len(said) for said in _said(name) if _stands(said, text, squeezed)), default=0
        )
        if length and (best is None or length > best[0]):
            best = (length, name)
    return best[1] if best else None


def _said(name: str) -> list[str]:
    tool = registry.find(name)
    return [name, name.replace("_", " "), plain(tool.title("ko")), plain(tool.title("en"))]


def _stands(said: str, text: str, squeezed: str) -> bool:
    if said.isascii():
        return bool(re.search(rf"(?<![a-z0-9_]){re.escape(said)}(?![a-z0-9_])", text))
    return len(said) >= _SHORTEST_TITLE and "".join(said.split()) in squeezed


def read_own(sheet: Sheet, name: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The arguments that are named, and those that a run cannot do without."""
    tool = registry.find(name)
    labels = tool.labels("en")
    arguments: dict[str, Any] = {}
    for argument in tool.arguments("ko"):
        words = {argument.name, argument.name.replace("_", " "), argument.label}
        words.add(labels[argument.name])
        found = _value(sheet, argument, sorted(map(plain, words), key=len, reverse=True))
        if found is not None:
            arguments[argument.name] = found
    missing = tuple(
        argument.name
        for argument in tool.arguments()
        if argument.required and argument.name not in arguments
    )
    return arguments, missing


def read_named(sheet: Sheet, name: str) -> dict[str, Any]:
    """Arguments of a tool of this package that stand as ``name=value``, crossed out."""
    if "=" not in sheet.left:
        return {}
    arguments: dict[str, Any] = {}
    for argument in registry.find(name).arguments():
        pattern = re.compile(rf"(?<![a-z_]){argument.name}\s*=\s*(?P<v>{_TEXT})")
        found = pattern.search(sheet.left)
        if found and argument.kind != "string":
            arguments[argument.name] = _typed(argument, sheet.raw[slice(*found.span("v"))])
            sheet.cross(*found.span())
    return arguments


def _value(sheet: Sheet, argument: Argument, words: list[str]) -> Any:  # noqa: ANN401
    """What a request says of an argument; None where it is not named."""
    names = "|".join(map(re.escape, words))
    head = (
        rf"(?<![a-z0-9_])(?:{names}){GLUE}"
        if argument.kind != "string"
        else (rf"(?<![a-z0-9_])(?:{names})\s*(?:은|는|을|를|이|가)?\s*[:=]?\s*")
    )
    if argument.kind in {"integer", "number"}:
        text = sheet.masked
        found = re.search(rf"{head}(?P<v>{MASK})", text) or re.search(
            rf"(?<![\d.])(?P<v>{MASK})\s*(?:{names})(?![a-z])", text
        )
        if not found:
            return None
        number = value(sheet.left[slice(*found.span("v"))])
        sheet.cross(*found.span())
        return number
    if argument.kind == "choice":
        return _choice(sheet, argument)
    found = re.search(rf"{head}(?P<v>{_TEXT})", sheet.left)
    if not found:
        return None
    typed = _typed(argument, sheet.raw[slice(*found.span("v"))])
    sheet.cross(*found.span())
    return typed


def _choice(sheet: Sheet, argument: Argument) -> str | int | float | None:
    for choice in argument.choices:
        said = re.escape(str(choice).lower()).replace("_", "[ _-]?")
        if sheet.take(re.compile(rf"(?<![a-z0-9_]){said}(?![a-z0-9_])")):
            return choice
    return None


def _typed(argument: Argument, text: str) -> Any:  # noqa: ANN401 - checked by the tool
    """A text as the kind of an argument; what does not fit is handed on."""
    text = _PARTICLE.sub("", text.strip())
    if argument.kind == "list":
        inside = text.strip("[]\"' ")
        parts = [part.strip("\"' ") for part in inside.split(",")] if inside else []
        if argument.item and argument.item.kind in {"integer", "number"}:
            return [_number(part) for part in parts]
        return parts
    if argument.kind == "boolean":
        low = text.lower()
        return True if _TRUE.match(low) else False if _FALSE.match(low) else text
    if argument.kind in {"integer", "number"}:
        return _number(text)
    return text.strip("\"'")


def _number(text: str) -> int | float | str:
    return value(text) if re.fullmatch(NUMBER, text.lower()) else text
