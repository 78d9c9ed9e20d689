"""Cuts all texts into pieces, once, and numbers the pieces."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mlqa.index.encoder import sub_words
from mlqa.text.kiwi import VECTOR_IDS, Kiwipie
from mlqa.text.pieces import Piece, pieces_of, words_of
from training.model import Ints, Ragged

_CHUNK = 4000  # texts that are analysed together


class Texts:
    """Texts and their pieces.

    Args:
        cache: A file that keeps the pieces of Korean texts, since analysis takes most of the time.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache
        self._rows: dict[tuple[str, bool], int] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self, texts: Iterable[str], *, english: bool = False) -> Ints:
        """Numbers of texts."""
        numbers = [self._rows.setdefault((text, english), len(self._rows)) for text in texts]
        return np.asarray(numbers, dtype=np.int64)

    def pieces(self) -> list[list[Piece]]:
        """Pieces of all texts in the order of their numbers."""
        kept: dict[str, list[Piece]] = {}
        if self._cache and self._cache.is_file():
            kept = json.loads(self._cache.read_text(encoding="utf-8"))
        new = [text for text, english in self._rows if not english and text not in kept]
        kiwi = Kiwipie()
        for first in range(0, len(new), _CHUNK):
            chunk = new[first : first + _CHUNK]
            for text, morphemes in zip(chunk, kiwi.morphemes_of_all(chunk), strict=True):
                kept[text] = list(pieces_of(morphemes))
        if self._cache and new:
            self._cache.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        return [list(words_of(t)) if english else kept[t] for t, english in self._rows]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Numbers of pieces (tokens) and of what carries vectors (rows); see ``training.model``.

    Attributes:
        words: Words with a row of their own, in order.
        strings: All words, in the order of their token numbers.
        counts: How often training text holds each token.
        buckets: How many rows are sub-words.
    """

    words: list[str]
    strings: list[str]
    counts: Ints
    buckets: int

    @classmethod
    def of(
        cls,
        pieces: Sequence[Sequence[Piece]],
        trained: int,
        least: int,
        buckets: int,
        always: Collection[str] = (),
    ) -> Vocabulary:
        """From texts, of which the first ``trained`` are training texts.

        Args:
            pieces: Pieces of the texts.
            trained: How many are training texts.
            least: How often a word must be seen to have a row of its own.
            buckets: How many rows are sub-words.
            always: Words that have a row of their own however seldom they are seen.
        """
        counts = Counter(piece for text in pieces[:trained] for piece in text)
        strings = sorted({p for text in pieces for p in text if isinstance(p, str)})
        enough = {w for w in strings if counts[w] >= least or w in always}
        words = [w for w in strings if re.fullmatch("[a-z]+|[0-9]", w) and w in enough]
        tokens: list[Piece] = [*range(VECTOR_IDS), *strings]
        return cls(words, strings, np.asarray([counts[token] for token in tokens]), buckets)

    def texts(self, pieces: Sequence[Sequence[Piece]]) -> Ragged:
        """Token numbers of texts."""
        number = {word: VECTOR_IDS + i for i, word in enumerate(self.strings)}
        return Ragged.of([[p if isinstance(p, int) else number[p] for p in t] for t in pieces])

    def rows(self) -> tuple[Ragged, Ragged]:
        """Rows of each token, and its sub-word rows."""
        first = VECTOR_IDS + len(self.words)
        row_of = {word: VECTOR_IDS + i for i, word in enumerate(self.words)}
        whole = [[i] for i in range(VECTOR_IDS)]
        parts = list(whole)
        for word in self.strings:
            own = [row_of[word]] if word in row_of else None
            cut = [first + bucket for bucket in sub_words(word, self.buckets)]
            whole.append(own or cut)
            parts.append(own if own and word.isdigit() else cut)
        return Ragged.of(whole), Ragged.of(parts)
