"""Vectors and their search; the only importer of faiss."""

from __future__ import annotations

import faiss
import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class DenseIndex:
    """Exact inner-product search over unit vectors, which is cosine similarity."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index
        self.size: int = index.ntotal
        self.dimension: int = index.d

    @classmethod
    def build(cls, vectors: Vectors) -> DenseIndex:
        """Indexes unit vectors, shape (passages, dimension)."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def from_bytes(cls, content: bytes) -> DenseIndex:
        """What ``to_bytes`` gave."""
        return cls(faiss.deserialize_index(np.frombuffer(content, dtype=np.uint8)))

    def to_bytes(self) -> bytes:
        """The index in faiss's own format."""
        content: bytes = faiss.serialize_index(self._index).tobytes()
        return content

    def scores(self, vector: Vectors) -> Vectors:
        """Cosine similarity of every passage to a unit vector, shape (size,)."""
        found, positions = self._index.search(vector.reshape(1, -1), self.size)
        scores = np.empty(self.size, dtype=np.float32)
        scores[positions[0]] = found[0]
        return scores

    def vectors(self) -> Vectors:
        """All vectors, shape (size, dimension)."""
        all_vectors: Vectors = self._index.reconstruct_n(0, self.size)
        return all_vectors
