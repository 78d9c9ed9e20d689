"""Answers put together from the sentences of the hits, with no language model.

The sentence that answers best comes first, then those that add to it, in the order of their
texts. Each carries its number and rests on a verbatim span; only its ending may change, so that
answers speak with one voice. A sentence that introduces a list or a listing brings it along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mlqa.answer.abstention import confidence, evidence_for
from mlqa.answer.asking import asked_for
from mlqa.answer.matching import QuestionMatcher, TextTerms
from mlqa.answer.ranking import SentenceAsked, features, following, score
from mlqa.answer.reading import SentenceReading, read_hits
from mlqa.answer.register import to_formal
from mlqa.schema import AnswerSentence, Citation, Document, Draft, Hit, Layout, Query, Span

# A further sentence must be this good beside the first, and bring this much of its own.
_SUPPORT = 0.7
_REDUNDANCY = 0.6
_ON_SUBJECT = 0.5
# What a question shares with a sentence on its subject that need not answer it. There is one for
# every third declined near miss of the training part, and for no question off the subject.
_SHARED_WORDS, _SHARED_MEANING = 0.3, 0.4
# What a sentence gains as support by standing so many sentences behind the best one.
_NEAR = {-1: 0.1, 1: 0.2, 2: 0.1}
_ASKS_FOR_CODE = re.compile(
    r"코드|구현|파이썬|소스|예제|\b(code|python|implement\w*|listing)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence that may be said, without an opening that leans on the one before."""

    reading: SentenceReading
    span: Span
    text: str
    terms: frozenset[str]
    score: float
    introduces: bool


class ExtractiveAnswerer:
    """See the module's docstring.

    Args:
        texts: Gives the terms of texts.
        longest: Sentences in an answer at the most; a list may have more.
    """

    def __init__(self, texts: TextTerms, longest: int) -> None:
        self._texts = texts
        self._longest = longest

    def answer(self, query: Query, hits: Sequence[Hit]) -> Draft:
        """The best sentences of the hits; see ``protocols.Answerer``."""
        matcher = QuestionMatcher(query, self._texts)
        readings = read_hits(matcher, hits)
        sure = confidence(evidence_for(query, matcher, hits, readings))
        chosen = self._choose(query, readings)
        sentences = (self._said(candidate, n) for n, candidate in enumerate(chosen, start=1))
        return Draft(
            sentences=_plain_items(tuple(sentences)),
            confidence=sure,
            on_subject=bool(chosen) and _is_on_subject(chosen[0]),
        )

    def _choose(self, query: Query, readings: Sequence[SentenceReading]) -> list[_Candidate]:
        asked = SentenceAsked(
            asking=asked_for(query.searched),
            wants_code=bool(_ASKS_FOR_CODE.search(query.searched)),
            covered=max((reading.in_context for reading in readings), default=0.0),
        )
        candidates = [self._candidate(reading, asked, readings) for reading in readings]
        sayable = [c for c in candidates if not c.reading.is_listing]
        if not sayable:
            return []
        best = max(sayable, key=lambda candidate: candidate.score)
        introduced = _introduced(best, candidates)
        return [best, *introduced] if introduced else self._with_support(best, sayable)

    def _candidate(
        self, reading: SentenceReading, asked: SentenceAsked, readings: Sequence[SentenceReading]
    ) -> _Candidate:
        opening = self._texts.opening(reading.text)
        span = Span(reading.span.start + opening.start, reading.span.end)
        terms = self._texts.of(opening.text)[0]
        follows = following(reading, readings)
        found = features(reading, opening, terms, asked, follows)
        introduces = "다음과 같" in opening.text
        return _Candidate(reading, span, opening.text, terms, score(found), introduces)

    def _with_support(self, best: _Candidate, candidates: Sequence[_Candidate]) -> list[_Candidate]:
        """The best sentence and those that add to it, in the order of their texts."""
        chosen = [best]
        worth = [(c.score + _nearness(c, best), c) for c in candidates if c is not best]
        for value, candidate in sorted(worth, key=lambda pair: -pair[0]):
            if len(chosen) >= self._longest or value < _SUPPORT * best.score:
                break
            on_subject = candidate.reading.names >= _ON_SUBJECT * best.reading.names
            repeats = any(_says_the_same(candidate, other) for other in chosen)
            says = not candidate.introduces and not candidate.text.endswith("?")
            if on_subject and not repeats and says:
                chosen.append(candidate)
        first = best.reading.hit.rank
        rest = sorted(
            chosen[1:],
            key=lambda c: (c.reading.hit.rank != first, c.reading.hit.rank, c.reading.position),
        )
        return [best, *rest]

    def _said(self, candidate: _Candidate, number: int) -> AnswerSentence:
        """A sentence in the voice of answers, 합니다체; its quote stays as it stands."""
        reading = candidate.reading
        citation = Citation(
            number=number,
            document_id=reading.hit.chunk.document_id,
            start=candidate.span.start,
            end=candidate.span.end,
            quote=candidate.text,
            title=reading.hit.title,
            headings=reading.hit.chunk.headings,
            also_in=reading.hit.also_in,
        )
        layout: Layout = "running"
        text = candidate.text
        if reading.is_listing:
            layout = "listing"
        elif reading.is_item and number > 1:
            layout = "item"
        if not reading.is_listing:
            text = to_formal(text, self._texts.extractor.kiwi)
        return AnswerSentence(text=text, citation=citation, layout=layout)


