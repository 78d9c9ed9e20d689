"""Whether what a question asks the meaning of is spoken of at all.

전이 학습이란? asks for one thing by its name. Where no passage holds the whole name, passages about
a part of it (학습) hold no answer, however near they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mlqa.answer.matching import Concept, QuestionMatcher, met
from mlqa.answer.reading import SentenceReading
from mlqa.schema import Query

_ASKS_WHAT = re.compile(
    r"(뭐|뭔|무엇|무슨 (뜻|의미|말|개념)|어떤 (것|거|개념|뜻))[가-힣 ]{0,12}\W*$|"
    r"(뜻|정의|의미|개념)(은|이|을|를|만|도)?( [가-힣 ]{1,10})?\W*$|"
    r"(설명|소개)[가-힣 ]{0,10}\W*$|(알려|가르쳐)[가-힣 ]{0,8}\W*$|이?란\W*$|"
    r"^what('s| is| are| does)\b|\b(mean|stand for)\W*$",
    re.IGNORECASE,
)
# Words of the asking, not of the thing.
_FRAME = frozenset(
    {"뜻", "정의", "의미", "개념", "설명", "소개", "알리다", "가르치다", "말", "정확히", "간단히"}
    | {"쉽다", "줄임", "줄임말", "약자", "mean", "stand", "explain", "definition"}
)
_LONGEST = 3  # words of a name
_MET = 0.6


def is_spoken_of(
    query: Query, matcher: QuestionMatcher, readings: Sequence[SentenceReading]
) -> bool:
    """Whether some passage holds the whole name of the thing whose meaning is asked for.

    Args:
        query: The question; one that asks for anything else is taken to be.
        matcher: Compares texts with it.
        readings: The sentences of the hits.
    """
    name = [concept for concept in matcher.concepts if not _is_frame(concept)]
    if not name or len(name) > _LONGEST or not _ASKS_WHAT.search(query.searched):
        return True
    if any(_is_verb(concept) for concept in name):
        return True
    passages: dict[int, list[Mapping[str, float]]] = {}
    for reading in readings:
        chunk = reading.hit.chunk
        above = passages.setdefault(
            reading.hit.rank, [matcher.credits(" ".join((reading.hit.title, *chunk.headings)))]
        )
        above.append(reading.credits)
    return any(
        all(any(_is_met(concept, credits) for credits in told) for concept in name)
        for told in passages.values()
    )


def _is_met(concept: Concept, credits: Mapping[str, float]) -> bool:
    """Whether a text holds a word, or, of one written without spaces, all of its parts."""
    if met(concept, credits) >= _MET:
        return True
    parts = sorted((term for term, _ in concept.written), key=len)[:-1]
    return bool(parts) and all(credits.get(part) == 1.0 for part in parts)


def _is_frame(concept: Concept) -> bool:
    return all(term in _FRAME for term, _ in concept.written)


def _is_verb(concept: Concept) -> bool:
    return all(term.endswith("다") for term, _ in concept.written)
