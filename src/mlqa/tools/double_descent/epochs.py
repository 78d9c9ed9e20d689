"""Test error against epochs, in a network that comes to fit wrong labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from mlqa.tools import training

if TYPE_CHECKING:
    from torch import Tensor

# The second recipe, found by trying (docs/decisions/0015): the first layer begins 2.5 times as
# large as usual, and weight decay takes that back long after the wrong labels are fitted.
SPREAD = 2.5
DECAY = 5e-3
_WIDTH = 128
_BATCH = 100
_RATE = 0.1
# Epochs measured grow by this factor.
_APART = 1.2


class Course(NamedTuple):
    """Errors of the runs of one arm along the training, 0 to 1.

    Attributes:
        epochs: When they were measured.
        train: Share of training rows, as labelled, that are wrong, (epochs)(runs).
        test: Share of held-out rows that are wrong, (epochs)(runs).
    """

    epochs: tuple[int, ...]
    train: tuple[tuple[float, ...], ...]
    test: tuple[tuple[float, ...], ...]


def by_epochs(
    seed: int,
    runs: int,
    *,
    rows: int,
    noise: float,
    epochs: int,
    progress: Callable[[float], None],
) -> tuple[Course, Course]:
    """Trains a network of one hidden layer by two recipes; one course for each.

    The first begins as He et al. say and goes on without weight decay; the second begins with a
    first layer ``SPREAD`` times as large and decays at ``DECAY``. Both see the same batches of 100
    at rate 0.1.
    """
    import torch

    data = training.digits(seed, runs, rows=rows, noise=noise)
    generator = torch.Generator().manual_seed(seed)
    usual = training.weights(generator, runs, _WIDTH, training.FEATURES).detach()
    first = torch.cat([usual, SPREAD * usual]).requires_grad_()
    last = training.weights(generator, runs, training.CLASSES, _WIDTH, gain=1.0, times=2)
    shifts = training.zeros(2 * runs, _WIDTH, 1), training.zeros(2 * runs, training.CLASSES, 1)

    def network(inputs: Tensor) -> Tensor:
        hidden = torch.relu(torch.baddbmm(shifts[0], first, inputs))
        return torch.baddbmm(shifts[1], last, hidden)

    descent = training.Descent(
        [first, last, *shifts],
        torch.full((2 * runs,), _RATE),
        momentum=0.0,
        decays=torch.tensor([0.0] * runs + [DECAY] * runs),
    )
    size = min(_BATCH, rows)
    drawn = training.batches(generator, runs=runs, rows=rows, size=size)
    when, wrong, missed = [], [], []
    for epoch in range(1, epochs + 1):
        for _ in range(rows // size):
            inputs, labels = training.taken(data, next(drawn), 2)
            descent.step(training.losses(network(inputs), labels))
        progress(epoch / epochs)
        if epoch in _measured(epochs):
            with torch.no_grad():
                logits = network(data.everything(2))
            when.append(epoch)
            wrong.append(training.errors(logits[:, :, :rows], data.labels.repeat(2, 1)).tolist())
            missed.append(
                training.errors(logits[:, :, rows:], data.held_labels.repeat(2, 1)).tolist()
            )
    plain, decay = (
        Course(
            tuple(when),
            tuple(tuple(at[arm]) for at in wrong),
            tuple(tuple(at[arm]) for at in missed),
        )
        for arm in (slice(runs), slice(runs, None))
    )
    return plain, decay


def _measured(last: int) -> set[int]:
    found, at = {last}, 1
    while at < last:
        found.add(at)
        at = max(at + 1, round(at * _APART))
    return found
