"""Multilayer perceptrons in NumPy, many of one shape trained side by side.

The first axis of every array is the run, so one matrix product serves all of them. Hidden layers
have equal width; the loss is softmax cross-entropy; training is plain stochastic gradient descent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Activation = Literal["sigmoid", "relu", "gelu", "silu"]
Init = Literal["he", "xavier", "small", "negative_bias"]
ACTIVATIONS: tuple[Activation, ...] = ("sigmoid", "relu", "gelu", "silu")

Floats = NDArray[np.float32]

_SMALL = 0.01  # standard deviation of the small start
_BIAS = -1.0  # of hidden units in the start with negative biases


class Layers(NamedTuple):
    """Parameters of all runs.

    Attributes:
        weights: One array for each layer, shape (runs, inputs, outputs).
        biases: One array for each layer, shape (runs, 1, outputs).
    """

    weights: list[Floats]
    biases: list[Floats]


def _sigmoid(z: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * z)), dtype=z.dtype)


def _sigmoid_both(z: Floats) -> tuple[Floats, Floats]:
    s = _sigmoid(z)
    return s, s * (1 - s)


def _relu_both(z: Floats) -> tuple[Floats, Floats]:
    return np.maximum(z, 0), (z > 0).astype(z.dtype)


def _gelu_both(z: Floats) -> tuple[Floats, Floats]:
    """GELU in its tanh form (Hendrycks and Gimpel, 2016)."""
    scale, cubic = z.dtype.type(0.7978845608), z.dtype.type(0.044715)
    square = z * z
    t = np.tanh(scale * z * (1 + cubic * square))
    half = 0.5 * (1 + t)
    return z * half, half + 0.5 * z * (1 - t * t) * scale * (1 + 3 * cubic * square)


def _silu_both(z: Floats) -> tuple[Floats, Floats]:
    s = _sigmoid(z)
    return z * s, s * (1 + z * (1 - s))


# Value and derivative.
FUNCTIONS: dict[Activation, Callable[[Floats], tuple[Floats, Floats]]] = {
    "sigmoid": _sigmoid_both,
    "relu": _relu_both,
    "gelu": _gelu_both,
    "silu": _silu_both,
}


def start(init: Init, sizes: Sequence[int], seed: int) -> Layers:
    """Parameters of one run.

    ``he``: normal weights of variance 2 / inputs; ``xavier``: of 2 / (inputs + outputs);
    ``small``: of standard deviation 0.01; ``negative_bias``: as ``he``, hidden biases -1. All other
    biases are 0. The output layer is as ``xavier`` but with ``small``.

    Args:
        init: How.
        sizes: Units of each layer, inputs first, classes last.
        seed: Equal seeds give equal numbers.
    """
    rng = np.random.default_rng(seed)
    weights, biases = [], []
    for place, (inputs, outputs) in enumerate(pairwise(sizes)):
        last = place == len(sizes) - 2
        variance = 2 / (inputs + outputs) if init == "xavier" or last else 2 / inputs
        scale = _SMALL if init == "small" else variance**0.5
        weights.append((scale * rng.standard_normal((1, inputs, outputs))).astype(np.float32))
        bias = _BIAS if init == "negative_bias" and not last else 0.0
        biases.append(np.full((1, 1, outputs), bias, dtype=np.float32))
    return Layers(weights, biases)


def stacked(runs: Sequence[Layers]) -> Layers:
    """Runs side by side."""
    return Layers(
        [np.concatenate(arrays) for arrays in zip(*(run.weights for run in runs), strict=True)],
        [np.concatenate(arrays) for arrays in zip(*(run.biases for run in runs), strict=True)],
    )


class Pass(NamedTuple):
    """What a forward pass leaves for the backward pass.

    Attributes:
        inputs: What each layer was given, shape (runs or 1, rows, inputs).
        slopes: Derivatives of the activation, one array for each hidden layer.
        logits: Shape (runs, rows, classes).
    """

    inputs: list[Floats]
    slopes: list[Floats]
    logits: Floats


def forward(layers: Layers, activation: Activation, x: Floats) -> Pass:
    """Runs all networks on the same rows.

    Args:
        layers: The parameters.
        activation: Of the hidden layers.
        x: Shape (1 or runs, rows, inputs).
    """
    inputs: list[Floats] = [x]
    slopes: list[Floats] = []
    h = x
    last = len(layers.weights) - 1
    for place, (weight, bias) in enumerate(zip(layers.weights, layers.biases, strict=True)):
        z = h @ weight + bias
        if place == last:
            return Pass(inputs, slopes, z)
        h, slope = FUNCTIONS[activation](z)
        inputs.append(h)
        slopes.append(slope)
    raise AssertionError


def probabilities(logits: Floats) -> Floats:
    """Softmax over the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=logits.dtype)


def losses(logits: Floats, y: NDArray[np.intp]) -> NDArray[np.float64]:
    """Mean cross-entropy of each run; not a number where its values are none.

    Args:
        logits: Shape (runs, rows, classes).
        y: Class of each row, the same for all runs.
    """
    shifted = logits - logits.max(axis=-1, keepdims=True)
    total = np.log(np.exp(shifted).sum(axis=-1))
    right = np.take_along_axis(shifted, y[None, :, None], axis=-1)[..., 0]
    return np.asarray((total - right).mean(axis=-1, dtype=np.float64))


def backward(layers: Layers, made: Pass, y: NDArray[np.intp]) -> Iterator[tuple[int, Floats]]:
    """Gradients of the mean loss by each layer's output before its activation, last layer first.

    Args:
        layers: The parameters.
        made: The forward pass.
        y: Class of each row, shape (rows,), or (runs, rows) where runs see rows of their own.

    Yields:
        Number of the layer from 0, and the gradient, shape (runs, rows, outputs).
    """
    delta = probabilities(made.logits)
    delta -= np.eye(delta.shape[-1], dtype=delta.dtype)[y]
    delta /= delta.shape[1]
    for place in range(len(layers.weights) - 1, -1, -1):
        yield place, delta
        if place:
            delta = (delta @ layers.weights[place].transpose(0, 2, 1)) * made.slopes[place - 1]


def descend(
    layers: Layers, activation: Activation, x: Floats, y: NDArray[np.intp], rates: Floats
) -> None:
    """One step of gradient descent, in place.

    Args:
        layers: The parameters.
        activation: Of the hidden layers.
        x: Shape (1 or runs, rows, inputs).
        y: Class of each row, shape (rows,) or (runs, rows).
        rates: Learning rate of each run, shape (runs, 1, 1).
    """
    made = forward(layers, activation, x)
    # The gradient of a layer needs the weights above as they were.
    changes = [
        (
            place,
            np.matmul(made.inputs[place].transpose(0, 2, 1), delta),
            delta.sum(1, keepdims=True),
        )
        for place, delta in backward(layers, made, y)
    ]
    for place, by_weight, by_bias in changes:
        layers.weights[place] -= rates * by_weight
        layers.biases[place] -= rates * by_bias
