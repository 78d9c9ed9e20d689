"""What the FAQ says of a question: which sentences answer questions like it, and how sure that is.

A sentence that answers questions like the one that is asked probably answers that too; where all
questions like it have no answer, it has probably none. The numbers were fitted on training
questions (docs/decisions/0019).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlqa.index.faq import FaqIndex, Likeness, Scores
from mlqa.index.store import Index
from mlqa.protocols import Embedder
from mlqa.schema import NO_SUPPORT, FaqMatch, FaqSupport, Place, Query, Span

Positions = NDArray[np.int64]

# Of a passage: beside its other signals, which weigh 1 together.
_WEIGHT = 1.0
# What likeness the score of a passage lets expect: a constant, and times the score.
_EXPECTED = (0.03, 0.5)
# Questions that weigh as much as this expectation.
_PRIOR = 20.0

# Support: of meaning and of letters, how fast likeness tells more, and from which one on it tells.
_STEEP, _FLOOR = (24.0, 16.0), (0.4, 0.3)
# From the first likeness on two questions are more and more the same, from the second on wholly.
_ALIKE, SAME = 0.6, 0.85
# Nearest questions that are looked at, with an answer and without.
_NEAREST = 10
# Questions without an answer are made to weigh as much as those with one together, times this;
# each at the most so many times as much.
_GAPS, _MOST_EACH = 1.4, 8.0
# Questions without an answer that it takes to trust the FAQ half in what has no answer.
_FEW_GAPS = 2000


class _Asked(NamedTuple):
    """A sentence that answers questions of the FAQ, and where these stand there."""

    passage: int
    span: Span
    questions: tuple[int, ...]


class _Read(NamedTuple):
    """The FAQ beside a question.

    Attributes:
        likeness: How like each question is, by meaning and by letters.
        both: The mean of these, shape (questions,).
        sentences: How like the question those are that each sentence answers, shape (sentences,).
    """

    likeness: Likeness
    both: Scores
    sentences: Scores


class FaqFinder:
    """Compares questions with those of the FAQ of an index.

    Args:
        index: With its FAQ, which may be empty.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._faq = index.faq
        # That of passages keeps the vectors of questions; it may be another one.
        is_own = index.embedder.identity == index.encoder.identity
        self._embedder: Embedder = index.embedder if is_own else index.encoder
        self._asked = tuple(_asked_sentences(index))
        self._answered = _answered(index.faq)
        self._documents = {place.document_id for e in index.faq.entries for place in e.answers}
        sizes = [len(asked.questions) for asked in self._asked]
        self._questions = np.asarray([q for a in self._asked for q in a.questions], dtype=np.int64)
        self._starts = np.cumsum([0, *sizes], dtype=np.int64)[:-1]
        self._sizes = np.asarray(sizes, dtype=np.int64)
        self._passages = np.asarray([asked.passage for asked in self._asked], dtype=np.int64)
        self._counts = np.bincount(self._passages, self._sizes, minlength=len(index.chunks))
        self._last: tuple[str, _Read] | None = None

    def __bool__(self) -> bool:
        """Whether there is a FAQ that answers anything."""
        return bool(self._asked)

    def likest(self, query: Query) -> Scores:
        """For each passage how like the question those are that it answers, 0 where there is none.

        Returns:
            Shape (passages,), 0 to 1: the mean of meaning and letters, of the two likest questions
            of the passage's best sentence.
        """
        likest = np.zeros(len(self._index.chunks), dtype=np.float32)
        np.maximum.at(likest, self._passages, self._read(query).sentences)
        return likest

    def weighed(self, scores: Scores, likest: Scores, passages: Positions) -> Scores:
        """Scores of passages together with what the FAQ says of them.

        A passage that answers no question is taken to be as like as its score lets expect, so that
        documents without a FAQ lose nothing beside others that have one.

        Args:
            scores: Of the passages without the FAQ, shape (n,), 0 to 1.
            likest: What ``likest`` gave, for all passages.
            passages: Which passages, shape (n,).

        Returns:
            Shape (n,), 0 to 1.
        """
        counts = self._counts[passages]
        expected = np.clip(_EXPECTED[0] + _EXPECTED[1] * scores, 0, 1)
        like = (counts * likest[passages] + _PRIOR * expected) / (counts + _PRIOR)
        like = np.where(likest[passages] >= SAME, likest[passages], like)
        weighed = (scores + _WEIGHT * like) / (1 + _WEIGHT)
        return np.asarray(weighed, dtype=np.float32)

    def matches(self, query: Query, passage: int) -> tuple[FaqMatch, ...]:
        """The sentences of a passage that answer questions of the FAQ, in order."""
        read = self._read(query)
        return tuple(
            FaqMatch(
                span=asked.span,
                question=self._faq.questions[nearest],
                nearest=float(read.both[nearest]),
                likeness=float(read.sentences[at]),
                questions=len(asked.questions),
            )
            for at in np.flatnonzero(self._passages == passage).tolist()
            for asked in [self._asked[at]]
            for nearest in [max(asked.questions, key=read.both.__getitem__)]
        )

    def answers_from(self, document_id: str) -> bool:
        """Whether the FAQ answers anything from a document."""
        return document_id in self._documents

    def support(self, query: Query) -> FaqSupport:
        """How much the nearest questions with an answer, and without one, speak for their kind."""
        if not self._asked:
            return NO_SUPPORT
        answered, read = self._answered, self._read(query)
        gaps = int((~answered).sum())
        weight = min(_GAPS * float(answered.sum()) / max(1, gaps), _MOST_EACH)
        kinds = list(zip(read.likeness, _STEEP, _FLOOR, strict=True))
        meaning, letters = (_told(like[answered], steep, floor) for like, steep, floor in kinds)
        no_meaning, no_letters = (
            _told(like[~answered], steep, floor, weight) for like, steep, floor in kinds
        )
        same = (float(read.both.max()) - _ALIKE) / (SAME - _ALIKE)
        trust = gaps / (gaps + _FEW_GAPS)  # a few tell little of what is missing
        return FaqSupport(
            meaning, letters, no_meaning, no_letters, trust=trust, same=min(1.0, max(0.0, same))
        )

    def _read(self, query: Query) -> _Read:
        """Reads the FAQ, once for each question."""
        last = self._last
        if last and last[0] == query.resolved:
            return last[1]
        vector = self._embedder.embed_questions([query.resolved])[0]
        likeness = self._faq.likeness(query.resolved, vector)
        both = np.asarray((likeness.meaning + likeness.letters) / 2, dtype=np.float32)
        read = _Read(likeness, both, self._of_sentences(both))
        self._last = (query.resolved, read)
        return read

    def _of_sentences(self, both: Scores) -> Scores:
        """Likeness of each sentence that answers questions: the mean of its two likest."""
        if not self._asked:
            return np.zeros(0, dtype=np.float32)
        like = both[self._questions]
        best = np.maximum.reduceat(like, self._starts)
        like[like == np.repeat(best, self._sizes)] = -1
        second = np.maximum.reduceat(like, self._starts)
        mean = (best + np.where((second < 0) | (best >= SAME), best, second)) / 2
        return np.clip(mean, 0, 1).astype(np.float32)


