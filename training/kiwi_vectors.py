"""The vectors inside Kiwi, all of them (see ``mlqa.index.encoder`` for the method)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlqa.text.kiwi import FIRST_WORD_ID, VECTOR_IDS, Kiwipie

DIMENSION = 256  # of the vectors inside Kiwi
_LANDMARKS = 288
_SAMPLE = 4000
_SEED = 20_260


@dataclass(frozen=True, slots=True)
class KiwiVectors:
    """Vectors without their mean.

    Attributes:
        vectors: Of all morphemes, shape (VECTOR_IDS, DIMENSION).
        landmarks: Morphemes whose similarities give the vectors.
        basis: From similarities to vectors.
        mean: What was subtracted.
        common: Common directions, most common first.
    """

    vectors: NDArray[np.float32]
    landmarks: NDArray[np.int64]
    basis: NDArray[np.float32]
    mean: NDArray[np.float32]
    common: NDArray[np.float32]

    @classmethod
    def restore(cls, kiwi: Kiwipie) -> KiwiVectors:
        """Restores them; the same for every call on one machine."""
        random = np.random.default_rng(_SEED)
        words = np.arange(FIRST_WORD_ID, VECTOR_IDS)
        landmarks = np.sort(random.choice(words, _LANDMARKS, replace=False))
        others = [int(i) for i in landmarks]
        similarities = np.asarray(
            [list(kiwi.similarities(i, others)) for i in range(VECTOR_IDS)], dtype=np.float32
        )
        values, directions = np.linalg.eigh(similarities[landmarks].astype(np.float64))
        top = slice(-DIMENSION, None)
        basis = (directions[:, top] / np.sqrt(values[top])).astype(np.float32)
        vectors = similarities @ basis
        sample = vectors[random.choice(words, _SAMPLE, replace=False)]
        mean = sample.mean(axis=0)
        _, _, common = np.linalg.svd(sample - mean, full_matrices=False)
        return cls(vectors - mean, landmarks, basis, mean, common)
