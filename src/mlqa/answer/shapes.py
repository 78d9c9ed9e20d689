"""In which shape an answer comes: its sentences chosen, ordered and laid out by what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mlqa.answer.asking import Asking
from mlqa.answer.candidates import Candidate
from mlqa.answer.matching import TextTerms
from mlqa.answer.reading import SentenceReading
from mlqa.answer.support import REDUNDANCY, support_of, worth
from mlqa.schema import Layout

# A further sentence is said from this probability that it is a part of the answer.
_WORTH = 0.05
# The same of one that is only said because a further sentence leans on it.
_WORTH_OF_HELP = 0.01
_VIEWS = 2  # sentences of one text in an answer to advice
_FEWEST_POINTS = 2
_FEWEST_SHARED = 3  # words that two sentences share to say the same, unless one has no others
_FURTHEST_BACK = 2  # sentences that one may lean on
# What has several sides or parts may take more sentences.
OF_SEVERAL: frozenset[Asking] = frozenset({"advice", "comparison", "list", "reason"})
_FURTHER = 2
_ON_SUBJECT = 0.5


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in its place.

    Attributes:
        candidate: The sentence.
        layout: How it stands there.
        view: Whether a new text speaks from here on, whose author is to be named.
    """

    candidate: Candidate
    layout: Layout = "running"
    view: bool = False


class Shaper:
    """Chooses what is said beside the best sentence.

    Args:
        candidates: All sentences of the hits, in order.
        texts: Gives the vectors of texts.
        longest: Sentences in an answer at the most; a list may have more.
        asking: What is asked for.
    """

    def __init__(
        self, candidates: Sequence[Candidate], texts: TextTerms, longest: int, asking: Asking
    ) -> None:
        self._candidates = candidates
        self._by_reading = {id(c.reading): c for c in candidates}
        self._by_place = {_place(c): c for c in candidates}
        self._texts = texts
        self._asking = asking
        self._longest = longest + (_FURTHER if asking in OF_SEVERAL else 0)

    def shaped(self, best: Candidate) -> list[Said]:
        """The answer around its best sentence."""
        follows = self._behind(best) if self._asking != "comparison" else []
        if len(follows) > 1 or (follows and follows[0].reading.is_listing):
            return [Said(best), *(Said(c, _layout(c.reading)) for c in follows)]
        started = [*self._before(best), best, *follows]
        if self._asking == "advice":
            return self._views(best, started)
        chosen = self._with_support(best, started)
        return [_said(c) for c in chosen] if self._asking != "reason" else _points(chosen, started)

    def _behind(self, candidate: Candidate) -> list[Candidate]:
        """What a sentence introduces; one item alone is no list."""
        follows = [self._by_reading[id(reading)] for reading in candidate.follows]
        if len(follows) == 1 and follows[0].reading.is_item:
            return []
        return follows

    def _before(self, candidate: Candidate) -> list[Candidate]:
        """The sentences that one leans on, back to one that stands by itself."""
        before: list[Candidate] = []
        leaning = candidate
        while leaning.leans:
            passage, position = _place(leaning)
            other = self._by_place.get((passage, position - 1))
            if other is None or len(before) == _FURTHEST_BACK:
                return []
            if other.reading.is_listing or other.reading.is_item:
                return []
            before.insert(0, other)
            leaning = other
        return before

    def _further(self, best: Candidate) -> list[Candidate]:
        """Other sentences that are parts of the answer, the most probable first."""
        rated = [
            (self._worth(candidate, best), candidate)
            for candidate in self._candidates
            if candidate is not best and _may_stand(candidate, best)
        ]
        rated.sort(key=lambda one: -one[0])
        return [candidate for value, candidate in rated if value >= _WORTH]

    def _worth(self, candidate: Candidate, best: Candidate) -> float:
        like_best = float(self._texts.vector(candidate.text) @ self._texts.vector(best.text))
        return worth(support_of(candidate, best, like_best, self._asking in OF_SEVERAL))

    def _with_support(self, best: Candidate, started: Sequence[Candidate]) -> list[Candidate]:
        """What was started with, what adds most to it, and more in the order of their texts."""
        chosen = list(started)
        ends = len(chosen)  # where what adds most ends
        for candidate in self._further(best):
            unit = self._unit(candidate, chosen, best)
            fits = 0 < len(unit) <= self._longest - len(chosen)
            if fits and not any(_says_the_same(candidate, other) for other in chosen):
                ends = ends if len(chosen) > len(started) else len(chosen) + len(unit)
                chosen.extend(unit)
        return _leaning_behind([*chosen[:ends], *_in_order(chosen[ends:], best)])

    def _unit(
        self, candidate: Candidate, chosen: Sequence[Candidate], best: Candidate
    ) -> list[Candidate]:
        """A sentence with those that it cannot do without, as far as they are not said yet.

        Empty where what it leans on cannot be said, or has nothing to do with the answer.
        """
        before = self._before(candidate)
        if candidate.leans and not before:
            return []
        if any(self._worth(c, best) < _WORTH_OF_HELP for c in before if c not in chosen):
            return []
        wanted = [*before, candidate, *self._behind(candidate)]
        return [c for c in wanted if c not in chosen]

    def _views(self, best: Candidate, started: Sequence[Candidate]) -> list[Said]:
        """The verdict, its reasons, and what other texts think of it, each under its author."""
        own = best.reading.hit.chunk.document_id
        by_text: dict[str, list[Candidate]] = {own: []}
        said = list(started)
        for candidate in self._further(best):
            document_id = candidate.reading.hit.chunk.document_id
            views = by_text.setdefault(document_id, [])
            is_view = bool(candidate.found.form) or document_id == own
            if not is_view or candidate.leans or candidate.is_bare:
                continue
            if len(views) >= _VIEWS:
                continue
            if not any(_says_the_same(candidate, other) for other in said):
                views.append(candidate)
                said.append(candidate)
        others = [views for text, views in by_text.items() if text != own and views]
        verdict = [Said(c, view=n == 0 and bool(others)) for n, c in enumerate(started)]
        reasons = [_said(c) for c in _in_order(by_text[own], best)]
        return [*verdict, *reasons, *_other_views(others, best)]


