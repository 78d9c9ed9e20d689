"""How many steps a network needs to reach a loss as batches grow (Shallue et al. 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from mlqa.schema import Cell, Claim, Finding, Plot, Series, Table, ToolResult
from mlqa.tools import training
from mlqa.tools.batch_size.experiment import RATES, SIZES, Need, needs
from mlqa.tools.batch_size.verdicts import (
    FLAT,
    PAYS,
    at_the_end,
    diminishing,
    faster,
    larger_is_better,
    levels_off,
    savings,
)
from mlqa.tools.context import Context
from mlqa.tools.registry import tool

_ESSAY = "limits-of-deep-learning"
FASTER = Claim(document_id=_ESSAY, quote="놀랍게도 배치 크기가 커질수록 학습은 더 빨라졌습니다.")
LARGER = Claim(
    document_id=_ESSAY,
    quote=(
        "허재혁이 정리한 결론은 어느 정도 기준은 있어도 배치 크기가 클수록 좋다는 것이지만, "
        "실험에서 얻은 결론일 뿐 그 이유는 모릅니다."
    ),
)
LEVELS = Claim(
    document_id=_ESSAY,
    quote=(
        "엄밀히는 논문에서 줄어든 것은 학습에 필요한 단계 수이며, 일정한 크기를 넘으면 배치를 "
        "키워도 더는 줄지 않습니다."
    ),
)


@tool(seconds=60, memory_mb=2048, claims=(FASTER, LARGER, LEVELS))
def batch_size(
    context: Context,
    *,
    target: Annotated[float, Field(ge=0.15, le=1.0)] = 0.2,
    runs: Annotated[int, Field(ge=2, le=12)] = 8,
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0,
) -> ToolResult:
    """Counts the steps to a target loss on digits for batches of 1 to 1,024 rows.

    Each size gets the learning rate, on a grid of factor 2, whose slowest run arrives the soonest;
    momentum is 0.9. Returns diminish where a doubled batch saves less than a factor of 1.6 in
    steps. Rules: ``mlqa.tools.batch_size.verdicts``.
    """

    def tell(share: float) -> None:
        size = SIZES[min(int(share * len(SIZES)), len(SIZES) - 1)]
        context.progress(share, context.say("batch_size_doing", size=size))

    tell(0)
    with training.reproducible():
        found = needs(seed, runs, target=target, progress=tell)
    steps = [need.mean for need in found]
    return ToolResult(
        text=_text(context, found, target),
        figures=_figures(found),
        tables=(_table(context, found),),
        plots=(_plot(context, found),),
        findings=tuple(
            Finding(claim=claim, verdict=verdict, reason=_reason(context, found, name))
            for claim, verdict, name in (
                (FASTER, faster(steps), "faster"),
                (LARGER, larger_is_better(steps), "larger"),
                (LEVELS, levels_off(steps), "levels"),
            )
        ),
    )


def _missed(found: Sequence[Need]) -> list[Need]:
    return [need for need in found if not need.steps]


def _text(context: Context, found: Sequence[Need], target: float) -> str:
    """What came out, in a few sentences."""
    said = [
        context.say("batch_size_text", target=target, rates=len(RATES)),
    ]
    if missed := _missed(found):
        sizes = ", ".join(str(need.size) for need in missed)
        said.append(context.say("batch_size_missed", sizes=sizes))
    else:
        said.append(context.say("batch_size_ends", **_ends(found)))
    point = diminishing([need.size for need in found], [need.mean for need in found])
    if point is not None:
        said.append(context.say("batch_size_point", size=point, pays=PAYS))
    elif not missed:
        said.append(context.say("batch_size_no_point", pays=PAYS))
    edges = [str(need.size) for need in found if need.steps and need.at_edge]
    if edges:
        said.append(context.say("batch_size_edges", sizes=", ".join(edges)))
    return " ".join(said)


def _ends(found: Sequence[Need]) -> dict[str, float]:
    """Sizes, mean steps and rows seen at both ends."""
    first, last = found[0], found[-1]
    return {
        "small": first.size,
        "large": last.size,
        "small_steps": first.mean,
        "large_steps": last.mean,
        "small_rows": first.size * first.mean,
        "large_rows": last.size * last.mean,
    }


def _reason(context: Context, found: Sequence[Need], name: str) -> str:
    if missed := _missed(found):
        sizes = ", ".join(str(need.size) for need in missed)
        return context.say("batch_size_missed", sizes=sizes)
    steps = [need.mean for need in found]
    return context.say(
        f"batch_size_reason_{name}",
        first=savings(steps)[0],
        end=at_the_end(steps),
        worst=min(savings(steps)),
        pays=PAYS,
        flat=FLAT,
        **_ends(found),
    )


def _figures(found: Sequence[Need]) -> dict[str, float]:
    """Mean steps and best rate of each size that reached the target, and where returns diminish."""
    figures: dict[str, float] = {}
    for need in found:
        if need.steps:
            figures[f"steps_{need.size}"] = need.mean
            figures[f"rate_{need.size}"] = need.rate
    point = diminishing([need.size for need in found], [need.mean for need in found])
    if point is not None:
        figures["diminishing_from"] = point
    return figures


def _table(context: Context, found: Sequence[Need]) -> Table:
    names = ("size", "rate", "steps", "least", "most", "saving", "rows")
    rows: list[tuple[Cell, ...]] = []
    saved = (None, *savings([need.mean for need in found]))
    missing = context.say("batch_size_not_reached")
    for need, saving in zip(found, saved, strict=True):
        if need.steps:
            known = saving is not None and saving == saving  # noqa: PLR0124 - not a number
            cells: tuple[Cell, ...] = (
                need.rate,
                round(need.mean, 1),
                min(need.steps),
                max(need.steps),
                f"{saving:.2f}" if known else "–",
                round(need.size * need.mean),
            )
        else:
            cells = ("–", missing, "–", "–", "–", "–")
        rows.append((need.size, *cells))
    return Table(
        name="steps",
        title=context.say("batch_size_table"),
        columns=tuple(context.say(f"batch_size_column_{name}") for name in names),
        rows=tuple(rows),
    )


def _plot(context: Context, found: Sequence[Need]) -> Plot:
    there = [need for need in found if need.steps]
    sizes = tuple(need.size for need in there)
    series = [
        Series(
            label=context.say("batch_size_measured"),
            x=sizes,
            y=tuple(need.mean for need in there),
            low=tuple(float(min(need.steps)) for need in there),
            high=tuple(float(max(need.steps)) for need in there),
        )
    ]
    if there:
        rows = there[0].size * there[0].mean
        ideal = tuple(max(1.0, rows / size) for size in sizes)
        series.append(Series(label=context.say("batch_size_ideal"), x=sizes, y=ideal))
    point = diminishing([need.size for need in found], [need.mean for need in found])
    return Plot(
        name="steps",
        title=context.say("batch_size_table"),
        kind="lines",
        x_label=context.say("batch_size_column_size"),
        y_label=context.say("batch_size_column_steps"),
        series=tuple(series),
        table="steps",
        log_x=True,
        log_y=True,
        marks=() if point is None else ((float(point), context.say("batch_size_mark")),),
    )
