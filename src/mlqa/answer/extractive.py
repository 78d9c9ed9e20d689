"""Answers put together from the sentences of the hits, with no language model.

The sentence that answers best comes first, then those that add to it, in the order of their
texts; each is a verbatim span and carries its number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from mlqa.answer.asking import Asking, asked_for, gives
from mlqa.answer.matching import QuestionMatcher
from mlqa.schema import AnswerSentence, Citation, Hit, Layout, Query, Span
from mlqa.text.terms import TermExtractor

# What makes a sentence a good answer; the parts sum to 1 (fitted on the training questions).
_COVERAGE, _PASSAGE, _FORM = 0.55, 0.3, 0.15
# A term that only the headings hold counts this much.
_HEADING_CREDIT = 0.6
_NEEDS_NEIGHBOUR_PENALTY = 0.12
_QUESTION_PENALTY = 0.3
# A further sentence must be this good beside the first, and bring this much of its own.
_SUPPORT = 0.7
_REDUNDANCY = 0.6
_LONGEST_LIST = 12
# Openings that can go without harm: what follows is a sentence by itself.
_CONNECTIVE = re.compile(
    r"^(하지만|그러나|그런데도?|따라서|그래서|그러므로|즉|또한|게다가|더구나|더욱이|반면에?|한편|물론|"
    r"다만|결국|그리고|그래도|오히려|그렇지만|마찬가지로|아울러|그럼에도 불구하고|왜냐하면|"
    r"심지어|또|사실|실제로|[첫둘셋넷]째|마지막으로),? (?=\S)"
)
# Openings that lean on the sentence before.
_LEANS = re.compile(
    r"^(이는|이것|이런|이러한|이렇게|이처럼|이 |그 |그는|그런 |그것|그렇게|이때|여기|이를|이로|"
    r"엄밀히는|하나는|다른 하나|이제 |그만큼)"
)
_ASKS_FOR_CODE = re.compile(
    r"코드|구현|파이썬|소스|예제|\b(code|python|implement\w*|listing)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence of a hit that may be said."""

    hit: Hit
    position: int
    span: Span
    text: str
    score: float
    terms: frozenset[str]


class ExtractiveAnswerer:
    """See the module's docstring.

    Args:
        extractor: Turns sentences into terms.
        matcher_for: Compares texts with a question.
        longest: Sentences in an answer at the most; a list may have more.
    """

    def __init__(
        self,
        extractor: TermExtractor,
        matcher_for: Callable[[Query], QuestionMatcher],
        longest: int,
    ) -> None:
        self._extractor = extractor
        self._matcher_for = matcher_for
        self._longest = longest

    def answer(self, query: Query, hits: Sequence[Hit]) -> tuple[AnswerSentence, ...]:
        """The best sentences of the hits; see ``protocols.Answerer``."""
        matcher = self._matcher_for(query)
        asking = asked_for(query.question)
        candidates = [
            candidate for hit in hits for candidate in self._candidates(query, hit, matcher, asking)
        ]
        if not candidates:
            return ()
        best = max(candidates, key=lambda candidate: candidate.score)
        items = _items_after(best, candidates)
        chosen = [best, *items] if items else self._with_support(best, candidates)
        return tuple(
            _sentence(candidate, number, is_item=bool(items) and number > 1)
            for number, candidate in enumerate(chosen, start=1)
        )

    def _candidates(
        self, query: Query, hit: Hit, matcher: QuestionMatcher, asking: Asking
    ) -> Iterator[_Candidate]:
        chunk = hit.chunk
        wants_code = bool(_ASKS_FOR_CODE.search(query.question))
        above = matcher.credits(" ".join((hit.title, *chunk.headings)))
        before: dict[str, float] = {}
        for position, span in enumerate(chunk.sentences):
            text = chunk.text[span.start - chunk.start : span.end - chunk.start]
            if "\n" in text and not wants_code:
                continue
            own = matcher.credits(text)
            credits = {term: _HEADING_CREDIT * credit for term, credit in above.items()}
            for term, credit in before.items():
                credits[term] = max(credits.get(term, 0.0), _HEADING_CREDIT * credit)
            for term, credit in own.items():
                credits[term] = max(credits.get(term, 0.0), credit)
            score = (
                _COVERAGE * (matcher.coverage(own) + matcher.coverage(credits)) / 2
                + _PASSAGE * hit.score
                + _FORM * gives(asking, text, list(own))
            )
            trimmed = _trim(span, text)
            shown = text[trimmed.start - span.start :]
            score -= _NEEDS_NEIGHBOUR_PENALTY * bool(_LEANS.match(shown))
            score -= _QUESTION_PENALTY * shown.endswith("?")
            terms = frozenset(term.text for term in self._extractor.terms(shown))
            yield _Candidate(hit, position, trimmed, shown, score, terms)
            before = own

    def _with_support(self, best: _Candidate, candidates: Sequence[_Candidate]) -> list[_Candidate]:
        """The best sentence and those that add to it, in the order of their texts."""
        chosen = [best]
        ranked = sorted(candidates, key=lambda candidate: -candidate.score)
        for candidate in ranked:
            if len(chosen) >= self._longest or candidate.score < _SUPPORT * best.score:
                break
            if not any(_says_the_same(candidate, other) for other in chosen):
                chosen.append(candidate)
        same = [c for c in chosen[1:] if c.hit is best.hit]
        others = [c for c in chosen[1:] if c.hit is not best.hit]
        same.sort(key=lambda c: c.position)
        others.sort(key=lambda c: (c.hit.rank, c.position))
        return [best, *same, *others]


