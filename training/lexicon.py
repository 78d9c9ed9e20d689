"""English-Korean word pairs from parallel text: IBM Model 1 both ways (Brown et al., 1993)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from mlqa.text.kiwi import VECTOR_IDS
from training.model import Ints, Ragged

_NULL = VECTOR_IDS  # the morpheme that stands for nothing
_ROUNDS = 6
_KEPT, _LIKELY, _PAIRS = 6, 0.12, 3
_LONGEST_ENGLISH, _LONGEST_KOREAN = 40, 31


class Lexicon(NamedTuple):
    """What English words mean.

    Attributes:
        meaning: Shares of morphemes in a word's meaning, shape (words, morphemes), rows sum to 1.
        pairs: Likely pairs: row of the word, morpheme.
    """

    meaning: csr_matrix
    pairs: list[tuple[int, int]]


def learn(pairs: Ints, texts: Ragged, word_of_token: Ints, words: int) -> Lexicon:
    """Learns which morphemes a word goes with.

    Args:
        pairs: English text, Korean text.
        texts: Tokens of texts.
        word_of_token: Word of each token behind the morphemes, or -1.
        words: How many words there are.
    """
    english, korean, owner = [], [], []
    for number, (left, right) in enumerate(pairs):
        tokens = texts.values[texts.starts[left] : texts.starts[left + 1]]
        tokens = word_of_token[tokens[tokens >= VECTOR_IDS] - VECTOR_IDS]
        tokens = np.unique(tokens[tokens >= 0])
        others = texts.values[texts.starts[right] : texts.starts[right + 1]]
        others = np.append(np.unique(others[others < VECTOR_IDS]), _NULL)
        if 0 < len(tokens) <= _LONGEST_ENGLISH and 1 < len(others) <= _LONGEST_KOREAN:
            english.append(np.repeat(tokens, len(others)))
            korean.append(np.tile(others, len(tokens)))
            owner.append(np.full(len(tokens) * len(others), number))
    left, right, where = map(np.concatenate, (english, korean, owner))
    keys, link = np.unique(left * (_NULL + 1) + right, return_inverse=True)
    word, morpheme = keys // (_NULL + 1), keys % (_NULL + 1)
    forwards = _model_one(link, where * words + left, morpheme)
    backwards = _model_one(link, where * (_NULL + 1) + right, word)
    score = np.sqrt(forwards * backwards)
    real = morpheme != _NULL
    table = csr_matrix((score[real], (word[real], morpheme[real])), shape=(words, VECTOR_IDS))
    return _best(table)


def _model_one(link: Ints, group: Ints, given: Ints) -> NDArray[np.float64]:
    """P(source | given) of each link, by expectation maximisation."""
    _, group = np.unique(group, return_inverse=True)
    chance = np.ones(len(given))
    for _ in range(_ROUNDS):
        weight = chance[link]
        share = weight / np.bincount(group, weight)[group]
        counted = np.bincount(link, share, minlength=len(given))
        chance = counted / np.maximum(np.bincount(given, counted), 1e-12)[given]
    return chance


def _best(table: csr_matrix) -> Lexicon:
    rows: list[int] = []
    columns: list[int] = []
    shares: list[float] = []
    pairs: list[tuple[int, int]] = []
    for row in range(table.shape[0]):
        span = slice(table.indptr[row], table.indptr[row + 1])
        scores, morphemes = table.data[span], table.indices[span]
        best = np.argsort(-scores, kind="stable")[:_KEPT]
        best = best[scores[best] > 0]
        squares = scores[best] ** 2
        rows += [row] * len(best)
        columns += morphemes[best].tolist()
        shares += (squares / squares.sum()).tolist() if len(best) else []
        pairs += [(row, int(morphemes[i])) for i in best[:_PAIRS] if scores[i] > _LIKELY]
    return Lexicon(csr_matrix((shares, (rows, columns)), shape=table.shape), pairs)
