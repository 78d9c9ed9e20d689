"""How much of a question a text covers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mlqa.answer.discourse import Opening, without_opening
from mlqa.cache import Cache
from mlqa.schema import Query
from mlqa.text.kiwi import Kiwipie
from mlqa.text.pieces import Piece
from mlqa.text.terms import Term, TermExtractor

Vectors = NDArray[np.float32]

# A word of the text that means nearly the same counts this much of the same word.
_SOFT_CREDIT = 0.7
_LEAST_SIMILARITY = 0.5
# An English word that neither the passages nor the glossary hold says little: most are ordinary.
_UNKNOWN_ENGLISH = 0.25
_CACHED_TEXTS = 4096


Parts = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Concept:
    """One word of a question, with all terms that it gives.

    Attributes:
        written: Terms of the word as written, such as batch, norm, and their shares of it.
        canonical: The same of the form that the glossary gives for it, such as 배치, 정규화.
        weight: How telling it is.
        known: Whether some passage holds one of its terms.
        is_name: Whether it is a name, or a word that no dictionary has: something that an answer
            must speak of.
    """

    written: Parts
    canonical: Parts
    weight: float
    known: bool
    is_name: bool


class Encoder(Protocol):
    """Gives the vectors of terms, by their pieces, and of texts; unit vectors, one a row."""

    def term_vectors(self, terms: Sequence[tuple[Piece, ...]]) -> Vectors:
        """Shape (len(terms), dimension)."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension)."""
        ...


class TextTerms:
    """The terms of texts and their vectors, kept for texts that come again.

    Args:
        extractor: Turns texts into terms.
        encoder: Gives the vectors of terms and of texts.
        idf: How telling a term is.
        is_known: Whether any passage holds a term.
    """

    def __init__(
        self,
        extractor: TermExtractor,
        encoder: Encoder,
        idf: Callable[[str], float],
        is_known: Callable[[str], bool],
    ) -> None:
        self.extractor = extractor
        self.idf = idf
        self.is_known = is_known
        self._encoder = encoder
        self._vectors: Cache[str, Vectors] = Cache("sentence vectors", _CACHED_TEXTS)
        self._kept: Cache[str, tuple[frozenset[str], Vectors]] = Cache("sentences", _CACHED_TEXTS)
        self._openings: Cache[str, Opening] = Cache("openings", _CACHED_TEXTS)

    def of(self, text: str) -> tuple[frozenset[str], Vectors]:
        """The terms of a text and the vectors of those that have one."""
        return self._kept.get_or_make(text, lambda: self._make(text))

    def opening(self, sentence: str) -> Opening:
        """How a sentence begins, read without the one before it."""
        return self._openings.get_or_make(
            sentence, lambda: without_opening(sentence, self.extractor.kiwi)
        )

    def prepare(self, texts: Sequence[str]) -> None:
        """Analyses texts that are new all at once, which is faster than one by one."""
        new = [text for text in dict.fromkeys(texts) if self._vectors.get(text) is None]
        for text, vector in zip(new, self._encoder.embed(new), strict=True):
            self._vectors.put(text, vector)

    def vector(self, text: str) -> Vectors:
        """Unit vector of a text, shape (dimension,); 0 where nothing of it is known."""
        return self._vectors.get_or_make(text, lambda: self._encoder.embed([text])[0])

    def vectors(self, terms: Mapping[str, tuple[Piece, ...]]) -> Vectors:
        """Unit vectors of terms, in order."""
        return self._encoder.term_vectors(list(terms.values()))

    def _make(self, text: str) -> tuple[frozenset[str], Vectors]:
        terms = self.extractor.terms(text)
        pieces = dict.fromkeys(term.pieces for term in terms if term.pieces)
        return frozenset(term.text for term in terms), self._encoder.term_vectors(list(pieces))


