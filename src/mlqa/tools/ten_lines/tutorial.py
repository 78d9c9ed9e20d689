"""The tutorial: these very lines are run, and shown as they stand here."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


# fmt: off
def _tutorial(load: Callable[..., Any], seed: int) -> float:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    x, y = load(return_X_y=True)
    train_x, test_x, train_y, test_y = train_test_split(x, y, test_size=0.2, random_state=seed)
    model = make_pipeline(StandardScaler(), LogisticRegression())
    model.fit(train_x, train_y)
    return float(model.score(test_x, test_y))
# fmt: on


def score(data: str, seed: int) -> float:
    """Runs the tutorial once.

    Args:
        data: Name of a data set of scikit-learn with classes.
        seed: Of its split.

    Returns:
        The accuracy that the tutorial reports.
    """
    from sklearn import datasets

    return _tutorial(getattr(datasets, f"load_{data}"), seed)


def lines() -> tuple[str, ...]:
    """The code that ``score`` runs, without empty lines."""
    source = inspect.getsource(_tutorial)
    return tuple(line for line in source.splitlines() if line.strip())
