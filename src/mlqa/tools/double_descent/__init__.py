"""Test error that falls, rises and falls again: against parameters and against epochs."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Annotated

from pydantic import Field

from mlqa.schema import Cell, Claim, Finding, Plot, Series, Table, ToolResult
from mlqa.tools import training
from mlqa.tools.context import Context
from mlqa.tools.double_descent.epochs import DECAY, SPREAD, Course, by_epochs
from mlqa.tools.double_descent.parameters import Sweep, by_parameters
from mlqa.tools.double_descent.verdicts import (
    MARGIN,
    Bump,
    both_axes,
    bump,
    falls_twice,
    overfitting,
)
from mlqa.tools.intervals import Interval
from mlqa.tools.registry import tool

_ESSAY = "limits-of-deep-learning"
TWICE = Claim(
    document_id=_ESSAY,
    quote=(
        "이중 하강(double descent)은 테스트 데이터에 대한 성능이 나빠지다가 일정 지점을 지나면 "
        "다시 좋아지는 현상을 말합니다."
    ),
)
AXES = Claim(
    document_id=_ESSAY,
    quote=(
        "두 축 어느 쪽으로 보아도 테스트 오류율은 과적합처럼 높아졌다가 다시 낮아지고, 그래서 "
        "그림 가운데에 노란 띠가 생깁니다."
    ),
)
OVERFITTING = Claim(
    document_id=_ESSAY, quote="물론 어느 수준을 넘어서면 과적합이 생길 수는 있습니다."
)
# Rows that the network of the epochs learns from.
_ROWS = 500
# Share of the time that the parameters take.
_PART = 0.2


@tool(seconds=60, memory_mb=2048, claims=(TWICE, AXES, OVERFITTING))
def double_descent(
    context: Context,
    *,
    rows: Annotated[int, Field(ge=50, le=400)] = 200,
    noise: Annotated[float, Field(ge=0, le=0.5)] = 0.2,
    epochs: Annotated[int, Field(ge=10, le=1500)] = 800,
    runs: Annotated[int, Field(ge=4, le=12)] = 8,
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0,
) -> ToolResult:
    """Measures test error against parameters and against epochs on digits with wrong labels.

    Parameters: least squares of smallest norm on random ReLU features, on ``rows`` rows (Belkin et
    al. 2019). Epochs: a network of one hidden layer on 500 rows, by two recipes. Verdicts: see
    ``mlqa.tools.double_descent.verdicts``.
    """
    context.progress(0, context.say("double_descent_doing_parameters"))
    with training.reproducible():
        sweep = by_parameters(
            seed,
            runs,
            rows=rows,
            noise=noise,
            progress=lambda share: context.progress(
                _PART * share, context.say("double_descent_doing_parameters")
            ),
        )
        courses = by_epochs(
            seed,
            runs,
            rows=_ROWS,
            noise=noise,
            epochs=epochs,
            progress=lambda share: context.progress(
                _PART + (1 - _PART) * share, context.say("double_descent_doing_epochs")
            ),
        )
    over_size, over_time = bump(sweep.test), tuple(bump(course.test) for course in courses)
    return ToolResult(
        text=_text(context, sweep, courses, (over_size, *over_time), rows=rows, noise=noise),
        figures=_figures(sweep, courses, (over_size, *over_time)),
        tables=(_size_table(context, sweep, rows), _time_table(context, courses)),
        plots=(_size_plot(context, sweep, rows), _time_plot(context, courses)),
        findings=_findings(context, sweep, over_size, over_time),
    )


def _text(
    context: Context,
    sweep: Sweep,
    courses: Sequence[Course],
    bumps: Sequence[Bump],
    *,
    rows: int,
    noise: float,
) -> str:
    """What came out, in a few sentences."""
    said = [
        context.say("double_descent_text", rows=rows, noise=noise),
        context.say("double_descent_text_sizes", **_along(sweep.sizes, sweep.test, bumps[0])),
    ]
    for name, course, found in zip(("plain", "decay"), courses, bumps[1:], strict=True):
        recipe = context.say(f"double_descent_recipe_{name}", spread=SPREAD, decay=DECAY)
        if found.shape == "shown":
            along = _along(course.epochs, course.test, found)
            said.append(context.say("double_descent_text_epochs", recipe=recipe, **along))
        else:
            ends = _ends(course)
            said.append(context.say("double_descent_text_epochs_not", recipe=recipe, **ends))
    return " ".join(said)


def _along(
    places: Sequence[int], errors: Sequence[Sequence[float]], found: Bump
) -> dict[str, float]:
    """Places and mean errors of a hump."""
    stops = {"before": found.before, "peak": found.peak, "after": found.after}
    values: dict[str, float] = {name: places[at] for name, at in stops.items()}
    return values | {f"{name}_error": fmean(errors[at]) for name, at in stops.items()}


def _ends(course: Course) -> dict[str, float]:
    """Where mean test error is lowest, and where it ends."""
    means = [fmean(errors) for errors in course.test]
    low = min(range(len(means)), key=means.__getitem__)
    return {
        "lowest": course.epochs[low],
        "lowest_error": means[low],
        "last": course.epochs[-1],
        "last_error": means[-1],
    }


def _figures(sweep: Sweep, courses: Sequence[Course], bumps: Sequence[Bump]) -> dict[str, float]:
    """Places, mean errors and intervals of the three humps."""
    curves = [(sweep.sizes, sweep.test), *((course.epochs, course.test) for course in courses)]
    figures: dict[str, float] = {}
    names = ("parameters", "epochs_plain", "epochs_decay")
    for name, (places, errors), found in zip(names, curves, bumps, strict=True):
        for key, value in _along(places, errors, found).items():
            figures[f"{name}_{key}"] = value
        for side, interval in (("rise", found.rise), ("fall", found.fall)):
            for end, value in interval._asdict().items():
                figures[f"{name}_{side}_{end}"] = value
    for name, course in zip(names[1:], courses, strict=True):
        figures |= {f"{name}_{key}": value for key, value in _ends(course).items()}
    figures["parameters_largest_error"] = fmean(sweep.test[-1])
    figures["parameters_squared_peak"] = sweep.sizes[
        max(range(len(sweep.sizes)), key=lambda at: fmean(sweep.squared[at]))
    ]
    return figures


def _size_table(context: Context, sweep: Sweep, rows: int) -> Table:
    names = ("size", "share", "train", "test", "low", "high", "squared")
    cells: list[tuple[Cell, ...]] = []
    for size, train, test, squared in zip(*sweep, strict=True):
        errors = (fmean(train), fmean(test), min(test), max(test))
        shown = (*(round(error, 4) for error in errors), round(fmean(squared), 4))
        cells.append((size, round(size / rows, 2), *shown))
    return Table(
        name="parameters",
        title=context.say("double_descent_table_parameters"),
        columns=tuple(context.say(f"double_descent_column_{name}") for name in names),
        rows=tuple(cells),
    )


def _time_table(context: Context, courses: Sequence[Course]) -> Table:
    names = ("epoch", "plain_train", "plain_test", "decay_train", "decay_test")
    parts = [part for course in courses for part in (course.train, course.test)]
    cells = [
        (epoch, *(round(fmean(part[at]), 4) for part in parts))
        for at, epoch in enumerate(courses[0].epochs)
    ]
    return Table(
        name="epochs",
        title=context.say("double_descent_table_epochs"),
        columns=tuple(context.say(f"double_descent_column_{name}") for name in names),
        rows=tuple(cells),
    )


def _series(label: str, places: Sequence[int], errors: Sequence[Sequence[float]]) -> Series:
    """Means with a band from the best to the worst run."""
    return Series(
        label=label,
        x=tuple(places),
        y=tuple(fmean(error) for error in errors),
        low=tuple(min(error) for error in errors),
        high=tuple(max(error) for error in errors),
    )


def _size_plot(context: Context, sweep: Sweep, rows: int) -> Plot:
    return Plot(
        name="parameters",
        title=context.say("double_descent_table_parameters"),
        kind="lines",
        x_label=context.say("double_descent_column_size"),
        y_label=context.say("double_descent_error"),
        series=(
            _series(context.say("double_descent_column_test"), sweep.sizes, sweep.test),
            _series(context.say("double_descent_column_train"), sweep.sizes, sweep.train),
        ),
        table="parameters",
        log_x=True,
        marks=((float(rows), context.say("double_descent_threshold")),),
    )


def _time_plot(context: Context, courses: Sequence[Course]) -> Plot:
    series = []
    for name, course in zip(("plain", "decay"), courses, strict=True):
        for part, errors in (("test", course.test), ("train", course.train)):
            label = context.say(f"double_descent_column_{name}_{part}")
            series.append(_series(label, course.epochs, errors))
    return Plot(
        name="epochs",
        title=context.say("double_descent_table_epochs"),
        kind="lines",
        x_label=context.say("double_descent_column_epoch"),
        y_label=context.say("double_descent_error"),
        series=tuple(series),
        table="epochs",
        log_x=True,
    )


def _findings(
    context: Context, sweep: Sweep, over_size: Bump, over_time: Sequence[Bump]
) -> tuple[Finding, ...]:
    before, peak = (fmean(sweep.train[at]) for at in (over_size.before, over_size.peak))
    shapes = [found.shape for found in (over_size, *over_time)]
    sides = "; ".join(
        context.say(
            "double_descent_sides",
            curve=context.say(f"double_descent_curve_{name}"),
            rise=_interval(context, found.rise),
            fall=_interval(context, found.fall),
            shape=context.say(f"double_descent_shape_{found.shape}"),
        )
        for name, found in zip(("sizes", "plain", "decay"), (over_size, *over_time), strict=True)
    )
    return (
        Finding(
            claim=TWICE,
            verdict=falls_twice(shapes),
            reason=context.say("double_descent_reason_twice", sides=sides, margin=MARGIN),
        ),
        Finding(
            claim=AXES,
            verdict=both_axes(shapes[0], shapes[1:]),
            reason=context.say("double_descent_reason_axes", sides=sides),
        ),
        Finding(
            claim=OVERFITTING,
            verdict=overfitting(over_size.rise, before, peak),
            reason=context.say(
                "double_descent_reason_overfitting",
                before=before,
                peak=peak,
                rise=_interval(context, over_size.rise),
                margin=MARGIN,
            ),
        ),
    )


def _interval(context: Context, interval: Interval) -> str:
    return context.say("double_descent_interval", **interval._asdict())
