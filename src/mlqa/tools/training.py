"""Small networks on scikit-learn's digits, many replicas in one computation.

A replica is one network: a seed, or a seed at one learning rate. Tensors lead with the replica and
rows come last: inputs (replicas, features, rows), weights (replicas, out, in). One batched product
then steps all replicas, which costs little more than stepping one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mlqa.tools.shipped import load

if TYPE_CHECKING:
    from torch import Generator, Tensor

CLASSES = 10
FEATURES = 64
# Rows of the digits.
ROWS = 1797

# One thread: products this small gain nothing from a second, and sums keep their order.
_THREADS = 1
_EPSILON = 1e-5


@contextmanager
def reproducible() -> Iterator[None]:
    """One thread and deterministic algorithms inside; both as they were afterwards."""
    import torch
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(_THREADS)
    torch.use_deterministic_algorithms(True)
    try:
        with threadpool_limits(_THREADS):
            yield
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(strict)


class Digits(NamedTuple):
    """The digits, split anew for each run.

    Attributes:
        inputs: To train on, float32, (runs, rows, 64), centred, of overall deviation 1.
        labels: Their labels, (runs, rows), some of them wrong where noise was asked for.
        held_inputs: What no step sees, float32, (runs, held, 64).
        held_labels: Its labels as they came, (runs, held).
    """

    inputs: Tensor
    labels: Tensor
    held_inputs: Tensor
    held_labels: Tensor

    def everything(self, times: int) -> Tensor:
        """Training inputs, then held-out ones, (times · runs, 64, 1797), all runs in turn."""
        import torch

        rows = torch.cat([self.inputs, self.held_inputs], 1)
        return rows.transpose(1, 2).repeat(times, 1, 1)


def digits(seed: int, runs: int, *, rows: int, noise: float = 0.0) -> Digits:
    """The 1,797 digits of scikit-learn, ``rows`` of them to train on.

    Args:
        seed: Of all runs.
        runs: Splits; run 3 of a seed is the same however many there are.
        rows: Training rows; all others are held out.
        noise: Share of training rows whose label becomes one of the nine others, 0 to 1.
    """
    import torch

    data = load("digits")
    inputs = ((data.x - data.x.mean(axis=0)) / data.x.std()).astype(np.float32)
    labels = data.y.astype(np.int64)
    parts = []
    for run in range(runs):
        generator = np.random.default_rng([seed, run])
        order = generator.permutation(len(labels))
        train, held = order[:rows], order[rows:]
        shown = labels[train].copy()
        wrong = generator.random(rows) < noise
        shown[wrong] = (shown[wrong] + generator.integers(1, CLASSES, wrong.sum())) % CLASSES
        parts.append((inputs[train], shown, inputs[held], labels[held]))
    return Digits(*(torch.from_numpy(np.stack(part)) for part in zip(*parts, strict=True)))


def batches(generator: Generator, *, runs: int, rows: int, size: int) -> Iterator[Tensor]:
    """Endless batches of row numbers, (runs, size); each epoch goes through the rows anew.

    Rows that fill no batch at the end of an epoch are left out of it.
    """
    import torch

    while True:
        order = torch.stack([torch.randperm(rows, generator=generator) for _ in range(runs)])
        for start in range(0, rows - size + 1, size):
            yield order[:, start : start + size]


def taken(data: Digits, numbers: Tensor, times: int = 1) -> tuple[Tensor, Tensor]:
    """Training rows by number, for ``times`` replicas of each run.

    Returns:
        Inputs (times · runs, 64, size) and labels (times · runs, size), all runs in turn.
    """
    wide = numbers[..., None].expand(-1, -1, data.inputs.shape[2])
    inputs = data.inputs.gather(1, wide).transpose(1, 2)
    return inputs.repeat(times, 1, 1), data.labels.gather(1, numbers).repeat(times, 1)


def weights(generator: Generator, *shape: int, gain: float = 2.0, times: int = 1) -> Tensor:
    """Trainable weights of variance gain / in, normal (He et al. 2015, for gain 2).

    Args:
        generator: Where they come from.
        shape: (..., runs, out, in).
        gain: 2 before a ReLU, 1 elsewhere.
        times: Replicas of each run that begin alike: (..., times · runs, out, in).
    """
    import torch

    drawn: Tensor = torch.randn(shape, generator=generator) * (gain / shape[-1]) ** 0.5
    repeats = [1] * len(shape)
    repeats[-3] = times
    return drawn.repeat(repeats).requires_grad_()


def zeros(*shape: int) -> Tensor:
    """Trainable zeros."""
    import torch

    return torch.zeros(shape, requires_grad=True)


def ones(*shape: int) -> Tensor:
    """Trainable ones."""
    import torch

    return torch.ones(shape, requires_grad=True)


def normalized(values: Tensor, scale: Tensor, shift: Tensor, train: int | None) -> Tensor:
    """Batch normalisation over the rows (Ioffe and Szegedy 2015).

    Args:
        values: (replicas, features, rows).
        scale: (replicas, features, 1).
        shift: (replicas, features, 1).
        train: Rows, the first ones, that mean and variance come from; None for all.
    """
    import torch
    from torch.nn import functional

    if train is None:
        # Replicas and features as channels: one fused call.
        flat = values.reshape(1, -1, values.shape[2])
        done = functional.batch_norm(
            flat, None, None, scale.flatten(), shift.flatten(), training=True, eps=_EPSILON
        )
        return done.view_as(values)
    variance, mean = torch.var_mean(values[:, :, :train], 2, correction=0, keepdim=True)
    return (values - mean) * torch.rsqrt(variance + _EPSILON) * scale + shift


def losses(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy of each replica, (replicas,), from logits (replicas, classes, rows)."""
    from torch.nn import functional

    return functional.cross_entropy(logits, labels, reduction="none").mean(1)


def errors(logits: Tensor, labels: Tensor) -> Tensor:
    """Share of wrong answers of each replica, (replicas,)."""
    return (logits.argmax(1) != labels).double().mean(1)


class Descent:
    """Gradient descent with momentum and weight decay, each replica at a rate of its own.

    v ← m·v + g + decay·w, w ← w - rate·v; parameters are (..., replicas, a, b).
    """

    def __init__(
        self,
        parameters: Sequence[Tensor],
        rates: Tensor,
        *,
        momentum: float,
        decays: Tensor | None = None,
    ) -> None:
        """Begins at rest; ``rates`` and ``decays`` are (replicas,)."""
        import torch

        self._parameters = parameters
        self._rates = rates.view(-1, 1, 1)
        self._decays = None if decays is None else decays.view(-1, 1, 1)
        self._momentum = momentum
        self._velocities = [torch.zeros_like(parameter) for parameter in parameters]

    def step(self, by_replica: Tensor) -> None:
        """Steps down the losses (replicas,); replicas do not touch each other."""
        import torch

        gradients = torch.autograd.grad(by_replica.sum(), self._parameters)
        with torch.no_grad():
            for parameter, velocity, gradient in zip(
                self._parameters, self._velocities, gradients, strict=True
            ):
                pull = gradient if self._decays is None else gradient + self._decays * parameter
                velocity.mul_(self._momentum).add_(pull)
                parameter.sub_(self._rates * velocity)
