"""The encoder that ships with the package: Korean morphemes and English words in one space.

A text is the weighted mean of the vectors of its tokens, brought to length 1. Where the vectors
come from (training/ makes them, docs/decisions/0010 says how and why):

- a frequent morpheme has its own row in the weights;
- any other morpheme of Kiwi's vocabulary is the vector inside Kiwi times a learned matrix. Kiwi's
  public API gives similarities of morphemes, not vectors; with more landmark morphemes than
  dimensions the Nyström method restores the vectors from them (Williams and Seeger, Using the
  Nyström method to speed up kernel machines, 2001), so that both steps are one matrix;
- an English word of the training text has its own row, digits are words of one character;
- an English form that has no row is read as the word that it is a form of;
- anything else, an unknown English word or Korean name, is the mean of its hashed sub-words.

Rows are kept in four bits a number with one scale a row. Loading and embedding need NumPy only.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from mlqa.cache import Cache
from mlqa.errors import MlqaError
from mlqa.text.kiwi import FIRST_WORD_ID, VECTOR_IDS, Kiwipie
from mlqa.text.pieces import Piece
from mlqa.text.terms import Term, TermExtractor

Vectors = NDArray[np.float32]

# Sixteen values that hold a normally distributed number best (Max, Quantizing for minimum
# distortion, 1960); a row's numbers are these times its scale.
_UPPER = (0.1284, 0.3881, 0.6568, 0.9424, 1.256, 1.618, 2.069, 2.733)
LEVELS = np.asarray((*(-level for level in reversed(_UPPER)), *_UPPER), dtype=np.float32)
# Sub-words of a Latin word and of a Hangul word are this many letters long.
_LATIN_GRAMS, _HANGUL_GRAMS = (3, 4, 5), (2, 3)
# English endings, and what may stand in their place in the form that a dictionary has.
_INFLECTIONS = (
    ("ies", ("y",)),
    ("ied", ("y",)),
    ("ing", ("", "e")),
    ("es", ("", "e")),
    ("ed", ("", "e")),
    ("s", ("",)),
    ("ly", ("", "le")),
    ("iest", ("y",)),
    ("ier", ("y",)),
    ("est", ("", "e")),
    ("er", ("", "e")),
    ("ness", ("",)),
)
_SHORTEST_STEM = 3
_SMOOTHING = 1e-4
_HARMONIC = float(np.log(VECTOR_IDS) + np.euler_gamma)
# Raised when the reading of the weights or the cutting into pieces changes.
FORMAT = 2


class Weights(NamedTuple):
    """What was learned.

    Attributes:
        words: Row of each word; rows of ``codes`` are morphemes, words, then sub-words.
        morphemes: Row of each morpheme that has one.
        codes: Two numbers of four bits in each byte, shape (rows, dimension / 2).
        scales: One for each row, its weight in a text included; shape (rows,).
        landmarks: Vocabulary ids of the landmark morphemes.
        projection: From similarities to landmarks to vectors, shape (landmarks, dimension).
        offset: Added to that, shape (dimension,).
        sub_words: How many rows are sub-words.
        analyser: Release of Kiwi's model that the vocabulary ids belong to.
        version: Changes with anything above.
    """

    words: dict[str, int]
    morphemes: dict[int, int]
    codes: NDArray[np.uint8]
    scales: Vectors
    landmarks: list[int]
    projection: Vectors
    offset: Vectors
    sub_words: int
    analyser: str
    version: str


@cache
def shipped() -> Weights:
    """The weights inside the package."""
    with resources.as_file(resources.files("mlqa.data") / "encoder.safetensors") as path:
        return read_weights(path)


def read_weights(path: Path) -> Weights:
    """Reads weights that ``training/train_encoder.py`` wrote."""
    with safe_open(path, framework="numpy") as file:
        about: dict[str, Any] = json.loads(file.metadata()["about"])
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    ids = arrays["morphemes"].tolist()
    words = arrays["words"].tobytes().decode("utf-8").split("\n")
    return Weights(
        words=dict(zip(words, range(len(ids), len(ids) + len(words)), strict=True)),
        morphemes=dict(zip(ids, range(len(ids)), strict=True)),
        codes=arrays["codes"],
        scales=arrays["scales"].astype(np.float32),
        landmarks=arrays["landmarks"].tolist(),
        projection=arrays["projection"].astype(np.float32),
        offset=arrays["offset"].astype(np.float32),
        sub_words=len(arrays["codes"]) - len(ids) - len(words),
        analyser=about["analyser"],
        version=about["version"],
    )


def stems(word: str) -> list[str]:
    """What an English word may be a form of (tries: try; planned: plan), likeliest first."""
    found: list[str] = []
    for ending, endings in _INFLECTIONS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 1:
            if stem[-1] == stem[-2] and ending in {"ing", "ed", "er", "est"}:
                found.append(stem[:-1])
            found += [stem + other for other in endings]
    return [stem for stem in found if len(stem) >= _SHORTEST_STEM]


def sub_words(word: str, buckets: int) -> list[int]:
    """Buckets of a word's character n-grams, its borders marked."""
    marked = f"<{word}>"
    lengths = _LATIN_GRAMS if word.isascii() else _HANGUL_GRAMS
    grams = (marked[i : i + n] for n in lengths for i in range(len(marked) - n + 1))
    return [zlib.crc32(gram.encode("utf-8")) % buckets for gram in grams]


