"""The tool ``standardize``: no leakage, paired arms, verdicts from the numbers."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from mlqa.errors import ToolArgumentError
from mlqa.schema import ToolResult
from mlqa.tools.context import Context
from mlqa.tools.intervals import Interval
from mlqa.tools.jsonable import check_result
from mlqa.tools.shipped import Data, load
from mlqa.tools.standardize import CLAIM, standardize
from mlqa.tools.standardize.comparing import Pair, compare, estimator, splits, verdict
from mlqa.tools.standardize.networks import Split, inputs, network_scores

CORPUS = Path(__file__).parent.parent / "corpus"


def scaled_copy(data: Data, factor: float) -> Data:
    """The data with the last column in another unit."""
    x = data.x.copy()
    x[:, -1] *= factor
    return data._replace(x=x)


@cache
def small(language: str = "ko") -> ToolResult:
    context = Context("en" if language == "en" else "ko")
    return standardize.run_here(
        context,
        {
            "datasets": ["wine", "diabetes"],
            "models": ["linear", "mlp", "knn", "tree"],
            "folds": 5,
            "repeats": 1,
            "steps": 60,
        },
    )


def pair(low: float, high: float, model: str = "mlp") -> Pair:
    difference = Interval((low + high) / 2, low, high)
    return Pair("wine", model, (0.5,), (0.5,), difference)  # type: ignore[arg-type] # by test


def test_scale_comes_from_the_training_rows_alone() -> None:
    data = load("wine")
    part = Split(np.arange(100), np.arange(100, 178), 0)
    seen = inputs(data, part, scaled=True)
    assert np.allclose(seen[:100].mean(axis=0), 0)
    assert np.allclose(seen[:100].std(axis=0), 1)
    changed = data._replace(x=data.x.copy())
    changed.x[100:] *= 1000
    assert np.allclose(inputs(changed, part, scaled=True)[:100], seen[:100])
    assert inputs(data, part, scaled=False) is data.x


def test_scaler_of_other_models_sees_the_training_rows_alone() -> None:
    data = load("wine")
    made = estimator("knn", data, scaled=True, seed=0).fit(data.x[:100], data.y[:100])
    assert np.allclose(made.named_steps["scale"].mean_, data.x[:100].mean(axis=0))


def test_training_is_blind_to_the_test_rows() -> None:
    data = load("wine")
    rows = np.random.default_rng(0).permutation(178)
    first = Split(rows[:120], rows[120:150], 3)
    other = data._replace(x=data.x.copy())
    other.x[rows[150:]] += 1e6  # in neither part
    scores = [
        network_scores(each, [first], hidden=True, scaled=True, steps=40, progress=lambda: None)
        for each in (data, other)
    ]
    assert scores[0] == scores[1]


def test_unit_of_a_column_matters_to_neighbours_and_not_to_trees() -> None:
    data = scaled_copy(load("iris"), 1000.0)
    parts = splits(data, 5, 1, 0)
    by_distance = compare(data, "knn", parts, steps=1, comparisons=1, progress=lambda: None)
    by_order = compare(data, "tree", parts, steps=1, comparisons=1, progress=lambda: None)
    assert by_distance.without != by_distance.scaled
    assert abs(by_order.difference.mean) < 0.01


def test_splits_cover_every_row_once_in_each_repeat() -> None:
    data = load("wine")
    parts = splits(data, 4, 2, 5)
    assert len(parts) == 8
    for repeat in (parts[:4], parts[4:]):
        assert sorted(np.concatenate([part.test for part in repeat])) == list(range(178))
    assert len({part.seed for part in parts}) == 8
    assert all(not set(part.train) & set(part.test) for part in parts)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([pair(0.1, 0.2), pair(-0.3, -0.1)], "supported"),
        ([pair(0.1, 0.2), pair(-0.01, 0.01)], "undecided"),
        ([pair(-0.01, 0.01), pair(-0.01, 0.015)], "not_supported"),
        ([pair(-0.01, 0.01)], "undecided"),
        ([pair(0.1, 0.2, "knn"), pair(0.1, 0.2, "svm")], "undecided"),
        ([pair(-0.2, 0.2), pair(-0.01, 0.01)], "undecided"),
    ],
)
def test_verdict_follows_the_intervals(pairs: list[Pair], expected: str) -> None:
    assert verdict(pairs) == expected


def test_result_is_whole_and_says_what_was_measured() -> None:
    result = small()
    check_result(result)
    assert len(result.tables[0].rows) == 8
    assert {plot.name for plot in result.plots} == {"accuracy_difference", "r2_difference"}
    assert result.figures["wine_knn_scaled"] > result.figures["wine_knn_without"] + 0.1
    assert f"{result.figures['diabetes_mlp_difference']:+.3f}" in result.findings[0].reason
    assert "결정 트리" in str(result.tables[0].rows)


def test_english_result_has_the_same_numbers() -> None:
    assert small("en").figures == small().figures
    assert small("en").text != small().text


def test_same_seed_gives_the_same_result_and_another_seed_another() -> None:
    arguments = {"datasets": ["iris"], "models": ["mlp", "forest"], "folds": 3, "steps": 30}
    first, again, other = (
        standardize.run_here(Context(), {**arguments, "seed": seed}) for seed in (1, 1, 2)
    )
    assert first == again
    assert first.figures != other.figures


def test_without_a_network_the_claim_stays_open() -> None:
    arguments = {"datasets": ["iris"], "models": ["tree"], "folds": 2, "repeats": 1}
    finding = standardize.run_here(Context(), arguments).findings[0]
    assert finding.verdict == "undecided"
    assert "돌리지 않아" in finding.reason


def test_claim_stands_in_the_essay() -> None:
    assert CLAIM.quote in (CORPUS / f"{CLAIM.document_id}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [{"folds": 1}, {"repeats": 6}, {"datasets": []}, {"datasets": ["titanic"]}, {"steps": 10**12}],
)
def test_arguments_outside_their_limits_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(ToolArgumentError):
        standardize.run_here(Context(), arguments)
