"""What searching and indexing cost, beside Kiwi's tokenisation of the same text in the same run.

Costs are seconds of the processor over all threads, which other programs on the machine change
less than seconds of the clock; what a user waits for is measured by the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.index.embedding import open_embedder
from mlqa.index.encoder import StaticEncoder
from mlqa.index.store import Index
from mlqa.schema import Answer, AnswerPiece
from mlqa.text.terms import TermExtractor

_ENCODED = 300  # passages that the cost of encoding is measured on
_ROUNDS = 3  # of which the cheapest counts: whatever else runs only adds to a cost
_LEAST = 1e-6  # seconds; a coarse clock may see no time pass
_WARMING = 10  # first queries, which bring words into the caches


class Speed(NamedTuple):
    """Times and costs of one run.

    Attributes:
        query_ms: Median time to analyse, embed, search and fuse a new query, milliseconds.
        query_p95_ms: 95th percentile of the same.
        query_kiwi_ms: Median time of Kiwi's tokenisation of the query alone.
        build_seconds: Time to build the index, by the clock.
        build_ratio: Cost of building over that of Kiwi's tokenisation of all passages.
        encode_ratio: Cost of passages' vectors, their analysis included, over the same for them.
    """

    query_ms: float
    query_p95_ms: float
    query_kiwi_ms: float
    build_seconds: float
    build_ratio: float
    encode_ratio: float


class Wait(NamedTuple):
    """How long a user waits, milliseconds: median and 95th percentile."""

    median_ms: float
    p95_ms: float


class Times(NamedTuple):
    """Seconds by the clock and seconds of the processor."""

    clock: float
    processor: float


def times_of(action: Callable[[], object]) -> Times:
    """How long something takes."""
    clock, processor = time.perf_counter(), time.process_time()
    action()
    seconds = Times(time.perf_counter() - clock, time.process_time() - processor)
    return Times(*(max(value, _LEAST) for value in seconds))


def first_sentence(bot: Chatbot, questions: Sequence[tuple[str, Sequence[str]]]) -> Wait:
    """From a new question to the first sentence of its answer.

    Args:
        bot: Who is asked.
        questions: Each with the questions before it. The first half brings words and passages into
            the caches, as a running server has them, and does not count; nor does a question that
            was asked before.

    Raises:
        QuestionError: One of them cannot be asked.
    """
    found = [heard(bot.stream(question, history)) for question, history in questions]
    return wait_of([seconds for answer, seconds in found[len(found) // 2 :] if not answer.cached])


def heard(stream: Iterator[AnswerPiece]) -> tuple[Answer, float]:
    """A streamed answer, and the seconds to its first piece."""
    start = time.perf_counter()
    piece = next(stream)
    seconds = time.perf_counter() - start
    for later in stream:
        piece = later
    if piece.answer is None:
        raise ValueError("a stream without an answer")
    return piece.answer, seconds


def wait_of(seconds: Sequence[float]) -> Wait:
    """Median and 95th percentile of times, 0 of none."""
    known = seconds or [0.0]
    return Wait(float(np.median(known)) * 1e3, float(np.percentile(known, 95)) * 1e3)


def speed_of(index: Index, config: Config, build: Times, queries: dict[str, float]) -> Speed:
    """The speed of an index.

    Args:
        index: What was searched.
        config: What it was built with.
        build: How long that took.
        queries: Seconds that each query took, in order; times are 0 where there is none.
    """
    texts = [chunk.text for chunk in index.chunks]
    tokenised = times_of(partial(index.extractor.kiwi.count_tokens, texts)).processor
    counted = list(queries)[_WARMING:] or list(queries)
    seconds = [queries[query] for query in counted] or [0.0]
    tokenise = index.extractor.kiwi.count_tokens
    kiwi = [times_of(partial(tokenise, [query])).clock for query in counted] or [0.0]
    return Speed(
        query_ms=float(np.median(seconds)) * 1e3,
        query_p95_ms=float(np.percentile(seconds, 95)) * 1e3,
        query_kiwi_ms=float(np.median(kiwi)) * 1e3,
        build_seconds=build.clock,
        build_ratio=build.processor / tokenised,
        encode_ratio=_encode_ratio(index, config, texts[:_ENCODED]),
    )


def _encode_ratio(index: Index, config: Config, texts: Sequence[str]) -> float:
    """Cost of vectors of texts, with nothing in a cache, over that of Kiwi's tokenisation."""
    kiwi, encoding = [], []
    for _ in range(_ROUNDS):
        extractor = TermExtractor(index.extractor.kiwi, index.extractor.glossary)
        embedder = open_embedder(config.embedder, StaticEncoder(extractor))
        kiwi.append(times_of(partial(extractor.kiwi.count_tokens, texts)).processor)
        encoding.append(times_of(partial(embedder.embed, texts)).processor)
    return min(encoding) / min(kiwi)