def _says_the_same(first: _Candidate, second: _Candidate) -> bool:
    if first.span == second.span and first.hit.chunk.document_id == second.hit.chunk.document_id:
        return True
    smaller = min(len(first.terms), len(second.terms))
    return smaller == 0 or len(first.terms & second.terms) >= _REDUNDANCY * smaller


def _items_after(best: _Candidate, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The items of the list that the sentence introduces."""
    if not re.search(r"다음|여섯|가지|아래", best.text):
        return []
    following = [c for c in candidates if c.hit is best.hit and c.position > best.position]
    items: list[_Candidate] = []
    for candidate in sorted(following, key=lambda c: c.position):
        if not _is_item(candidate):
            break
        items.append(candidate)
    return items[:_LONGEST_LIST] if len(items) > 1 else []


def _is_item(candidate: _Candidate) -> bool:
    chunk = candidate.hit.chunk
    before = chunk.text[: candidate.span.start - chunk.start]
    return bool(re.search(r"(^|\n)\s*([-*+•]|\d+[.)]) $", before))


def _trim(span: Span, text: str) -> Span:
    """The span without a connective that leans on the sentence before."""
    match = _CONNECTIVE.match(text)
    return Span(span.start + match.end(), span.end) if match else span


def _sentence(candidate: _Candidate, number: int, *, is_item: bool) -> AnswerSentence:
    hit, span = candidate.hit, candidate.span
    citation = Citation(
        number=number,
        document_id=hit.chunk.document_id,
        start=span.start,
        end=span.end,
        quote=candidate.text,
        title=hit.title,
        headings=hit.chunk.headings,
        also_in=hit.also_in,
    )
    listing = "\n" in candidate.text
    layout: Layout = "listing" if listing else "item" if is_item else "running"
    return AnswerSentence(text=candidate.text, citation=citation, layout=layout)


def proven(
    sentences: Sequence[AnswerSentence], text_of: Callable[[str], str]
) -> tuple[AnswerSentence, ...]:
    """The sentences whose quote stands in its document, numbered anew.

    Args:
        sentences: What an answerer gave.
        text_of: The text of a document by its id.
    """
    kept = [
        s
        for s in sentences
        if text_of(s.citation.document_id)[s.citation.start : s.citation.end] == s.citation.quote
    ]
    return tuple(
        replace(sentence, citation=replace(sentence.citation, number=number))
        for number, sentence in enumerate(kept, start=1)
    )
