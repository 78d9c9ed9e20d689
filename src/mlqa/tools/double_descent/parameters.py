"""Test error against parameters: random ReLU features fitted exactly by least squares."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mlqa.tools import training

# Parameters of a class as a share of the training rows.
SHARES = (
    0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 0.9, 0.95, 1.0,
    1.05, 1.1, 1.2, 1.4, 2.0, 3.0, 5.0, 7.0, 10.0,
)  # fmt: skip
# Singular values below this share of the largest count as zero.
_ZERO = 1e-12


class Sweep(NamedTuple):
    """What least squares reach with more and more random features.

    Attributes:
        sizes: Features, which are the parameters of a class.
        train: Share of training rows, as labelled, that are wrong, (sizes)(runs).
        test: Share of held-out rows that are wrong, (sizes)(runs).
        squared: Mean squared distance to the true class on held-out rows, (sizes)(runs).
    """

    sizes: tuple[int, ...]
    train: tuple[tuple[float, ...], ...]
    test: tuple[tuple[float, ...], ...]
    squared: tuple[tuple[float, ...], ...]


def by_parameters(
    seed: int, runs: int, *, rows: int, noise: float, progress: Callable[[float], None]
) -> Sweep:
    """Fits linear readouts of fixed random ReLU features to one-of-ten labels.

    Of all solutions of the least squares the one of smallest norm is taken: the one that gradient
    descent from zero reaches. With as many features as rows the fit becomes exact (interpolation).

    Args:
        seed: Of data, wrong labels and features.
        runs: Splits and draws.
        rows: Training rows.
        noise: Share of wrong labels among them.
        progress: Takes the share that is done.
    """
    sizes = tuple(sorted({max(1, round(share * rows)) for share in SHARES}))
    data = training.digits(seed, runs, rows=rows, noise=noise)
    scores = np.empty((3, len(sizes), runs))
    for run in range(runs):
        train, held = data.inputs[run].numpy(), data.held_inputs[run].numpy()
        generator = np.random.default_rng([seed, run, 1])
        weights = generator.normal(size=(training.FEATURES, sizes[-1])) / training.FEATURES**0.5
        shifts = generator.normal(size=sizes[-1]) / 2
        seen, unseen = (np.maximum(part @ weights + shifts, 0) for part in (train, held))
        labels, truth = data.labels[run].numpy(), data.held_labels[run].numpy()
        for place, size in enumerate(sizes):
            scores[:, place, run] = _scores(seen[:, :size], labels, unseen[:, :size], truth)
            progress((run + (place + 1) / len(sizes)) / runs)
    return Sweep(sizes, *(tuple(tuple(row) for row in part.tolist()) for part in scores))


def _scores(
    seen: np.ndarray, labels: np.ndarray, unseen: np.ndarray, truth: np.ndarray
) -> tuple[float, float, float]:
    # Classes are centred: a constant needs no parameter.
    codes = np.eye(training.CLASSES) - 1 / training.CLASSES
    solved = np.linalg.lstsq(seen, codes[labels], rcond=_ZERO)[0]
    fitted, guessed = seen @ solved, unseen @ solved
    return (
        float((fitted.argmax(1) != labels).mean()),
        float((guessed.argmax(1) != truth).mean()),
        float(((guessed - codes[truth]) ** 2).sum(1).mean()),
    )
