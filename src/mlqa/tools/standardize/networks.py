"""Models trained by gradient descent with and without standardised inputs, all splits at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlqa.tools import perceptron
from mlqa.tools.perceptron import Array, Layer
from mlqa.tools.shipped import Data

Rows = NDArray[np.int64]

# Each arm chooses its own learning rate: one that suits small inputs would be unfair to large ones.
_LINEAR_RATES = (1e-7, 1e-5, 1e-3, 1e-1)
_ADAM_RATES = (1e-3, 1e-2)
_HIDDEN = 32
_BATCH = 32
_INNER = 4  # one row in four chooses the learning rate
_REPORT = 10
# Score of a network that left the numbers behind.
_LOST = -1e9


class Split(NamedTuple):
    """Rows to train and to test on, and the seed of a network's random choices."""

    train: Rows
    test: Rows
    seed: int


def network_scores(
    data: Data,
    splits: Sequence[Split],
    *,
    hidden: bool,
    scaled: bool,
    steps: int,
    progress: Callable[[], None],
) -> tuple[float, ...]:
    """Accuracy or R² on the test rows of each split.

    With a hidden layer: 32 ReLUs, Adam. Without: logistic or linear regression, stochastic gradient
    descent from zero. Batches of 32. Each split chooses its learning rate on a quarter of its
    training rows and then trains anew on all of them. Weights at the start and batches depend on
    the seed alone, so both arms share them.

    Args:
        data: The data set.
        splits: The splits.
        hidden: Whether there is a hidden layer.
        scaled: Whether inputs are standardised with mean and deviation of the training rows.
        steps: Steps of training.
        progress: Called every few steps.
    """
    inner = [_inner(split) for split in splits]
    rates = np.asarray(_ADAM_RATES if hidden else _LINEAR_RATES)

    def trained(parts: Sequence[Split], rate: Array) -> Array:
        x = np.stack([inputs(data, part, scaled=scaled) for part in parts])
        y = np.stack([_targets(data, part) for part in parts])
        return _trained(data, parts, x, y, rate, hidden=hidden, steps=steps, progress=progress)

    tried = np.stack([trained(inner, np.full(len(inner), rate)) for rate in rates])
    best = rates[tried.argmax(axis=0)]
    return tuple(float(score) for score in trained(splits, best))


def _inner(split: Split) -> Split:
    """The training rows of a split, split again."""
    rows = np.random.default_rng([split.seed, 1]).permutation(split.train)
    cut = len(rows) // _INNER
    return Split(rows[cut:], rows[:cut], split.seed)


def inputs(data: Data, split: Split, *, scaled: bool) -> Array:
    """All rows as a network of this split sees them; only training rows set the scale."""
    if not scaled:
        return data.x
    mean, spread = data.x[split.train].mean(axis=0), data.x[split.train].std(axis=0)
    return np.asarray((data.x - mean) / np.where(spread > 0, spread, 1.0))


def _targets(data: Data, split: Split) -> Array:
    """One-hot classes, or values scaled by the training rows (in both arms)."""
    if data.classes:
        return np.eye(data.classes)[data.y.astype(np.int64)]
    known = data.y[split.train]
    return np.asarray((data.y - known.mean()) / known.std())[:, None]


def _trained(
    data: Data,
    splits: Sequence[Split],
    x: Array,
    y: Array,
    rate: Array,
    *,
    hidden: bool,
    steps: int,
    progress: Callable[[], None],
) -> Array:
    """Scores on the test rows after training one network for each split."""
    loss: perceptron.Loss = "softmax" if data.classes else "squared"
    drawn = np.stack([_batches(split, steps) for split in splits])
    sizes = [x.shape[-1], *([_HIDDEN] if hidden else []), y.shape[-1]]
    network = perceptron.made(sizes, [split.seed for split in splits])
    if not hidden:
        network = tuple(Layer(0 * layer.weights, layer.bias) for layer in network)
    rates = rate[:, None, None]
    adam = perceptron.Adam(rates)
    each = np.arange(len(splits))[:, None]
    # Too high a rate overflows; its score is then the lowest and another rate is chosen.
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps):
            rows = drawn[:, step]
            slopes = perceptron.gradients(network, x[each, rows], y[each, rows], "relu", loss)
            if hidden:
                network = adam.step(network, slopes)
            else:
                network = perceptron.descended(network, slopes, rates)
            if step % _REPORT == 0:
                progress()
        scores = perceptron.forward(network, x, "relu")[-1]
        found = [
            _score(scores[number][split.test], y[number][split.test], data.classes)
            for number, split in enumerate(splits)
        ]
    return np.asarray(np.nan_to_num(np.array(found), nan=_LOST, neginf=_LOST))


def _batches(split: Split, steps: int) -> Rows:
    """Rows of each step, (steps, 32), drawn with replacement from the training rows."""
    rng = np.random.default_rng([split.seed, 2])
    return np.asarray(split.train[rng.integers(len(split.train), size=(steps, _BATCH))])


def _score(scores: Array, y: Array, classes: int) -> float:
    """Accuracy, or R²."""
    if classes:
        return float((scores.argmax(axis=-1) == y.argmax(axis=-1)).mean())
    return float(1 - ((scores - y) ** 2).sum() / ((y - y.mean()) ** 2).sum())
