"""The tool ``mlp``: gradients that are checked, regressions that are recognised, claims judged."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from mlqa.errors import ToolArgumentError
from mlqa.schema import ToolResult
from mlqa.tools import perceptron
from mlqa.tools.context import Context
from mlqa.tools.intervals import Interval
from mlqa.tools.jsonable import check_result
from mlqa.tools.mlp import CLAIMS, mlp, verdicts
from mlqa.tools.mlp.checking import check_gradients, equivalence
from mlqa.tools.mlp.learning import Plan, Trained, train
from mlqa.tools.mlp.shapes import SHAPES, Points, Shape, drawn
from mlqa.tools.mlp.verdicts import Gains
from mlqa.tools.perceptron import Activation, Array, Layer, Loss, Network

CORPUS = Path(__file__).parent.parent / "corpus"


def one(shape: Shape = "moons", noise: float = 0.15) -> Points:
    return drawn(shape, 60, noise, [0])


@cache
def small(shape: Shape = "circles", language: str = "ko") -> ToolResult:
    context = Context("en" if language == "en" else "ko")
    arguments = {"shape": shape, "points": 80, "steps": 300, "runs": 3, "hidden": [6]}
    return mlp.run_here(context, arguments)


def gain(ensemble: float, frozen: float, width: float = 0.01) -> Gains:
    def around(mean: float) -> Interval:
        return Interval(mean, mean - width, mean + width)

    return Gains(around(ensemble), around(frozen), around(ensemble))


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
@pytest.mark.parametrize("hidden", [[8], [5, 4]])
def test_back_propagation_agrees_with_finite_differences(
    activation: Activation, hidden: list[int]
) -> None:
    network = perceptron.made([2, *hidden, 1], [0])
    check = check_gradients(network, one(), activation)
    sizes = [2, *hidden, 1]
    parameters = sum((a + 1) * b for a, b in pairwise(sizes))
    assert check.parameters + check.left_out == parameters
    assert check.parameters > parameters / 2
    assert check.relative < 1e-8


def test_wrong_back_propagation_is_caught() -> None:
    def forgetful(
        network: Network, x: Array, y: Array, activation: Activation, loss: Loss
    ) -> Network:
        """Leaves out the slope of the activation in the first layer."""
        slopes = perceptron.gradients(network, x, y, activation, loss)
        outputs = perceptron.forward(network, x, activation)
        error = (perceptron.sigmoid(outputs[-1]) - y) / x.shape[1]
        back = error @ np.swapaxes(network[1].weights, 1, 2)
        first = Layer(np.swapaxes(x, 1, 2) @ back, back.sum(axis=1, keepdims=True))
        return (first, *slopes[1:])

    check = check_gradients(perceptron.made([2, 8, 1], [0]), one(), "tanh", forgetful)
    assert check.relative > 0.01
    assert verdicts.back_propagation(check.relative, [0.5]) == "not_supported"


@pytest.mark.parametrize("shape", SHAPES)
def test_network_without_hidden_layer_is_linear_and_logistic_regression(shape: Shape) -> None:
    found = equivalence(one(shape))
    assert found.linear < 1e-7
    assert found.logistic < 1e-6
    assert found.log_loss < found.squashed_log_loss


def test_a_line_cannot_cut_xor_and_a_hidden_layer_can() -> None:
    plan = Plan((8,), "tanh", 600, 1.0, [0, 1])
    known, new = drawn("xor", 200, 0.0, [0, 1]), drawn("xor", 400, 0.0, [10, 11])
    line = train("logistic", plan, known, new, lambda: None)
    network = train("descent", plan, known, new, lambda: None)
    assert max(line.accuracy) < 0.7
    assert min(network.accuracy) > 0.95
    assert network.losses[-1].mean() < 0.5 * network.losses[0].mean()


def test_frozen_layers_do_not_move() -> None:
    plan = Plan((4,), "tanh", 50, 0.5, [3])
    trained = train("frozen", plan, one(), one(), lambda: None)
    start = perceptron.made([2, 4, 1], [3])
    assert np.array_equal(trained.network[0].weights, start[0].weights)
    assert not np.array_equal(trained.network[1].weights, start[1].weights)


def test_shapes_have_balanced_classes_and_follow_the_seed() -> None:
    for shape in SHAPES:
        points = drawn(shape, 100, 0.1, [0, 1, 0])
        assert points.y.mean(axis=(1, 2)).tolist() == [0.5, 0.5, 0.5]
        assert np.array_equal(points.x[0], points.x[2])
        assert not np.array_equal(points.x[0], points.x[1])


def test_gains_are_paired_by_run() -> None:
    def arm(*accuracy: float) -> Trained:
        return Trained((), accuracy, (), np.zeros(0))

    found = verdicts.gains(
        {
            "descent": arm(0.9, 0.8),
            "ensemble": arm(0.6, 0.5),
            "frozen": arm(0.9, 0.8),
            "logistic": arm(0.5, 0.5),
        }
    )
    assert found.ensemble == pytest.approx((0.3, 0.3, 0.3))
    assert found.frozen == pytest.approx((0, 0, 0))


@pytest.mark.parametrize(
    ("differences", "expected"),
    [([1e-9, 9e-4], "supported"), ([1e-9, 5e-3], "undecided"), ([0.5, 0.0], "not_supported")],
)
def test_regression_is_judged_by_the_largest_difference(
    differences: list[float], expected: str
) -> None:
    assert verdicts.regression(differences) == expected


@pytest.mark.parametrize(
    ("found", "ensemble", "layers"),
    [
        ([gain(0.1, 0.1)] * 3, "not_supported", "supported"),
        ([gain(0.1, 0.0)] * 3, "not_supported", "undecided"),
        ([gain(0.1, 0.1), gain(0.0, 0.0), gain(0.0, 0.0)], "undecided", "undecided"),
        ([gain(0.0, 0.0)] * 3, "supported", "not_supported"),
        ([gain(0.1, 0.1, width=0.5)] * 3, "undecided", "not_supported"),
    ],
)
def test_ensemble_and_layers_are_judged_by_the_gains(
    found: list[Gains], ensemble: str, layers: str
) -> None:
    assert verdicts.ensemble(found) == ensemble
    assert verdicts.layers(found) == layers


@pytest.mark.parametrize(
    ("relative", "drops", "expected"),
    [
        (1e-9, [0.1, 0.2], "supported"),
        (1e-9, [0.1, -0.2], "undecided"),
        (1e-9, [-0.1, -0.2], "not_supported"),
        (1e-5, [0.1], "undecided"),
        (0.1, [0.1], "not_supported"),
    ],
)
def test_back_propagation_is_judged_by_error_and_loss(
    relative: float, drops: list[float], expected: str
) -> None:
    assert verdicts.back_propagation(relative, drops) == expected


def test_result_is_whole_and_draws_both_boundaries() -> None:
    result = small()
    check_result(result)
    assert [plot.name for plot in result.plots] == [
        "boundary_logistic",
        "boundary_descent",
        "loss",
    ]
    field = result.plots[1].field
    assert field is not None
    values = np.array(field.values)
    assert values.shape == (len(field.y), len(field.x))
    # The inner circle is class 1, the corners of the plane class 0.
    assert values[25, 25] > 0.5 > values[0, 0]
    assert f"{result.figures['circles_descent_accuracy']:.3f}" in result.text
    assert len(result.findings) == 4


def test_english_result_has_the_same_numbers() -> None:
    assert small(language="en").figures == small().figures


def test_same_seed_gives_the_same_result_and_another_seed_another() -> None:
    arguments = {"points": 40, "steps": 20, "runs": 2}
    first, again, other = (
        mlp.run_here(Context(), {**arguments, "seed": seed}) for seed in (4, 4, 5)
    )
    assert first == again
    assert first.figures != other.figures


def test_a_rate_that_runs_away_ends_in_numbers() -> None:
    arguments = {"points": 40, "steps": 60, "runs": 2, "rate": 2.0, "activation": "relu"}
    check_result(mlp.run_here(Context(), arguments))


def test_claims_stand_in_the_essay() -> None:
    for claim in CLAIMS:
        assert claim.quote in (CORPUS / f"{claim.document_id}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [{"hidden": []}, {"hidden": [0]}, {"hidden": [10**12]}, {"noise": -1}, {"rate": 0}],
)
def test_arguments_outside_their_limits_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(ToolArgumentError):
        mlp.run_here(Context(), arguments)
