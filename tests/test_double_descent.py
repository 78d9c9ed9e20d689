"""Double descent: the peak where parameters equal rows, and verdicts that follow the numbers."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import ROOT
from mlqa.errors import ToolArgumentError
from mlqa.schema import ToolResult, Verdict
from mlqa.text.corpus import load_corpus
from mlqa.tools.context import Context
from mlqa.tools.double_descent import double_descent
from mlqa.tools.double_descent.epochs import by_epochs
from mlqa.tools.double_descent.parameters import Sweep, by_parameters
from mlqa.tools.double_descent.verdicts import (
    Shape,
    both_axes,
    bump,
    falls_twice,
    overfitting,
)
from mlqa.tools.intervals import Interval
from mlqa.tools.jsonable import check_result, dump_result
from mlqa.tools.training import reproducible


@pytest.fixture(scope="module")
def sweep() -> Sweep:
    with reproducible():
        return by_parameters(0, 4, rows=60, noise=0.2, progress=lambda _: None)


@pytest.fixture(scope="module")
def result() -> ToolResult:
    return double_descent(rows=50, epochs=20, runs=4)


def curve(*means: float, noise: float = 0.002) -> list[list[float]]:
    """Errors of six runs around these means."""
    draws = np.random.default_rng(0).normal(size=(len(means), 6))
    return [list(row) for row in np.array(means)[:, None] + noise * draws]


def test_test_error_peaks_where_parameters_equal_rows(sweep: Sweep) -> None:
    means = np.array(sweep.test).mean(1)
    assert sweep.sizes[int(means.argmax())] == 60
    assert means[-1] < means.max() / 1.5
    squared = np.array(sweep.squared).mean(1)
    assert sweep.sizes[int(squared.argmax())] == 60


def test_training_rows_are_fitted_exactly_from_the_threshold_on(sweep: Sweep) -> None:
    train = np.array(sweep.train)
    beyond = np.array(sweep.sizes) >= 60
    assert (train[beyond] == 0).all()
    assert (train[0] > 0.3).all()


def test_a_hump_is_found_and_measured_on_other_runs() -> None:
    errors = curve(0.5, 0.2, 0.3, 0.4, 0.25, 0.3)
    found = bump(errors)
    assert (found.before, found.peak, found.after) == (1, 3, 4)
    others = np.array(errors)[:, 1::2]
    assert found.rise.mean == pytest.approx(float((others[3] - others[1]).mean()))
    assert found.fall.mean == pytest.approx(float((others[3] - others[4]).mean()))
    assert found.shape == "shown"


@pytest.mark.parametrize(
    ("errors", "shape"),
    [
        (curve(0.5, 0.2, 0.3, 0.3, 0.3), "absent"),
        (curve(0.5, 0.3, 0.2, 0.1), "absent"),
        (curve(0.5, 0.20, 0.21, 0.20), "absent"),
        (curve(0.5, 0.2, 0.3, 0.2, noise=0.2), "unclear"),
    ],
)
def test_a_curve_without_a_sure_hump_shows_none(errors: list[list[float]], shape: Shape) -> None:
    assert bump(errors).shape == shape


@pytest.mark.parametrize(
    ("shapes", "twice", "axes"),
    [
        (("shown", "shown", "shown"), "supported", "supported"),
        (("shown", "absent", "shown"), "supported", "undecided"),
        (("shown", "absent", "absent"), "supported", "undecided"),
        (("unclear", "absent", "absent"), "undecided", "undecided"),
        (("absent", "absent", "absent"), "not_supported", "not_supported"),
    ],
)
def test_verdicts_on_the_shapes(
    shapes: tuple[Shape, Shape, Shape], twice: Verdict, axes: Verdict
) -> None:
    assert falls_twice(shapes) == twice
    assert both_axes(shapes[0], shapes[1:]) == axes


def test_overfitting_needs_a_sure_rise_while_training_error_falls() -> None:
    rise = Interval(0.1, 0.05, 0.15)
    assert overfitting(rise, 0.2, 0.0) == "supported"
    assert overfitting(rise, 0.0, 0.0) == "undecided"
    assert overfitting(Interval(0.005, -0.005, 0.015), 0.2, 0.0) == "not_supported"
    assert overfitting(Interval(0.1, -0.1, 0.3), 0.2, 0.0) == "undecided"


def test_without_wrong_labels_a_network_does_not_get_worse_with_epochs() -> None:
    with reproducible():
        plain, _ = by_epochs(0, 2, rows=500, noise=0.0, epochs=60, progress=lambda _: None)
    tests = np.array(plain.test).mean(1)
    assert tests[-1] < tests.min() + 0.01
    assert plain.epochs[-1] == 60


def test_wrong_labels_are_learned_late_and_spoil_the_test_rows() -> None:
    with reproducible():
        plain, _ = by_epochs(0, 2, rows=200, noise=0.3, epochs=300, progress=lambda _: None)
    train, test = np.array(plain.train).mean(1), np.array(plain.test).mean(1)
    best = int(test.argmin())
    assert train[best] > 0.15
    assert train[-1] < 0.05
    assert test[-1] > test[best] + 0.05


def test_the_result_is_whole_and_the_same_again(result: ToolResult) -> None:
    check_result(result)
    assert len(dump_result(result)) < 100_000
    again = double_descent(rows=50, epochs=20, runs=4)
    assert dump_result(again) == dump_result(result)
    assert dump_result(double_descent(rows=50, epochs=20, runs=4, seed=1)) != dump_result(result)


def test_the_text_says_the_numbers_of_the_table(result: ToolResult) -> None:
    peak = result.figures["parameters_peak"]
    row = next(row for row in result.tables[0].rows if row[0] == peak)
    assert f"{peak:.0f}개일 때 {result.figures['parameters_peak_error']:.3f}" in result.text
    assert row[3] == round(result.figures["parameters_peak_error"], 4)


def test_english_and_progress() -> None:
    shares: list[float] = []
    told = Context(language="en", report=lambda share, _: shares.append(share))
    result = double_descent.function(told, rows=50, epochs=10, runs=4)
    assert "double descent" in result.text
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == pytest.approx(1)


def test_claims_stand_in_the_essays() -> None:
    texts = {document.id: document.text for document in load_corpus(ROOT / "corpus")}
    assert all(claim.quote in texts[claim.document_id] for claim in double_descent.claims)


@pytest.mark.parametrize(
    "arguments", [{"rows": 10**12}, {"noise": 0.9}, {"epochs": 0}, {"runs": 3}, {"seed": -1}]
)
def test_arguments_outside_their_limits_are_refused(arguments: dict[str, float]) -> None:
    with pytest.raises(ToolArgumentError):
        double_descent.check(arguments)
