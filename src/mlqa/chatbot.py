"""The façade: question in, proven answer out."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mlqa.answer.abstention import confidence, evidence_for
from mlqa.answer.compose import decline, pieces
from mlqa.answer.extractive import ExtractiveAnswerer, proven
from mlqa.answer.matching import QuestionMatcher
from mlqa.cache import Cache, CacheStats
from mlqa.config import Config
from mlqa.index.store import Index
from mlqa.retrieval.hybrid import HybridRetriever
from mlqa.schema import Answer, AnswerPiece, Document, Hit, Query

_EXAMPLES_PER_DOCUMENT = 2


class Chatbot:
    """Answers questions from an index; safe to use from several threads.

    Args:
        index: What is known.
        config: The settings; defaults if not given.
    """

    def __init__(self, index: Index, config: Config | None = None) -> None:
        self.config = config or Config()
        self.index = index
        self.retriever = HybridRetriever(index, self.config)
        self._answerer = ExtractiveAnswerer(
            index.extractor, self.matcher, self.config.answer_sentences
        )
        self._answers: Cache[tuple[str, str, str, tuple[str, ...]], Answer] = Cache(
            "answers", self.config.answer_cache
        )
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
        """Example questions, some of every document that brings them."""
        examples = (d.questions[:_EXAMPLES_PER_DOCUMENT] for d in self.documents.values())
        return tuple(question for questions in examples for question in questions)

    def cache_stats(self) -> tuple[CacheStats, ...]:
        """Counters of the caches of answers, of embedded questions and of analysed texts."""
        return (
            self._answers.stats(),
            self.index.embedder.cache.stats(),
            self.index.extractor.stats(),
        )

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """Answers a question.

        Args:
            question: In Korean or English.
            history: Earlier questions of the conversation, oldest first.

        Raises:
            QuestionError: The question is empty, too long or holds no word.
        """
        start = time.perf_counter()
        key = (self.version, self._settings, question, self._recent(history))
        kept = self._answers.get(key)
        if kept is not None:
            return replace(kept, cached=True, seconds=time.perf_counter() - start)
        query = self.retriever.understand(question, history)
        answer = self._answer(query)
        answer = replace(answer, seconds=time.perf_counter() - start)
        self._answers.put(key, answer)
        return answer

    def stream(self, question: str, history: Sequence[str] = ()) -> Iterator[AnswerPiece]:
        """Answers a question sentence by sentence; see ``ask``.

        Yields:
            Pieces whose texts joined are the answer's text; the last one carries the answer.
        """
        answer = self.ask(question, history)
        texts = list(pieces(answer.sentences)) or [answer.text]
        for text in texts[:-1]:
            yield AnswerPiece(text=text)
        yield AnswerPiece(text=texts[-1], answer=answer)

    def _recent(self, history: Sequence[str]) -> tuple[str, ...]:
        limit = self.config.history_questions
        return tuple(history[-limit:]) if limit else ()

    def _answer(self, query: Query) -> Answer:
        hits = self.retriever.search(query, self.config.top_k)
        sure = confidence(evidence_for(query, self.matcher(query), hits))
        sentences = self._answerer.answer(query, hits)
        sentences = proven(sentences, lambda document_id: self.documents[document_id].text)
        abstained = sure < self.config.answer_threshold or not sentences
        if abstained:
            sentences, text = (), decline(self._topics_near(hits), self.config.language)
        else:
            text = "".join(pieces(sentences))
        return Answer(
            question=query.question,
            resolved=query.resolved,
            text=text,
            sentences=sentences,
            hits=hits,
            abstained=abstained,
            confidence=sure,
            repairs=query.repairs,
            index_version=self.version,
        )

    def _topics_near(self, hits: Sequence[Hit]) -> tuple[str, ...]:
        """One topic of each document, those of the hits first."""
        ids = dict.fromkeys([*(hit.chunk.document_id for hit in hits), *self.documents])
        documents = (self.documents[document_id] for document_id in ids)
        return tuple(dict.fromkeys((d.topics or (d.title,))[0] for d in documents))

    def matcher(self, query: Query) -> QuestionMatcher:
        """What compares texts with a question."""
        index = self.index
        return QuestionMatcher(
            query,
            index.extractor,
            index.sparse.idf,
            index.kiwi_embedder.term_vectors,
            index.sparse.vocabulary.__contains__,
        )
