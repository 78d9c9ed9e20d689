"""The FAQ in the index: which of its questions are like the one that is asked."""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from mlqa.index.sparse import SparseIndex
from mlqa.protocols import Embedder
from mlqa.schema import FaqEntry
from mlqa.text.grams import letter_pairs

Scores = NDArray[np.float32]

_entries = TypeAdapter(tuple[FaqEntry, ...])


class Likeness(NamedTuple):
    """How like a question each question of the FAQ is; shapes (questions,), at most 1.

    Attributes:
        meaning: Cosine of the embeddings.
        letters: Cosine of the pairs of letters, weighed by BM25; 0 or more.
    """

    meaning: Scores
    letters: Scores


class FaqIndex:
    """Questions with what answers them, their vectors and their pairs of letters.

    Args:
        entries: The questions with their answers.
        vectors: One unit vector for each question, shape (questions, dimension).
        letters: Pairs of letters of each question, of length 1 as vectors.
    """

    def __init__(self, entries: Sequence[FaqEntry], vectors: Scores, letters: SparseIndex) -> None:
        self.entries = tuple(entries)
        self.questions = tuple(question for entry in entries for question in entry.questions)
        self.vectors = vectors
        self._letters = letters

    @classmethod
    def build(
        cls, entries: Sequence[FaqEntry], encoder: Embedder, before: FaqIndex | None = None
    ) -> FaqIndex:
        """Embeds the questions and counts their pairs of letters.

        Args:
            entries: The questions with their answers.
            encoder: Turns questions into vectors. It is the package's own whatever embeds passages:
                what its likeness tells was fitted, and a large model would take minutes.
            before: Where vectors are taken from, made by the same encoder.
        """
        questions = [question for entry in entries for question in entry.questions]
        made = dict(zip(before.questions, before.vectors, strict=True)) if before else {}
        new = [question for question in dict.fromkeys(questions) if question not in made]
        if new:
            made |= zip(new, encoder.embed_questions(new), strict=True)
        rows = np.asarray([made[question] for question in questions], dtype=np.float32)
        letters = SparseIndex.build([letter_pairs(question) for question in questions])
        return cls(entries, rows.reshape(len(questions), encoder.dimension), letters.of_length_1())

    @classmethod
    def from_bytes(cls, content: bytes) -> FaqIndex:
        """What ``to_bytes`` gave."""
        with np.load(io.BytesIO(content)) as arrays:
            return cls(
                _entries.validate_json(arrays["entries"].tobytes()),
                arrays["vectors"].astype(np.float32),
                SparseIndex.from_bytes(arrays["letters"].tobytes()),
            )

    def to_bytes(self) -> bytes:
        """The FAQ as an npz file, vectors in half precision."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            entries=np.frombuffer(_entries.dump_json(self.entries), dtype=np.uint8),
            vectors=self.vectors.astype(np.float16),
            letters=np.frombuffer(self._letters.to_bytes(), dtype=np.uint8),
        )
        return buffer.getvalue()

    def likeness(self, question: str, vector: Scores) -> Likeness:
        """How like a question each question of the FAQ is.

        Args:
            question: The question that is asked.
            vector: Its unit vector, shape (dimension,).
        """
        counts = Counter(letter_pairs(question))
        telling = {pair: (1 + math.log(n)) * self._letters.idf(pair) for pair, n in counts.items()}
        length = math.sqrt(sum(weight**2 for weight in telling.values())) or 1.0
        return Likeness(
            meaning=self.vectors @ vector,
            letters=self._letters.scores({pair: w / length for pair, w in telling.items()}),
        )