class StaticEncoder:
    """Embeds texts as weighted means of learned token vectors; an ``Embedder``.

    Args:
        extractor: Turns texts into terms, which carry vocabulary ids.
        weights: What was learned; what ships with the package if not given.
        cache_limit: Token vectors that are kept (1 KiB each).

    Raises:
        MlqaError: The weights belong to another release of the analyser's model.
    """

    def __init__(
        self,
        extractor: TermExtractor,
        weights: Weights | None = None,
        cache_limit: int = 20_000,
    ) -> None:
        self._extractor = extractor
        self._weights = weights or shipped()
        if self._weights.analyser not in Kiwipie.identity():
            raise MlqaError(
                "encoder_analyser", found=Kiwipie.identity(), expected=self._weights.analyser
            )
        self._identity = f"{self.program()}-{extractor.identity}"
        self._vectors: Cache[Piece, Vectors] = Cache("tokens", cache_limit)
        self._primed: dict[tuple[Piece, ...], Vectors] = {}

    @property
    def identity(self) -> str:
        """Names everything that the vectors depend on."""
        return self._identity

    @staticmethod
    def program() -> str:
        """Names everything that the vectors depend on but for the terms."""
        return f"static-encoder-{FORMAT}-{shipped().version}"

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return len(self._weights.offset)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, shape (len(texts), dimension); see Embedder."""
        analyses = self._extractor.analyse_all(texts)
        return self._sums([[*a.pieces, *self._of_glossary(a.terms)] for a in analyses])

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """The same as ``embed``: questions and passages are alike."""
        return self.embed(texts)

    def term_vectors(self, terms: Sequence[tuple[Piece, ...]]) -> Vectors:
        """Unit vectors of terms, each given by its pieces (see ``pieces_of_term``).

        Returns:
            Shape (len(terms), dimension); a row is 0 where a term has no piece.
        """
        kept = [self._primed.get(pieces) for pieces in terms]
        new = [pieces for pieces, vector in zip(terms, kept, strict=True) if vector is None]
        made = iter(self._sums(new))
        result = np.zeros((len(terms), self.dimension), dtype=np.float32)
        for row, vector in enumerate(kept):
            result[row] = next(made) if vector is None else vector
        return result

    def prime(self, terms: Sequence[tuple[Piece, ...]], vectors: Vectors) -> None:
        """Keeps for good the term vectors that an index brings, which need not be made again."""
        self._primed = dict(zip(terms, vectors, strict=True))

    @staticmethod
    def _of_glossary(terms: Sequence[Term]) -> list[int]:
        """Morphemes of the canonical forms of the glossary's terms in a text."""
        return [i for term in terms if term.of_glossary for i in term.ids]

    def _sums(self, texts: Sequence[Sequence[Piece]]) -> Vectors:
        """Unit weighted means of pieces."""
        known = self._known({piece for pieces in texts for piece in pieces})
        result = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, pieces in enumerate(texts):
            if pieces:
                np.sum([known[piece] for piece in pieces], axis=0, out=result[row])
        lengths = np.linalg.norm(result, axis=1, keepdims=True)
        unit: Vectors = np.divide(result, lengths, out=result, where=lengths > 0)
        return unit

    def _known(self, pieces: set[Piece]) -> dict[Piece, Vectors]:
        """Weighted vectors of pieces; those not kept yet are made, all at once."""
        kept = {piece: self._vectors.get(piece) for piece in pieces}
        known = {piece: vector for piece, vector in kept.items() if vector is not None}
        new = sorted((piece for piece in pieces if piece not in known), key=str)
        made = zip(new, self._made(new), strict=True) if new else ()
        for piece, vector in made:
            self._vectors.put(piece, vector)
            known[piece] = vector
        return known

    def _made(self, pieces: Sequence[Piece]) -> Vectors:
        """Weighted vectors of pieces: rows of the table, or restored."""
        weights = self._weights
        rows = [self._rows(piece) for piece in pieces]
        result = np.zeros((len(pieces), self.dimension), dtype=np.float32)
        flat = np.asarray([row for of_piece in rows for row in of_piece], dtype=np.int64)
        owners = np.repeat(np.arange(len(rows)), [len(of_piece) for of_piece in rows])
        codes = weights.codes[flat]
        vectors = LEVELS[np.concatenate([codes & 15, codes >> 4], axis=1)]
        np.add.at(result, owners, vectors * weights.scales[flat][:, None])
        for at, (piece, of_piece) in enumerate(zip(pieces, rows, strict=True)):
            if isinstance(piece, int) and not of_piece:
                result[at] = self._restored(piece)
            elif len(of_piece) > 1:
                result[at] /= len(of_piece)
        return result

    def _rows(self, piece: Piece) -> list[int]:
        """Rows of the table that make up a piece; none for a morpheme that is restored."""
        weights = self._weights
        if isinstance(piece, int):
            return [weights.morphemes[piece]] if piece in weights.morphemes else []
        known = next((word for word in (piece, *stems(piece)) if word in weights.words), None)
        if known is not None:
            return [weights.words[known]]
        first = len(weights.codes) - weights.sub_words
        return [first + bucket for bucket in sub_words(piece, weights.sub_words)]

    def _restored(self, morpheme: int) -> Vectors:
        """Weighted vector of a morpheme that is not in the table."""
        weights = self._weights
        similarities = self._extractor.kiwi.similarities(morpheme, weights.landmarks)
        row = np.fromiter(similarities, dtype=np.float32, count=len(weights.landmarks))
        vector: Vectors = (row @ weights.projection + weights.offset) * rarity(morpheme)
        return vector


def rarity(morpheme: int) -> float:
    """Weight of a morpheme before training: less for frequent ones (Arora et al., 2017).

    The probability follows from the rank, which the vocabulary id is (Zipf's law).
    """
    probability = 1 / ((morpheme - FIRST_WORD_ID + 1) * _HARMONIC)
    return _SMOOTHING / (_SMOOTHING + probability)
