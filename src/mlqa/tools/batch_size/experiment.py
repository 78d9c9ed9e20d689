"""Steps until a network reaches a loss, for batches of growing size, each at its best rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from mlqa.tools import training

if TYPE_CHECKING:
    from torch import Tensor

ROWS = 1024
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
RATES = tuple(2.0**-power for power in range(10, -1, -1))
_WIDTH = 32
_MOMENTUM = 0.9
# Losses are looked at after 1, 2, 3, … steps, later at steps that grow by this factor.
_APART = 1.03
# A batch twice as large gets this many times the steps of the one before before it is given up.
_PATIENCE = 2
_LEAST = 30
_MOST = 5000
# Held-out rows that the loss is taken on.
_HELD = 400


class Need(NamedTuple):
    """What a batch size needs.

    Attributes:
        size: Rows of a batch.
        rate: The best learning rate of the grid: its slowest run arrives the soonest.
        at_edge: Whether it is the first or last of the grid, so that a better one may lie outside.
        steps: Steps until the loss is reached, one for each run; empty if it is not.
        looked: Steps after which the search ended.
    """

    size: int
    rate: float
    at_edge: bool
    steps: tuple[int, ...]
    looked: int

    @property
    def mean(self) -> float:
        """Mean steps; not a number where the loss was not reached."""
        return sum(self.steps) / len(self.steps) if self.steps else float("nan")


def needs(
    seed: int, runs: int, *, target: float, progress: Callable[[float], None]
) -> tuple[Need, ...]:
    """Measures all batch sizes, small ones first.

    Args:
        seed: Of splits, initial weights and batches.
        runs: Splits and initial weights, at each learning rate.
        target: Cross-entropy on 400 held-out rows, nats.
        progress: Takes the share that is done.
    """
    found: list[Need] = []
    most = _MOST
    for at, size in enumerate(SIZES):

        def tell(share: float, at: int = at) -> None:
            progress((at + share) / len(SIZES))

        found.append(_need(seed, runs, size, target=target, most=most, progress=tell))
        if found[-1].steps:
            most = max(_LEAST, round(_PATIENCE * found[-1].mean))
    return tuple(found)


def _need(
    seed: int,
    runs: int,
    size: int,
    *,
    target: float,
    most: int,
    progress: Callable[[float], None],
) -> Need:
    """Trains at all rates until all runs of one of them, the best, have reached the target."""
    import torch

    arrived = torch.full((len(RATES), runs), float("inf"))
    best = step = 0
    for step, loss in _losses(seed, runs, size, most, progress):
        reached = (loss <= target).view_as(arrived)
        arrived[reached & arrived.isinf()] = step
        best = int(arrived.amax(1).argmin())
        if arrived[best].isfinite().all():
            break
    done = bool(arrived[best].isfinite().all())
    return Need(
        size=size,
        rate=RATES[best],
        at_edge=best in {0, len(RATES) - 1},
        steps=tuple(int(value) for value in arrived[best].tolist()) if done else (),
        looked=step,
    )


def _losses(
    seed: int, runs: int, size: int, most: int, progress: Callable[[float], None]
) -> Iterator[tuple[int, Tensor]]:
    """Trains all runs at all rates; steps and held-out losses (rates · runs,) now and then."""
    import torch

    data = training.digits(seed, runs, rows=ROWS)
    generator = torch.Generator().manual_seed(seed)
    times = len(RATES)
    first = training.weights(generator, runs, _WIDTH, training.FEATURES, times=times)
    last = training.weights(generator, runs, training.CLASSES, _WIDTH, gain=1.0, times=times)
    shifts = (
        training.zeros(times * runs, _WIDTH, 1),
        training.zeros(times * runs, training.CLASSES, 1),
    )

    def network(inputs: Tensor) -> Tensor:
        hidden = torch.relu(torch.baddbmm(shifts[0], first, inputs))
        return torch.baddbmm(shifts[1], last, hidden)

    rates = torch.tensor(RATES).repeat_interleave(runs)
    descent = training.Descent([first, last, *shifts], rates, momentum=_MOMENTUM)
    held = data.held_inputs[:, :_HELD].transpose(1, 2).repeat(times, 1, 1)
    labels = data.held_labels[:, :_HELD].repeat(times, 1)
    drawn = training.batches(generator, runs=runs, rows=ROWS, size=size)
    look = 1
    for step in range(1, most + 1):
        inputs, shown = training.taken(data, next(drawn), times)
        descent.step(training.losses(network(inputs), shown))
        progress(step / most)
        if step >= look or step == most:
            look = max(step + 1, int(step * _APART))
            with torch.no_grad():
                yield step, training.losses(network(held), labels)
