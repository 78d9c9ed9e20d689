"""Whether a sentence that a language model wrote stands in the passage that it cites.

A sentence is supported when one sentence of the passage, read with its headings and what stands
before it, holds what it says: its words (weighed by rarity, near words count less), its figures
with their units, its names, and nothing to the contrary. A sentence of several clauses may rest
on neighbouring sentences, a clause on each.

A passage may hold orders to whoever reads it, set there to steer a language model. Such a sentence
and all that follows it in the passage prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from typing import Literal, NamedTuple

from mlqa.answer.claims import Claims, clauses, denies, is_of_another, read_claims
from mlqa.answer.closing import find_closing
from mlqa.answer.matching import QuestionMatcher, TextTerms, met
from mlqa.answer.polarity import sides_met
from mlqa.answer.quantities import agrees
from mlqa.cache import Cache
from mlqa.schema import Hit, Query, Span
from mlqa.text.glossary import normalise_form
from mlqa.text.terms import Term, index_form

Fault = Literal["", "words", "figures", "names", "contrary", "subject"]

# Fitted by training/fit_verification.py on the training half of tests/verification_pairs.txt.
LEAST_COVERAGE = 0.73
_LEAST_OWN = 0.5  # of the claim, without headings and what stands before
_CONTEXT_CREDIT = 0.6  # of a noun that only headings or what stands before hold
_VERB_WEIGHT = 0.5  # beside a noun; a verb has many near words
_NAME_MET = 0.5  # credit from which a name counts as met
_CLEARLY = 0.1  # coverage by which evidence must beat what speaks against the claim
_WHOLE = 0.95  # coverage of evidence that nothing else in its passage can speak against
_SHORTEST = 2  # characters of a word that may be looked for as written
_WIDEST = 3  # sentences that one claim may rest on
_CACHED_TEXTS = 1024
# ㄹ 필요가 없다 denies the verb and says nothing else.
_NEEDED = "필요"
_NEED = re.compile(rf"\s{_NEEDED}(가|는|도)?\s?없")
_CAUSE = re.compile(r"그래서|따라서|때문|므로|니까|덕분|이유|까닭|[아어해]서 |탓")
_ORDER = re.compile(
    r"(이전|앞선|위의?|앞의?|기존|지금까지의?|모든|주어진)\s(.{0,12}\s)?"
    r"(지시|명령|규칙|프롬프트|설정|지침)\S*\s(.{0,12}\s)?(무시|잊|버리|어기|따르지)"
    r"|시스템 ?프롬프트|system prompt|당신은 이제|너는 이제|you (are now|must now)"
    r"|\b(ignore|disregard|forget)\s(\w+\s){0,3}(previous|prior|above|earlier|instructions)"
    r"|(라고|다음과 같이|이렇게)만?\s(답|대답|말|출력|응답|적)(하|해|으|어)?\s?"
    r"(라|줘|시오|세요|십시오|주세요|주십시오)(?![가-힣])",
    re.IGNORECASE,
)


class Verdict(NamedTuple):
    """What came of checking a sentence.

    Attributes:
        hit: The passage with the best evidence.
        span: The evidence, as offsets in its document.
        coverage: Share of the sentence that the evidence holds, 0 to 1.
        fault: Why it is not supported; empty if it is.
    """

    hit: Hit
    span: Span
    coverage: float
    fault: Fault

    @property
    def supported(self) -> bool:
        """Whether the evidence holds what the sentence says."""
        return not self.fault


class _Evidence(NamedTuple):
    """What a sentence of a passage holds of a claim; see Verdict."""

    coverage: float
    fault: Fault


class _Read(NamedTuple):
    """A sentence of a passage: as normalised for a search in it, and taken apart."""

    text: str
    written: str
    claims: Claims


class Verifier:
    """Checks sentences against passages.

    Args:
        texts: Gives the terms of texts.
        least: Share of a sentence that its evidence must hold, 0 to 1.
    """

    def __init__(self, texts: TextTerms, least: float = LEAST_COVERAGE) -> None:
        self._texts = texts
        self._least = least
        self._read: Cache[str, _Read] = Cache("evidence", _CACHED_TEXTS)

    def check(self, sentence: str, cited: Sequence[Hit]) -> Verdict:
        """The best evidence for a sentence.

        Args:
            sentence: What is claimed, without its numbers.
            cited: The passages that it cites, one at the least.
        """
        found = [verdict for hit in cited for verdict in self._verdicts(sentence, hit)]
        best = max(found, key=lambda verdict: (verdict.supported, verdict.coverage))
        against = [v.coverage for v in found if v.fault == "contrary" and v.hit is best.hit]
        if best.supported and against and best.coverage < min(_WHOLE, max(against) + _CLEARLY):
            return best._replace(fault="contrary")
        return best

    def _verdicts(self, sentence: str, hit: Hit) -> Iterator[Verdict]:
        """What each sentence of a passage, and neighbours together, hold of a sentence."""
        whole = self._compare(sentence, hit)
        yield from map(Verdict, repeat(hit), hit.chunk.sentences, *zip(*whole, strict=True))
        if all(evidence.fault for evidence in whole):
            yield from self._joined(sentence, hit)

    def _joined(self, sentence: str, hit: Hit) -> Iterator[Verdict]:
        """Evidence in neighbouring sentences, one for each clause."""
        parts = clauses(self._texts.extractor.kiwi.morphemes(sentence))
        if len(parts) < 2:  # noqa: PLR2004 - neighbours
            return
        rows = [self._compare(sentence[part.start : part.end], hit) for part in parts]
        best = [
            max(enumerate(row), key=lambda at: (not at[1].fault, at[1].coverage)) for row in rows
        ]
        first, last = min(best)[0], max(best)[0]
        if last - first >= _WIDEST:
            return
        span = Span(hit.chunk.sentences[first].start, hit.chunk.sentences[last].end)
        fault: Fault = next((evidence.fault for _, evidence in best if evidence.fault), "")
        if any(part.gives_cause for part in parts) and not _CAUSE.search(_text(hit, span)):
            fault = fault or "words"  # both may be true, but one is not said to be why
        yield Verdict(hit, span, min(evidence.coverage for _, evidence in best), fault)

    def _compare(self, claim: str, hit: Hit) -> list[_Evidence]:
        """What each sentence of a passage holds of a claim."""
        beside = _Claim(claim, self._texts, self._least)
        titles = " ".join((hit.title, *hit.chunk.headings))
        found: list[_Evidence] = []
        told = [titles]
        for span in hit.chunk.sentences:
            text = _text(hit, span)
            if _ORDER.search(text):
                break
            found.append(beside.compare(self._reading(text), told))
            told.append(text)
        return [*found, *repeat(_Evidence(0.0, "words"), len(hit.chunk.sentences) - len(found))]

    def _reading(self, text: str) -> _Read:
        kiwi = self._texts.extractor.kiwi
        return self._read.get_or_make(
            text, lambda: _Read(text, normalise_form(text), read_claims(kiwi.morphemes(text)))
        )


class _Claim:
    """A claim, and what is needed to compare sentences with it."""

    def __init__(self, text: str, texts: TextTerms, least: float) -> None:
        self._least = least
        self._morphemes = texts.extractor.kiwi.morphemes(text)
        self._claims = read_claims(self._morphemes)
        self._text = text
        self._asks = find_closing(text).asks
        weights = {term.text: _weight(term) for term in texts.extractor.terms(text)}
        query = Query(question=text, language="ko", terms=tuple(weights.items()))
        self._matcher = QuestionMatcher(query, texts)
        concepts = self._matcher.concepts
        self._terms = {term for c in concepts for term, _ in (*c.written, *c.canonical)}

    def compare(self, read: _Read, context: Sequence[str]) -> _Evidence:
        """What a sentence holds of the claim.

        Args:
            read: The sentence.
            context: Its titles and the sentences before it.
        """
        if self._asks and not find_closing(read.text).asks:
            return _Evidence(0.0, "words")  # a question claims nothing
        own = self._own(read)
        around: dict[str, float] = {}
        for text in context:
            for term, credit in self._matcher.credits(text).items():
                if not _is_verb(term):
                    around[term] = max(around.get(term, 0.0), credit)
        lessened = {term: _CONTEXT_CREDIT * credit for term, credit in around.items()}
        coverage = self._matcher.coverage(_best(own, lessened))
        if coverage < self._least or self._matcher.coverage(own) < _LEAST_OWN:
            return _Evidence(coverage, "words")
        return _Evidence(coverage, self._fault(read, _best(own, around)))

    def _own(self, read: _Read) -> dict[str, float]:
        """How far each term is met: as the same or a near word, as written, or by its opposite."""
        credits = self._matcher.credits(read.text)
        met_otherwise = {t for t in self._terms if len(t) >= _SHORTEST and t in read.written}
        if self._figures_agree(read):
            words = {word for figure in self._claims.figures for word in figure.words}
            met_otherwise |= {t for t in self._terms if t in words or t[0].isdigit()}
        says, said = self._claims.predications, read.claims.predications
        met_otherwise |= set(map(index_form, sides_met(self._morphemes, says, said)))
        if _NEED.search(self._text):
            met_otherwise.add(_NEEDED)
        return {**credits, **dict.fromkeys(met_otherwise, 1.0)}

    def _fault(self, read: _Read, credits: Mapping[str, float]) -> Fault:
        """What is wrong with a claim whose words are there."""
        exact = {term: credit for term, credit in credits.items() if credit == 1.0}
        names = (concept for concept in self._matcher.concepts if concept.is_name)
        fault: Fault = ""
        if not self._figures_agree(read):
            fault = "figures"
        elif any(met(name, exact) < _NAME_MET for name in names):
            fault = "names"
        elif denies(self._claims, read.claims):
            fault = "contrary"
        elif is_of_another(self._claims.subjects, read.claims.subjects, read.written):
            fault = "subject"
        return fault

    def _figures_agree(self, read: _Read) -> bool:
        return all(agrees(figure, read.claims.figures) for figure in self._claims.figures)


def _weight(term: Term) -> float:
    return _VERB_WEIGHT if term.is_adverb or _is_verb(term.text) else 1.0


def _is_verb(term: str) -> bool:
    return len(term) > 1 and term.endswith("다")


def _best(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    """For each term the better credit."""
    return {t: max(first.get(t, 0.0), second.get(t, 0.0)) for t in {*first, *second}}


def _text(hit: Hit, span: Span) -> str:
    chunk = hit.chunk
    return chunk.text[span.start - chunk.start : span.end - chunk.start]