def _told(like: Scores, steep: float, floor: float, weight: float = 1.0) -> float:
    """What the nearest questions of a kind tell: 0 where none is near, else larger and larger."""
    nearest = -np.partition(-like, _NEAREST)[:_NEAREST] if len(like) > _NEAREST else like
    return float(np.log1p(weight * np.exp(steep * (nearest - floor)).sum()))


def _answered(faq: FaqIndex) -> NDArray[np.bool_]:
    """Whether each question of the FAQ has an answer, shape (questions,)."""
    of_entries = [(bool(entry.answers), len(entry.questions)) for entry in faq.entries]
    return np.asarray([has for has, count in of_entries for _ in range(count)], dtype=np.bool_)


def _asked_sentences(index: Index) -> Iterator[_Asked]:
    """The sentences of all passages that answer questions, in order."""
    of_places: defaultdict[Place, list[int]] = defaultdict(list)
    first = 0
    for entry in index.faq.entries:
        for place in entry.answers:
            of_places[place] += range(first, first + len(entry.questions))
        first += len(entry.questions)
    of_documents: defaultdict[str, list[Place]] = defaultdict(list)
    for place in of_places:
        of_documents[place.document_id].append(place)
    for passage, chunk in enumerate(index.chunks):
        places = of_documents.get(chunk.document_id, ())
        for span in chunk.sentences if places else ():
            here = [Place(chunk.document_id, span)]
            found = [q for place in places if place.meets(here) for q in of_places[place]]
            if found:
                yield _Asked(passage, span, tuple(dict.fromkeys(found)))
