"""Plain and residual networks of growing depth on the digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

from mlqa.tools import training

if TYPE_CHECKING:
    from torch import Generator, Tensor

Kind = Literal["plain", "residual"]

ROWS = 1200
RATES = (0.005, 0.02, 0.08)
_WIDTH = 32
_BATCH = 48
_MOMENTUM = 0.9


class Trained(NamedTuple):
    """Networks of one kind and depth at their best learning rate.

    Attributes:
        kind: Plain or residual.
        depth: Layers between the first and the last.
        rate: The rate of lowest mean training loss.
        loss: Cross-entropy over all training rows, of each run.
        train: Share of training rows that are wrong, of each run.
        test: Share of held-out rows that are wrong, of each run.
    """

    kind: Kind
    depth: int
    rate: float
    loss: tuple[float, ...]
    train: tuple[float, ...]
    test: tuple[float, ...]


def train(
    kind: Kind, depth: int, *, seed: int, runs: int, steps: int, progress: Callable[[float], None]
) -> Trained:
    """Trains at all rates; keeps the rate of lowest mean training loss.

    Both kinds of a depth begin alike and see the same batches of 48.

    Args:
        kind: Residual networks add the input of each pair of layers to its output (He et al. 2016).
        depth: Layers between the first and the last, even.
        seed: Of splits, initial weights and batches.
        runs: Splits and initial weights.
        steps: Steps of gradient descent with momentum 0.9.
        progress: Takes the share that is done.
    """
    import torch

    data = training.digits(seed, runs, rows=ROWS)
    generator = torch.Generator().manual_seed(seed)
    network = _Network(kind, depth, runs, generator)
    rates = torch.tensor(RATES).repeat_interleave(runs)
    descent = training.Descent(network.parameters, rates, momentum=_MOMENTUM)
    drawn = training.batches(generator, runs=runs, rows=ROWS, size=_BATCH)
    for step in range(steps):
        inputs, labels = training.taken(data, next(drawn), len(RATES))
        descent.step(training.losses(network.logits(inputs, None), labels))
        progress((step + 1) / steps)
    with torch.no_grad():
        logits = network.logits(data.everything(len(RATES)), ROWS)
    labels, held = (part.repeat(len(RATES), 1) for part in (data.labels, data.held_labels))
    seen = logits[:, :, :ROWS]
    scores = torch.stack(
        [
            training.losses(seen, labels).double().nan_to_num(nan=float("inf")),
            training.errors(seen, labels),
            training.errors(logits[:, :, ROWS:], held),
        ]
    ).view(3, len(RATES), runs)
    best = int(scores[0].mean(1).argmin())
    loss, wrong, missed = (tuple(score) for score in scores[:, best].tolist())
    return Trained(kind, depth, RATES[best], loss, wrong, missed)


class _Network:
    """A first layer, pairs of layers with batch normalisation, a last layer."""

    def __init__(self, kind: Kind, depth: int, runs: int, generator: Generator) -> None:
        times = len(RATES)
        count = times * runs
        self._residual = kind == "residual"
        self._first = training.weights(generator, runs, _WIDTH, training.FEATURES, times=times)
        self._last = training.weights(
            generator, runs, training.CLASSES, _WIDTH, gain=1.0, times=times
        )
        self._inner = training.weights(generator, depth, runs, _WIDTH, _WIDTH, times=times)
        self._scales = training.ones(depth, count, _WIDTH, 1)
        self._shifts = training.zeros(depth, count, _WIDTH, 1)
        self._first_shift = training.zeros(count, _WIDTH, 1)
        self._last_shift = training.zeros(count, training.CLASSES, 1)
        self.parameters = [
            self._first,
            self._last,
            self._inner,
            self._scales,
            self._shifts,
            self._first_shift,
            self._last_shift,
        ]

    def logits(self, inputs: Tensor, train: int | None) -> Tensor:
        """Logits (replicas, classes, rows); for ``train`` see ``training.normalized``."""
        import torch

        hidden = torch.relu(torch.baddbmm(self._first_shift, self._first, inputs))
        layers = list(
            zip(self._inner.unbind(), self._scales.unbind(), self._shifts.unbind(), strict=True)
        )
        for lower, upper in zip(layers[::2], layers[1::2], strict=True):
            inside = torch.relu(_layer(hidden, lower, train))
            outside = _layer(inside, upper, train)
            hidden = torch.relu(hidden + outside if self._residual else outside)
        return torch.baddbmm(self._last_shift, self._last, hidden)


def _layer(values: Tensor, layer: tuple[Tensor, Tensor, Tensor], train: int | None) -> Tensor:
    import torch

    inner, scale, shift = layer
    return training.normalized(torch.bmm(inner, values), scale, shift, train)
