"""Is it what it claims to be?

Back-propagation against finite differences; a network without hidden layer against linear and
logistic regression.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mlqa.tools import perceptron
from mlqa.tools.mlp.shapes import Points
from mlqa.tools.perceptron import Activation, Array, Layer, Network, sigmoid

Gradients = Callable[[Network, Array, Array, Activation, perceptron.Loss], Network]

_STEP = 1e-5
_MOST_STEPS = 20_000


class GradientCheck(NamedTuple):
    """Back-propagation beside central differences, over all weights and biases.

    Attributes:
        relative: ``|b - d| / (|b| + |d|)`` of the two gradients, Euclidean norm.
        largest: Largest difference of one parameter.
        parameters: How many parameters were compared.
        left_out: How many were not, because a ReLU bends within the step of the difference.
        rows: Layer, place, back-propagation and difference of each parameter compared.
    """

    relative: float
    largest: float
    parameters: int
    left_out: int
    rows: tuple[tuple[str, float, float], ...]


def check_gradients(
    network: Network,
    points: Points,
    activation: Activation,
    backward: Gradients = perceptron.gradients,
) -> GradientCheck:
    """Compares every derivative of the loss with (L(w + h) - L(w - h)) / 2h, h = 1e-5.

    Args:
        network: One network (first axis of length 1).
        points: Points of one run.
        activation: Of the hidden layers.
        backward: What computes the derivatives.
    """
    slopes = backward(network, points.x, points.y, activation, "logistic")
    rows, left_out = [], 0
    for number, (layer, slope) in enumerate(zip(network, slopes, strict=True), start=1):
        for name, values, found in (
            (f"W{number}", layer.weights, slope.weights),
            (f"b{number}", layer.bias, slope.bias),
        ):
            for place in np.ndindex(values.shape):
                kept = values[place]
                values[place] = kept + _STEP
                above, bent_above = _loss(network, points, activation)
                values[place] = kept - _STEP
                below, bent_below = _loss(network, points, activation)
                values[place] = kept
                if activation == "relu" and bent_above != bent_below:
                    left_out += 1
                    continue
                label = f"{name}[{', '.join(map(str, place[1:]))}]"
                rows.append((label, float(found[place]), (above - below) / (2 * _STEP)))
    back, difference = (np.array([row[column] for row in rows]) for column in (1, 2))
    return GradientCheck(
        relative=float(
            np.linalg.norm(back - difference) / (np.linalg.norm(back) + np.linalg.norm(difference))
        ),
        largest=float(np.abs(back - difference).max()),
        parameters=len(rows),
        left_out=left_out,
        rows=tuple(rows),
    )


def _loss(network: Network, points: Points, activation: Activation) -> tuple[float, bytes]:
    """Loss, and which hidden units are on."""
    outputs = perceptron.forward(network, points.x, activation)
    on = b"".join(np.packbits(output > 0).tobytes() for output in outputs[1:-1])
    return float(perceptron.losses(outputs[-1], points.y, "logistic")[0]), on


class Equivalence(NamedTuple):
    """A network without hidden layer beside the regressions that statistics knows.

    Attributes:
        linear: Largest difference of its predictions from the least-squares solution, without
            activation and with squared loss.
        logistic: Largest difference of its probabilities from those of scikit-learn's logistic
            regression without penalty, with sigmoid and cross-entropy.
        log_loss: Cross-entropy of the logistic regression.
        squashed_log_loss: Cross-entropy of the least-squares line put through a sigmoid: same form,
            other fit.
    """

    linear: float
    logistic: float
    log_loss: float
    squashed_log_loss: float


def equivalence(points: Points) -> Equivalence:
    """Trains the network on the points of one run by gradient descent until it stands still."""
    from sklearn.linear_model import LogisticRegression

    x, y = points.x[0], points.y[0]
    with_one = np.hstack([x, np.ones((len(x), 1))])
    solved = with_one @ np.linalg.lstsq(with_one, y, rcond=None)[0]
    linear = _settled(points, "squared")
    known = LogisticRegression(C=np.inf, tol=1e-10, solver="newton-cholesky").fit(x, y[:, 0])
    probability = known.predict_proba(x)[:, 1:]
    logistic = _settled(points, "logistic")
    return Equivalence(
        linear=float(np.abs(linear - solved).max()),
        logistic=float(np.abs(sigmoid(logistic) - probability).max()),
        log_loss=float(perceptron.losses(logistic, y, "logistic")),
        squashed_log_loss=float(perceptron.losses(solved - 0.5, y, "logistic")),
    )


def _settled(points: Points, loss: perceptron.Loss) -> Array:
    """Scores of a network without hidden layer where its gradient is as good as zero."""
    network: Network = (Layer(np.zeros((1, 2, 1)), np.zeros((1, 1, 1))),)
    for _ in range(_MOST_STEPS):
        slopes = perceptron.gradients(network, points.x, points.y, "tanh", loss)
        network = perceptron.descended(network, slopes, 0.5)
        if max(np.abs(slopes[0].weights).max(), np.abs(slopes[0].bias).max()) < 1e-10:  # noqa: PLR2004
            break
    return np.asarray(perceptron.forward(network, points.x, "tanh")[-1][0])
