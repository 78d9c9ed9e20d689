"""The activation tool: exact gradients, dead units, training side by side, verdict rules."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from mlqa.errors import ToolArgumentError
from mlqa.schema import ToolResult
from mlqa.tools.activation import activation, best, factors, verdicts
from mlqa.tools.activation.experiments import dead_shares, digits, gradients, grid, sizes, train
from mlqa.tools.activation.network import (
    ACTIVATIONS,
    FUNCTIONS,
    Activation,
    Layers,
    backward,
    descend,
    forward,
    losses,
    stacked,
    start,
)
from mlqa.tools.activation.presenting import settings_of
from mlqa.tools.context import Context
from mlqa.tools.jsonable import check_result


def nothing(_: float) -> None:
    """Takes progress."""


def exact(layers: Layers) -> Layers:
    """The same numbers in double precision, for finite differences."""
    return Layers(
        [w.astype(np.float64) for w in layers.weights],
        [b.astype(np.float64) for b in layers.biases],
    )


@pytest.fixture(scope="module")
def rows() -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    data = digits()
    return data.x[:, :20].astype(np.float64), data.y[:20]


@pytest.fixture(scope="module")
def small() -> tuple[ToolResult, list[tuple[float, str]]]:
    told: list[tuple[float, str]] = []
    context = Context(report=lambda share, text: told.append((share, text)))
    return activation.run_here(context, {"depth": 4, "steps": 50, "seeds": 2, "seed": 7}), told


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_agree_with_finite_differences(name: Activation) -> None:
    z = np.linspace(-4, 4, 41) + 0.01
    value, slope = FUNCTIONS[name](z)  # type: ignore[arg-type]
    step = 1e-6
    above, below = FUNCTIONS[name](z + step)[0], FUNCTIONS[name](z - step)[0]  # type: ignore[arg-type]
    assert slope == pytest.approx((above - below) / (2 * step), abs=1e-8)
    known = {
        "sigmoid": 1 / (1 + np.exp(-z)),
        "relu": np.maximum(z, 0),
        "silu": z / (1 + np.exp(-z)),
    }
    if name in known:
        assert value == pytest.approx(known[name], abs=1e-12)
    else:
        gelu = z * np.array([0.5 * (1 + math.erf(each / math.sqrt(2))) for each in z])
        assert value == pytest.approx(gelu, abs=1e-3)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_back_propagation_agrees_with_finite_differences(
    name: Activation, rows: tuple[NDArray[np.float64], NDArray[np.intp]]
) -> None:
    x, y = rows
    layers = exact(stacked([start("he", sizes(3), 1), start("xavier", sizes(3), 2)]))
    found = dict(backward(layers, forward(layers, name, x), y))  # type: ignore[arg-type]
    step = 1e-6
    for place in range(4):
        bias = layers.biases[place]
        by_bias = found[place].sum(axis=1)
        for run, unit in ((0, 0), (1, 5)):
            values = []
            for change in (step, -step):
                bias[run, 0, unit] += change
                values.append(losses(forward(layers, name, x).logits, y)[run])  # type: ignore[arg-type]
                bias[run, 0, unit] -= change
            expected = (values[0] - values[1]) / (2 * step)
            assert by_bias[run, unit] == pytest.approx(expected, rel=1e-4, abs=1e-9)


def test_one_step_goes_down_the_gradient(
    rows: tuple[NDArray[np.float64], NDArray[np.intp]],
) -> None:
    x, y = rows
    layers = exact(start("he", sizes(2), 3))
    before = [weight.copy() for weight in layers.weights]
    made = forward(layers, "relu", x)  # type: ignore[arg-type]
    deltas = dict(backward(layers, made, y))
    descend(layers, "relu", x, y, np.full((1, 1, 1), 0.1))  # type: ignore[arg-type]
    for place, weight in enumerate(before):
        change = -0.1 * made.inputs[place][0].T @ deltas[place][0]
        assert layers.weights[place][0] - weight[0] == pytest.approx(change, abs=1e-12)


def test_runs_side_by_side_are_those_made_alone() -> None:
    settings = grid(("he", "small"), (0.05, 0.5), (0, 1))
    together = train("relu", 2, settings, 30, nothing)
    for setting, found in zip(settings, together, strict=True):
        (alone,) = train("relu", 2, [setting], 30, nothing)
        assert alone.accuracy == pytest.approx(found.accuracy, abs=0.01)
        assert alone.loss == pytest.approx(found.loss, rel=1e-2)
        assert (found.init, found.rate, found.seed) == setting


def test_starts_have_the_spread_that_they_say() -> None:
    layers = start("he", [64, 400, 400, 10], 0)
    assert layers.weights[1].std() == pytest.approx(math.sqrt(2 / 400), rel=0.02)
    assert start("xavier", [64, 400, 400, 10], 0).weights[0].std() == pytest.approx(
        math.sqrt(2 / 464), rel=0.02
    )
    assert start("small", [64, 400, 400, 10], 0).weights[1].std() == pytest.approx(0.01, rel=0.02)
    negative = start("negative_bias", [64, 400, 10], 0)
    assert negative.biases[0].max() == -1
    assert negative.biases[1].max() == 0


def test_dead_units_are_those_that_no_row_wakes() -> None:
    x = np.array([[[1.0], [2.0]]], dtype=np.float32)
    weights = [np.array([[[1.0, -1.0, 0.0, 2.0]]]), np.zeros((1, 4, 2))]
    biases = [np.array([[[0.0, 0.0, 0.0, -3.0]]]), np.zeros((1, 1, 2))]
    layers = Layers([w.astype(np.float32) for w in weights], [b.astype(np.float32) for b in biases])
    # Alive: the first on both rows, the last on the second row only.
    assert dead_shares(layers, "relu", x) == pytest.approx([0.5])


def test_a_gradient_through_one_weight_is_known() -> None:
    # One unit a layer, weights of 1, all inputs 0: each sigmoid layer multiplies by 1/4.
    count = 5
    weights = [np.ones((1, 1, 1), dtype=np.float32)] * count + [
        np.array([[[1.0, 0.0]]], dtype=np.float32)
    ]
    biases = [np.full((1, 1, 1), -0.5, dtype=np.float32)] * count + [
        np.zeros((1, 1, 2), dtype=np.float32)
    ]
    biases[0] = np.zeros((1, 1, 1), dtype=np.float32)
    layers = Layers(weights, biases)
    made = forward(layers, "sigmoid", np.zeros((1, 1, 1), dtype=np.float32))
    sizes_found = dict(backward(layers, made, np.array([0])))
    for place in range(1, count):
        ratio = float(sizes_found[place - 1][0, 0, 0] / sizes_found[place][0, 0, 0])
        assert ratio == pytest.approx(0.25, rel=1e-5)


def test_sigmoid_shrinks_gradients_by_a_quarter_and_relu_keeps_them() -> None:
    sigmoid = factors(gradients("sigmoid", 6, range(3)))
    relu = factors(gradients("relu", 6, range(3)))
    assert all(0.15 < factor < 0.3 for factor in sigmoid)
    assert all(0.8 < factor < 1.25 for factor in relu)


def test_a_run_that_blows_up_is_counted_and_never_chosen() -> None:
    runs = train("silu", 3, grid(("he",), (0.1, 100.0), (0, 1)), 30, nothing)
    small_rate, large_rate = settings_of(runs)
    assert large_rate.blown == 2
    assert large_rate.loss == math.inf
    assert large_rate.dead == []
    assert best([large_rate, small_rate]) is small_rate


@pytest.mark.parametrize(
    ("numbers", "verdict"),
    [
        ([0.2, 0.3], "supported"),
        ([0.2, 0.6], "undecided"),
        ([0.9, 1.1], "not_supported"),
        ([0.7, 0.9], "undecided"),
    ],
)
def test_vanishing_is_judged_by_the_factors(numbers: list[float], verdict: str) -> None:
    assert verdicts.vanishing(numbers) == verdict


def test_vanishing_less_wants_every_seed() -> None:
    assert verdicts.vanishing_less([1.0, 0.9], [0.2, 0.3]) == "supported"
    assert verdicts.vanishing_less([1.0, 0.2], [0.2, 0.3]) == "undecided"
    assert verdicts.vanishing_less([0.1, 0.2], [0.2, 0.3]) == "not_supported"


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [
        ([[0.0, 0.0], [0.2, 0.15]], "supported"),
        ([[0.0, 0.0], [0.2, 0.05]], "undecided"),
        ([[0.0, 0.0], [0.01, 0.005]], "not_supported"),
        ([], "undecided"),
        ([[]], "undecided"),
    ],
)
def test_dying_is_judged_by_the_shares(shares: list[list[float]], verdict: str) -> None:
    assert verdicts.dying(shares) == verdict


@pytest.mark.parametrize(
    ("accuracies", "other", "verdict"),
    [
        ([0.97, 0.98], 0.98, "supported"),
        ([0.97, 0.85], 0.90, "undecided"),
        ([0.93, 0.93], 0.97, "undecided"),
        ([0.85, 0.86], 0.86, "not_supported"),
        ([0.91, 0.80], 0.98, "not_supported"),
    ],
)
def test_working_is_judged_by_accuracy(accuracies: list[float], other: float, verdict: str) -> None:
    assert verdicts.working(accuracies, other) == verdict


def test_a_small_run_is_whole_and_tells_its_progress(
    small: tuple[ToolResult, list[tuple[float, str]]],
) -> None:
    result, told = small
    check_result(result)
    assert [plot.name for plot in result.plots] == ["gradients", "dead", "accuracy"]
    assert len(repr(result)) < 100_000
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert 0.9 < shares[-1] < 1
    assert len(shares) > 30
    assert result.figures["sigmoid_factor"] < 0.3
    assert result.figures["relu_factor"] > 0.8
    assert result.findings[0].verdict == "supported"
    assert [finding.claim for finding in result.findings] == list(activation.claims)


def test_the_same_seed_gives_the_same_digits(
    small: tuple[ToolResult, list[tuple[float, str]]],
) -> None:
    again = activation(depth=4, steps=50, seeds=2, seed=7)
    assert again == small[0]


@pytest.mark.parametrize(
    "arguments", [{"depth": 3}, {"depth": 11}, {"steps": 10**6}, {"seeds": 1}, {"seed": -1}]
)
def test_arguments_have_limits(arguments: dict[str, int]) -> None:
    with pytest.raises(ToolArgumentError):
        activation(**arguments)


def test_claims_stand_in_the_essay(project_documents: Sequence[object]) -> None:
    texts = {getattr(d, "id", ""): getattr(d, "text", "") for d in project_documents}
    for claim in activation.claims:
        assert claim.quote in texts[claim.document_id]
