"""Answers put together from the sentences of the hits, with no language model.

The sentence that answers best comes first, then those that add to it, in the shape that was asked
for. Each carries its number and rests on a verbatim span; only its ending may change, so that
answers speak with one voice. A sentence that introduces a list or a listing brings it along.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mlqa.answer.abstention import confidence, evidence_for
from mlqa.answer.asking import Asking
from mlqa.answer.candidates import Candidate, candidates_among, sentence_asked
from mlqa.answer.matching import QuestionMatcher, TextTerms
from mlqa.answer.outline import Outline, counted_in, outline_for
from mlqa.answer.ranking import WEIGHTS
from mlqa.answer.reading import read_hits
from mlqa.answer.register import to_formal
from mlqa.answer.shapes import Said, Shaper, plain_items
from mlqa.schema import AnswerSentence, Citation, Document, Draft, Hit, Query, Span

_ON_SUBJECT = 0.5
# What a question shares with a sentence on its subject that need not answer it. There is one for
# 116 of the 189 near misses of the training part that are declined, and for 2 of 63 others.
_SHARED_WORDS, _SHARED_MEANING = 0.25, 0.25


_FEWEST_ITEMS = 2


class ExtractiveAnswerer:
    """See the module's docstring.

    Args:
        texts: Gives the terms of texts.
        longest: Sentences in an answer at the most; a list may have more.
        documents: All documents by id: their headings, and whose they are.
    """

    def __init__(self, texts: TextTerms, longest: int, documents: Mapping[str, Document]) -> None:
        self._texts = texts
        self._longest = longest
        self._documents = documents

    def answer(self, query: Query, hits: Sequence[Hit]) -> Draft:
        """The best sentences of the hits; see ``protocols.Answerer``."""
        matcher = QuestionMatcher(query, self._texts)
        readings = read_hits(matcher, hits)
        sure = confidence(evidence_for(query, matcher, hits, readings))
        asked = sentence_asked(query, readings)
        candidates = candidates_among(readings, asked, self._texts)
        sayable = [c for c in candidates if not c.reading.is_listing]
        if not sayable:
            return Draft(sentences=(), confidence=sure)
        best = max(sayable, key=lambda candidate: _with_items(candidate, candidates, asked.asking))
        shaper = Shaper(candidates, self._texts, self._longest, asked.asking)
        shaped = shaper.shaped(best)
        sentences = [self._said(one) for one in plain_items(shaped)]
        if not any(one.layout == "item" for one in shaped):
            sentences = self._outlined(query, matcher, hits, sayable) or sentences
        near = [c for c in sayable if _is_on_subject(c)]
        nearest = max(near, key=lambda candidate: candidate.score, default=None)
        return Draft(
            sentences=_numbered(sentences),
            confidence=sure,
            near=_numbered([self._said(Said(nearest))])[0] if nearest else None,
        )

    def _said(self, said: Said) -> AnswerSentence:
        """A sentence in the voice of answers, 합니다체; its quote stays as it stands."""
        candidate = said.candidate
        hit = candidate.reading.hit
        text = candidate.text
        if said.layout != "listing":
            text = to_formal(text, self._texts.extractor.kiwi)
        return AnswerSentence(
            text=text,
            citation=_citation(hit, candidate.span, candidate.text),
            layout=said.layout,
            heading=self._whose(hit) if said.view else "",
        )

    def _whose(self, hit: Hit) -> str:
        """Who speaks in a text, by name where it is known, and its title."""
        author = self._documents[hit.chunk.document_id].source.author
        return f"{author}, 〈{hit.title}〉" if author else f"〈{hit.title}〉"

    def _outlined(
        self,
        query: Query,
        matcher: QuestionMatcher,
        hits: Sequence[Hit],
        sayable: Sequence[Candidate],
    ) -> list[AnswerSentence]:
        """What leads to a list in the headings, and its points, if the question asks for one."""
        ids = dict.fromkeys(hit.chunk.document_id for hit in hits)
        documents = [self._documents[document_id] for document_id in ids]
        found = outline_for(query.searched, matcher, documents)
        if not found:
            return []
        document, outline = found
        hit = next(hit for hit in hits if hit.chunk.document_id == document.id)
        leads = [
            c
            for c in sayable
            if c.is_bare and not c.follows and counted_in(c.text) == len(outline.points)
        ]
        lead = max(leads, key=lambda candidate: candidate.score, default=None)
        return [
            *([self._said(Said(lead))] if lead else []),
            *(self._point(document, outline, hit, span) for span in outline.points),
        ]

    def _point(self, document: Document, outline: Outline, hit: Hit, span: Span) -> AnswerSentence:
        quote = document.text[span.start : span.end]
        citation = replace(_citation(hit, span, quote), headings=outline.heading, also_in=())
        text = to_formal(quote, self._texts.extractor.kiwi)
        return AnswerSentence(text=text, citation=citation, layout="item")


def _with_items(candidate: Candidate, others: Sequence[Candidate], asking: Asking) -> float:
    """Score of a sentence; that of a list that is asked for is as good as its items."""
    items = [reading for reading in candidate.follows if reading.is_item]
    if asking != "list" or len(items) < _FEWEST_ITEMS:
        return candidate.score
    scores = [c.score - WEIGHTS.loose_item for c in others if any(c.reading is i for i in items)]
    return max(candidate.score, *scores)


def _citation(hit: Hit, span: Span, quote: str) -> Citation:
    """Proof of a sentence; it is numbered later."""
    return Citation(
        number=0,
        document_id=hit.chunk.document_id,
        start=span.start,
        end=span.end,
        quote=quote,
        title=hit.title,
        headings=hit.chunk.headings,
        also_in=hit.also_in,
    )


def _numbered(sentences: Sequence[AnswerSentence]) -> tuple[AnswerSentence, ...]:
    return tuple(
        replace(sentence, citation=replace(sentence.citation, number=number))
        for number, sentence in enumerate(sentences, start=1)
    )


def _is_on_subject(candidate: Candidate) -> bool:
    """Whether a sentence is about what is asked: by its words, its meaning and the names."""
    reading = candidate.reading
    return (
        not (candidate.is_bare or candidate.leans)  # what it announces or rests on would be missing
        and reading.in_context >= _SHARED_WORDS
        and reading.meaning >= _SHARED_MEANING
        and reading.names >= _ON_SUBJECT
    )


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
