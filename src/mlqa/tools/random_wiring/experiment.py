"""Networks wired by graphs, trained on the digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mlqa.tools import training
from mlqa.tools.random_wiring.graphs import EDGES, FAMILIES, NODES, Family, wiring

if TYPE_CHECKING:
    from torch import Generator, Tensor

ROWS = 1437
_WIDTH = 16
_BATCH = 64
_RATE = 0.05
_MOMENTUM = 0.9
# Keeps the graphs apart from the splits of the same seed.
_GRAPHS = 1
# First layer, nodes (a layer, scale and shift each), edges, last layer.
PARAMETERS = (
    _WIDTH * (training.FEATURES + 1)
    + NODES * _WIDTH * (_WIDTH + 2)
    + EDGES
    + training.CLASSES * (_WIDTH + 1)
)


class Wired(NamedTuple):
    """Networks of one family, one graph for each run.

    Attributes:
        family: The family of graphs.
        loss: Cross-entropy over all training rows, of each run.
        train: Accuracy on training rows, of each run, 0 to 1.
        test: Accuracy on held-out rows, of each run, 0 to 1.
    """

    family: Family
    loss: tuple[float, ...]
    train: tuple[float, ...]
    test: tuple[float, ...]


def train(
    seed: int, runs: int, *, steps: int, progress: Callable[[float], None]
) -> tuple[Wired, ...]:
    """Trains one network of each family for each run; the regular family comes first.

    The four networks of a run share split, batches, initial weights and number of parameters;
    only their wiring differs.

    Args:
        seed: Of splits, graphs, initial weights and batches.
        runs: Splits, and graphs of each family.
        steps: Steps of gradient descent with momentum 0.9 at rate 0.05 in batches of 64.
        progress: Takes the share that is done.
    """
    import torch

    times = len(FAMILIES)
    data = training.digits(seed, runs, rows=ROWS)
    edges = np.stack(
        [
            wiring(family, np.random.default_rng([seed, run, _GRAPHS, place]))
            for place, family in enumerate(FAMILIES)
            for run in range(runs)
        ]
    )
    generator = torch.Generator().manual_seed(seed)
    network = _Network(torch.from_numpy(edges), runs, generator)
    rates = torch.full((times * runs,), _RATE)
    descent = training.Descent(network.parameters, rates, momentum=_MOMENTUM)
    drawn = training.batches(generator, runs=runs, rows=ROWS, size=_BATCH)
    for step in range(steps):
        inputs, labels = training.taken(data, next(drawn), times)
        descent.step(training.losses(network.logits(inputs, None), labels))
        progress((step + 1) / steps)
    with torch.no_grad():
        logits = network.logits(data.everything(times), ROWS)
    labels, held = (part.repeat(times, 1) for part in (data.labels, data.held_labels))
    scores = torch.stack(
        [
            training.losses(logits[:, :, :ROWS], labels).double(),
            1 - training.errors(logits[:, :, :ROWS], labels),
            1 - training.errors(logits[:, :, ROWS:], held),
        ]
    ).view(3, times, runs)
    return tuple(
        Wired(family, *(tuple(score) for score in scores[:, place].tolist()))
        for place, family in enumerate(FAMILIES)
    )


class _Network:
    """Nodes that add what comes in, each edge by a weight of its own; ReLU, a layer, BN."""

    def __init__(self, edges: Tensor, runs: int, generator: Generator) -> None:
        count, times = len(edges), len(edges) // runs
        self._edges = edges
        # Nodes that nothing leads to take the input; those that lead nowhere are averaged.
        self._sources = (edges.sum(1) == 0).to(edges).view(count, NODES, 1, 1)
        ends = (edges.sum(2) == 0).to(edges)
        self._ends = (ends / ends.sum(1, keepdim=True)).unsqueeze(1)
        self._first = training.weights(generator, runs, _WIDTH, training.FEATURES, times=times)
        self._last = training.weights(
            generator, runs, training.CLASSES, _WIDTH, gain=1.0, times=times
        )
        self._inner = training.weights(generator, NODES, runs, _WIDTH, _WIDTH, times=times)
        self._ties = training.zeros(count, NODES, NODES)
        self._scales = training.ones(NODES, count, _WIDTH, 1)
        self._shifts = training.zeros(NODES, count, _WIDTH, 1)
        self._first_shift = training.zeros(count, _WIDTH, 1)
        self._last_shift = training.zeros(count, training.CLASSES, 1)
        self.parameters = [
            self._first,
            self._last,
            self._inner,
            self._ties,
            self._scales,
            self._shifts,
            self._first_shift,
            self._last_shift,
        ]

    def logits(self, inputs: Tensor, train: int | None) -> Tensor:
        """Logits (replicas, classes, rows); for ``train`` see ``training.normalized``."""
        import torch

        begun = torch.baddbmm(self._first_shift, self._first, inputs)
        ties = torch.sigmoid(self._ties) * self._edges
        nodes: list[Tensor] = []
        layers = zip(
            self._inner.unbind(), self._scales.unbind(), self._shifts.unbind(), strict=True
        )
        for place, (inner, scale, shift) in enumerate(layers):
            value = begun * self._sources[:, place]
            if nodes:
                value = value + _mixed(ties[:, :place, place].unsqueeze(1), nodes)
            made = torch.bmm(inner, torch.relu(value))
            nodes.append(training.normalized(made, scale, shift, train))
        out = torch.relu(_mixed(self._ends, nodes))
        return torch.baddbmm(self._last_shift, self._last, out)


def _mixed(shares: Tensor, nodes: list[Tensor]) -> Tensor:
    """Sum of nodes (replicas, features, rows) by shares (replicas, 1, nodes)."""
    import torch

    stacked = torch.stack(nodes, 1)
    return torch.bmm(shares, stacked.flatten(2)).view_as(nodes[0])
