"""Steps against batch size: where returns diminish, and verdicts that follow the numbers."""

from __future__ import annotations

import math

import pytest

from conftest import ROOT
from mlqa.errors import ToolArgumentError
from mlqa.schema import ToolResult, Verdict
from mlqa.text.corpus import load_corpus
from mlqa.tools.batch_size import batch_size, experiment
from mlqa.tools.batch_size.verdicts import (
    diminishing,
    faster,
    larger_is_better,
    levels_off,
    savings,
)
from mlqa.tools.context import Context
from mlqa.tools.jsonable import check_result, dump_result

IDEAL = [800.0, 400.0, 200.0, 100.0, 50.0]
LEVEL = [800.0, 400.0, 200.0, 190.0, 188.0, 187.0]
FLAT = [800.0, 800.0, 790.0, 795.0]
WORSE = [100.0, 150.0, 300.0, 600.0]
SLOWING = [800.0, 400.0, 250.0, 190.0, 150.0]
MISSED = [800.0, 400.0, math.nan, math.nan]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four sizes and three rates: the same experiment in a second."""
    monkeypatch.setattr(experiment, "SIZES", (8, 64, 256, 1024))
    monkeypatch.setattr(experiment, "RATES", (0.03125, 0.125, 0.25))
    monkeypatch.setattr("mlqa.tools.batch_size.SIZES", (8, 64, 256, 1024))
    monkeypatch.setattr("mlqa.tools.batch_size.RATES", (0.03125, 0.125, 0.25))


def run(**arguments: float) -> ToolResult:
    return batch_size(**{"target": 0.5, "runs": 2, **arguments})


def test_a_saving_of_two_is_the_ideal() -> None:
    assert savings(IDEAL) == (2.0, 2.0, 2.0, 2.0)


@pytest.mark.parametrize(
    ("steps", "point"),
    [(IDEAL, None), (LEVEL, 4), (FLAT, 1), (SLOWING, 4), (MISSED, None)],
)
def test_returns_diminish_where_doubling_first_saves_less(
    steps: list[float], point: int | None
) -> None:
    assert diminishing([2**at for at in range(len(steps))], steps) == point


@pytest.mark.parametrize(
    ("steps", "verdicts"),
    [
        (IDEAL, ("supported", "supported", "not_supported")),
        (LEVEL, ("supported", "not_supported", "supported")),
        (FLAT, ("undecided", "not_supported", "not_supported")),
        (WORSE, ("not_supported", "not_supported", "not_supported")),
        (SLOWING, ("supported", "undecided", "undecided")),
        (MISSED, ("undecided", "undecided", "undecided")),
    ],
)
def test_verdicts_follow_the_steps(
    steps: list[float], verdicts: tuple[Verdict, Verdict, Verdict]
) -> None:
    assert (faster(steps), larger_is_better(steps), levels_off(steps)) == verdicts


@pytest.mark.usefixtures("few")
def test_large_batches_need_fewer_steps_and_more_rows() -> None:
    result = run()
    check_result(result)
    figures = result.figures
    assert figures["steps_8"] > 2 * figures["steps_256"]
    assert 1024 * figures["steps_1024"] > 2 * 8 * figures["steps_8"]
    assert [row[0] for row in result.tables[0].rows] == [8, 64, 256, 1024]
    assert result.findings[0].verdict == "supported"
    assert f"{figures['steps_8']:.0f}단계" in result.text


@pytest.mark.usefixtures("few")
def test_the_same_seed_gives_the_same_figures() -> None:
    assert dump_result(run()) == dump_result(run())
    assert dump_result(run(seed=1)) != dump_result(run())


@pytest.mark.usefixtures("few")
def test_the_steps_are_those_at_which_the_loss_first_reaches_the_target() -> None:
    from mlqa.tools import training

    with training.reproducible():
        need = experiment._need(0, 2, 64, target=0.5, most=200, progress=lambda _: None)
        place = experiment.RATES.index(need.rate)
        arrived: dict[int, int] = {}
        for step, losses in experiment._losses(0, 2, 64, max(need.steps), lambda _: None):
            for run in range(2):
                if losses[2 * place + run] <= 0.5:
                    arrived.setdefault(run, step)
    assert (arrived[0], arrived[1]) == need.steps


@pytest.mark.usefixtures("few")
def test_a_target_out_of_reach_is_said_and_decides_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(experiment, "_MOST", 3)
    result = run(target=0.15)
    check_result(result)
    assert "이르지 못했습니다" in result.text
    assert {finding.verdict for finding in result.findings} == {"undecided"}
    assert "steps_8" not in result.figures


@pytest.mark.usefixtures("few")
def test_english_and_progress() -> None:
    shares: list[float] = []
    told = Context(language="en", report=lambda share, _: shares.append(share))
    result = batch_size.function(told, target=0.5, runs=2)
    assert "Batch size 8" in result.text
    assert shares == sorted(shares)
    assert shares[0] == 0


def test_claims_stand_in_the_essays() -> None:
    texts = {document.id: document.text for document in load_corpus(ROOT / "corpus")}
    assert all(claim.quote in texts[claim.document_id] for claim in batch_size.claims)


@pytest.mark.parametrize("arguments", [{"target": 0.0}, {"target": math.nan}, {"runs": 100}])
def test_arguments_outside_their_limits_are_refused(arguments: dict[str, float]) -> None:
    with pytest.raises(ToolArgumentError):
        batch_size.check(arguments)