def _other_views(others: Sequence[Sequence[Candidate]], best: Candidate) -> list[Said]:
    return [
        Said(c, view=position == 0)
        for views in others
        for position, c in enumerate(_in_order(views, best))
    ]


def _points(chosen: Sequence[Candidate], started: Sequence[Candidate]) -> list[Said]:
    """Several reasons are points of a list, behind what the answer starts with."""
    further = chosen[len(started) :]
    reasons = [c for c in further if c.found.form and not c.leans]
    if len(reasons) < _FEWEST_POINTS or len(reasons) != len(further):
        return [_said(c) for c in chosen]
    return [*(_said(c) for c in started), *(Said(c, "item") for c in further)]


def _may_stand(candidate: Candidate, best: Candidate) -> bool:
    """Whether a sentence can be said beside the best one at all."""
    names = candidate.reading.names >= _ON_SUBJECT * best.reading.names
    # An item without its list may be what the text speaks against.
    loose = candidate.reading.is_item and not best.reading.is_item
    dangles = candidate.is_bare and not candidate.follows
    is_question = candidate.text.endswith("?")
    follows = candidate.follows
    # Code stands in an answer only where it was asked for.
    codes = bool(follows) and follows[0].is_listing and not candidate.found.code
    bad = loose or dangles or is_question or codes or candidate.reading.is_listing
    return names and not bad


def _in_order(chosen: Sequence[Candidate], best: Candidate) -> list[Candidate]:
    """In the order of their texts, the passage of the best sentence first."""
    first = best.reading.hit.rank
    return sorted(
        chosen,
        key=lambda c: (c.reading.hit.rank != first, c.reading.hit.rank, c.reading.position),
    )


def _leaning_behind(chosen: Sequence[Candidate]) -> list[Candidate]:
    """The same with each sentence that leans on another one right behind that."""
    by_place = {_place(c): c for c in chosen}
    ordered: list[Candidate] = []
    for candidate in chosen:
        passage, position = _place(candidate)
        if candidate.leans and (passage, position - 1) in by_place:
            continue
        ordered.append(candidate)
        while (behind := by_place.get((passage, position := position + 1))) and behind.leans:
            ordered.append(behind)
    return ordered


def _place(candidate: Candidate) -> tuple[str, int]:
    """The passage of a sentence, and its place there."""
    return candidate.reading.hit.chunk.id, candidate.reading.position


def _said(candidate: Candidate) -> Said:
    """In running text, but for a listing."""
    return Said(candidate, "listing" if candidate.reading.is_listing else "running")


def _layout(reading: SentenceReading) -> Layout:
    if reading.is_listing:
        return "listing"
    return "item" if reading.is_item else "running"


def _says_the_same(first: Candidate, second: Candidate) -> bool:
    if first.text == second.text:
        return True
    words, others = _new_words(first), _new_words(second)
    smaller, shared = min(len(words), len(others)), len(words & others)
    return shared == smaller or shared >= max(REDUNDANCY * smaller, _FEWEST_SHARED)


def _new_words(candidate: Candidate) -> set[str]:
    """The words of a sentence that the question does not have, compounds without their parts."""
    new = candidate.terms - set(candidate.reading.credits)
    return {word for word in new if not any(word != other and word in other for other in new)}


def plain_items(said: Sequence[Said]) -> list[Said]:
    """A single item among other sentences is running text; only several make a list."""
    if sum(one.layout == "item" for one in said) > 1:
        return list(said)
    return [replace(one, layout="running") if one.layout == "item" else one for one in said]
