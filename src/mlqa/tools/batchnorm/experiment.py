"""Trains the arms on scikit-learn's digits and measures them on the way.

All arms of a seed start from the same weights and see the same batches. A step is plain stochastic
gradient descent. At about 40 steps the run stops to measure; nothing that is measured changes how
it goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlqa.tools.batchnorm.digits import Digits, batches, load_digits
from mlqa.tools.batchnorm.measures import (
    Objective,
    covariate_shift,
    drift,
    landscape,
    moved,
)
from mlqa.tools.batchnorm.network import (
    Arm,
    Layer,
    Noise,
    draw_noise,
    forward,
    initial,
    losses,
    mean_noise,
)
from mlqa.tools.batchnorm.settings import AHEAD, PROBE, Settings, measured_steps
from mlqa.tools.training import reproducible

if TYPE_CHECKING:
    from torch import Generator, Tensor

Numbers = NDArray[np.float64]

TARGET = 0.5
_WINDOW = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One arm. Dimensions are seeds, measured steps and layers, in this order.

    Attributes:
        loss: Mean loss of the training batches since the last measured step.
        accuracy: Share of the test digits that are right, 0 to 1.
        here: Loss of the batch of this step.
        low: Least loss along the gradient.
        high: Largest loss along the gradient.
        change: Gradient predictiveness.
        smoothness: Effective β-smoothness.
        drift: Drift of the inputs of each layer but the first from this step to the next.
        shift: Internal covariate shift of the gradient of each layer but the first, L2.
        cosine: The same as a cosine.
        mean_loss: Mean loss of all training batches, shape (seeds,).
        final_loss: Loss on the whole training set after the last step, shape (seeds,).
        reached: Steps until ten batches in a row have a mean loss of at most ``TARGET``; NaN if
            they never have.
    """

    loss: Numbers
    accuracy: Numbers
    here: Numbers
    low: Numbers
    high: Numbers
    change: Numbers
    smoothness: Numbers
    drift: Numbers
    shift: Numbers
    cosine: Numbers
    mean_loss: Numbers
    final_loss: Numbers
    reached: Numbers


class Score(NamedTuple):
    """Loss on the training set and share of right test digits."""

    loss: float
    accuracy: float


def train(settings: Settings, tell: Callable[[float, Arm, int], None]) -> dict[Arm, Run]:
    """Trains every arm with every seed.

    Args:
        settings: What to train.
        tell: Told before each step the share that is done, the arm, the number of the seed from 1.
    """
    digits = load_digits()
    total = len(settings.arms) * settings.seeds
    runs: dict[Arm, Run] = {}
    with reproducible():
        for number, arm in enumerate(settings.arms):
            parts: list[dict[str, Numbers]] = []
            for replica in range(settings.seeds):
                one = _One(settings, arm, replica, digits)
                for step in range(1, settings.steps + 1):
                    done = len(parts) + (step - 1) / settings.steps
                    tell((number * settings.seeds + done) / total, arm, replica + 1)
                    one.advance(step)
                parts.append(one.result())
            runs[arm] = Run(
                **{each.name: np.stack([part[each.name] for part in parts]) for each in fields(Run)}
            )
    return runs


def batch_objective(x: Tensor, y: Tensor, noise: Noise | None) -> Objective:
    """Losses and gradients of networks on one batch with one noise, each of shape (1, rows, …)."""

    def objective(layers: list[Layer], copies: int) -> tuple[Tensor, list[Layer]]:
        import torch

        def wide(part: Tensor) -> Tensor:
            return part.expand(copies, *part.shape[1:])

        drawn = None if noise is None else Noise(wide(noise.scale), wide(noise.shift))
        leaves = [layer.each(lambda part: part.detach().requires_grad_()) for layer in layers]
        loss = losses(forward(leaves, wide(x), drawn).logits, wide(y))
        tensors = [part for layer in leaves for part in layer.tensors()]
        slopes = iter(torch.autograd.grad(loss.sum(), tensors))
        gradient = [layer.each(lambda _: next(slopes)) for layer in leaves]
        return loss.detach(), gradient

    return objective


