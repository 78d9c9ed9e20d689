"""A logistic regression, many of them averaged, and networks that put them in layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from mlqa.tools import perceptron
from mlqa.tools.mlp.shapes import Points
from mlqa.tools.perceptron import Activation, Adam, Array, Layer, Network, sigmoid

Arm = Literal["logistic", "ensemble", "frozen", "descent", "adam"]
ARMS: tuple[Arm, ...] = ("logistic", "ensemble", "frozen", "descent", "adam")

ADAM_RATE = 0.02
_CURVE = 100


class Trained(NamedTuple):
    """Networks after training, one for each run.

    Attributes:
        network: Their weights.
        accuracy: Share of right answers on new points, for each run.
        steps: Steps at which the loss was taken.
        losses: Training loss at these steps, (steps, runs).
    """

    network: Network
    accuracy: tuple[float, ...]
    steps: tuple[int, ...]
    losses: Array


class Plan(NamedTuple):
    """How networks are made and trained.

    Attributes:
        hidden: Width of each hidden layer.
        activation: Of the hidden layers.
        steps: Steps of training, all points at each.
        rate: Learning rate of gradient descent.
        seeds: One for each run.
    """

    hidden: tuple[int, ...]
    activation: Activation
    steps: int
    rate: float
    seeds: list[int]


def train(
    arm: Arm, plan: Plan, train: Points, test: Points, progress: Callable[[], None]
) -> Trained:
    """One arm on the points of every run.

    ``logistic``: no hidden layer. ``ensemble``: as many logistic regressions as the first hidden
    layer has units, each trained by itself on points drawn with replacement, their probabilities
    averaged. ``frozen``: the network with its hidden layers left as they were drawn. ``descent``
    and ``adam``: all layers trained together, by gradient descent or by Adam.

    Args:
        arm: Which one.
        plan: How it is made and trained.
        train: Points to train on.
        test: New points.
        progress: Called every few steps.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # too high a rate runs away, and shows it
        if arm == "ensemble":
            return _ensemble(plan, train, test, progress)
        hidden = () if arm == "logistic" else plan.hidden
        start = perceptron.made([2, *hidden, 1], plan.seeds)
        network, steps, losses = _trained(arm, start, plan, train, progress)
        scores = perceptron.forward(network, test.x, plan.activation)[-1]
        return Trained(network, _accuracy(sigmoid(scores), test), steps, losses)


def _trained(
    arm: Arm, network: Network, plan: Plan, points: Points, progress: Callable[[], None]
) -> tuple[Network, tuple[int, ...], Array]:
    """The network after the last step, and its loss on the way."""
    adam = Adam(ADAM_RATE)
    every = max(1, plan.steps // _CURVE)
    steps, losses = [], []
    for step in range(plan.steps + 1):
        if step % every == 0 or step == plan.steps:
            scores = perceptron.forward(network, points.x, plan.activation)[-1]
            steps.append(step)
            losses.append(perceptron.losses(scores, points.y, "logistic"))
            progress()
        if step == plan.steps:
            break
        slopes = perceptron.gradients(network, points.x, points.y, plan.activation, "logistic")
        if arm == "adam":
            network = adam.step(network, slopes)
        elif arm == "frozen":
            last = perceptron.descended(network[-1:], slopes[-1:], plan.rate)
            network = (*network[:-1], *last)
        else:
            network = perceptron.descended(network, slopes, plan.rate)
    return network, tuple(steps), np.stack(losses)


def _ensemble(plan: Plan, train: Points, test: Points, progress: Callable[[], None]) -> Trained:
    """Logistic regressions on points drawn with replacement, averaged (bagging)."""
    members, runs, points = plan.hidden[0], len(plan.seeds), train.x.shape[1]
    rows = np.stack(
        [
            np.random.default_rng([seed, 3]).integers(points, size=(members, points))
            for seed in plan.seeds
        ]
    ).reshape(runs * members, points)
    run = np.repeat(np.arange(runs), members)[:, None]
    each = Points(train.x[run, rows], train.y[run, rows])
    start = perceptron.made([2, 1], [seed + 1 for seed in range(runs * members)])
    network, steps, losses = _trained("logistic", start, plan, each, progress)
    scores = perceptron.forward(network, test.x[run[:, 0]], plan.activation)[-1]
    mean = sigmoid(scores).reshape(runs, members, -1, 1).mean(axis=1)
    return Trained(
        network, _accuracy(mean, test), steps, losses.reshape(-1, runs, members).mean(axis=2)
    )


def _accuracy(probability: Array, points: Points) -> tuple[float, ...]:
    right = (np.round(probability) == points.y).mean(axis=(1, 2))
    return tuple(float(share) for share in right)


def plane(network: Network, run: int, places: Array, activation: Activation) -> Array:
    """Probability of class 1 at places of the plane, from the network of one run.

    Args:
        network: Of all runs.
        run: Which of them.
        places: (places, 2).
        activation: Of its hidden layers.
    """
    one = tuple(Layer(layer.weights[run : run + 1], layer.bias[run : run + 1]) for layer in network)
    return sigmoid(perceptron.forward(one, places[None], activation)[-1])[0, :, 0]
