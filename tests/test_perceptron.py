"""The network in numpy: losses and gradients with known values, many networks at once."""

from __future__ import annotations

import numpy as np
import pytest

from mlqa.tools import perceptron
from mlqa.tools.perceptron import Activation, Adam, Layer, Loss


def one_layer(weights: list[list[float]], bias: list[float]) -> perceptron.Network:
    return (Layer(np.array([weights]), np.array([[bias]])),)


def test_losses_have_their_known_values() -> None:
    half = perceptron.losses(np.zeros((1, 4, 1)), np.ones((1, 4, 1)), "logistic")
    assert half == pytest.approx(np.log(2))
    third = perceptron.losses(np.zeros((1, 4, 3)), np.tile(np.eye(3)[0], (1, 4, 1)), "softmax")
    assert third == pytest.approx(np.log(3))
    assert perceptron.losses(np.full((1, 2, 1), 3.0), np.ones((1, 2, 1)), "squared") == 2.0


def test_gradient_of_a_line_is_the_closed_form() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((1, 30, 2)), rng.standard_normal((1, 30, 1))
    network = one_layer([[0.3], [-0.2]], [0.1])
    found = perceptron.gradients(network, x, y, "tanh", "squared")[0]
    error = x[0] @ network[0].weights[0] + 0.1 - y[0]
    assert np.allclose(found.weights[0], x[0].T @ error / 30)
    assert np.allclose(found.bias[0, 0], error.mean())


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
@pytest.mark.parametrize("loss", ["squared", "logistic", "softmax"])
def test_back_propagation_is_the_slope_of_the_loss(activation: Activation, loss: Loss) -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((1, 20, 3))
    y = np.eye(2)[rng.integers(2, size=(1, 20))]
    # Biases off zero: a ReLU that gets nothing would sit exactly on its bend.
    network = tuple(
        Layer(layer.weights, rng.standard_normal(layer.bias.shape))
        for layer in perceptron.made([3, 4, 3, 2], [2])
    )
    slopes = perceptron.gradients(network, x, y, activation, loss)
    direction = [
        Layer(*(rng.standard_normal(values.shape) for values in layer)) for layer in network
    ]

    def along(step: float) -> float:
        moved = tuple(
            Layer(layer.weights + step * way.weights, layer.bias + step * way.bias)
            for layer, way in zip(network, direction, strict=True)
        )
        return float(perceptron.losses(perceptron.forward(moved, x, activation)[-1], y, loss)[0])

    expected = sum(
        float((slope.weights * way.weights).sum() + (slope.bias * way.bias).sum())
        for slope, way in zip(slopes, direction, strict=True)
    )
    assert (along(1e-6) - along(-1e-6)) / 2e-6 == pytest.approx(expected, rel=1e-6)


def test_networks_trained_together_are_those_trained_alone() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((2, 10, 2)), rng.integers(2, size=(2, 10, 1)).astype(float)

    def trained(seeds: list[int], rows: slice) -> perceptron.Network:
        network = perceptron.made([2, 3, 1], seeds)
        adam = Adam(0.05)
        for _ in range(20):
            slopes = perceptron.gradients(network, x[rows], y[rows], "tanh", "logistic")
            network = adam.step(network, slopes)
        return network

    both, second = trained([7, 8], slice(0, 2)), trained([8], slice(1, 2))
    for together, alone in zip(both, second, strict=True):
        assert np.allclose(together.weights[1], alone.weights[0])
        assert np.allclose(together.bias[1], alone.bias[0])


def test_first_step_of_adam_is_the_rate_against_the_slope() -> None:
    network = one_layer([[1.0], [1.0]], [1.0])
    slopes = one_layer([[5.0], [-0.01]], [2.0])
    moved = Adam(0.1).step(network, slopes)[0]
    assert np.allclose(moved.weights[0], [[0.9], [1.1]], atol=1e-6)
    assert np.allclose(moved.bias, 0.9)


def test_sigmoid_does_not_overflow() -> None:
    found = perceptron.sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    assert found.tolist() == [0.0, 0.5, 1.0]