def evaluate(layers: Sequence[Layer], digits: Digits, noise: Noise | None = None) -> Score:
    """Scores a network; statistics are those of the training set, noise is at its mean."""
    logits = forward(layers, digits.x, noise, digits.training).logits
    loss = losses(logits[:, : digits.training], digits.y[:, : digits.training])
    right = logits.argmax(2)[:, digits.training :] == digits.y[:, digits.training :]
    return Score(float(loss), float(right.double().mean()))


def steps_to(seen: Sequence[float], target: float) -> float:
    """Steps after which the last ten losses are ``target`` or less in the mean; NaN if never."""
    sums = np.convolve(seen, np.ones(_WINDOW), "valid")
    found = np.flatnonzero(sums <= target * _WINDOW)
    return float(found[0] + _WINDOW) if len(found) else float("nan")


class _One:
    """One arm with one seed in training."""

    def __init__(self, settings: Settings, arm: Arm, replica: int, digits: Digits) -> None:
        weights, order, self._drawing, self._probing = _generators(settings.seed, replica)
        self._settings, self._noisy, self._digits = settings, arm == "noisy", digits
        self._layers = initial(settings.sizes, weights, norm=arm != "standard")
        self._batches = batches(digits.training, settings.batch_size, order)
        self._marks = set(measured_steps(settings.steps))
        self._points: list[dict[str, float | Numbers]] = []
        self._losses: list[float] = []
        self._since = 0
        self._score = Score(float("nan"), float("nan"))

    def advance(self, step: int) -> None:
        """One step of training, with what is measured at it."""
        settings, digits = self._settings, self._digits
        rows = next(self._batches)
        noise = self._noise(self._drawing, settings.batch_size)
        objective = batch_objective(digits.x[:, rows], digits.y[:, rows], noise)
        loss, gradient = objective(self._layers, 1)
        self._losses.append(float(loss))
        updated = moved(self._layers, gradient, settings.learning_rate)
        if step in self._marks:
            sizes = [settings.learning_rate * factor for factor in AHEAD]
            ahead = landscape(objective, self._layers, loss, gradient, sizes)
            shift = covariate_shift(objective, self._layers, updated, gradient)
            self._score = evaluate(updated, digits, self._mean())
            self._points.append(
                {
                    **{name: float(value) for name, value in ahead._asdict().items()},
                    "shift": _numbers(shift.distance[0]),
                    "cosine": _numbers(shift.cosine[0]),
                    "drift": self._drift(updated),
                    "loss": float(np.mean(self._losses[self._since :])),
                    "here": self._losses[-1],
                    "accuracy": self._score.accuracy,
                }
            )
            self._since = step
        self._layers = updated

    def result(self) -> dict[str, Numbers]:
        """What was measured, as in ``Run`` without the dimension of seeds."""
        single = {
            "mean_loss": float(np.mean(self._losses)),
            "final_loss": self._score.loss,
            "reached": steps_to(self._losses, TARGET),
        }
        return {
            **{name: np.array([each[name] for each in self._points]) for name in self._points[0]},
            **{name: np.array(value) for name, value in single.items()},
        }

    def _drift(self, updated: Sequence[Layer]) -> Numbers:
        """Drift of each layer's input on fixed rows from this step to the next."""
        x = self._digits.x[:, :PROBE]
        before, after = (
            forward(layers, x, self._noise(self._probing, PROBE)).inputs
            for layers in (self._layers, updated)
        )
        return np.array([float(drift(a, b)) for a, b in zip(before, after, strict=True)])

    def _noise(self, generator: Generator, rows: int) -> Noise | None:
        hidden, settings = self._settings.depth - 1, self._settings
        if not self._noisy:
            return None
        return draw_noise(generator, hidden, rows, settings.width, settings.noise)

    def _mean(self) -> Noise | None:
        settings = self._settings
        return mean_noise(settings.depth - 1, settings.noise) if self._noisy else None


def _generators(seed: int, replica: int) -> list[Generator]:
    """For weights, batches, noise in training and noise while measuring; equal for all arms."""
    import torch

    first = (seed * 1_000 + replica) * 4
    return [torch.Generator().manual_seed(first + number) for number in range(4)]


def _numbers(values: Tensor) -> Numbers:
    return values.double().numpy()
