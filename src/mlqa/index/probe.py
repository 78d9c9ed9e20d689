"""Whether a space of vectors knows Korean: unrelated sentences must lie apart in it.

A model that was made for English lays all Korean sentences onto nearly one spot, whether it knows
no Hangul at all or spells it in bytes or letters that it never learnt from. How near is too near
depends on the model: one trained with a low temperature holds all vectors close together and
ranks them well. So the same sentences in English are the measure, with the spread
``1 - mean cosine similarity``.

Sixteen small models (two layers, 64 numbers, trained in-batch at temperatures 0.05 and 0.01) were
measured. Twelve had learnt from English alone, with tokenizers that knew no Hangul, bytes, or
letters: Korean had 0.01 to 0.25 of the spread of English, and a mean similarity of 0.91 to 1.00.
Four had learnt from both languages: 0.74 to 1.01 of it, and 0.59 to 0.94. A bound on the
similarity alone cannot part them, half of the spread does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Sentences of everyday things that have nothing to do with each other.
KOREAN = (
    "봄비가 내린 뒤 밭에 감자를 심었다.",
    "지하철 막차는 자정이 조금 넘어 끊긴다.",
    "그 배우는 무대에서 한 번도 대사를 잊지 않았다.",
    "금리가 오르자 집값이 조금 내렸다.",
    "고래는 물 밖으로 나와 숨을 쉰다.",
    "아이가 블록으로 높은 탑을 쌓았다.",
    "이 약은 밥을 먹고 나서 드세요.",
    "밤하늘에서 별똥별이 길게 떨어졌다.",
)
# The same in English.
ENGLISH = (
    "After the spring rain they planted potatoes in the field.",
    "The last subway train leaves a little after midnight.",
    "The actor never once forgot his lines on stage.",
    "As interest rates rose, house prices fell a little.",
    "Whales come out of the water to breathe.",
    "The child built a tall tower out of blocks.",
    "Take this medicine after a meal.",
    "A shooting star fell slowly across the night sky.",
)
_LEAST_SPREAD = 0.5  # of that of English
_ONE_SPOT = 0.99  # similarity beyond which no language is told apart


class Space(NamedTuple):
    """How far apart unrelated sentences lie in a space.

    Attributes:
        korean: Mean cosine similarity of the Korean sentences, from -1 to 1.
        english: The same of the English sentences.
    """

    korean: float
    english: float

    @property
    def collapsed(self) -> bool:
        """Whether Korean sentences are hardly told apart."""
        spread = (1 - self.korean) / max(1 - self.english, 1e-6)
        return spread < _LEAST_SPREAD or self.korean > _ONE_SPOT


def mean_similarity(vectors: NDArray[np.float32]) -> float:
    """Mean cosine similarity of different rows, from -1 to 1.

    Args:
        vectors: Unit vectors, shape (two or more, dimension).
    """
    count = len(vectors)
    of_all = np.square(vectors.sum(axis=0, dtype=np.float64)).sum()
    return float((of_all - count) / (count * (count - 1)))
