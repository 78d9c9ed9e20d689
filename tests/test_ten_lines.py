"""The tool ``ten_lines``: the code that is shown is the code that is run; each gap is measured."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlqa.errors import ToolArgumentError
from mlqa.schema import ToolResult
from mlqa.tools.context import Context
from mlqa.tools.intervals import Interval
from mlqa.tools.jsonable import check_result
from mlqa.tools.shipped import load
from mlqa.tools.ten_lines import CLAIMS, measuring, ten_lines, tutorial, verdicts
from mlqa.tools.ten_lines.verdicts import Rivals

CORPUS = Path(__file__).parent.parent / "corpus"


@cache
def measured() -> measuring.Measured:
    return measuring.measure(load("wine"), splits=12, seed=0, progress=lambda _: None)


@cache
def small(language: str = "ko") -> ToolResult:
    context = Context("en" if language == "en" else "ko")
    return ten_lines.run_here(context, {"data": "wine", "splits": 5, "folds": 3})


def rival(low: float, high: float) -> Rivals:
    return Rivals("wine", 0.9, 0.9, Interval((low + high) / 2, low, high))


def test_the_lines_that_are_shown_are_ten_and_run_by_themselves() -> None:
    from sklearn.datasets import load_wine

    shown = next(table for table in small().tables if table.name == "code")
    assert len(shown.rows) == 10
    names: dict[str, Any] = {"Callable": object, "Any": object}
    source = "from __future__ import annotations\n" + "\n".join(str(row[1]) for row in shown.rows)
    exec(source, names)  # noqa: S102 - the very lines of the table
    assert names["_tutorial"](load_wine, 3) == tutorial.score("wine", 3)


def test_reported_score_is_that_of_the_code() -> None:
    assert small().figures["first_accuracy"] == tutorial.score("wine", 0)
    assert measured().tutorial[5] == tutorial.score("wine", 5)


def test_conditions_start_from_the_tutorial_itself() -> None:
    found = measured()
    assert np.array_equal(found.noise[:, 0], found.tutorial)
    assert np.array_equal(found.flipped[:, 0], found.tutorial)
    assert np.array_equal(found.missing[:, 0], found.tutorial)


def test_each_gap_costs_accuracy() -> None:
    found = measured()
    for curve in (found.noise, found.flipped, found.missing):
        assert curve[:, -1].mean() < curve[:, 0].mean() - 0.05
    assert found.worst_unit.mean() < found.unit.mean() < found.tutorial.mean()
    assert found.commonest.mean() < found.one_question.mean() < found.tutorial.mean()
    assert found.tutorial.min() < found.tutorial.max()


def test_a_leak_finds_something_where_there_is_nothing() -> None:
    found = measured()
    assert found.leaky.mean() > found.honest.mean() + 0.1
    assert found.honest.mean() == pytest.approx(1 / 3, abs=0.12)


def test_missing_values_end_the_ten_lines_in_an_error() -> None:
    assert measured().stopped == measuring.MISSING[1:]


def test_reliability_of_hand_made_answers() -> None:
    sure = np.array([0.95] * 10 + [0.55] * 10)
    right = np.array([True] * 8 + [False] * 2 + [True] * 5 + [False] * 5)
    found = measuring.reliability(sure, right)
    assert found.sure == pytest.approx((0.55, 0.95))
    assert found.right == pytest.approx((0.5, 0.8))
    assert found.answers == (10, 10)
    assert found.error == pytest.approx(0.5 * 0.05 + 0.5 * 0.15)


def test_certain_answers_fall_into_the_last_bin() -> None:
    assert measuring.reliability(np.ones(4), np.ones(4, dtype=bool)).error == 0


@pytest.mark.parametrize(
    ("lines", "gain", "expected"),
    [
        (10, Interval(0.3, 0.2, 0.4), "supported"),
        (11, Interval(0.3, 0.2, 0.4), "not_supported"),
        (10, Interval(0.0, -0.01, 0.01), "not_supported"),
        (10, Interval(0.1, -0.1, 0.3), "undecided"),
    ],
)
def test_ease_is_judged_by_lines_and_gain(lines: int, gain: Interval, expected: str) -> None:
    assert verdicts.easy(lines, gain) == expected


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (Interval(0.1, 0.05, 0.15), "supported"),
        (Interval(0.0, -0.01, 0.01), "not_supported"),
        (Interval(0.02, 0.0, 0.04), "undecided"),
    ],
)
def test_likeness_is_judged_by_the_loss(loss: Interval, expected: str) -> None:
    assert verdicts.alike(loss) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([rival(-0.01, 0.05)] * 3 + [rival(-0.5, -0.4)], "supported"),
        ([rival(-0.01, 0.05)] * 2 + [rival(-0.5, -0.4)] * 2, "undecided"),
        ([rival(-0.5, -0.4)] * 3 + [rival(-0.01, 0.05)], "not_supported"),
        ([rival(-0.5, 0.5)] * 4, "undecided"),
    ],
)
def test_classic_models_are_judged_by_most_data_sets(found: list[Rivals], expected: str) -> None:
    assert verdicts.classic_suffices(found) == expected


def test_result_is_whole_and_says_whose_data_these_are() -> None:
    result = small()
    check_result(result)
    assert "타이타닉 데이터는 내려받아야 하므로" in result.text
    assert f"{result.figures['first_accuracy']:.3f}" in result.text
    assert {plot.name for plot in result.plots} == {"splits", "noise", "shares", "calibration"}
    assert [row[0] for row in result.tables[-1].rows] == ["붓꽃", "와인", "유방암", "손글씨 숫자"]
    assert len(result.findings) == 3
    assert "타이타닉이 아닌" in result.findings[0].reason


def test_english_result_has_the_same_numbers() -> None:
    assert small("en").figures == small().figures


def test_same_seed_gives_the_same_measures_and_another_seed_others() -> None:
    first, again, other = (
        measuring.measure(load("iris"), splits=3, seed=seed, progress=lambda _: None)
        for seed in (1, 1, 9)
    )
    assert repr(first) == repr(again)
    assert not np.array_equal(first.noise, other.noise)


def test_claims_stand_in_the_essay() -> None:
    for claim in CLAIMS:
        assert claim.quote in (CORPUS / f"{claim.document_id}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "arguments", [{"splits": 0}, {"splits": 10**12}, {"data": "diabetes"}, {"seed": -1}]
)
def test_arguments_outside_their_limits_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(ToolArgumentError):
        ten_lines.run_here(Context(), arguments)
