"""The chatbot: question in, proven answer out."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from mlqa import protocols
from mlqa.answer.compose import pieces
from mlqa.answer.extractive import ExtractiveAnswerer
from mlqa.answer.generative import GenerativeAnswerer
from mlqa.answer.generators import make_generator
from mlqa.answer.matching import TextTerms
from mlqa.cache import Cache, CacheStats
from mlqa.chatbot.experiments import Experiments
from mlqa.chatbot.finishing import finish, last_pieces
from mlqa.chatbot.requests import Requests
from mlqa.chatbot.running import ToolDesk
from mlqa.chatbot.timing import StageClock, Timing
from mlqa.config import Config, load_config
from mlqa.index.store import Index
from mlqa.protocols import Answerer
from mlqa.retrieval.hybrid import HybridRetriever
from mlqa.retrieval.query import Asked
from mlqa.schema import (
    Answer,
    AnswerPiece,
    AnswerSentence,
    Document,
    DraftPiece,
    Hit,
    Query,
)
from mlqa.tools.routing import Routed
from mlqa.tools.runner import Runner

# Answers whose times are kept.
_TIMINGS = 200


class AnswerKey(NamedTuple):
    """What an answer depends on: two equal keys have the same answer.

    Attributes:
        version: Version of the index.
        settings: Hash of all settings.
        asked: The cleaned question and what the conversation adds to it.
    """

    version: str
    settings: str
    asked: Asked


class _Made(NamedTuple):
    """A new answer, and how many of its sentences have been told."""

    answer: Answer
    said: int


class Chatbot:
    """Answers questions from an index; safe to use from several threads.

    The matrices are small: threads of NumPy's BLAS wait for each other longer than they work. Set
    ``OPENBLAS_NUM_THREADS=1`` before NumPy is imported, as the command line does.

    Args:
        index: What is known.
        config: The settings; defaults if not given.
        beside: A chatbot on another index, whose runner of tools and language model are shared.

    Attributes:
        timings: How long the last answers took, the latest last.

    Raises:
        ModelError: The reranker or the language model of the settings cannot be used.
        ToolError: A module of the user's own tools cannot be used.
    """

    def __init__(
        self, index: Index, config: Config | None = None, beside: Chatbot | None = None
    ) -> None:
        self.config = config or load_config()
        self.index = index
        self.retriever = HybridRetriever(index, self.config)
        self.texts = TextTerms(
            index.extractor,
            index.encoder,
            index.sparse.idf,
            index.sparse.vocabulary.__contains__,
        )
        self.runner: Runner = beside.runner if beside else Runner(self.config)
        self._desk = ToolDesk(self.runner, self.documents, self.config.language)
        self._experiments = Experiments(self.runner, self.documents, self.config.language)
        self._generator: protocols.Generator | None = (
            beside._generator if beside else make_generator(self.config)
        )
        self.timings: deque[Timing] = deque(beside.timings if beside else (), _TIMINGS)
        self._requests = Requests(self.runner, self._generator, self.index.encoder.embed)
        self._answerer = self._make_answerer()
        self._answers: Cache[AnswerKey, Answer] = Cache("answers", self.config.answer_cache)
        self._settings = hashlib.sha256(self.config.model_dump_json().encode()).hexdigest()

    @classmethod
    def load(cls, folder: Path | str = "index", config: Config | None = None) -> Chatbot:
        """A chatbot on a saved index.

        Args:
            folder: Folder of the index.
            config: The settings; defaults if not given.

        Raises:
            IndexProblem: The index is missing, damaged or made by another program.
        """
        return cls(Index.load(folder, config), config)

    @property
    def version(self) -> str:
        """Version of the index; changes when an answer might."""
        return self.index.version

    @property
    def documents(self) -> Mapping[str, Document]:
        """The documents, by id."""
        return self.index.documents

    @property
    def topics(self) -> tuple[str, ...]:
        """What can be asked about: the documents' topics, or their titles where they name none."""
        named = (document.topics or (document.title,) for document in self.documents.values())
        return tuple(dict.fromkeys(topic for topics in named for topic in topics))

    @property
    def questions(self) -> tuple[str, ...]:
        """Example questions of the documents, first one of each, then a second of each, …."""
        rounds = zip_longest(*(document.questions for document in self.documents.values()))
        return tuple(question for questions in rounds for question in questions if question)

    def warm_up(self) -> None:
        """Does now what the first question would do: Kiwi builds its dictionary in 1 to 2 s."""
        if self.config.tools:
            self._experiments.load()
        self._requests.warm_up()
        for question in self.questions or self.topics:
            query = self.retriever.understand(question)
            hits = self.retriever.search(query, self.config.top_k)
            draft = self._extractive().answer(query, hits)
            self._with_experiments(finish(query, hits, draft, self.index, self.config))
            return

    @property
    def caches(self) -> tuple[Cache[Any, Any], ...]:
        """The caches of answers, of embedded questions and of analysed texts."""
        return self._answers, self.index.embedder.cache, self.index.extractor.cache

    def cache_stats(self) -> tuple[CacheStats, ...]:
        """Counters of the caches."""
        return tuple(cache.stats() for cache in self.caches)

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """Answers a question.

        Args:
            question: In Korean or English.
            history: Earlier questions of the conversation, oldest first.

        Raises:
            QuestionError: The question is empty, too long or holds no word.
        """
        answers = [piece.answer for piece in self.stream(question, history) if piece.answer]
        return answers[-1]

    def cache_key(self, question: str, history: Sequence[str] = ()) -> AnswerKey:
        """Under which the answer is kept.

        Raises:
            QuestionError: The question is empty, too long or holds no word.
        """
        return AnswerKey(self.version, self._settings, self.retriever.read(question, history))

    def stream(
        self, question: str, history: Sequence[str] = ()
    ) -> Generator[AnswerPiece, None, None]:
        """Answers a question sentence by sentence; closing the iterator ends the work.

        Args:
            question: In Korean or English.
            history: Earlier questions of the conversation, oldest first.

        Yields:
            Pieces whose texts joined are the answer's text, empty ones while a language model
            thinks; the last one carries the answer.

        Raises:
            QuestionError: The question is empty, too long or holds no word.
        """
        start, clock = time.perf_counter(), StageClock()
        key = self.cache_key(question, history)
        # What was answered by itself was no request to run a tool; in a conversation it may be one.
        kept = None if history else self._answers.get(key)
        if kept is None:
            routed = self._requests.route(question, history)
            if routed is not None:
                yield from self._run(key.asked.question, routed, start)
                return
            kept = self._answers.get(key) if history else None
        if kept is not None:
            kept = self._with_experiments(replace(kept, cached=True))
            clock.lap("understand")
            self.timings.append(clock.timing(question, cached=True))
            yield from last_pieces(replace(kept, seconds=_since(start)), 0)
            return
        chosen = yield from self._requests.choose(question, history)
        if chosen is not None:
            yield from self._run(key.asked.question, chosen, start)
            return
        made = yield from self._make(key.asked, clock)
        self.timings.append(clock.timing(question, cached=False))
        answer = replace(made.answer, seconds=_since(start))
        if not answer.note:  # the language model may be back the next time
            self._answers.put(key, answer)
        yield from last_pieces(self._with_experiments(answer), made.said)

    def _make(self, asked: Asked, clock: StageClock) -> Generator[AnswerPiece, None, _Made]:
        """A new answer; what a language model says is told while it speaks."""
        query = self.retriever.build(asked)
        clock.lap("understand")
        hits = self.retriever.search(query, self.config.top_k)
        clock.lap("search")
        said: list[AnswerSentence] = []
        with closing(self._drafted(query, hits)) as drafted:
            for piece in drafted:
                if piece.sentence:
                    said.append(piece.sentence)
                    yield AnswerPiece(text=list(pieces(said))[-1])
                elif piece.draft:
                    answer = finish(query, hits, piece.draft, self.index, self.config)
                else:
                    yield AnswerPiece(text="")
        clock.lap("answer")
        return _Made(answer, len(said))

    def _run(
        self, question: str, routed: Routed, start: float
    ) -> Generator[AnswerPiece, None, None]:
        """What a tool finds."""
        with closing(self._desk.stream(question, routed)) as told:
            for piece in told:
                answer = piece.answer
                if answer:
                    seconds = _since(start)
                    answer = replace(answer, seconds=seconds, index_version=self.version)
                yield replace(piece, answer=answer)

    def _make_answerer(self) -> Answerer:
        """The extractive answerer, or a language model that falls back on it."""
        extractive = self._extractive()
        if self._generator is None:
            return extractive
        return GenerativeAnswerer(self._generator, extractive, self.texts, self.config)

    def _extractive(self) -> ExtractiveAnswerer:
        return ExtractiveAnswerer(self.texts, self.config.answer_sentences, self.documents)

    def _drafted(self, query: Query, hits: Sequence[Hit]) -> Generator[DraftPiece, None, None]:
        """The draft, after those of its sentences that are there before the whole is."""
        if isinstance(self._answerer, GenerativeAnswerer):
            yield from self._answerer.stream(query, hits)
        else:
            yield DraftPiece(draft=self._answerer.answer(query, hits))

    def _with_experiments(self, answer: Answer) -> Answer:
        """The answer with what kept experiments found on what it cites; those may change."""
        if not self.config.tools or answer.abstained:
            return answer
        found, offers = self._experiments.beside(answer.citations, answer.hits)
        sentences = (*answer.sentences, *found)
        text = "".join(pieces(sentences))
        return replace(answer, sentences=sentences, text=text, offers=offers)


def _since(start: float) -> float:
    return time.perf_counter() - start
