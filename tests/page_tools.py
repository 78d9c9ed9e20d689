"""Tools for the tests of the page: one that waits to be ended, one that fails."""

from __future__ import annotations

import time
from typing import Annotated, Literal

from pydantic import Field

from mlqa.schema import Plot, Series, Table, ToolResult
from mlqa.tools.context import Context
from mlqa.tools.registry import tool

EVIL = '<img src=x onerror="window.evil = 4"><script>window.evil = 5</script>'


@tool(seconds=120)
def waits(
    context: Context, *, ticks: Annotated[int, Field(ge=1, le=10_000)] = 10_000
) -> ToolResult:
    """Counts slowly."""
    for tick in range(ticks):
        context.progress(tick / ticks, f"{tick}번 셌습니다. {EVIL}")
        time.sleep(0.05)
    return ToolResult(text=f"{ticks}까지 셌습니다.")


@tool
def fails() -> ToolResult:
    """Fails."""
    raise RuntimeError(EVIL)


@tool
def shows(
    *,
    word: str = EVIL,
    shape: Literal["moons", "circles"] = "moons",
    models: tuple[Literal["mlp", "knn", "svm"], ...] = ("mlp", "svm"),
    is_loud: bool = False,
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5,
) -> ToolResult:
    """Says what it was given."""
    told = f"{word} {shape} {'+'.join(models)} {is_loud} {share}"
    table = Table(name="given", title=told, columns=(word, "y"), rows=((word, 1.5), ("b", 2.5)))
    plot = Plot(
        name="line",
        title=told,
        kind="lines",
        x_label=word,
        y_label="y",
        series=(Series(label=word, x=(1.0, 2.0), y=(1.5, 2.5)),),
        table="given",
    )
    return ToolResult(text=told, tables=(table,), plots=(plot,))
