"""The digits that ship with scikit-learn, as tensors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from mlqa.tools.batchnorm.settings import TESTED
from mlqa.tools.shipped import load

if TYPE_CHECKING:
    from torch import Generator, Tensor


class Digits(NamedTuple):
    """All digits, training rows first.

    Attributes:
        x: Pixels between -1 and 1, shape (1, rows, 64).
        y: Classes, shape (1, rows).
        training: How many rows are for training.
    """

    x: Tensor
    y: Tensor
    training: int


def load_digits() -> Digits:
    """The digits with a fixed, stratified quarter at the end for testing."""
    import numpy as np
    import torch
    from sklearn.model_selection import train_test_split

    data = load("digits")
    x, x_test, y, y_test = train_test_split(
        data.x, data.y, test_size=TESTED, random_state=0, stratify=data.y
    )
    return Digits(
        torch.tensor(np.concatenate([x, x_test]) / 8 - 1, dtype=torch.float32)[None],
        torch.tensor(np.concatenate([y, y_test]), dtype=torch.int64)[None],
        len(x),
    )


def batches(rows: int, size: int, generator: Generator) -> Iterator[Tensor]:
    """Numbers of the rows of one batch after the other; in an epoch no row comes twice."""
    import torch

    while True:
        order = torch.randperm(rows, generator=generator)
        for start in range(0, rows - size + 1, size):
            yield order[start : start + size]
