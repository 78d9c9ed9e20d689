"""Forms for the arguments of tools, made from their limits; no Gradio.

The fields are the browser's own, so that keyboards of phones fit them; what was typed is checked
by the tool, whose errors name the argument and what it takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlqa.messages import Language, catalogue, message
from mlqa.service.markup import inert
from mlqa.tools.limits import Argument
from mlqa.tools.registry import Tool


def tool_title(name: str, language: Language) -> str:
    """A tool's title, without loading the tool where the catalogue has it."""
    return catalogue(language).get(f"tool_{name}_title", name)


def choices_html(names: Sequence[str], language: Language = "ko") -> str:
    """A button for each tool."""
    return "".join(
        f'<button type="button" class="mlqa-tool" data-tool="{inert(name)}" aria-pressed="false">'
        f"{inert(tool_title(name, language))}</button>"
        for name in names
    )


def form_html(tool: Tool, language: Language = "ko") -> str:
    """What a tool does, a field for each argument, and a button that runs it.

    That of ``lru`` has a button more, which shows the chatbot's own caches.
    """
    fields = "".join(_field(argument, language) for argument in tool.arguments(language))
    run = inert(message("experiments_run", language))
    stop = inert(message("experiments_stop", language))
    return (
        f'<form class="mlqa-form" data-tool="{inert(tool.name)}" novalidate>'
        f"<h2>{inert(tool.title(language))}</h2><p>{inert(tool.about(language))}</p>"
        f'<div class="mlqa-fields">{fields}</div><div class="mlqa-controls">'
        f'<button type="submit" class="mlqa-start">{run}</button>'
        f'<button type="button" class="mlqa-halt">{stop}</button>'
        f"{_own_button(language) if tool.name == 'lru' else ''}</div></form>"
    )


def _own_button(language: Language) -> str:
    label = inert(message("experiments_own", language))
    return f'<button type="button" class="mlqa-own">{label}</button>'


def texts_of(values: Mapping[str, Any]) -> dict[str, str]:
    """What a form sent, as far as it is text."""
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _field(argument: Argument, language: Language) -> str:
    name = inert(argument.name)
    label = inert(argument.label)
    if argument.kind == "boolean":
        checked = " checked" * bool(argument.default)
        return (
            f'<div class="mlqa-field mlqa-tick"><label><input type="checkbox" name="{name}"'
            f"{checked}> {label}</label></div>"
        )
    hint = f'<small id="mlqa-hint-{name}">{inert(argument.allowed.text(language))}</small>'
    if argument.item is not None and argument.item.kind == "choice":
        boxes = "".join(
            f'<label><input type="checkbox" name="{name}" value="{inert(str(choice))}" data-item'
            f"{' checked' * (choice in (argument.default or ()))}> {inert(str(choice))}</label>"
            for choice in argument.item.choices
        )
        return f'<fieldset class="mlqa-field"><legend>{label}</legend>{boxes}</fieldset>'
    return (
        f'<div class="mlqa-field"><label for="mlqa-arg-{name}">{label}</label>'
        f"{_input(argument, name, language)}{hint}</div>"
    )


def _input(argument: Argument, name: str, language: Language) -> str:
    shared = f'id="mlqa-arg-{name}" name="{name}" aria-describedby="mlqa-hint-{name}"'
    if argument.kind == "choice":
        options = "".join(
            f"<option{' selected' * (choice == argument.default)}>{inert(str(choice))}</option>"
            for choice in argument.choices
        )
        return f"<select {shared}>{options}</select>"
    value = inert(_written(argument.default))
    if argument.kind not in {"integer", "number"}:
        told = message("experiments_list", language) if argument.kind == "list" else ""
        return (
            f'<input type="text" {shared} value="{value}" placeholder="{inert(told)}"'
            ' autocomplete="off" spellcheck="false">'
        )
    # Of type text: a number field gives nothing at all for what it takes for no number.
    mode = "numeric" if argument.kind == "integer" else "decimal"
    below_zero = argument.low is None or argument.low < 0  # such keyboards often lack a minus
    keyboard = "" if below_zero else f' inputmode="{mode}"'
    return f'<input type="text" {shared} value="{value}" autocomplete="off"{keyboard}>'


def _written(default: object) -> str:
    """A default as it would be typed."""
    if default is None:
        return ""
    if isinstance(default, (list, tuple)):
        return ", ".join(map(str, default))
    return str(default)
