"""Data sets that ship inside scikit-learn; nothing is downloaded."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Shipped = Literal["iris", "wine", "breast_cancer", "digits", "diabetes"]
Labelled = Literal["iris", "wine", "breast_cancer", "digits"]


class Data(NamedTuple):
    """A data set in memory.

    Attributes:
        name: Its name in scikit-learn.
        x: Inputs, float64, shape (rows, columns), in the units in which they were taken.
        y: Class numbers from 0, or values to be predicted, shape (rows,).
        columns: Names of the columns.
        classes: How many classes; 0 where values are predicted.
    """

    name: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    columns: tuple[str, ...]
    classes: int


def load(name: Shipped) -> Data:
    """The data set of this name; diabetes in its own units, not the scaled ones."""
    from sklearn import datasets

    options = {"scaled": False} if name == "diabetes" else {}
    bunch = getattr(datasets, f"load_{name}")(**options)
    labels = getattr(bunch, "target_names", ())
    return Data(
        name=name,
        x=np.ascontiguousarray(bunch.data, dtype=np.float64),
        y=np.asarray(bunch.target, dtype=np.float64),
        columns=tuple(str(column) for column in bunch.feature_names),
        classes=len(labels),
    )
