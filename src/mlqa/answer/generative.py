"""Answers that a language model words and the sources prove.

The model reads the question and the passages; each of its sentences is checked against the passage
that it cites as soon as it is whole. Without hits that hold an answer the model is not asked, and
wherever it fails the answer is the extractive one.
"""

from __future__ import annotations

import secrets
from collections.abc import Generator as IteratorThatCloses
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from mlqa.answer.matching import TextTerms
from mlqa.answer.prompting import NO_ANSWER, messages
from mlqa.answer.register import to_formal
from mlqa.answer.splitting import Said, SentenceSplitter
from mlqa.answer.verification import Verdict, Verifier
from mlqa.config import Config
from mlqa.errors import ModelError
from mlqa.messages import message
from mlqa.protocols import Answerer, Generator
from mlqa.schema import AnswerSentence, Citation, Draft, DraftPiece, Hit, Query

_BOUNDARY_BYTES = 8
_REPEATS = 2  # a model that says what it has said so often is not heard any longer


class GenerativeAnswerer:
    """See the module's docstring; an ``Answerer``.

    Args:
        generator: The language model.
        extractive: Answers where the model does not.
        texts: Gives the terms of texts.
        config: The settings.
    """

    def __init__(
        self, generator: Generator, extractive: Answerer, texts: TextTerms, config: Config
    ) -> None:
        self.generator = generator
        self._extractive = extractive
        self._verifier = Verifier(texts)
        self._kiwi = texts.extractor.kiwi
        self._config = config

    def answer(self, query: Query, hits: Sequence[Hit]) -> Draft:
        """The proven sentences of the model; see ``protocols.Answerer`` and ``stream``."""
        drafts = [piece.draft for piece in self.stream(query, hits) if piece.draft]
        return drafts[-1]

    def stream(
        self, query: Query, hits: Sequence[Hit]
    ) -> IteratorThatCloses[DraftPiece, None, None]:
        """The same, sentence by sentence; closing the iterator makes the model stop.

        Args:
            query: The question.
            hits: The passages found for it, best first; may be empty.

        Yields:
            Sentences of the model as they are proven, nothing while it thinks, then the whole
            draft. Where the model is
            not asked, fails or says nothing that is proven, the draft goes on with the sentences
            of the extractive answer, and its note says why.
        """
        extractive = self._extractive.answer(query, hits)
        if not hits or extractive.confidence < self._config.answer_threshold:
            yield DraftPiece(draft=extractive)
            return
        written = _Written(marks=self._config.unsupported == "mark")
        failure: ModelError | None = None
        try:
            with closing(self._say(query, hits)) as sentences:
                for said in sentences:
                    if said is None:
                        yield DraftPiece()
                        continue
                    for sentence in self._add(said, hits, written):
                        yield DraftPiece(sentence=sentence)
                    enough = written.proven >= self._config.answer_sentences
                    if enough or written.repeats >= _REPEATS:
                        break
        except ModelError as error:
            failure = error
        yield DraftPiece(draft=self._draft(extractive, written, failure))

    def _say(
        self, query: Query, hits: Sequence[Hit]
    ) -> IteratorThatCloses[Said | None, None, None]:
        """The sentences of the model as soon as they are whole; None after each piece."""
        config = self._config
        boundary = secrets.token_hex(_BOUNDARY_BYTES)
        conversation = messages(query, hits, config.answer_sentences, boundary)
        splitter = SentenceSplitter()
        pieces = self.generator.generate(
            conversation, timeout=config.generator_timeout, tokens=config.generator_tokens
        )
        with closing(pieces):
            for piece in pieces:
                yield from splitter.feed(piece)
                yield None
            yield from splitter.finish()

    def _add(self, said: Said, hits: Sequence[Hit], written: _Written) -> list[AnswerSentence]:
        """Checks a sentence of the model; returns what the draft goes on with."""
        cited = [hits[number - 1] for number in said.cited if 1 <= number <= len(hits)]
        if not cited and NO_ANSWER in said.text:
            written.declines = True
            return []
        verdict = self._verifier.check(said.text, cited or hits)
        is_proven = verdict.supported and bool(cited)
        text = to_formal(said.text, self._kiwi)
        if not is_proven:
            text = message("generated_unsupported", self._config.language, sentence=text)
        citation = _cite(verdict)
        return written.add(
            AnswerSentence(text=text, citation=citation, layout=said.layout, supported=is_proven)
        )

    def _draft(self, extractive: Draft, written: _Written, failure: ModelError | None) -> Draft:
        """What the model said, and the extractive answer where that is not enough."""
        language = self._config.language
        said = tuple(written.sentences)
        note = ""
        if failure:
            key = "generated_partly" if said else "generated_failed"
            note = message(key, language, reason=failure.text(language))
        elif not said:
            note = message(written.why_nothing, language)
        if note:
            said = (*said, *_others(extractive.sentences, said))
        return replace(
            extractive,
            sentences=_numbered(said),
            generator=self.generator.identity if written.sentences else "",
            note=note,
            dropped=written.dropped,
        )


class _Written:
    """What the model has said so far.

    Args:
        marks: Whether sentences that nothing proves are kept.

    Attributes:
        sentences: What the draft holds; begins with the first proven sentence, or with marked
            ones before it.
        proven: How many of them are proven.
        dropped: How many are left out.
        repeats: How often the model said what it had said before.
        declines: Whether the model says that the passages hold no answer.
    """

    def __init__(self, *, marks: bool) -> None:
        self.sentences: list[AnswerSentence] = []
        self.proven = 0
        self.dropped = 0
        self.repeats = 0
        self.declines = False
        self._marks = marks
        self._waiting: list[AnswerSentence] = []
        self._seen: set[str] = set()

    def add(self, sentence: AnswerSentence) -> list[AnswerSentence]:
        """Takes up a sentence; returns what comes next in the draft, numbered."""
        if sentence.text in self._seen:
            self.repeats += 1
            return []
        self._seen.add(sentence.text)
        if not sentence.supported and not self._marks:
            self.dropped += 1
            return []
        self.proven += sentence.supported
        self._waiting.append(sentence)
        if not self.proven:
            return []
        new = _numbered(self._waiting, len(self.sentences) + 1)
        self._waiting = []
        self.sentences.extend(new)
        return list(new)

    @property
    def why_nothing(self) -> str:
        """Key of the message that says why there is no sentence."""
        if self.declines:
            return "generated_none"
        return "generated_nothing" if self._seen else "generated_empty"


def _cite(verdict: Verdict) -> Citation:
    hit, (start, end) = verdict.hit, verdict.span
    return Citation(
        number=1,
        document_id=hit.chunk.document_id,
        start=start,
        end=end,
        quote=hit.chunk.text[start - hit.chunk.start : end - hit.chunk.start],
        title=hit.title,
        headings=hit.chunk.headings,
        also_in=hit.also_in,
    )


def _others(
    sentences: Sequence[AnswerSentence], said: Sequence[AnswerSentence]
) -> list[AnswerSentence]:
    """The sentences whose quotes the others do not hold."""
    return [s for s in sentences if not any(_holds(other.citation, s.citation) for other in said)]


def _holds(outer: Citation, inner: Citation) -> bool:
    same = outer.document_id == inner.document_id
    return same and outer.start <= inner.start and inner.end <= outer.end


def _numbered(sentences: Sequence[AnswerSentence], first: int = 1) -> tuple[AnswerSentence, ...]:
    return tuple(
        replace(sentence, citation=replace(sentence.citation, number=number))
        for number, sentence in enumerate(sentences, start=first)
    )
