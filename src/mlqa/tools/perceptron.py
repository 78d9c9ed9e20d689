"""A multi-layer perceptron in numpy, step by step; many networks of one shape train at once.

Every array has the networks on its first axis: weights (networks, in, out), biases
(networks, 1, out), inputs (networks, rows, in). Formulas: Goodfellow, Bengio and Courville, "Deep
Learning", section 6.5 (back-propagation) and 8.5 (Adam).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Activation = Literal["tanh", "relu", "sigmoid"]
Loss = Literal["squared", "logistic", "softmax"]


class Layer(NamedTuple):
    """One linear regression for each of its outputs: ``x @ weights + bias``."""

    weights: Array
    bias: Array


Network = tuple[Layer, ...]


def sigmoid(values: Array) -> Array:
    """1 / (1 + exp(-v)), without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * values)))


def made(sizes: Sequence[int], seeds: Sequence[int]) -> Network:
    """Fresh networks: Glorot's normal weights (variance 2 / (in + out)) and biases of zero.

    Args:
        sizes: Inputs, hidden layers, outputs.
        seeds: One for each network.
    """
    generators = [np.random.default_rng(seed) for seed in seeds]
    layers = []
    for inputs, outputs in pairwise(sizes):
        spread = np.sqrt(2 / (inputs + outputs))
        drawn = [spread * rng.standard_normal((inputs, outputs)) for rng in generators]
        layers.append(Layer(np.stack(drawn), np.zeros((len(seeds), 1, outputs))))
    return tuple(layers)


def _activated(values: Array, activation: Activation) -> Array:
    if activation == "relu":
        return np.maximum(values, 0.0)
    return np.tanh(values) if activation == "tanh" else sigmoid(values)


def _slope(activated: Array, activation: Activation) -> Array:
    """Derivative of the activation, from what it gave."""
    if activation == "relu":
        return (activated > 0).astype(np.float64)
    return 1 - activated**2 if activation == "tanh" else activated * (1 - activated)


def forward(network: Network, x: Array, activation: Activation) -> list[Array]:
    """What each layer gives, the input first; the last layer without activation."""
    outputs = [x]
    for number, layer in enumerate(network, start=1):
        value = outputs[-1] @ layer.weights + layer.bias
        outputs.append(value if number == len(network) else _activated(value, activation))
    return outputs


def losses(scores: Array, y: Array, loss: Loss) -> Array:
    """Mean loss of each network.

    Args:
        scores: What the last layer gives, (networks, rows, outputs).
        y: Values, 0 or 1, or one-hot classes, of the same shape.
        loss: Half the squared error; cross-entropy of a sigmoid; cross-entropy of a softmax.
    """
    if loss == "squared":
        each = 0.5 * (scores - y) ** 2
    elif loss == "logistic":
        each = np.logaddexp(0.0, scores) - y * scores
    else:
        top = scores.max(axis=-1, keepdims=True)
        total = top + np.log(np.exp(scores - top).sum(axis=-1, keepdims=True))
        each = y * (total - scores)
    return np.asarray(each.sum(axis=-1).mean(axis=-1))


def _error(scores: Array, y: Array, loss: Loss) -> Array:
    """Derivative of the mean loss by the scores: prediction minus truth, for all three."""
    if loss == "squared":
        predicted = scores
    elif loss == "logistic":
        predicted = sigmoid(scores)
    else:
        powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
        predicted = powers / powers.sum(axis=-1, keepdims=True)
    return np.asarray((predicted - y) / scores.shape[-2])


def gradients(network: Network, x: Array, y: Array, activation: Activation, loss: Loss) -> Network:
    """Back-propagation: the derivative of the mean loss by every weight and bias."""
    outputs = forward(network, x, activation)
    error = _error(outputs[-1], y, loss)
    found: list[Layer] = []
    for layer, entered in zip(reversed(network), reversed(outputs[:-1]), strict=True):
        transposed = np.swapaxes(entered, -1, -2)
        found.append(Layer(transposed @ error, error.sum(axis=-2, keepdims=True)))
        if len(found) < len(network):  # the chain rule, one layer back
            error = (error @ np.swapaxes(layer.weights, -1, -2)) * _slope(entered, activation)
    return tuple(reversed(found))


def descended(network: Network, slopes: Network, rate: float | Array) -> Network:
    """One step of gradient descent."""
    return tuple(
        Layer(layer.weights - rate * slope.weights, layer.bias - rate * slope.bias)
        for layer, slope in zip(network, slopes, strict=True)
    )


class Adam:
    """Adam with its usual constants (0.9, 0.999, 1e-8)."""

    def __init__(self, rate: float | Array) -> None:
        """The rate is one number, or one for each network, (networks, 1, 1)."""
        self._rate = rate
        self._steps = 0
        self._means: list[Array] = []
        self._squares: list[Array] = []

    def step(self, network: Network, slopes: Network) -> Network:
        """The network one step further."""
        flat = [values for slope in slopes for values in slope]
        if not self._means:
            self._means = [np.zeros_like(values) for values in flat]
            self._squares = [np.zeros_like(values) for values in flat]
        self._steps += 1
        moved = []
        for mean, square, slope in zip(self._means, self._squares, flat, strict=True):
            mean += 0.1 * (slope - mean)  # noqa: PLW2901 - in place
            square += 0.001 * (slope**2 - square)  # noqa: PLW2901 - in place
            right = mean / (1 - 0.9**self._steps)
            size = np.sqrt(square / (1 - 0.999**self._steps)) + 1e-8
            moved.append(self._rate * right / size)
        pairs = zip(moved[::2], moved[1::2], strict=True)
        return tuple(
            Layer(layer.weights - weights, layer.bias - bias)
            for layer, (weights, bias) in zip(network, pairs, strict=True)
        )
