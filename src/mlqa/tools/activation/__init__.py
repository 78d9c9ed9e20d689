"""Sigmoid, ReLU and two modern activations: gradients by depth, dead units, training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from mlqa.schema import Claim, Finding, ToolResult
from mlqa.tools.activation import verdicts
from mlqa.tools.activation.experiments import INITS, gradients, grid, one_thread, train
from mlqa.tools.activation.network import ACTIVATIONS, Activation, Init
from mlqa.tools.activation.presenting import (
    NAMES,
    STARTS,
    Gradients,
    Setting,
    dead_parts,
    depth_table,
    gradient_parts,
    settings_of,
    training_parts,
)
from mlqa.tools.context import Context
from mlqa.tools.registry import tool

_ESSAY = "limits-of-deep-learning"
SIGMOID = Claim(
    document_id=_ESSAY, quote="시그모이드에 기울기 소실(vanishing gradient) 문제가 있다"
)
DEAD = Claim(
    document_id=_ESSAY,
    quote="ReLU에는 기울기가 0이 되는 구간이 있어 죽은 ReLU(dead ReLU) 문제가 생긴다는 큰 단점이 "
    "있습니다.",
)
WORKS = Claim(document_id=_ESSAY, quote="그런데도 ReLU는 잘되며")
LESS = Claim(
    document_id=_ESSAY,
    quote="다만 엄밀히는 ReLU의 기울기가 양수 구간에서 1이라 기울기 소실이 덜하다는 부분적인 "
    "설명은 있습니다.",
)

SHALLOW = 3
DEPTHS = (2, 4, 8, 16)
RATES = (0.03, 0.1, 0.3, 1.0, 3.0)
DEAD_STARTS: tuple[Init, ...] = ("he", "small", "negative_bias")

Trainings = Mapping[int, Mapping[Activation, Sequence[Setting]]]


@tool(seconds=60, memory_mb=1024, claims=(SIGMOID, DEAD, WORKS, LESS))
def activation(
    context: Context,
    *,
    depth: Annotated[int, Field(ge=4, le=10)] = 8,
    steps: Annotated[int, Field(ge=50, le=500)] = 400,
    seeds: Annotated[int, Field(ge=2, le=5)] = 4,
    seed: Annotated[int, Field(ge=0, le=2**31 - 10)] = 0,
) -> ToolResult:
    """Compares sigmoid, ReLU, GELU and SiLU: vanishing gradients, dead units and training.

    Networks of width 64 on scikit-learn's digits, 450 rows kept for testing. Sigmoid begins with
    Xavier's weights, the others with He's. Three experiments:

    - the gradient of a row's loss by each hidden layer's output before its activation, at the
      start; its factor is the (depth - 1)-th root of the first layer's over the last one's;
    - ReLU units that are above 0 on no training row, in networks of 3 hidden layers, by start (He;
      standard deviation 0.01; He with biases of -1) and learning rate;
    - training by SGD in batches of 64 at five learning rates with 3 and with ``depth`` hidden
      layers; the learning rate of an activation is the one with the lowest mean training loss.

    Verdicts by the rules of :mod:`mlqa.tools.activation.verdicts`: vanishing from sigmoid's
    factors, less vanishing from ReLU's beside sigmoid's, dying from the settings of the second
    experiment of which no run blew up, working from ReLU's accuracies with ``depth`` hidden layers
    beside the best other activation's mean.

    Args:
        context: The run.
        depth: Hidden layers of the deep networks.
        steps: Of training.
        seeds: How many.
        seed: The first of them; the others follow it.
    """
    some = range(seed, seed + seeds)
    context.progress(0.0, context.say("activation_doing_gradients"))
    found = {name: gradients(name, depth, some) for name in ACTIVATIONS}
    ratios = {
        each: {name: _ratio(gradients(name, each, some)) for name in ACTIVATIONS}
        for each in sorted({*DEPTHS, depth})
    }
    with one_thread():
        dead = _dead_runs(context, steps, some)
        trained = _trainings(context, depth, steps, some)
    gradient_table, gradient_plot = gradient_parts(context, found)
    dead_table, dead_plot = dead_parts(context, dead)
    training_table, training_plot = training_parts(context, trained)
    return ToolResult(
        text=_text(context, found, dead, trained, steps),
        figures=_figures(found, dead, trained),
        tables=(gradient_table, dead_table, training_table, depth_table(context, ratios)),
        plots=(gradient_plot, dead_plot, training_plot),
        findings=_findings(context, found, dead, trained),
    )


def _ratio(found: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    """Geometric mean over the seeds of the first layer's gradient over the last one's."""
    return float(np.exp(np.log(found[:, 0] / found[:, -1]).mean()))


def factors(found: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[float]:
    """By what a gradient changes from a layer to the one before it, on average; for each seed."""
    values = (found[:, 0] / found[:, -1]) ** (1 / (found.shape[1] - 1))
    return [float(value) for value in values]


def _dead_runs(context: Context, steps: int, seeds: Sequence[int]) -> list[Setting]:
    doing = context.say("activation_doing_dead")
    runs = train(
        "relu",
        SHALLOW,
        grid(DEAD_STARTS, RATES, seeds),
        steps,
        lambda share: context.progress(0.01 + 0.16 * share, doing),
    )
    return settings_of(runs)


def _trainings(context: Context, depth: int, steps: int, seeds: Sequence[int]) -> Trainings:
    """Trains each activation at both depths, telling progress by the layers there are to train."""
    depths = (SHALLOW, depth)
    whole = sum(depths) * len(ACTIVATIONS)
    done = 0
    trained: dict[int, dict[Activation, Sequence[Setting]]] = {each: {} for each in depths}
    for each in depths:
        for name in ACTIVATIONS:
            doing = context.say(
                "activation_doing_training", name=context.say(NAMES[name]), depth=each
            )

            def report(
                share: float, before: int = done, layers: int = each, text: str = doing
            ) -> None:
                context.progress(0.17 + 0.83 * (before + layers * share) / whole, text)

            settings = grid((INITS[name],), RATES, seeds)
            trained[each][name] = settings_of(train(name, each, settings, steps, report))
            done += each
    return trained


def best(settings: Sequence[Setting]) -> Setting:
    """The learning rate with the lowest mean loss on the training rows."""
    return min(settings, key=lambda setting: setting.loss)


def _extremes(dead: Sequence[Setting]) -> tuple[Setting, Setting]:
    """The settings with the fewest and with the most dead units, runs that blew up left out."""
    known = [setting for setting in dead if setting.dead]
    order = sorted(known, key=lambda setting: float(np.mean(setting.dead)))
    return order[0], order[-1]


def _figures(found: Gradients, dead: Sequence[Setting], trained: Trainings) -> dict[str, float]:
    figures: dict[str, float] = {}
    shallow, deep = trained.values()
    for name in ACTIVATIONS:
        figures |= {
            f"{name}_factor": float(np.mean(factors(found[name]))),
            f"{name}_gradient_ratio": _ratio(found[name]),
            f"{name}_accuracy_shallow": float(np.mean(best(shallow[name]).accuracies)),
            f"{name}_accuracy_deep": float(np.mean(best(deep[name]).accuracies)),
            f"{name}_rate_deep": best(deep[name]).rate,
        }
    fewest, most = _extremes(dead)
    return figures | {
        "dead_least": float(np.mean(fewest.dead)),
        "dead_most": float(np.mean(most.dead)),
        "dead_deep": float(np.mean(best(deep["relu"]).dead or [0.0])),
    }


def _text(
    context: Context, found: Gradients, dead: Sequence[Setting], trained: Trainings, steps: int
) -> str:
    """The three experiments in sentences."""
    figures = _figures(found, dead, trained)
    fewest, most = _extremes(dead)
    shallow, deep = trained
    texts = [
        context.say(
            "activation_said_gradients",
            depth=deep,
            ratio=f"{figures['sigmoid_gradient_ratio']:.2g}",
            **{name: figures[f"{name}_factor"] for name in ACTIVATIONS},
        ),
        context.say(
            "activation_said_dead",
            steps=steps,
            least=figures["dead_least"],
            least_start=context.say(STARTS[fewest.init]),
            least_rate=f"{fewest.rate:g}",
            most=figures["dead_most"],
            most_start=context.say(STARTS[most.init]),
            most_rate=f"{most.rate:g}",
        ),
        *(
            context.say(
                key,
                depth=each,
                **{name: figures[f"{name}_accuracy_{which}"] for name in ACTIVATIONS},
            )
            for key, each, which in (
                ("activation_said_shallow", shallow, "shallow"),
                ("activation_said_deep", deep, "deep"),
            )
        ),
    ]
    return " ".join(texts)


def _findings(
    context: Context, found: Gradients, dead: Sequence[Setting], trained: Trainings
) -> tuple[Finding, ...]:
    sigmoid, relu = factors(found["sigmoid"]), factors(found["relu"])
    deepest = max(trained)
    chosen = {name: best(settings) for name, settings in trained[deepest].items()}
    others = [float(np.mean(chosen[name].accuracies)) for name in ACTIVATIONS if name != "relu"]
    whole = [setting for setting in dead if not setting.blown]
    most = max(whole, key=lambda setting: min(setting.dead), default=None)
    ends = {"low": min(sigmoid), "high": max(sigmoid)}
    accuracies = chosen["relu"].accuracies
    return (
        Finding(
            claim=SIGMOID,
            verdict=verdicts.vanishing(sigmoid),
            reason=context.say("activation_reason_sigmoid", depth=deepest, **ends),
        ),
        Finding(
            claim=DEAD,
            verdict=verdicts.dying(setting.dead for setting in whole),
            reason=context.say("activation_reason_dead_none")
            if most is None
            else context.say(
                "activation_reason_dead",
                start=context.say(STARTS[most.init]),
                rate=f"{most.rate:g}",
                low=min(most.dead),
                high=max(most.dead),
                accuracy=float(np.mean(most.accuracies)),
            ),
        ),
        Finding(
            claim=WORKS,
            verdict=verdicts.working(accuracies, max(others)),
            reason=context.say(
                "activation_reason_works",
                depth=deepest,
                rate=f"{chosen['relu'].rate:g}",
                low=min(accuracies),
                high=max(accuracies),
                mean=float(np.mean(accuracies)),
                dead=float(np.mean(chosen["relu"].dead or [0.0])),
                other=max(others),
            ),
        ),
        Finding(
            claim=LESS,
            verdict=verdicts.vanishing_less(relu, sigmoid),
            reason=context.say(
                "activation_reason_less", relu_low=min(relu), relu_high=max(relu), **ends
            ),
        ),
    )
