"""How much of a question a text covers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlqa.schema import Query
from mlqa.text.terms import Term, TermExtractor

TermVectors = Callable[[Sequence[tuple[int, ...]]], NDArray[np.float32]]

# A word of the text that means nearly the same counts this much of the same word.
_SOFT_CREDIT = 0.7
_LEAST_SIMILARITY = 0.5
# An English word that neither the passages nor the glossary hold says little: most are ordinary.
_UNKNOWN_ENGLISH = 0.25


@dataclass(frozen=True, slots=True)
class Concept:
    """One word of a question, with all terms that it gives.

    Attributes:
        written: Terms of the word as written, such as batch, norm.
        canonical: Terms that the glossary gives for it, such as 배치, 정규화, 배치정규화.
        weight: How telling it is.
        known: Whether some passage holds one of its terms.
        is_name: Whether it is a name, or a word that no dictionary has: something that an answer
            must speak of.
    """

    written: tuple[str, ...]
    canonical: tuple[str, ...]
    weight: float
    known: bool
    is_name: bool


class QuestionMatcher:
    """Compares texts with one question.

    Each concept of the question weighs by its idf; it is met by the same terms in the text, or,
    less, by terms with similar vectors.

    Args:
        query: The question.
        extractor: Turns texts into terms.
        idf: How telling a term is.
        term_vectors: Unit vectors of terms by vocabulary ids.
        is_known: Whether any passage holds a term.
    """

    def __init__(
        self,
        query: Query,
        extractor: TermExtractor,
        idf: Callable[[str], float],
        term_vectors: TermVectors,
        is_known: Callable[[str], bool],
    ) -> None:
        self._extractor = extractor
        self._term_vectors = term_vectors
        terms = [t for t in extractor.terms(query.resolved) if t.text in dict(query.terms)]
        weights = {term: weight * idf(term) for term, weight in query.terms}
        self.concepts = tuple(_concept(group, weights, is_known, query) for group in _groups(terms))
        self._total = sum(concept.weight for concept in self.concepts)
        self._wanted = frozenset(term.text for term in terms)
        vectors = {term.text: term.ids for term in terms if term.ids}
        self._vector_terms = tuple(vectors)
        self._vectors = term_vectors(list(vectors.values()))

    @property
    def known(self) -> float:
        """Share of the question of which some passage holds a term, 0 to 1."""
        return self._share(float(concept.known) for concept in self.concepts)

    def credits(self, text: str) -> dict[str, float]:
        """How far each term of the question is met by a text, 0 to 1; unmet ones left out."""
        terms = self._extractor.terms(text)
        found = self._soft(terms)
        found.update({term.text: 1.0 for term in terms if term.text in self._wanted})
        return found

    def coverage(self, credits: Mapping[str, float]) -> float:
        """Share of the question that is met, 0 to 1."""
        return self._share(met(concept, credits) for concept in self.concepts)

    def _share(self, of_concepts: Iterator[float]) -> float:
        if not self._total:
            return 0.0
        pairs = zip(self.concepts, of_concepts, strict=True)
        return sum(concept.weight * share for concept, share in pairs) / self._total

    def _soft(self, terms: Sequence[Term]) -> dict[str, float]:
        ids = list(dict.fromkeys(term.ids for term in terms if term.ids))
        if not ids or not self._vector_terms:
            return {}
        best = (self._vectors @ self._term_vectors(ids).T).max(axis=1)
        return {
            term: _SOFT_CREDIT * float(similarity)
            for term, similarity in zip(self._vector_terms, best, strict=True)
            if similarity >= _LEAST_SIMILARITY
        }


def met(concept: Concept, credits: Mapping[str, float]) -> float:
    """How far a concept is met by the credits of its terms, 0 to 1."""
    readings = [reading for reading in (concept.written, concept.canonical) if reading]
    return max(sum(credits.get(term, 0.0) for term in r) / len(r) for r in readings)


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
    return Concept(written, canonical, weight, known, is_name)


def _is_capital(term: Term, query: Query) -> bool:
    """Whether a Latin word may be a name: in an English question only with a capital inside it."""
    written = query.resolved[term.start : term.end]
    return query.language == "ko" or (term.start > 0 and written != written.lower())
