"""Depth: plain networks degrade, residual ones do not, and verdicts follow the numbers."""

from __future__ import annotations

from statistics import fmean

import pytest

from conftest import ROOT
from mlqa.errors import ToolArgumentError
from mlqa.schema import ToolResult, Verdict
from mlqa.text.corpus import load_corpus
from mlqa.tools.context import Context
from mlqa.tools.depth import depth
from mlqa.tools.depth.experiment import Kind, Trained
from mlqa.tools.depth.verdicts import (
    best,
    deepest_is_best,
    found_by_trying,
    layers_alone,
    matters,
    open_depths,
)
from mlqa.tools.jsonable import check_result, dump_result
from mlqa.tools.training import reproducible

NOISE = (-0.003, 0.001, -0.001, 0.003)


def arm(
    kind: Kind, tests: dict[int, float], trains: dict[int, float] | None = None
) -> list[Trained]:
    """Four runs of each depth around these errors."""
    return [
        Trained(
            kind,
            layers,
            0.02,
            (0.1,) * 4,
            tuple((trains or tests)[layers] + noise for noise in NOISE),
            tuple(error + NOISE[(run + place) % 4] for run in range(4)),
        )
        for place, (layers, error) in enumerate(tests.items())
    ]


@pytest.fixture(scope="module")
def result() -> ToolResult:
    return depth(depths=(2, 30), steps=60, runs=2)


def test_plain_networks_degrade_and_residual_ones_do_not(result: ToolResult) -> None:
    figures = result.figures
    assert figures["plain_30_train"] > 0.4
    assert figures["residual_30_train"] < 0.2
    assert figures["plain_30_loss"] > 5 * figures["residual_30_loss"]
    assert figures["plain_2_train"] < 0.1


def test_the_result_is_whole_and_says_its_numbers(result: ToolResult) -> None:
    check_result(result)
    assert [row[1] for row in result.tables[0].rows] == [2, 30, 2, 30]
    assert f"30층에서 {result.figures['plain_30_train']:.3f}" in result.text


def test_the_same_seed_gives_the_same_figures(result: ToolResult) -> None:
    assert dump_result(depth(depths=(30, 2, 2), steps=60, runs=2)) == dump_result(result)
    assert dump_result(depth(depths=(2, 30), steps=60, runs=2, seed=1)) != dump_result(result)


def test_the_best_depth_and_those_not_surely_worse_by_the_margin() -> None:
    networks = arm("plain", {2: 0.05, 8: 0.065, 20: 0.2})
    assert best(networks).depth == 2
    assert open_depths(networks) == (2, 8)
    assert matters(networks)
    assert not matters(networks[:2])


@pytest.mark.parametrize(
    ("plain", "residual", "verdict"),
    [
        ({2: 0.05, 20: 0.5}, {2: 0.2, 20: 0.05}, "supported"),
        ({2: 0.05, 20: 0.5}, {2: 0.05, 20: 0.5}, "not_supported"),
        ({2: 0.05, 20: 0.05}, {2: 0.05, 20: 0.05}, "undecided"),
        ({2: 0.05, 8: 0.05, 20: 0.5}, {2: 0.05, 8: 0.05, 20: 0.5}, "undecided"),
    ],
)
def test_whether_depth_is_found_by_trying(
    plain: dict[int, float], residual: dict[int, float], verdict: Verdict
) -> None:
    assert found_by_trying((arm("plain", plain), arm("residual", residual))) == verdict


def test_other_data_can_repeat_a_table_but_not_refute_it() -> None:
    assert deepest_is_best(arm("residual", {2: 0.2, 56: 0.1, 110: 0.05})) == "supported"
    assert deepest_is_best(arm("residual", {2: 0.05, 56: 0.1, 110: 0.2})) == "undecided"
    assert deepest_is_best(arm("residual", {2: 0.2, 56: 0.05})) == "undecided"


def test_whether_layers_alone_help() -> None:
    good = arm("residual", {2: 0.05, 20: 0.05})
    degraded = arm("plain", {2: 0.05, 20: 0.6})
    assert layers_alone(degraded, good) == "supported"
    assert layers_alone(arm("plain", {2: 0.6, 20: 0.05}), good) == "not_supported"
    assert layers_alone(arm("plain", {2: 0.05, 20: 0.05}), good) == "undecided"
    assert layers_alone(degraded, arm("residual", {2: 0.05, 20: 0.6})) == "undecided"


def test_the_rate_kept_is_that_of_the_lowest_training_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    from mlqa.tools.depth import experiment

    def trained() -> Trained:
        with reproducible():
            return experiment.train(
                "residual", 4, seed=0, runs=2, steps=40, progress=lambda _: None
            )

    kept = trained()
    alone = {}
    for rate in experiment.RATES:
        with monkeypatch.context() as patch:
            patch.setattr(experiment, "RATES", (rate,))
            alone[rate] = fmean(trained().loss)
    assert min(alone, key=lambda rate: alone[rate]) == kept.rate
    assert fmean(kept.loss) == pytest.approx(alone[kept.rate], rel=1e-3)


def test_english_and_progress() -> None:
    shares: list[float] = []
    told = Context(language="en", report=lambda share, _: shares.append(share))
    result = depth.function(told, depths=(2, 4), steps=20, runs=2)
    assert "Residual networks" in result.text
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)


def test_claims_stand_in_the_essays() -> None:
    texts = {document.id: document.text for document in load_corpus(ROOT / "corpus")}
    assert all(claim.quote in texts[claim.document_id] for claim in depth.claims)


@pytest.mark.parametrize(
    "arguments",
    [{"depths": [2, 3]}, {"depths": [2]}, {"depths": [2, 10**12]}, {"steps": 0}, {"runs": 1}],
)
def test_arguments_outside_their_limits_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(ToolArgumentError):
        depth.check(arguments)
