"""What a sentence affirms and what it denies.

Opposites lie on one axis: 작지 않다 affirms what 크다 affirms, and 어렵다 denies what 쉽다
affirms. Word vectors cannot tell opposites apart, so they are listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import NamedTuple

from mlqa.text.kiwi import Morpheme

_PREDICATES = {"VV", "VA", "XSV", "XSA"}
_NOUNS = {"NNG", "NNP", "NNB", "NR", "XR", "SL", "SN", "NP"}
_DENYING_PREFIXES = {"불", "비", "미", "무", "몰"}
_EMPTY = {"하", "이"}
_NOT_AFTER = {"않", "못하", "말"}
_NOT_BEFORE = {"안", "못"}


Sign = tuple[str, bool]


class Predication(NamedTuple):
    """Something that is affirmed or denied.

    Attributes:
        axis: What it is about: a stem, or the first of a group of opposites.
        affirmed: Whether it is affirmed.
        noun: The noun before it, behind the predicate before it; empty if there is none.
        start: Offset of its word.
    """

    axis: str
    affirmed: bool
    noun: str = ""
    start: int = 0

    @property
    def sign(self) -> Sign:
        """What is said, of whatever."""
        return self.axis, self.affirmed


@cache
def _sides() -> dict[str, Predication]:
    """What each word of the list of opposites, with its tag if it has one there, affirms."""
    content = resources.files("mlqa.answer").joinpath("opposites.txt").read_text(encoding="utf-8")
    sides: dict[str, Predication] = {}
    for pair in (line for line in content.splitlines() if not line.startswith("#")):
        right, wrong = (side.split() for side in pair.split("/"))
        axis = right[0].partition(":")[0]
        for words, affirmed in ((right, True), (wrong, False)):
            for word in words:
                sides.setdefault(word, Predication(axis, affirmed))
    return sides


@cache
def _axes() -> frozenset[str]:
    return frozenset(side.axis for side in _sides().values())


def predications(morphemes: Sequence[Morpheme]) -> tuple[Predication, ...]:
    """What a text affirms and denies, in order.

    Args:
        morphemes: Of the text.
    """
    reader = _Reader()
    for position, morpheme in enumerate(morphemes):
        reader.read(morpheme, morphemes[max(0, position - 3) : position], morphemes[position + 1 :])
    return tuple(reader.found)


def contradicts(claim: Sequence[Predication], evidence: Sequence[Predication]) -> bool:
    """Whether a claim affirms what the evidence denies, or the other way round.

    Args:
        claim: What is claimed.
        evidence: What the text that it rests on says.
    """
    said = [found.sign for found in evidence]
    claimed = [found.sign for found in claim]
    denies = not all(affirmed for _, affirmed in said)
    for axis, affirmed in set(claimed):
        there, against = said.count((axis, affirmed)), said.count((axis, not affirmed))
        if against and there < claimed.count((axis, affirmed)):
            return True
        if not (there or against or affirmed or axis in _axes() or denies):
            return True
    crossed = any(_is_crossed(first, second, said) for first, second in pairwise(claimed))
    return crossed or any(_is_denied_of(found, evidence) for found in claim)


def _is_crossed(first: Sign, second: Sign, said: Sequence[Sign]) -> bool:
    """Whether one of two things is joined only with the contrary of the other.

    크면 발산하고 작으면 느리다 does not say 크면 느리다.
    """
    links: list[tuple[Sign, Sign]] = []
    for position, found in enumerate(said):
        if found == second:
            before = [other for other in said[:position] if other[0] == first[0]]
            links += ((other, found) for other in before[-1:])
        if found == first:
            after = [other for other in said[position + 1 :] if other[0] in {first[0], second[0]}]
            links += ((found, other) for other in after[:1] if other[0] == second[0])
    return bool(links) and (first, second) not in links


def _is_denied_of(found: Predication, evidence: Sequence[Predication]) -> bool:
    """Whether the evidence denies something of the very noun of which it is claimed.

    위부터 얼고 바닥의 물은 얼지 않는다 does not say 물도 언다, and 차이가 없다 does not say
    차이가 크다.
    """
    said = [other for other in evidence if other.sign == found.sign]
    if not found.noun or any(other.noun in {found.noun, ""} for other in said):
        return False
    contrary = (found.axis, not found.affirmed)
    if any(other.sign == contrary and other.noun == found.noun for other in evidence):
        return True
    return {other.affirmed for other in evidence if other.axis == found.noun} == {False}


class _Reader:
    """Goes through a text with its last noun and what waits for a negated predicate."""

    def __init__(self) -> None:
        self.found: list[Predication] = []
        self._noun = ""
        self._noun_is_found = False
        self._of = ""  # the last noun proper, until a predicate has it
        self._start = 0
        self._denied = False  # 안 and 못 deny what follows, 불- and 비- as well
        self._skips = False

    def read(
        self, morpheme: Morpheme, before: Sequence[Morpheme], after: Sequence[Morpheme]
    ) -> None:
        """Reads one morpheme with up to three before it and all behind it."""
        form, tag, self._start = morpheme.form, morpheme.tag, morpheme.start
        if tag == "MAG" and form in _NOT_BEFORE:
            self._read_not(form, before, after)
        elif tag == "VX" and form in _NOT_AFTER:
            self._toggle()
        elif form in {"없", "없이"}:
            self._read_lack(before)
        elif form == "있" and tag in {"VA", "VV"}:
            if not _is_ability(before):
                self._say(self._noun, affirmed=True)
        elif tag in {"VCN", "VCP"}:
            if not (tag == "VCN" and before and before[-1].form in {"뿐", "만"}):
                self._say(self._noun, affirmed=tag == "VCP")
        elif tag == "XPN":
            self._denied = form in _DENYING_PREFIXES
        elif tag in _NOUNS:
            self._read_noun(form, tag)
        elif tag in _PREDICATES:
            self._read_predicate(form, tag)
        elif (side := _side(form, tag)) is not None:
            self.found.append(side._replace(start=self._start))

    def _read_not(self, form: str, before: Sequence[Morpheme], after: Sequence[Morpheme]) -> None:
        next_form = after[0].form if after else ""
        ends = [m.form for m in before if m.tag in {"EC", "JX"}]
        if form == "못" and next_form == "하" and "지" in ends:
            self._toggle()
            self._skips = True
        elif form == "안" and next_form == "되" and {"면", "으면", "어서", "어도"} & set(ends):
            self._toggle()  # 쓰면 안 된다
            self._skips = True
        else:
            self._denied = True

    def _read_lack(self, before: Sequence[Morpheme]) -> None:
        if before and before[-1].form == "밖에":
            return  # 몇 개밖에 없다: there are some
        if _is_ability(before):
            self._toggle()
        else:
            self._say(self._noun, affirmed=False)

    def _read_noun(self, form: str, tag: str) -> None:
        side = _side(form, tag)
        self._noun = side.axis if side else form
        if tag != "NNB":
            self._of = self._noun
        self._noun_is_found = side is not None
        if side:
            affirmed = side.affirmed != self._denied
            self.found.append(Predication(side.axis, affirmed, start=self._start))
            self._denied = False

    def _read_predicate(self, form: str, tag: str) -> None:
        if self._skips:
            self._skips = False
        elif tag.startswith("XS"):
            if not self._noun_is_found:
                self._say(self._noun, affirmed=True)
            self._of = ""
        elif form not in _EMPTY:
            side = _side(form, tag) or Predication(form, affirmed=True)
            self._say(side.axis, affirmed=side.affirmed)

    def _say(self, axis: str, *, affirmed: bool) -> None:
        if axis:
            affirmed = affirmed != self._denied
            self.found.append(Predication(axis, affirmed, self._of, self._start))
            self._of = ""
        self._denied = False

    def _toggle(self) -> None:
        if self.found:
            last = self.found[-1]
            self.found[-1] = last._replace(affirmed=not last.affirmed)


def _side(form: str, tag: str) -> Predication | None:
    return _sides().get(f"{form}:{tag}") or _sides().get(form)


def _is_ability(before: Sequence[Morpheme]) -> bool:
    """Whether 있다 or 없다 stands behind ㄹ 수 or ㄹ 필요."""
    tags = [m.tag for m in before]
    nouns = {m.form for m in before if m.tag in {"NNB", "NNG"}}
    return "ETM" in tags and bool(nouns & {"수", "필요", "리", "줄"})


def sides_met(
    morphemes: Sequence[Morpheme],
    claim: Sequence[Predication],
    evidence: Sequence[Predication],
) -> list[Morpheme]:
    """The words of a claim of which the evidence says the same by the other word of the pair.

    쉽지 않다 is met by 어렵다.

    Args:
        morphemes: Of the claim.
        claim: What it says.
        evidence: What the text that it rests on says.
    """
    axes = {axis for axis, _ in {c.sign for c in claim} & {e.sign for e in evidence}}
    return [
        m for m in morphemes if (side := _side(m.form, m.tag)) is not None and side.axis in axes
    ]