def _is_on_subject(candidate: _Candidate) -> bool:
    """Whether a sentence is about what is asked: by its words, its meaning and the names."""
    reading = candidate.reading
    return (
        "다음" not in candidate.text  # what it announces would be missing
        and reading.in_context >= _SHARED_WORDS
        and reading.meaning >= _SHARED_MEANING
        and reading.names >= _ON_SUBJECT
    )


def _nearness(candidate: _Candidate, best: _Candidate) -> float:
    """What stands around the best sentence often gives its reason or its limits."""
    if candidate.reading.hit is not best.reading.hit:
        return 0.0
    return _NEAR.get(candidate.reading.position - best.reading.position, 0.0)


def _introduced(best: _Candidate, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The list or listing that a sentence introduces; one item alone is no list."""
    by_reading = {id(candidate.reading): candidate for candidate in candidates}
    follows = following(best.reading, [c.reading for c in candidates])
    if len(follows) == 1 and not follows[0].is_listing:
        return []
    return [by_reading[id(reading)] for reading in follows]


def _says_the_same(first: _Candidate, second: _Candidate) -> bool:
    if first.text == second.text:
        return True
    smaller = min(len(first.terms), len(second.terms))
    return smaller == 0 or len(first.terms & second.terms) >= _REDUNDANCY * smaller


def _plain_items(sentences: tuple[AnswerSentence, ...]) -> tuple[AnswerSentence, ...]:
    """A single item among other sentences is running text; only several make a list."""
    if sum(sentence.layout == "item" for sentence in sentences) > 1:
        return sentences
    return tuple(replace(s, layout="running") if s.layout == "item" else s for s in sentences)


def proven(
    sentences: Sequence[AnswerSentence], documents: Mapping[str, Document]
) -> tuple[AnswerSentence, ...]:
    """The sentences whose quote stands in its document, numbered anew.

    Other documents are named only where they hold the very sentence, white space aside.

    Args:
        sentences: What an answerer gave.
        documents: All documents by id.
    """
    kept = [s.citation for s in sentences if _stands(s.citation, documents)]
    numbered = (
        replace(
            citation,
            number=number,
            also_in=tuple(i for i in citation.also_in if _holds(documents[i], citation.quote)),
        )
        for number, citation in enumerate(kept, start=1)
    )
    by_old_number = {old.number: new for old, new in zip(kept, numbered, strict=True)}
    return tuple(
        replace(sentence, citation=by_old_number[sentence.citation.number])
        for sentence in sentences
        if sentence.citation.number in by_old_number
    )


def _stands(citation: Citation, documents: Mapping[str, Document]) -> bool:
    text = documents[citation.document_id].text
    return text[citation.start : citation.end] == citation.quote


def _holds(document: Document, quote: str) -> bool:
    return "".join(quote.split()) in "".join(document.text.split())
