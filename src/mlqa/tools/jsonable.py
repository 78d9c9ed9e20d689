"""Results as JSON: whole and exact for the store, free of NaN for everybody else."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mlqa.schema import Field, Plot, ToolCall, ToolResult

LARGEST = 5_000_000


@cache
def _results() -> TypeAdapter[ToolResult]:
    return TypeAdapter(ToolResult)


def dump_result(result: ToolResult) -> str:
    """A result as JSON that ``load_result`` reads back equal; NaN and infinities are kept.

    Raises:
        ValueError: It holds something else than text and numbers, or is too large.
    """
    try:
        text = json.dumps(asdict(result), ensure_ascii=False, default=_number)
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from None
    if len(text) > LARGEST:
        raise ValueError(f"{len(text):,} > {LARGEST:,} characters of JSON")
    return text


def _number(value: object) -> int | float:
    """Numbers of numpy and torch as Python's."""
    item = getattr(value, "item", None)
    number = item() if callable(item) else None
    if isinstance(number, (int, float)):
        return number
    raise TypeError(f"{type(value).__name__} {value!r:.40}")


def load_result(text: str | bytes) -> ToolResult:
    """The result that was written.

    Raises:
        ValueError: This is no result.
    """
    try:
        return _results().validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def checked_result(result: ToolResult) -> ToolResult:
    """The result in plain Python values, if it is whole.

    Raises:
        ValueError: A table or series has gaps, a plot names no table, a value is no number.
    """
    result = load_result(dump_result(result))
    check_result(result)
    return result


def check_result(result: ToolResult) -> None:
    """Every table is full, every series as long as its places, every plot beside its table.

    Raises:
        ValueError: Says what is not.
    """
    tables = [table.name for table in result.tables]
    plots = [plot.name for plot in result.plots]
    for names in (tables, plots):
        if len(set(names)) < len(names):
            raise ValueError(f"two of the same name: {names}")
    for table in result.tables:
        if any(len(row) != len(table.columns) for row in table.rows):
            raise ValueError(f"table {table.name}: a row is not as long as the headings")
    for plot in result.plots:
        if plot.table not in tables:
            raise ValueError(f"plot {plot.name}: no table {plot.table!r}")
        _check_plot(plot)


def _check_plot(plot: Plot) -> None:
    for series in plot.series:
        lengths = {len(series.x), len(series.y)}
        lengths |= {len(band) for band in (series.low, series.high) if band}
        if len(lengths) > 1 or bool(series.low) != bool(series.high):
            raise ValueError(f"plot {plot.name}: series {series.label!r} is not whole")
        if plot.kind != "bars" and any(isinstance(place, str) for place in series.x):
            raise ValueError(f"plot {plot.name}: series {series.label!r} has places without number")
    if plot.field is not None and not _is_whole(plot.field):
        raise ValueError(f"plot {plot.name}: its field is not whole")


def _is_whole(field: Field) -> bool:
    return len(field.values) == len(field.y) and all(
        len(row) == len(field.x) for row in field.values
    )


def result_fields(result: ToolResult) -> dict[str, Any]:
    """A result as plain JSON values; null where a number is not finite."""
    fields: dict[str, Any] = _finite(asdict(result))
    return fields


def call_fields(call: ToolCall) -> dict[str, Any]:
    """A run as plain JSON values; null where a number is not finite."""
    fields: dict[str, Any] = _finite(asdict(call))
    return fields


def _finite(value: Any) -> Any:  # noqa: ANN401 - JSON is anything
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
