"""Vectors with no model to download: those inside Kiwi's language model.

Kiwi's public API gives cosine similarities of morphemes, not vectors. With more landmark
morphemes than dimensions the Nyström method restores the vectors exactly up to a rotation
(Williams and Seeger, Using the Nyström method to speed up kernel machines, 2001): with the
landmarks' Gram matrix ``G = U diag(λ) Uᵀ``, a morpheme's similarities ``s`` to the landmarks give
``v = s U / sqrt(λ)``. Common directions are taken out (Mu and Viswanath, All-but-the-top, 2018)
and a text is the average of its morphemes, rare ones counting more (Arora et al., A simple but
tough-to-beat baseline for sentence embeddings, 2017).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlqa.cache import Cache
from mlqa.protocols import Embedder
from mlqa.text.kiwi import FIRST_WORD_ID, VECTOR_IDS, Kiwipie
from mlqa.text.terms import TermExtractor

Vectors = NDArray[np.float32]
Ids = NDArray[np.int64]

DIMENSION = 256
_LANDMARKS = 320
_SAMPLE = 1500  # morphemes from which the common directions are taken
_DIRECTIONS = 8  # principal directions taken out besides the mean
_SEED = 20_260
# Weight of a morpheme: SMOOTHING / (SMOOTHING + probability). The probability follows from the
# rank, which the vocabulary id is (Zipf's law: probability = 1 / (rank * H)).
_SMOOTHING = 1e-4
_HARMONIC = float(np.log(VECTOR_IDS) + np.euler_gamma)


@dataclass(frozen=True, slots=True)
class KiwiSpace:
    """What turns similarities to landmarks into vectors; saved with an index.

    Attributes:
        landmarks: Vocabulary ids, shape (landmarks,).
        basis: ``U / sqrt(λ)``, shape (landmarks, DIMENSION).
        mean: Mean of the sampled unit vectors, shape (DIMENSION,).
        common: Orthonormal directions that are taken out, shape (directions, DIMENSION).
    """

    landmarks: Ids
    basis: Vectors
    mean: Vectors
    common: Vectors

    @classmethod
    def restore(cls, kiwi: Kiwipie) -> KiwiSpace:
        """Restores the space from similarities; the same for every call."""
        random = np.random.default_rng(_SEED)
        chosen = random.choice(
            np.arange(FIRST_WORD_ID, VECTOR_IDS), _LANDMARKS + _SAMPLE, replace=False
        )
        landmarks, sample = np.sort(chosen[:_LANDMARKS]), chosen[_LANDMARKS:]
        gram = _similarities(kiwi, landmarks, landmarks)
        values, directions = np.linalg.eigh(gram.astype(np.float64))
        top = slice(-DIMENSION, None)
        basis = (directions[:, top] / np.sqrt(values[top])).astype(np.float32)
        vectors = _unit(_similarities(kiwi, sample, landmarks) @ basis)
        mean = vectors.mean(axis=0)
        centred = vectors - mean
        _, axes = np.linalg.eigh(centred.T @ centred)
        common = np.ascontiguousarray(axes[:, : -_DIRECTIONS - 1 : -1].T)
        return cls(landmarks, basis, mean, common)

    def vectors(self, kiwi: Kiwipie, ids: Sequence[int]) -> Vectors:
        """Vectors of morphemes, common directions taken out; shape (len(ids), DIMENSION)."""
        raw = _unit(_similarities(kiwi, ids, self.landmarks) @ self.basis) - self.mean
        without: Vectors = raw - (raw @ self.common.T) @ self.common
        return without


class KiwiEmbedder:
    """Embeds texts as weighted means of their morphemes' vectors.

    Args:
        extractor: Turns texts into terms, which carry vocabulary ids.
        space: The restored space; restored now if not given.
        cache_limit: Vectors of morphemes and of terms that are kept (1 KiB each).
    """

    def __init__(
        self, extractor: TermExtractor, space: KiwiSpace | None = None, cache_limit: int = 20_000
    ) -> None:
        self._extractor = extractor
        self.space = space or KiwiSpace.restore(extractor.kiwi)
        self._identity = f"{self.program()}-{extractor.identity}"
        self._morphemes: Cache[int, Vectors] = Cache("morphemes", cache_limit)
        self._terms: Cache[tuple[int, ...], Vectors] = Cache("term vectors", cache_limit)
        self._primed: dict[tuple[int, ...], Vectors] = {}

    @property
    def identity(self) -> str:
        """Names everything that the vectors depend on."""
        return self._identity

    @staticmethod
    def program() -> str:
        """Names everything that the vectors depend on but for the terms."""
        return f"kiwi-nystrom-{_LANDMARKS}-{_SAMPLE}-{_DIRECTIONS}-{_SMOOTHING}-{_SEED}"

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return DIMENSION

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, shape (len(texts), dimension); see Embedder."""
        ids = [[i for term in self._extractor.terms(text) for i in term.ids] for text in texts]
        self._learn({i for text_ids in ids for i in text_ids})
        result = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text_ids in enumerate(ids):
            if text_ids:
                vectors = np.stack([self._vector(i) for i in text_ids])
                result[row] = _weights(text_ids) @ vectors
        return _unit(result)

    def term_vectors(self, terms: Sequence[tuple[int, ...]]) -> Vectors:
        """Unit vectors of terms, each given by the ids of its morphemes.

        Returns:
            Shape (len(terms), dimension).
        """
        kept = [self._primed.get(ids, self._terms.get(ids)) for ids in terms]
        new = [ids for ids, vector in zip(terms, kept, strict=True) if vector is None]
        made = dict(zip(new, self._make_terms(new), strict=True))
        for ids, vector in made.items():
            self._terms.put(ids, vector)
        result = np.zeros((len(terms), DIMENSION), dtype=np.float32)
        for row, (ids, vector) in enumerate(zip(terms, kept, strict=True)):
            result[row] = made[ids] if vector is None else vector
        return result

    def prime(self, terms: Sequence[tuple[int, ...]], vectors: Vectors) -> None:
        """Keeps for good the term vectors that an index brings, which need not be made again."""
        self._primed = dict(zip(terms, vectors, strict=True))

    def _make_terms(self, terms: Sequence[tuple[int, ...]]) -> Vectors:
        self._learn({i for ids in terms for i in ids})
        result = np.zeros((len(terms), DIMENSION), dtype=np.float32)
        for row, ids in enumerate(terms):
            result[row] = np.mean([self._vector(i) for i in ids], axis=0)
        return _unit(result)

    def _learn(self, ids: Iterable[int]) -> None:
        """Makes and keeps the vectors that are not kept yet, all at once."""
        new = [i for i in sorted(ids) if self._morphemes.get(i) is None]
        for i, vector in zip(new, self.space.vectors(self._extractor.kiwi, new), strict=True):
            self._morphemes.put(i, vector)

    def _vector(self, morpheme_id: int) -> Vectors:
        return self._morphemes.get_or_make(
            morpheme_id, lambda: self.space.vectors(self._extractor.kiwi, [morpheme_id])[0]
        )