class QuestionMatcher:
    """Compares texts with one question.

    Each concept of the question weighs by its idf; it is met by the same terms in the text, or,
    less, by terms with similar vectors.

    Args:
        query: The question.
        texts: Gives the terms of texts.
    """

    def __init__(self, query: Query, texts: TextTerms) -> None:
        self._texts = texts
        weights = {term: weight * texts.idf(term) for term, weight in query.terms}
        terms = [t for t in texts.extractor.terms(query.resolved) if t.text in weights]
        self.concepts = tuple(
            _concept(group, weights, texts.is_known, query) for group in _groups(terms)
        )
        self._total = sum(concept.weight for concept in self.concepts)
        self._wanted = frozenset(term.text for term in terms)
        vectors = {term.text: term.pieces for term in terms if term.pieces}
        self._vector_terms = tuple(vectors)
        self._vectors = texts.vectors(vectors)
        self._vector = texts.vector(query.resolved)

    def prepare(self, texts: Sequence[str]) -> None:
        """Analyses texts that ``credits`` will be asked for."""
        self._texts.prepare(texts)

    def meaning(self, text: str) -> float:
        """How near a text is to the question in meaning: their cosine, 0 if negative."""
        return max(0.0, float(self._texts.vector(text) @ self._vector))

    @property
    def kiwi(self) -> Kiwipie:
        """The analyser."""
        return self._texts.extractor.kiwi

    @property
    def known(self) -> float:
        """Share of the question of which some passage holds a term, 0 to 1."""
        return self._share(float(concept.known) for concept in self.concepts)

    def credits(self, text: str) -> dict[str, float]:
        """How far each term of the question is met by a text, 0 to 1; unmet ones left out."""
        terms, vectors = self._texts.of(text)
        found = self._soft(vectors)
        found.update(dict.fromkeys(self._wanted & terms, 1.0))
        return found

    def coverage(self, credits: Mapping[str, float]) -> float:
        """Share of the question that is met, 0 to 1."""
        return self._share(met(concept, credits) for concept in self.concepts)

    def names_met(self, credits: Mapping[str, float]) -> float:
        """Share of the question's known names that are met, 0 to 1; 1 without names."""
        names = [concept for concept in self.concepts if concept.is_name and concept.known]
        return sum(met(concept, credits) for concept in names) / len(names) if names else 1.0

    def _share(self, of_concepts: Iterator[float]) -> float:
        if not self._total:
            return 0.0
        pairs = zip(self.concepts, of_concepts, strict=True)
        return sum(concept.weight * share for concept, share in pairs) / self._total

    def _soft(self, vectors: Vectors) -> dict[str, float]:
        if not len(vectors) or not self._vector_terms:
            return {}
        best = (self._vectors @ vectors.T).max(axis=1)
        return {
            term: _SOFT_CREDIT * float(similarity)
            for term, similarity in zip(self._vector_terms, best, strict=True)
            if similarity >= _LEAST_SIMILARITY
        }


def met(concept: Concept, credits: Mapping[str, float]) -> float:
    """How far a concept is met by the credits of its terms, 0 to 1.

    Its parts count by their rarity, and squared: 머신러닝 alone is little of 머신러닝 엔지니어.
    """
    readings = [reading for reading in (concept.written, concept.canonical) if reading]
    return max(
        (sum(share * credits.get(term, 0.0) for term, share in reading) ** 2)
        if len(reading) > 1
        else credits.get(reading[0][0], 0.0)
        for reading in readings
    )


def _groups(terms: Sequence[Term]) -> Iterator[list[Term]]:
    """Terms that share characters of the question."""
    group: list[Term] = []
    end = -1
    for term in sorted(terms, key=lambda term: (term.start, -term.end)):
        if group and term.start >= end:
            yield group
            group = []
        group.append(term)
        end = max(end, term.end) if len(group) > 1 else term.end
    if group:
        yield group


def _concept(
    group: Sequence[Term],
    weights: Mapping[str, float],
    is_known: Callable[[str], bool],
    query: Query,
) -> Concept:
    written = tuple(dict.fromkeys(term.text for term in group if not term.of_glossary))
    canonical = tuple(dict.fromkeys(term.text for term in group if term.of_glossary))
    # Where the glossary gives the word, its rarity is that of the canonical form.
    weight = max(weights[term] for term in canonical or written)
    known = any(is_known(term) for term in (*written, *canonical))
    is_name = any(term.is_name and _is_capital(term, query) for term in group)
    if query.language == "en" and not known and not is_name:
        weight *= _UNKNOWN_ENGLISH
    return Concept(_parts(written, weights), _parts(canonical, weights), weight, known, is_name)


def _parts(terms: Sequence[str], weights: Mapping[str, float]) -> Parts:
    total = sum(weights[term] for term in terms) or 1.0
    return tuple((term, weights[term] / total) for term in terms)


def _is_capital(term: Term, query: Query) -> bool:
    """Whether a Latin word may be a name: in an English question only with a capital inside it."""
    written = query.resolved[term.start : term.end]
    return query.language == "ko" or (term.start > 0 and written != written.lower())
