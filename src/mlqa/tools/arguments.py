"""The arguments of a tool: read off its signature, checked, and told to users with their limits."""

from __future__ import annotations

import inspect
import json
import math
import typing
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError

from mlqa.errors import Phrase, ToolArgumentError, ToolDefinitionError
from mlqa.messages import catalogue
from mlqa.schema import ToolResult
from mlqa.tools.context import Context
from mlqa.tools.limits import Argument, described

_CONTEXT = "context"
_SHOWN = 60
_BITS = 200
_SETTINGS = ConfigDict(
    extra="forbid",
    frozen=True,
    allow_inf_nan=False,
    coerce_numbers_to_str=True,
    protected_namespaces=(),
)


def arguments_model(function: Callable[..., ToolResult], name: str) -> type[BaseModel]:
    """The model that checks a tool's arguments, one field for each parameter but the context.

    Raises:
        ToolDefinitionError: The signature leaves something open, or a default is outside its own
            limits.
    """
    try:
        hints = typing.get_type_hints(
            function,
            localns={"Context": Context, "ToolResult": ToolResult},
            include_extras=True,
        )
    except (NameError, TypeError) as error:
        raise ToolDefinitionError("tools_definition_types", tool=name, reason=error) from None
    fields: dict[str, Any] = {}
    for parameter in parameters(function):
        if parameter.kind not in {parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY}:
            raise ToolDefinitionError("tools_definition_star", tool=name, argument=parameter.name)
        if parameter.name not in hints:
            raise ToolDefinitionError(
                "tools_definition_annotation", tool=name, argument=parameter.name
            )
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[parameter.name] = (hints[parameter.name], default)
    try:
        model: type[BaseModel] = create_model(f"{name}_arguments", __config__=_SETTINGS, **fields)
        model.model_json_schema()
    except (PydanticSchemaGenerationError, PydanticUserError, TypeError, NameError) as error:
        reason = str(error).splitlines()[0]
        raise ToolDefinitionError("tools_definition_types", tool=name, reason=reason) from None
    _check_defaults(model, name)
    return model


def parameters(function: Callable[..., ToolResult]) -> list[inspect.Parameter]:
    """The parameters that are arguments: all but a first one named ``context``."""
    found = list(inspect.signature(function).parameters.values())
    return found[1:] if takes_context(function) else found


def takes_context(function: Callable[..., ToolResult]) -> bool:
    """Whether the first parameter is named ``context``."""
    return next(iter(inspect.signature(function).parameters), "") == _CONTEXT


def _check_defaults(model: type[BaseModel], name: str) -> None:
    """Each default must pass the limits that it stands beside."""
    defaults = {
        key: field.default for key, field in model.model_fields.items() if not field.is_required()
    }
    try:
        model.model_validate(defaults)
    except ValidationError as error:
        for problem in error.errors():
            if problem["type"] != "missing":
                raise ToolDefinitionError(
                    "tools_definition_default",
                    tool=name,
                    argument=problem["loc"][0],
                    value=shown(problem["input"]),
                    allowed=described(model)[str(problem["loc"][0])].allowed,
                ) from None


def checked(model: type[BaseModel], arguments: Mapping[str, Any], tool: str) -> BaseModel:
    """The arguments as the model holds them, defaults filled in.

    Args:
        model: Of ``arguments_model``.
        arguments: Values by name; numbers and truth values may be text.
        tool: Name of the tool, for errors.

    Raises:
        ToolArgumentError: An argument is missing, unknown or outside its limits.
    """
    known = described(model)
    for name, value in arguments.items():
        argument = known.get(name)
        if isinstance(value, bool) and argument and argument.kind not in {"boolean", "choice"}:
            raise _refused(argument, value, (), tool)
    try:
        return model.model_validate(dict(arguments))
    except ValidationError as error:
        problem = error.errors()[0]
        name = str(problem["loc"][0]) if problem["loc"] else ""
        if problem["type"] == "extra_forbidden" or name not in known:
            raise _unknown(name, tuple(known), tool) from None
        if problem["type"] == "missing":
            raise ToolArgumentError(
                "tools_argument_missing",
                tool=tool,
                argument=_named(known[name], tool),
                allowed=known[name].allowed,
            ) from None
        raise _refused(known[name], problem["input"], problem["loc"][1:], tool) from None


def _unknown(name: str, known: Sequence[str], tool: str) -> ToolArgumentError:
    near = get_close_matches(name, known, n=len(known) or 1, cutoff=0.6)
    names = ", ".join([*near, *(other for other in known if other not in near)])
    key = "tools_argument_unknown" if known else "tools_argument_none"
    return ToolArgumentError(key, tool=tool, argument=shown(name), names=names)


def _refused(
    argument: Argument, value: object, place: Sequence[int | str], tool: str
) -> ToolArgumentError:
    """The error for a value outside its limits; ``place`` leads to an item of a list."""
    values: dict[str, str | Phrase] = {
        "tool": tool,
        "argument": _named(argument, tool),
        "value": shown(value),
    }
    if argument.item is not None and place and isinstance(place[0], int):
        return ToolArgumentError(
            "tools_argument_item", **values, place=place[0] + 1, allowed=argument.item.allowed
        )
    if argument.kind == "list" and isinstance(value, (list, tuple)):
        values["value"] = Phrase("tools_items", count=f"{len(value):,}")
    return ToolArgumentError("tools_argument_value", **values, allowed=argument.allowed)


def _named(argument: Argument, tool: str) -> str | Phrase:
    """An argument by its name, and by its label where the catalogue has one."""
    key = f"tool_{tool}_arg_{argument.name}"
    if key not in catalogue("ko"):
        return argument.name
    return Phrase("tools_argument_label", name=argument.name, label=Phrase(key))


def shown(value: object) -> str:
    """A value as an error shows it: on one line, cut short."""
    if isinstance(value, int) and value.bit_length() > _BITS:
        return f"≈{'-' if value < 0 else ''}10^{value.bit_length() * math.log10(2):.0f}"
    if isinstance(value, (list, tuple)):
        value = list(value[:_SHOWN])
    try:
        text = value if isinstance(value, str) else repr(value)
    except ValueError:  # a whole number inside that Python refuses to write out
        text = type(value).__name__
    text = " ".join(text[: 4 * _SHOWN].split()) or repr(text[:_SHOWN])
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def from_texts(model: type[BaseModel], texts: Mapping[str, str]) -> dict[str, Any]:
    """Arguments typed on a command line or into a form.

    A list is JSON or separated by commas, an empty text for an optional argument is None; all else
    is left for the model to read.
    """
    known = described(model)
    return {
        name: _from_text(known[name], text) if name in known else text
        for name, text in texts.items()
    }


def _from_text(argument: Argument, text: str) -> Any:  # noqa: ANN401 - checked by the model
    stripped = text.strip()
    if argument.optional and stripped in {"", "null", "None"}:
        return None
    if argument.kind != "list":
        return text if argument.kind == "string" else stripped
    if stripped.startswith("["):
        try:
            return json.loads(stripped)
        except (ValueError, RecursionError):
            return text  # the model says what it wants
    return [part.strip() for part in stripped.split(",")] if stripped else []
