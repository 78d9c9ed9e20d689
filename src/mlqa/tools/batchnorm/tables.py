"""Tables of the experiment: the numbers of the plots, and the arms side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from mlqa.schema import Cell, Table
from mlqa.tools.batchnorm.experiment import Numbers, Run
from mlqa.tools.batchnorm.network import Arm
from mlqa.tools.batchnorm.settings import Settings, measured_steps
from mlqa.tools.batchnorm.verdicts import Summary, Values
from mlqa.tools.context import Context

Runs = Mapping[Arm, Run]
Pick = Callable[[Run], Numbers]

_NOTHING = "–"
# Losses at which the arms are compared beside equal steps, and how near a loss must be to one.
_LEVELS = (1.0, 0.5, 0.25, 0.125)
_NEAR = math.sqrt(2)
_MEASURES = (
    *("mean_loss", "final_loss", "reached", "accuracy", "drift"),
    *("shift", "cosine", "spread", "change", "smoothness"),
)


def tables(
    context: Context, settings: Settings, runs: Runs, summaries: Mapping[Arm, Summary]
) -> tuple[Table, ...]:
    """All tables; cells are means over seeds, in the first with the least and the largest."""
    steps = measured_steps(settings.steps)

    def over_steps(name: str, picks: Mapping[str, Pick]) -> Table:
        values = {
            key: {a: pick(run).mean(0) for a, run in runs.items()} for key, pick in picks.items()
        }
        return _table(context, name, context.say("batchnorm_step"), steps, values)

    return (
        _arms(context, summaries),
        _equal_loss(context, runs),
        over_steps(
            "training", {"loss": lambda run: run.loss, "accuracy": lambda run: run.accuracy}
        ),
        over_steps(
            "shift",
            {
                "drift": lambda run: run.drift.mean(2),
                "shift": lambda run: run.shift.mean(2),
                "cosine": lambda run: run.cosine.mean(2),
            },
        ),
        _layers(context, settings, runs),
        over_steps(
            "landscape",
            {
                "here": lambda run: run.here,
                "low": lambda run: run.low,
                "high": lambda run: run.high,
                "change": lambda run: run.change,
                "smoothness": lambda run: run.smoothness,
            },
        ),
    )


def _arms(context: Context, summaries: Mapping[Arm, Summary]) -> Table:
    return Table(
        name="arms",
        title=context.say("batchnorm_table_arms"),
        columns=(context.say("batchnorm_measure"), *_names(context, summaries)),
        rows=tuple(
            (
                context.say(f"batchnorm_measure_{measure}"),
                *(_spread(getattr(each, measure)) for each in summaries.values()),
            )
            for measure in _MEASURES
        ),
    )


def _layers(context: Context, settings: Settings, runs: Runs) -> Table:
    picks: Mapping[str, Pick] = {
        "drift": lambda run: run.drift,
        "shift": lambda run: run.shift,
        "cosine": lambda run: run.cosine,
    }
    values = {
        key: {a: pick(run).mean((0, 1)) for a, run in runs.items()} for key, pick in picks.items()
    }
    layers = range(2, settings.depth + 1)
    return _table(context, "layers", context.say("batchnorm_layer"), layers, values)


def _equal_loss(context: Context, runs: Runs) -> Table:
    """The landscape where the arms have the same training loss, geometric means."""
    picks: Mapping[str, Pick] = {
        "spread": lambda run: run.high - run.low,
        "change": lambda run: run.change,
        "smoothness": lambda run: run.smoothness,
    }
    values = {
        key: {
            arm: np.array([at_level(run.loss, pick(run), level) for level in _LEVELS])
            for arm, run in runs.items()
        }
        for key, pick in picks.items()
    }
    return _table(context, "equal_loss", context.say("batchnorm_level"), _LEVELS, values)


def at_level(losses: Numbers, values: Numbers, level: float) -> float:
    """Geometric mean where the loss is within a factor √2 of a level; NaN where it never is."""
    near = (losses >= level / _NEAR) & (losses <= level * _NEAR) & (values > 0)
    return float(np.exp(np.log(values[near]).mean())) if near.any() else math.nan


def _table(
    context: Context,
    name: str,
    first: str,
    places: Sequence[float],
    values: Mapping[str, Mapping[Arm, Numbers]],
) -> Table:
    """A row for each place, a column for each measure of each arm."""
    columns = [
        context.say("batchnorm_column", measure=context.say(f"batchnorm_column_{key}"), arm=arm)
        for key, each in values.items()
        for arm in _names(context, each)
    ]
    numbers = [column for each in values.values() for column in each.values()]
    return Table(
        name=name,
        title=context.say(f"batchnorm_table_{name}"),
        columns=(first, *columns),
        rows=tuple(
            (place, *(_cell(column[row]) for column in numbers)) for row, place in enumerate(places)
        ),
    )


def _names(context: Context, arms: Iterable[Arm]) -> list[str]:
    return [context.say(f"batchnorm_arm_{arm}") for arm in arms]


def _cell(value: float) -> Cell:
    return float(f"{value:.4g}") if math.isfinite(value) else _NOTHING


def _spread(values: Values) -> str:
    """Mean over the seeds, and the least and the largest where there are several."""
    if not all(map(math.isfinite, values)):
        return _NOTHING
    mean = f"{sum(values) / len(values):.3g}"
    return mean if len(values) == 1 else f"{mean} ({min(values):.3g}–{max(values):.3g})"
