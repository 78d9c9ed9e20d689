"""The result of the tool ``mlp`` in words, tables and plots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from mlqa.schema import Claim, Field, Finding, Plot, Series, Table
from mlqa.tools.context import Context
from mlqa.tools.mlp import verdicts
from mlqa.tools.mlp.checking import Equivalence, GradientCheck
from mlqa.tools.mlp.learning import ARMS, Arm, Plan, Trained, plane
from mlqa.tools.mlp.shapes import SHAPES, Points, Shape
from mlqa.tools.perceptron import Array

_GRID = 50
_ROWS = 40
_CURVES: tuple[Arm, ...] = ("logistic", "descent", "adam")
_WORST = 1e6


class Measured(NamedTuple):
    """Everything that a run measured.

    Attributes:
        shape: The shape that is drawn.
        plan: How networks were trained.
        points: Points of its first run.
        trained: Every arm on every shape.
        checks: Back-propagation against finite differences.
        equal: Networks without hidden layer against known regressions.
    """

    shape: Shape
    plan: Plan
    points: Points
    trained: Mapping[Shape, Mapping[Arm, Trained]]
    checks: Mapping[Shape, GradientCheck]
    equal: Mapping[Shape, Equivalence]

    def accuracy(self, shape: Shape, arm: Arm) -> float:
        """Mean over the runs."""
        return float(np.mean(self.trained[shape][arm].accuracy))

    def gains(self) -> list[verdicts.Gains]:
        """Of every shape."""
        return [verdicts.gains(self.trained[shape]) for shape in SHAPES]

    def relative(self) -> float:
        """The largest relative error of a gradient."""
        return max(check.relative for check in self.checks.values())

    def drops(self) -> list[float]:
        """Mean fall of the loss, for each shape under gradient descent and Adam."""
        curves = [self.trained[shape][arm].losses for shape in SHAPES for arm in _CURVES[1:]]
        return [float(_finite(losses[0] - losses[-1]).mean()) for losses in curves]


def _finite(values: Array) -> Array:
    """Losses of a network that ran away, as numbers that survive JSON."""
    return np.asarray(np.nan_to_num(values, nan=-_WORST, posinf=_WORST, neginf=-_WORST))


def shape(context: Context, name: Shape) -> str:
    """What users read for a shape."""
    return context.say(f"mlp_shape_{name}")


def arm(context: Context, name: Arm) -> str:
    """What users read for an arm."""
    return context.say(f"mlp_arm_{name}")


def text(context: Context, shown: Measured) -> str:
    """What came out, in a few sentences."""
    equal = shown.equal[shown.shape]
    left_out = sum(check.left_out for check in shown.checks.values())
    said = [
        context.say(
            "mlp_text",
            shape=shape(context, shown.shape),
            runs=len(shown.plan.seeds),
            logistic=shown.accuracy(shown.shape, "logistic"),
            network=shown.accuracy(shown.shape, "descent"),
        ),
        *(
            context.say(
                "mlp_other",
                shape=shape(context, other),
                logistic=shown.accuracy(other, "logistic"),
                network=shown.accuracy(other, "descent"),
            )
            for other in SHAPES
            if other != shown.shape
        ),
        context.say(
            "mlp_gradient",
            parameters=shown.checks[shown.shape].parameters,
            relative=shown.relative(),
        ),
    ]
    if left_out:
        said.append(context.say("mlp_left_out", count=left_out))
    said.append(
        context.say("mlp_squashed", logistic=equal.log_loss, squashed=equal.squashed_log_loss)
    )
    return " ".join(said)


def figures(shown: Measured) -> dict[str, float]:
    """Accuracies, gains with intervals, errors."""
    found: dict[str, float] = {"gradient_relative_error": shown.relative()}
    for name, gain in zip(SHAPES, shown.gains(), strict=True):
        for each in ARMS:
            found[f"{name}_{each}_accuracy"] = shown.accuracy(name, each)
        for other, interval in gain._asdict().items():
            found[f"{name}_over_{other}"] = interval.mean
            found[f"{name}_over_{other}_low"] = interval.low
            found[f"{name}_over_{other}_high"] = interval.high
        found[f"{name}_gradient_relative_error"] = shown.checks[name].relative
        found[f"{name}_linear_difference"] = shown.equal[name].linear
        found[f"{name}_logistic_difference"] = shown.equal[name].logistic
        found[f"{name}_log_loss"] = shown.equal[name].log_loss
        found[f"{name}_squashed_log_loss"] = shown.equal[name].squashed_log_loss
    return found


def tables(context: Context, shown: Measured) -> tuple[Table, ...]:
    """Accuracies, losses on the way, gradients, and the network without hidden layer."""

    def table(
        name: str, columns: tuple[str, ...], rows: tuple[tuple[str | float, ...], ...]
    ) -> Table:
        heads = tuple(context.say(f"mlp_column_{column}") for column in columns)
        return Table(name=name, title=context.say(f"mlp_table_{name}"), columns=heads, rows=rows)

    accuracy = tuple(
        (
            shape(context, name),
            arm(context, each),
            round(shown.accuracy(name, each), 4),
            round(min(shown.trained[name][each].accuracy), 4),
            round(max(shown.trained[name][each].accuracy), 4),
        )
        for name in SHAPES
        for each in ARMS
    )
    equal = tuple(
        (
            shape(context, name),
            float(f"{found.linear:.3g}"),
            float(f"{found.logistic:.3g}"),
            round(found.log_loss, 4),
            round(found.squashed_log_loss, 4),
        )
        for name, found in shown.equal.items()
    )
    gradients = tuple(
        (place, round(back, 10), round(difference, 10), float(f"{abs(back - difference):.2g}"))
        for place, back, difference in shown.checks[shown.shape].rows[:_ROWS]
    )
    return (
        table("accuracy", ("shape", "arm", "accuracy", "worst", "best"), accuracy),
        table("gradients", ("place", "back", "difference", "apart"), gradients),
        table("equivalence", ("shape", "linear", "sigmoid", "log_loss", "squashed"), equal),
        table("loss", ("step", *_CURVES), _loss_rows(shown)),
    )


def _loss_rows(shown: Measured) -> tuple[tuple[float, ...], ...]:
    arms = shown.trained[shown.shape]
    means = [_finite(arms[each].losses.mean(axis=1)) for each in _CURVES]
    return tuple(
        (step, *(round(float(mean[place]), 6) for mean in means))
        for place, step in enumerate(arms["descent"].steps)
    )


def plots(context: Context, shown: Measured) -> tuple[Plot, ...]:
    """Both boundaries over the points, and the losses on the way."""
    curves = []
    for each in _CURVES:
        run = shown.trained[shown.shape][each]
        losses = _finite(run.losses)
        curves.append(
            Series(
                label=arm(context, each),
                x=run.steps,
                y=tuple(round(float(value), 6) for value in losses.mean(axis=1)),
                low=tuple(round(float(value), 6) for value in losses.min(axis=1)),
                high=tuple(round(float(value), 6) for value in losses.max(axis=1)),
            )
        )
    return (
        _boundary(context, shown, "logistic"),
        _boundary(context, shown, "descent"),
        Plot(
            name="loss",
            title=context.say("mlp_plot_loss", shape=shape(context, shown.shape)),
            kind="lines",
            x_label=context.say("mlp_column_step"),
            y_label=context.say("mlp_axis_loss"),
            series=tuple(curves),
            table="loss",
        ),
    )


def _boundary(context: Context, shown: Measured, each: Arm) -> Plot:
    """Probability of class 1 over the plane, with the points of the first run."""
    x, y = shown.points.x[0], shown.points.y[0, :, 0]
    low, high = x.min(axis=0) - 0.3, x.max(axis=0) + 0.3
    across, up = (np.linspace(low[axis], high[axis], _GRID) for axis in (0, 1))
    places = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    run = shown.trained[shown.shape][each]
    found = plane(run.network, 0, places, shown.plan.activation).reshape(_GRID, _GRID)
    return Plot(
        name=f"boundary_{each}",
        title=context.say(
            "mlp_plot_boundary", arm=arm(context, each), shape=shape(context, shown.shape)
        ),
        kind="points",
        x_label=context.say("mlp_axis_first"),
        y_label=context.say("mlp_axis_second"),
        series=tuple(
            Series(
                label=context.say("mlp_class", number=number),
                x=tuple(round(float(value), 4) for value in x[y == number, 0]),
                y=tuple(round(float(value), 4) for value in x[y == number, 1]),
            )
            for number in (0, 1)
        ),
        table="accuracy",
        field=Field(
            x=tuple(round(float(value), 4) for value in across),
            y=tuple(round(float(value), 4) for value in up),
            values=tuple(tuple(round(float(value), 3) for value in row) for row in found),
        ),
    )


def findings(
    context: Context, shown: Measured, claims: tuple[Claim, Claim, Claim, Claim]
) -> tuple[Finding, ...]:
    """What the numbers say of regression, ensemble, layers and back-propagation."""
    found, drops = shown.gains(), shown.drops()
    apart = [value for equal in shown.equal.values() for value in (equal.linear, equal.logistic)]

    def listed(other: str) -> str:
        parts = []
        for name, gain in zip(SHAPES, found, strict=True):
            interval = getattr(gain, other)
            parts.append(
                context.say(
                    "mlp_interval",
                    shape=shape(context, name),
                    mean=interval.mean,
                    low=interval.low,
                    high=interval.high,
                )
            )
        return "; ".join(parts)

    regression, ensemble, layers, back = claims
    return (
        Finding(
            claim=regression,
            verdict=verdicts.regression(apart),
            reason=context.say("mlp_reason_regression", largest=max(apart)),
        ),
        Finding(
            claim=ensemble,
            verdict=verdicts.ensemble(found),
            reason=context.say("mlp_reason_ensemble", list=listed("ensemble")),
        ),
        Finding(
            claim=layers,
            verdict=verdicts.layers(found),
            reason=context.say(
                "mlp_reason_layers", ensemble=listed("ensemble"), frozen=listed("frozen")
            ),
        ),
        Finding(
            claim=back,
            verdict=verdicts.back_propagation(shown.relative(), drops),
            reason=context.say(
                "mlp_reason_back", relative=shown.relative(), least=min(drops), most=max(drops)
            ),
        ),
    )
