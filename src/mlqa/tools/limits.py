"""What an argument of a tool takes, read off its JSON schema and said in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel

from mlqa.errors import Phrase

Kind = Literal["integer", "number", "boolean", "string", "choice", "list"]

_BOUNDS: Mapping[str, tuple[str, str]] = {
    "integer": ("minimum", "maximum"),
    "number": ("minimum", "maximum"),
    "string": ("minLength", "maxLength"),
    "list": ("minItems", "maxItems"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """An argument as forms, help texts and errors show it.

    Attributes:
        name: As it is passed.
        label: As users read it.
        kind: What it takes.
        required: Whether it has no default.
        default: Value where none is given.
        low: Least value, characters or items; None for no bound.
        high: Largest value, characters or items; None for no bound.
        above: The value must be larger than ``low``, not equal.
        below: The value must be smaller than ``high``, not equal.
        choices: Values that it takes, for a choice.
        item: What a list holds.
        optional: Whether None is a value.
    """

    name: str
    label: str
    kind: Kind
    required: bool = False
    default: Any = None
    low: float | None = None
    high: float | None = None
    above: bool = False
    below: bool = False
    choices: tuple[str | int | float, ...] = ()
    item: Argument | None = None
    optional: bool = False

    @property
    def allowed(self) -> Phrase:
        """What it takes, in words."""
        if self.kind == "choice":
            return Phrase("tools_allowed_choice", choices=", ".join(map(str, self.choices)))
        item = self.item.allowed if self.item else ""
        bounds = self._bounds()
        if bounds is None:
            return Phrase(f"tools_allowed_{self.kind}", item=item)
        return Phrase(f"tools_allowed_{self.kind}_bounded", item=item, bounds=bounds)

    def _bounds(self) -> Phrase | None:
        """The limits in words; None where there are none."""
        least = None
        if self.low is not None:
            key = "tools_bound_above" if self.above else "tools_bound_least"
            least = Phrase(key, low=_written(self.low))
        most = None
        if self.high is not None:
            key = "tools_bound_below" if self.below else "tools_bound_most"
            most = Phrase(key, high=_written(self.high))
        if least and most:
            return Phrase("tools_bound_both", least=least, most=most)
        return least or most


def _written(limit: float) -> str:
    """A limit in full, as far as that can be read."""
    return f"{limit:,}" if isinstance(limit, int) else f"{limit:,.15g}"


def described(
    model: type[BaseModel], labels: Mapping[str, str] | None = None
) -> dict[str, Argument]:
    """The arguments of a model, in the order of the signature.

    Args:
        model: Of ``arguments_model``.
        labels: What users read for each name; the name itself where there is none.
    """
    schema = _schema(model)
    labels = labels or {}
    return {
        name: _argument(
            name,
            labels.get(name, name),
            part,
            required=name in schema.get("required", ()),
        )
        for name, part in schema.get("properties", {}).items()
    }


@cache
def _schema(model: type[BaseModel]) -> Mapping[str, Any]:
    """JSON schema of a model; not to be changed."""
    return model.model_json_schema()


def _argument(name: str, label: str, part: Mapping[str, Any], *, required: bool) -> Argument:
    """One argument from its part of the JSON schema."""
    default = part.get("default")
    optional = False
    if "anyOf" in part:
        optional = {"type": "null"} in part["anyOf"]
        part = next((option for option in part["anyOf"] if option.get("type") != "null"), part)
    choices = part.get("enum", (part["const"],) if "const" in part else ())
    kind: Kind = (
        "choice"
        if choices
        else "list"
        if part.get("type") == "array"
        else part["type"]
        if part.get("type") in {"integer", "number", "boolean"}
        else "string"
    )
    lower, upper = _BOUNDS.get(kind, ("", ""))
    item = part.get("items", part.get("prefixItems", [{}])[0]) if kind == "list" else None
    return Argument(
        name=name,
        label=label,
        kind=kind,
        required=required,
        default=default,
        low=part.get(lower, part.get("exclusiveMinimum")),
        high=part.get(upper, part.get("exclusiveMaximum")),
        above="exclusiveMinimum" in part,
        below="exclusiveMaximum" in part,
        choices=tuple(choices),
        item=None if item is None else _argument(name, label, item, required=True),
        optional=optional,
    )
