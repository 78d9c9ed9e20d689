"""Points on a plane in two classes, in shapes that one straight line cuts well or not at all."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from mlqa.tools.perceptron import Array

Shape = Literal["moons", "circles", "xor"]
SHAPES: tuple[Shape, ...] = ("moons", "circles", "xor")

TEST_POINTS = 1000


class Points(NamedTuple):
    """Points of several runs.

    Attributes:
        x: Places, (runs, points, 2).
        y: Class 0 or 1, (runs, points, 1).
    """

    x: Array
    y: Array


def drawn(shape: Shape, points: int, noise: float, seeds: list[int]) -> Points:
    """Points of one shape, drawn anew for each seed.

    Args:
        shape: Two half moons, a circle inside a circle, or opposite corners of a square.
        points: How many; half in each class.
        noise: Standard deviation of what is added to each place.
        seeds: One for each run.
    """
    from sklearn.datasets import make_circles, make_moons

    xs, ys = [], []
    for seed in seeds:
        if shape == "moons":
            x, y = make_moons(points, noise=noise, random_state=seed)
        elif shape == "circles":
            x, y = make_circles(points, noise=noise, factor=0.4, random_state=seed)
        else:
            rng = np.random.default_rng(seed)
            corners = np.tile([[-1, -1], [1, 1], [-1, 1], [1, -1]], (points // 4 + 1, 1))[:points]
            x = 0.5 * corners + rng.uniform(-0.45, 0.45, size=(points, 2))
            x += noise * rng.standard_normal((points, 2))
            y = (corners[:, 0] != corners[:, 1]).astype(np.int64)
        xs.append(x)
        ys.append(y)
    return Points(np.stack(xs).astype(np.float64), np.stack(ys).astype(np.float64)[..., None])