class CachedEmbedder:
    """Keeps the vectors of texts that were embedded before.

    Args:
        embedder: What embeds.
        limit: Vectors that are kept.
    """

    def __init__(self, embedder: Embedder, limit: int) -> None:
        self._embedder = embedder
        self.cache: Cache[tuple[str, str], Vectors] = Cache("embeddings", limit)

    @property
    def identity(self) -> str:
        """Names everything that the vectors depend on."""
        return self._embedder.identity

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._embedder.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, shape (len(texts), dimension); see Embedder."""
        kept = {text: self.cache.get((self.identity, text)) for text in dict.fromkeys(texts)}
        new = [text for text, vector in kept.items() if vector is None]
        for text, vector in zip(new, self._embedder.embed(new), strict=True):
            self.cache.put((self.identity, text), vector)
            kept[text] = vector
        rows = [vector for text in texts if (vector := kept[text]) is not None]
        return np.stack(rows) if rows else np.zeros((0, self.dimension), dtype=np.float32)


def _weights(ids: Sequence[int]) -> Vectors:
    probability = 1 / ((np.asarray(ids, dtype=np.float32) - FIRST_WORD_ID + 1) * _HARMONIC)
    weights: Vectors = (_SMOOTHING / (_SMOOTHING + probability)).astype(np.float32)
    return weights


def _similarities(kiwi: Kiwipie, ids: Sequence[int] | Ids, others: Ids) -> Vectors:
    columns = [int(other) for other in others]
    rows = [list(kiwi.similarities(int(i), columns)) for i in ids]
    return np.asarray(rows, dtype=np.float32).reshape(len(rows), len(columns))


def _unit(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Vectors = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return unit
