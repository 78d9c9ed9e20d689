"""Gradients at the start, dead units, and training, on scikit-learn's digits."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlqa.tools.activation.network import (
    Activation,
    Floats,
    Init,
    Layers,
    backward,
    descend,
    forward,
    losses,
    stacked,
    start,
)
from mlqa.tools.shipped import load

WIDTH = 64
BATCH = 64
TEST_ROWS = 450
INITS: dict[Activation, Init] = {"sigmoid": "xavier", "relu": "he", "gelu": "he", "silu": "he"}

Progress = Callable[[float], None]


class Split(NamedTuple):
    """Digits, inputs scaled to mean 0 and variance 1 over all pixels of the training rows.

    Attributes:
        x: Training rows, shape (1, rows, 64).
        y: Their classes.
        test_x: Test rows, shape (1, 450, 64).
        test_y: Their classes.
    """

    x: Floats
    y: NDArray[np.intp]
    test_x: Floats
    test_y: NDArray[np.intp]


class Trained(NamedTuple):
    """How one run ended.

    Attributes:
        rate: Learning rate.
        init: How it began.
        seed: Of the start and of the order of rows.
        loss: On all training rows; infinite where the run blew up.
        accuracy: On the test rows, 0 to 1; 0 where the run blew up, as it has no answer.
        dead: Share of hidden units that are never above 0 on any training row; 0 where the run
            blew up.
        dead_before: The same at the start.
    """

    rate: float
    init: Init
    seed: int
    loss: float
    accuracy: float
    dead: float
    dead_before: float


def one_thread() -> AbstractContextManager[object]:
    """Keeps BLAS to one thread inside: for matrices this small, threads wait more than they work.

    It also makes sums come out the same however many cores there are.
    """
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    limits: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return limits


@cache
def digits() -> Split:
    """The same split for every run: rows in an order drawn with seed 0, the last 450 to test."""
    data = load("digits")
    order = np.random.default_rng(0).permutation(len(data.x))
    train, test = order[:-TEST_ROWS], order[-TEST_ROWS:]
    mean, std = data.x[train].mean(), data.x[train].std()
    x = ((data.x - mean) / std).astype(np.float32)
    y = data.y.astype(np.intp)
    return Split(x[None, train], y[train], x[None, test], y[test])


def sizes(depth: int) -> list[int]:
    """Units of each layer of a network with ``depth`` hidden layers."""
    return [64, *[WIDTH] * depth, 10]


def gradients(activation: Activation, depth: int, seeds: Sequence[int]) -> NDArray[np.float64]:
    """Root mean square of the loss's gradient by each hidden layer's output before its activation.

    At the start, on 256 training rows; the loss of a row, not the mean over rows.

    Args:
        activation: Of the hidden layers.
        depth: Hidden layers.
        seeds: One for each network.

    Returns:
        Shape (seeds, depth), the layer next to the input first.
    """
    data = digits()
    x, y = data.x[:, :256], data.y[:256]
    runs = stacked([start(INITS[activation], sizes(depth), seed) for seed in seeds])
    found = np.zeros((len(seeds), depth))
    for place, delta in backward(runs, forward(runs, activation, x), y):
        if place < depth:
            exact = delta.astype(np.float64) * len(y)
            found[:, place] = np.sqrt((exact**2).mean(axis=(1, 2)))
    return found


def train(
    activation: Activation,
    depth: int,
    settings: Sequence[tuple[Init, float, int]],
    steps: int,
    progress: Progress,
) -> list[Trained]:
    """Trains one network for each setting, all side by side.

    Args:
        activation: Of the hidden layers.
        depth: Hidden layers.
        settings: How each begins, its learning rate, its seed.
        steps: Batches of 64 rows, in an order of the seed's own.
        progress: Takes the share that is done.
    """
    data = digits()
    layers = stacked([start(init, sizes(depth), seed) for init, _, seed in settings])
    before = dead_shares(layers, activation, data.x)
    orders = {seed: _order(seed, steps, len(data.y)) for _, _, seed in settings}
    going = list(range(len(settings)))
    with np.errstate(all="ignore"):
        for step in range(steps):
            rates = np.array([settings[run][1] for run in going], dtype=np.float32)
            batch = np.stack([orders[settings[run][2]][step] for run in going])
            descend(layers, activation, data.x[0][batch], data.y[batch], rates[:, None, None])
            if step % 10 == 0 or step == steps - 1:
                progress(step / steps)
                layers, going = _sound(layers, going)
                if not going:
                    break
    ends = _ends(layers, activation) if going else []
    blown = (math.inf, 0.0, 0.0)  # no loss, no right answer, no dead unit that counts
    found = dict(zip(going, ends, strict=True))
    return [
        Trained(rate, init, seed, *found.get(run, blown), dead_before=float(before[run]))
        for run, (init, rate, seed) in enumerate(settings)
    ]


def _sound(layers: Layers, going: list[int]) -> tuple[Layers, list[int]]:
    """The runs whose parameters are all numbers; the others would stay without for good."""
    sound = np.all([np.isfinite(w).all(axis=(1, 2)) for w in layers.weights], axis=0)
    if sound.all():
        return layers, going
    kept = Layers([w[sound] for w in layers.weights], [b[sound] for b in layers.biases])
    return kept, [run for run, good in zip(going, sound, strict=True) if good]


def _ends(layers: Layers, activation: Activation) -> list[tuple[float, float, float]]:
    """Training loss, test accuracy and share of dead units of each run."""
    data = digits()
    with np.errstate(all="ignore"):
        loss = losses(forward(layers, activation, data.x).logits, data.y)
        guesses = forward(layers, activation, data.test_x).logits.argmax(axis=-1)
        dead = dead_shares(layers, activation, data.x)
    loss = np.where(np.isfinite(loss), loss, math.inf)
    right = (guesses == data.test_y).mean(axis=1)
    return list(zip(loss.tolist(), right.tolist(), dead.tolist(), strict=True))


def _order(seed: int, steps: int, rows: int) -> NDArray[np.intp]:
    """Which rows each step sees, shape (steps, 64): all rows in a new order, again and again."""
    rng = np.random.default_rng([seed, 1])
    passes = -(-steps // (rows // BATCH))
    whole = [rng.permutation(rows)[: rows // BATCH * BATCH] for _ in range(passes)]
    return np.concatenate(whole).reshape(-1, BATCH)[:steps]


def dead_shares(layers: Layers, activation: Activation, x: Floats) -> NDArray[np.float64]:
    """Share of hidden units of each run that are never above 0 on any row."""
    made = forward(layers, activation, x)
    alive = [(h > 0).any(axis=1) for h in made.inputs[1:]]
    return np.asarray(1 - np.stack(alive).mean(axis=(0, 2)), dtype=np.float64)


def grid(
    inits: Sequence[Init], rates: Sequence[float], seeds: Sequence[int]
) -> list[tuple[Init, float, int]]:
    """Every start with every learning rate and seed."""
    return list(itertools.product(inits, rates, seeds))
