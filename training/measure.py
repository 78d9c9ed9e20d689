"""Measures an encoder on the dev or the test parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr  # type: ignore[import-untyped]

from training.datasets import Data

Encode = Callable[[Sequence[str], bool], NDArray[np.float32]]
# Sets whose questions are English.
ENGLISH = frozenset({"mkqa", "tatoeba", "parallel"})


def texts_of(data: Data, part: str) -> Iterator[tuple[Sequence[str], bool]]:
    """All texts that ``measure`` will ask for, and whether they are English."""
    left, right, _ = zip(*data.scored[part], strict=True)
    yield from ((left, False), (right, False))
    for pool, (questions, texts, _) in sorted(data.pools.items()):
        part_of, _, name = pool.partition(":")
        if part_of == part:
            yield from ((questions, name in ENGLISH), (texts, False))


def measure(data: Data, part: str, encode: Encode) -> dict[str, float]:
    """Figures in per cent: Spearman for ``sts``, else how often the first (first five) is right.

    Args:
        data: The data sets.
        part: "dev" or "test".
        encode: Texts, and whether they are English, to unit vectors.
    """
    left, right, gold = zip(*data.scored[part], strict=True)
    cosines = (encode(left, False) * encode(right, False)).sum(axis=1)
    figures = {"sts": 100 * float(spearmanr(cosines, gold)[0])}
    for pool, (questions, texts, wanted) in sorted(data.pools.items()):
        part_of, _, name = pool.partition(":")
        if part_of == part:
            scores = encode(questions, name in ENGLISH) @ encode(texts, False).T
            if questions is texts:
                np.fill_diagonal(scores, -np.inf)
            best = np.argsort(-scores, axis=1, kind="stable")[:, :5].tolist()
            figures[f"{name}@1"] = _share(w >= {b[0]} for b, w in zip(best, wanted, strict=True))
            figures[f"{name}@5"] = _share(bool(w & {*b}) for b, w in zip(best, wanted, strict=True))
    return {name: round(figure, 2) for name, figure in figures.items()}


def _share(right: object) -> float:
    return 100 * float(np.mean(list(right)))  # type: ignore[call-overload]
