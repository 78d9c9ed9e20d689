"""The tool ``automl``: asks before it spends, repeats itself, sees drift, keeps a usable record."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import optuna
import pytest

from mlqa.errors import ToolArgumentError
from mlqa.schema import ToolResult
from mlqa.tools.automl import CLAIMS, automl, running, searching, watching
from mlqa.tools.context import Context
from mlqa.tools.intervals import Interval
from mlqa.tools.jsonable import check_result
from mlqa.tools.shipped import Data, Labelled, load

CORPUS = Path(__file__).parent.parent / "corpus"


@cache
def searched(data: Labelled = "wine", shift: float = 2.0) -> ToolResult:
    arguments = {"data": data, "trials": 6, "confirm": True, "shift": shift, "missing": 0.1}
    return automl.run_here(Context(), arguments)


def rows(result: ToolResult, name: str) -> list[tuple[object, ...]]:
    return [row for table in result.tables if table.name == name for row in table.rows]


def test_without_confirmation_it_says_what_it_would_spend_and_searches_nothing() -> None:
    result = automl.run_here(Context(), {"data": "wine", "trials": 12, "seconds": 7})
    check_result(result)
    assert "아직 아무것도 탐색하지 않았습니다" in result.text
    assert "confirm" in result.text
    assert result.figures["fits"] == 36
    assert result.figures["seconds"] == 7
    assert "held_out_accuracy" not in result.figures
    assert result.findings == ()
    assert result.plots == ()


def test_confirmed_search_goes_through_the_whole_pipeline() -> None:
    result = searched()
    check_result(result)
    assert {table.name for table in result.tables} == {
        "accuracy",
        "trials",
        "drift",
        "schema",
        "registry",
    }
    assert len(rows(result, "trials")) == 6
    assert result.figures["held_out_accuracy"] > result.figures["commonest_accuracy"]
    best = max(float(str(row[3])) for row in rows(result, "trials"))
    assert result.figures["cross_validated_accuracy"] == pytest.approx(best, abs=1e-4)
    assert len(result.findings) == 3


def test_same_seed_repeats_the_search_and_another_seed_does_not() -> None:
    arguments = {"data": "iris", "trials": 5, "confirm": True}
    first, again, other = (
        automl.run_here(Context(), {**arguments, "seed": seed}) for seed in (3, 3, 4)
    )
    assert first == again
    assert rows(first, "trials") != rows(other, "trials")


def test_the_limit_of_time_is_said_aloud() -> None:
    arguments = {"data": "digits", "trials": 200, "seconds": 1, "confirm": True}
    result = automl.run_here(Context(), arguments)
    assert result.figures["trials"] < 200
    assert result.figures["out_of_time"] == 1
    assert "시간 한도" in result.text


def test_optuna_is_silent_and_its_setting_is_given_back(
    capfd: pytest.CaptureFixture[str],
) -> None:
    before = optuna.logging.get_verbosity()
    train = searching.split(load("iris"), 0).train
    searching.search(train, trials=2, seconds=30, seed=0, progress=lambda *_: None)
    assert optuna.logging.get_verbosity() == before
    assert capfd.readouterr().err == ""


def test_parts_share_no_row_and_keep_the_classes() -> None:
    data = load("breast_cancer")
    parts = searching.split(data, 1)
    seen = [tuple(row) for part in parts for row in part.x]
    assert sorted(seen) == sorted(tuple(row) for row in data.x)
    for part in parts:
        assert part.y.mean() == pytest.approx(data.y.mean(), abs=0.01)


def test_fingerprint_changes_with_one_cell() -> None:
    data = load("iris")
    changed = data._replace(x=data.x.copy())
    changed.x[7, 2] += 1e-9
    assert searching.fingerprint(data) == searching.fingerprint(load("iris"))
    assert searching.fingerprint(data) != searching.fingerprint(changed)
    assert searching.fingerprint(data) != searching.fingerprint(data._replace(name="other"))


def test_registry_line_alone_makes_the_model_again() -> None:
    (line,) = [row[1] for row in rows(searched(), "registry") if row[0] == "registry.jsonl"]
    entry = json.loads(str(line))
    held = searching.split(load("wine"), entry["seed"]).held_out
    again = searching.rebuilt(str(line), lambda _: load("wine"))
    assert again.score(held.x, held.y) == entry["held_out_accuracy"]
    other = load("wine")._replace(y=load("wine").y[::-1])
    with pytest.raises(ValueError, match="wine"):
        searching.rebuilt(str(line), lambda _: other)


def test_schema_says_what_the_columns_hold() -> None:
    x = np.array([[1.0, 0.5], [2.0, np.nan], [4.0, 1.5]])
    first, second = watching.schema(x, ("a", "b"))
    assert first == watching.Column("a", 1.0, 4.0, whole=True, missing=0.0)
    assert second == watching.Column("b", 0.5, 1.5, whole=False, missing=1 / 3)


def test_watching_sees_values_outside_missing_and_fractions() -> None:
    reference = np.arange(100.0)[:, None]
    batch = np.array([[-5.0], [0.5], [50.0], [np.nan]])
    expected = watching.schema(reference, ("a",))
    (found,) = watching.watch(expected, reference, batch)
    assert found.missing == 0.25
    assert found.outside == pytest.approx(1 / 3)
    assert found.fractions


def test_a_column_without_any_value_is_an_alarm() -> None:
    reference = np.arange(100.0)[:, None]
    expected = watching.schema(reference, ("a",))
    (found,) = watching.watch(expected, reference, np.full((10, 1), np.nan))
    assert found.drifted
    assert found.missing == 1


def test_stability_index_of_hand_made_bins() -> None:
    old = np.repeat(np.arange(10.0), 100)
    same, unchanged = watching.stability(old, old)
    assert same == 0
    assert unchanged == pytest.approx(9 * (2 / 1000))
    moved, _ = watching.stability(old, old[old < 5])
    # Half of the bins empty, the others twice as full, half a row added to each of ten.
    low, high, before = 0.5 / 505, 100.5 / 505, 0.1
    assert moved == pytest.approx(
        5 * ((low - before) * np.log(low / before) + (high - before) * np.log(high / before)),
        rel=1e-6,
    )


def test_stability_index_cries_wolf_on_small_batches() -> None:
    rng = np.random.default_rng(0)
    found = [
        watching.stability(rng.standard_normal(100), rng.standard_normal(36)) for _ in range(300)
    ]
    mean = np.mean([index for index, _ in found])
    assert mean > watching.LARGE
    assert mean == pytest.approx(found[0][1], rel=0.25)


def test_shifted_columns_are_found_and_quiet_ones_left_alone() -> None:
    data = searching.split(load("breast_cancer"), 0)
    expected = watching.schema(data.train.x, data.train.columns)
    batch, columns = watching.damaged(data.later.x, shift=2.0, missing=0.0, seed=0)
    watched = watching.watch(expected, data.train.x, batch)
    alarms = {number for number, column in enumerate(watched) if column.drifted}
    assert len(columns) == 10
    assert set(columns) <= alarms
    assert len(alarms - set(columns)) <= 1


def test_without_a_shift_no_column_is_called_shifted() -> None:
    x = load("digits").x
    batch, columns = watching.damaged(x, shift=0.0, missing=0.0, seed=0)
    assert columns == ()
    assert np.array_equal(batch, x)
    _, moved = watching.damaged(x, shift=1.0, missing=0.0, seed=0)
    assert all(x[:, column].std() > 0 for column in moved)


def test_other_scaling_gives_answers_without_an_error_and_worse_ones() -> None:
    data = searching.split(load("wine"), 0)
    made = searching.default(data.train, 0)
    changed = searching.without_scaling(made, data.held_out.x)
    assert changed.shape == data.held_out.y.shape
    assert (changed == data.held_out.y).mean() < made.score(data.held_out.x, data.held_out.y) - 0.2


@pytest.mark.parametrize(
    ("judge", "expected"),
    [
        (lambda: running.tuning(Interval(0.1, 0.05, 0.15)), "supported"),
        (lambda: running.tuning(Interval(0.1, -0.05, 0.15)), "undecided"),
        (lambda: running.tuning(Interval(0.0, -0.005, 0.005)), "not_supported"),
        (lambda: running.tuning(Interval(-0.1, -0.15, -0.05)), "not_supported"),
        (lambda: running.silent_bug(ran=True, loss=Interval(0.3, 0.2, 0.4)), "supported"),
        (lambda: running.silent_bug(ran=False, loss=Interval(0.3, 0.2, 0.4)), "not_supported"),
        (lambda: running.silent_bug(ran=True, loss=Interval(0.0, -0.1, 0.1)), "undecided"),
        (lambda: running.silent_bug(ran=True, loss=Interval(0, 0, 0)), "not_supported"),
        (lambda: running.records(rebuilt=1.0, untuned=0.97), "supported"),
        (lambda: running.records(rebuilt=1.0, untuned=1.0), "undecided"),
        (lambda: running.records(rebuilt=0.99, untuned=0.5), "not_supported"),
    ],
)
def test_verdicts_follow_the_numbers(judge: Callable[[], str], expected: str) -> None:
    assert judge() == expected


def test_claims_stand_in_the_essays() -> None:
    for claim in CLAIMS:
        assert claim.quote in (CORPUS / f"{claim.document_id}.md").read_text(encoding="utf-8")


def test_progress_comes_with_every_fold() -> None:
    seen: list[float] = []
    train: Data = searching.split(load("iris"), 0).train
    searching.search(
        train, trials=2, seconds=30, seed=0, progress=lambda share, _: seen.append(share)
    )
    assert seen == pytest.approx([n / 6 for n in range(1, 7)])


@pytest.mark.parametrize(
    "arguments",
    [{"trials": 0}, {"trials": 10**12}, {"seconds": -1}, {"data": "titanic"}, {"missing": 0.9}],
)
def test_arguments_outside_their_limits_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(ToolArgumentError):
        automl.run_here(Context(), arguments)
