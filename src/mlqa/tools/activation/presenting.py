"""Tables and plots of the activation tool."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlqa.schema import Cell, Plot, Series, Table
from mlqa.tools.activation.experiments import Trained
from mlqa.tools.activation.network import ACTIVATIONS, Activation, Init
from mlqa.tools.context import Context

NAMES: Mapping[Activation, str] = {
    "sigmoid": "activation_sigmoid",
    "relu": "activation_relu",
    "gelu": "activation_gelu",
    "silu": "activation_silu",
}
STARTS: Mapping[Init, str] = {
    "he": "activation_he",
    "xavier": "activation_xavier",
    "small": "activation_small",
    "negative_bias": "activation_negative_bias",
}

Gradients = Mapping[Activation, NDArray[np.float64]]


class Setting(NamedTuple):
    """All seeds of one learning rate and start.

    Attributes:
        rate: Learning rate.
        init: How the runs began.
        runs: One for each seed.
    """

    rate: float
    init: Init
    runs: tuple[Trained, ...]

    @property
    def blown(self) -> int:
        """Runs whose loss is no number any more."""
        return sum(math.isinf(run.loss) for run in self.runs)

    @property
    def loss(self) -> float:
        """Mean loss on the training rows; infinite where a run blew up."""
        return float(np.mean([run.loss for run in self.runs]))

    @property
    def accuracies(self) -> list[float]:
        """On the test rows."""
        return [run.accuracy for run in self.runs]

    @property
    def dead(self) -> list[float]:
        """Shares of dead units of the runs that did not blow up."""
        return [run.dead for run in self.runs if math.isfinite(run.loss)]


def settings_of(runs: Sequence[Trained]) -> list[Setting]:
    """Runs by start and learning rate, in their order."""
    keys = dict.fromkeys((run.init, run.rate) for run in runs)
    return [
        Setting(rate, init, tuple(run for run in runs if (run.init, run.rate) == (init, rate)))
        for init, rate in keys
    ]


def gradient_parts(context: Context, gradients: Gradients) -> tuple[Table, Plot]:
    """Size of the gradient at each hidden layer, relative to the last hidden layer."""
    relative = {name: found / found[:, -1:] for name, found in gradients.items()}
    middle = {name: np.exp(np.log(found).mean(axis=0)) for name, found in relative.items()}
    layers = tuple(range(1, len(middle["relu"]) + 1))
    title, layer = context.say("activation_gradients"), context.say("activation_layer")
    table = Table(
        name="gradients",
        title=title,
        columns=(layer, *(context.say(NAMES[name]) for name in ACTIVATIONS)),
        rows=tuple(
            (number, *(f"{middle[name][number - 1]:.3g}" for name in ACTIVATIONS))
            for number in layers
        ),
    )
    plot = Plot(
        name="gradients",
        title=title,
        kind="lines",
        x_label=layer,
        y_label=context.say("activation_gradient"),
        series=tuple(
            Series(
                label=context.say(NAMES[name]),
                x=layers,
                y=tuple(middle[name].tolist()),
                low=tuple(relative[name].min(axis=0).tolist()),
                high=tuple(relative[name].max(axis=0).tolist()),
            )
            for name in ACTIVATIONS
        ),
        table="gradients",
        log_y=True,
    )
    return table, plot


def depth_table(context: Context, ratios: Mapping[int, Mapping[Activation, float]]) -> Table:
    """Gradient of the first hidden layer over that of the last, by depth."""
    return Table(
        name="by_depth",
        title=context.say("activation_by_depth"),
        columns=(
            context.say("activation_depth"),
            *(context.say(NAMES[name]) for name in ACTIVATIONS),
        ),
        rows=tuple(
            (depth, *(f"{by_name[name]:.3g}" for name in ACTIVATIONS))
            for depth, by_name in ratios.items()
        ),
    )


def dead_parts(context: Context, settings: Sequence[Setting]) -> tuple[Table, Plot]:
    """Dead ReLU units by start and learning rate."""
    title, rate = context.say("activation_dead"), context.say("activation_rate")
    share = context.say("activation_dead_share")
    rows: list[tuple[Cell, ...]] = []
    for setting in settings:
        before = float(np.mean([run.dead_before for run in setting.runs]))
        dead = setting.dead
        spread = [np.mean(dead), np.min(dead), np.max(dead)] if dead else []
        rows.append(
            (
                context.say(STARTS[setting.init]),
                setting.rate,
                round(before, 3),
                *((round(float(value), 3) for value in spread) if dead else ("–",) * 3),
                round(float(np.mean(setting.accuracies)), 3),
                setting.blown,
            )
        )
    table = Table(
        name="dead",
        title=title,
        columns=(
            context.say("activation_start"),
            rate,
            context.say("activation_dead_before"),
            context.say("activation_dead_after"),
            context.say("activation_least"),
            context.say("activation_most"),
            context.say("activation_accuracy"),
            context.say("activation_blown"),
        ),
        rows=tuple(rows),
    )
    plot = Plot(
        name="dead",
        title=title,
        kind="lines",
        x_label=rate,
        y_label=share,
        series=tuple(
            _over_rates(
                context.say(STARTS[init]), {s.rate: s.dead for s in settings if s.init == init}
            )
            for init in dict.fromkeys(setting.init for setting in settings)
        ),
        table="dead",
        log_x=True,
    )
    return table, plot


def training_parts(
    context: Context, trained: Mapping[int, Mapping[Activation, Sequence[Setting]]]
) -> tuple[Table, Plot]:
    """Training by depth, activation and learning rate; the plot is of the deepest networks."""
    rate, accuracy = context.say("activation_rate"), context.say("activation_accuracy")
    rows: list[tuple[Cell, ...]] = []
    for depth, by_name in trained.items():
        for name, settings in by_name.items():
            for setting in settings:
                found = setting.accuracies
                rows.append(
                    (
                        depth,
                        context.say(NAMES[name]),
                        setting.rate,
                        "–" if math.isinf(setting.loss) else round(setting.loss, 4),
                        round(float(np.mean(found)), 3),
                        round(min(found), 3),
                        round(max(found), 3),
                        setting.blown,
                    )
                )
    table = Table(
        name="training",
        title=context.say("activation_training"),
        columns=(
            context.say("activation_depth"),
            context.say("activation_function"),
            rate,
            context.say("activation_loss"),
            accuracy,
            context.say("activation_least"),
            context.say("activation_most"),
            context.say("activation_blown"),
        ),
        rows=tuple(rows),
    )
    deepest = max(trained)
    plot = Plot(
        name="accuracy",
        title=context.say("activation_training_deep", depth=deepest),
        kind="lines",
        x_label=rate,
        y_label=accuracy,
        series=tuple(
            _over_rates(context.say(NAMES[name]), {s.rate: s.accuracies for s in settings})
            for name, settings in trained[deepest].items()
        ),
        table="training",
        log_x=True,
    )
    return table, plot


def _over_rates(label: str, values: Mapping[float, Sequence[float]]) -> Series:
    """Means over the seeds, lowest and highest as a band; rates without a value left out."""
    known = {rate: found for rate, found in values.items() if found}
    return Series(
        label=label,
        x=tuple(known),
        y=tuple(float(np.mean(found)) for found in known.values()),
        low=tuple(min(found) for found in known.values()),
        high=tuple(max(found) for found in known.values()),
    )
