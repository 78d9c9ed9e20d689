"""Random wirings: graphs of one size, networks of one size, equivalence and not mere silence."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from conftest import ROOT
from mlqa.errors import ToolArgumentError
from mlqa.schema import ToolResult, Verdict
from mlqa.text.corpus import load_corpus
from mlqa.tools.context import Context
from mlqa.tools.intervals import Interval
from mlqa.tools.jsonable import check_result, dump_result
from mlqa.tools.random_wiring import random_wiring
from mlqa.tools.random_wiring.experiment import PARAMETERS, Wired, _Network
from mlqa.tools.random_wiring.graphs import (
    EDGES,
    FAMILIES,
    NODES,
    Family,
    barabasi_albert,
    connected,
    erdos_renyi,
    ring,
    watts_strogatz,
    wiring,
)
from mlqa.tools.random_wiring.verdicts import difference, no_large_difference


@pytest.fixture(scope="module")
def result() -> ToolResult:
    return random_wiring(graphs=3, steps=80)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", range(20))
def test_each_wiring_is_acyclic_connected_and_of_one_size(family: Family, seed: int) -> None:
    edges = wiring(family, np.random.default_rng(seed))
    assert edges.shape == (NODES, NODES)
    assert edges.sum() == EDGES
    assert set(np.unique(edges)) == {0, 1}
    assert (np.tril(edges) == 0).all()
    assert connected((edges + edges.T).astype(bool))


def test_random_graphs_differ_by_seed_and_the_ring_does_not() -> None:
    for family in FAMILIES:
        first, second, again = (wiring(family, np.random.default_rng(seed)) for seed in (0, 1, 0))
        assert (first == again).all()
        assert (first == second).all() == (family == "regular")


def test_the_ring_is_regular_and_unrewired_watts_strogatz_is_the_ring() -> None:
    assert (ring().sum(1) == 6).all()
    assert (watts_strogatz(np.random.default_rng(0), 0.0) == ring()).all()
    moved = watts_strogatz(np.random.default_rng(0), 0.75)
    assert (moved == moved.T).all()
    assert not moved.diagonal().any()


def test_grown_graphs_have_hubs_that_uniform_ones_lack() -> None:
    def largest(draw: object) -> float:
        assert callable(draw)
        return float(np.mean([draw(np.random.default_rng(s)).sum(1).max() for s in range(200)]))

    assert largest(barabasi_albert) > largest(erdos_renyi) + 0.5


def test_two_rings_without_a_bridge_are_not_connected() -> None:
    apart = np.zeros((4, 4), dtype=bool)
    apart[0, 1] = apart[1, 0] = apart[2, 3] = apart[3, 2] = True
    assert not connected(apart)
    apart[1, 2] = apart[2, 1] = True
    assert connected(apart)


def test_networks_have_the_parameters_that_are_said() -> None:
    edges = torch.from_numpy(np.stack([wiring(f, np.random.default_rng(0)) for f in FAMILIES]))
    network = _Network(edges, 1, torch.Generator().manual_seed(0))
    count = sum(parameter.numel() for parameter in network.parameters) / len(FAMILIES)
    assert count - NODES * NODES + EDGES == PARAMETERS


def test_a_node_hears_only_those_that_are_tied_to_it() -> None:
    edges = torch.from_numpy(np.stack([wiring("erdos_renyi", np.random.default_rng(0))]))
    network = _Network(edges, 1, torch.Generator().manual_seed(0))
    inputs = torch.randn(1, 64, 30, generator=torch.Generator().manual_seed(1))
    before = network.logits(inputs, None)
    ties = network.parameters[3]
    with torch.no_grad():
        ties += 5 * (1 - edges)
    assert torch.equal(network.logits(inputs, None), before)
    with torch.no_grad():
        ties += 5 * edges
    assert not torch.allclose(network.logits(inputs, None), before)


@pytest.mark.parametrize(
    ("intervals", "verdict"),
    [
        ([(0.0, -0.01, 0.01), (0.005, -0.005, 0.015)], "supported"),
        ([(0.0, -0.01, 0.01), (0.01, -0.005, 0.025)], "undecided"),
        ([(0.0, -0.01, 0.01), (0.04, 0.03, 0.05)], "not_supported"),
        ([(-0.04, -0.05, -0.03)], "not_supported"),
        ([(0.0, -0.5, 0.5)], "undecided"),
    ],
)
def test_no_large_difference_is_shown_only_within_the_margin(
    intervals: list[tuple[float, float, float]], verdict: Verdict
) -> None:
    assert no_large_difference([Interval(*ends) for ends in intervals], 0.02) == verdict


def test_the_difference_is_taken_run_by_run() -> None:
    regular = Wired("regular", (0.1,) * 3, (1.0,) * 3, (0.90, 0.95, 0.97))
    better = Wired("erdos_renyi", (0.1,) * 3, (1.0,) * 3, (0.91, 0.96, 0.98))
    interval = difference(better, regular)
    assert interval.mean == pytest.approx(0.01)
    assert interval.high - interval.low < 1e-9


def test_the_result_is_whole_and_the_same_again(result: ToolResult) -> None:
    check_result(result)
    assert dump_result(random_wiring(graphs=3, steps=80)) == dump_result(result)
    assert dump_result(random_wiring(graphs=3, steps=80, seed=1)) != dump_result(result)
    assert len(result.tables[1].rows) == 3
    assert all(result.figures[f"{family}_test"] > 0.8 for family in FAMILIES)


def test_a_narrow_margin_is_not_met_by_few_graphs() -> None:
    tight = random_wiring(graphs=3, steps=20, margin=0.0001)
    assert tight.findings[0].verdict != "supported"
    assert "±0.0001" in tight.findings[0].reason


def test_english_and_progress() -> None:
    shares: list[float] = []
    told = Context(language="en", report=lambda share, _: shares.append(share))
    result = random_wiring.function(told, graphs=3, steps=20)
    assert "only the wiring differs" in result.text
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)


def test_claims_stand_in_the_essays() -> None:
    texts = {document.id: document.text for document in load_corpus(ROOT / "corpus")}
    assert all(claim.quote in texts[claim.document_id] for claim in random_wiring.claims)


@pytest.mark.parametrize("arguments", [{"graphs": 2}, {"steps": 10**12}, {"margin": 0.0}])
def test_arguments_outside_their_limits_are_refused(arguments: dict[str, float]) -> None:
    with pytest.raises(ToolArgumentError):
        random_wiring.check(arguments)
