"""Plots of the experiment, as data; bands reach from the lowest seed to the highest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mlqa.schema import Plot, Series
from mlqa.tools.batchnorm.experiment import Numbers, Run
from mlqa.tools.batchnorm.network import Arm
from mlqa.tools.batchnorm.settings import Settings, measured_steps
from mlqa.tools.context import Context

Runs = Mapping[Arm, Run]


def plots(context: Context, settings: Settings, runs: Runs) -> tuple[Plot, ...]:
    """All plots, in the order of the story: training, inputs that shift, the landscape."""
    steps = measured_steps(settings.steps)
    layers = range(2, settings.depth + 1)

    def over_steps(name: str, table: str, measure: str, *, log: bool = True) -> Plot:
        values = {arm: _by_step(getattr(run, measure)) for arm, run in runs.items()}
        series = _lines(context, steps, values, log=log)
        return _plot(context, name, table, series, log=log)

    drifts = {arm: run.drift.mean(1) for arm, run in runs.items()}
    ranges = {
        arm: (run.here.mean(0), run.low.mean(0), run.high.mean(0)) for arm, run in runs.items()
    }
    return (
        over_steps("training_loss", "training", "loss"),
        over_steps("test_accuracy", "training", "accuracy", log=False),
        over_steps("drift", "shift", "drift"),
        _plot(
            context,
            "drift_by_layer",
            "layers",
            _lines(context, layers, drifts, log=True),
            log=True,
            x_key="batchnorm_layer",
        ),
        over_steps("shift", "shift", "shift"),
        over_steps("cosine", "shift", "cosine", log=False),
        _plot(
            context,
            "loss_range",
            "landscape",
            tuple(_line(context, arm, steps, values, log=True) for arm, values in ranges.items()),
            log=True,
        ),
        over_steps("change", "landscape", "change"),
        over_steps("smoothness", "landscape", "smoothness"),
    )


def _plot(
    context: Context,
    name: str,
    table: str,
    series: tuple[Series, ...],
    *,
    log: bool,
    x_key: str = "batchnorm_step",
) -> Plot:
    return Plot(
        name=name,
        title=context.say(f"batchnorm_plot_{name}"),
        kind="lines",
        x_label=context.say(x_key),
        y_label=context.say(f"batchnorm_axis_{name}"),
        series=series,
        table=table,
        log_y=log,
    )


def _by_step(values: Numbers) -> Numbers:
    """Seeds by steps; the mean over layers where there are some."""
    means: Numbers = values.mean(2) if values.ndim > 2 else values  # noqa: PLR2004 - seeds and steps
    return means


def _lines(
    context: Context, x: Sequence[int], values: Mapping[Arm, Numbers], *, log: bool
) -> tuple[Series, ...]:
    """A line for each arm through the mean over seeds."""
    return tuple(
        _line(context, arm, x, (each.mean(0), each.min(0), each.max(0)), log=log)
        for arm, each in values.items()
    )


def _line(
    context: Context,
    arm: Arm,
    x: Sequence[int],
    band: tuple[Numbers, Numbers, Numbers],
    *,
    log: bool,
) -> Series:
    """Values, lower and upper ends, where there are numbers: training that blew up has no more."""
    y, low, high = band
    shown = np.isfinite(y) & np.isfinite(low) & np.isfinite(high)
    if log:
        shown &= low > 0
    return Series(
        label=context.say(f"batchnorm_arm_{arm}"),
        x=tuple(place for place, keep in zip(x, shown, strict=True) if keep),
        y=_short(y[shown]),
        low=_short(low[shown]),
        high=_short(high[shown]),
    )


def _short(values: Numbers) -> tuple[float, ...]:
    """Six digits are enough for a plot."""
    return tuple(float(f"{value:.6g}") for value in values)
