"""What a sentence claims, as far as it can be compared: figures, predicates and their subjects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mlqa.answer.polarity import Predication, contradicts, predications
from mlqa.answer.quantities import Quantity, agrees, quantities
from mlqa.text.kiwi import Morpheme

_NOUNS = {"NNG", "NNP", "NR", "XR", "SL", "SN", "SH", "XPN", "XSN"}
_PREDICATES = {"VV", "VA", "XSV", "XSA", "VCP", "VCN"}
_POINTING = {"이", "그", "이런", "그런", "저"}
_JOINS = {"고", "며", "으며", "지만", "으나", "나", "는데", "ᆫ데", "은데"}
_CAUSES = {"므로", "으므로", "니까", "으니까"}
# 필요가 없다 says nothing of 필요.
_NO_SUBJECT = {"필요", "때", "경우"}
_FEWEST = 3  # morphemes of a clause


class Subject(NamedTuple):
    """What a predicate is said of.

    Attributes:
        names: The nouns before 은, 는, 이 or 가, those before 의 apart (타이어의 공기압은); each
            name in its words, lower case.
        predicate: The stem that follows; empty for a topic.
        is_topic: Whether it stands before 은 or 는.
        points_back: Whether it stands for something before it (이 방법은).
    """

    names: tuple[tuple[str, ...], ...]
    predicate: str
    is_topic: bool
    points_back: bool


class Claims(NamedTuple):
    """A sentence taken apart.

    Attributes:
        figures: Its figures.
        predications: What it affirms and denies.
        subjects: What that is said of.
        compared: The nouns with which something is compared (물보다).
    """

    figures: tuple[Quantity, ...]
    predications: tuple[Predication, ...]
    subjects: tuple[Subject, ...]
    compared: frozenset[str]


class Clause(NamedTuple):
    """A part of a sentence with a predicate of its own.

    Attributes:
        start: Offset in the sentence.
        end: Offset behind it.
        gives_cause: Whether it gives the reason of the clause behind it.
    """

    start: int
    end: int
    gives_cause: bool


def read_claims(morphemes: Sequence[Morpheme]) -> Claims:
    """Takes a sentence apart.

    Args:
        morphemes: Of the sentence.
    """
    return Claims(
        quantities(morphemes),
        predications(morphemes),
        tuple(_subjects(morphemes)),
        frozenset(_compared(morphemes)),
    )


def clauses(morphemes: Sequence[Morpheme]) -> list[Clause]:
    """The clauses of a sentence that stand side by side or give a reason; conditions stay joined.

    Args:
        morphemes: Of the sentence.
    """
    found: list[Clause] = []
    start = 0
    for position, morpheme in enumerate(morphemes):
        cuts = morpheme.tag == "EC" and morpheme.form in _JOINS | _CAUSES
        behind = morphemes[position + 1 : position + 2]
        # 고 있다, 지 않고는 and the like go on.
        goes_on = not behind or behind[0].tag in {"VX", "JX", "MAG"} or behind[0].form == "있"
        last = position == len(morphemes) - 1
        if last or (cuts and not goes_on and position - start >= _FEWEST):
            causes = morpheme.form in _CAUSES and not last
            found.append(Clause(morphemes[start].start, morpheme.end, causes))
            start = position + 1
    return found


def _subjects(morphemes: Sequence[Morpheme]) -> Iterator[Subject]:
    for position, morpheme in enumerate(morphemes):
        is_topic = morpheme.tag == "JX" and morpheme.form in {"은", "는"}
        if not (is_topic or morpheme.tag == "JKS"):
            continue
        start = _start_of_name(morphemes, position)
        names = _names(morphemes[start:position])
        if names and morphemes[position - 1].form not in _NO_SUBJECT:
            before = morphemes[start - 1] if start else None
            yield Subject(
                names,
                "" if is_topic else _next_predicate(morphemes[position + 1 :]),
                is_topic,
                points_back=bool(before and before.tag == "MM" and before.form in _POINTING),
            )


def _start_of_name(morphemes: Sequence[Morpheme], end: int) -> int:
    start = end
    while start and (morphemes[start - 1].tag in _NOUNS or morphemes[start - 1].tag == "JKG"):
        start -= 1
    return start


def _names(morphemes: Sequence[Morpheme]) -> tuple[tuple[str, ...], ...]:
    names: list[list[str]] = [[]]
    for morpheme in morphemes:
        if morpheme.tag == "JKG":
            names.append([])
        else:
            names[-1].append(morpheme.form.lower())
    return tuple(tuple(name) for name in names if name)


def _next_predicate(morphemes: Sequence[Morpheme]) -> str:
    """The stem of the next predicate: of a noun with 하다 or 이다 the noun."""
    noun = ""
    for morpheme in morphemes:
        if morpheme.tag in {"VV", "VA"}:
            return morpheme.form
        if morpheme.tag in _PREDICATES:
            return noun
        if morpheme.tag in _NOUNS:
            noun = morpheme.form
    return ""


def is_of_another(claimed: Sequence[Subject], said: Sequence[Subject], written: str) -> bool:
    """Whether a text says of something else what a claim says of its subjects.

    A subject that the text does not name may stand in its context, unless the text has a topic of
    its own or gives the same predicate another subject.

    Args:
        claimed: Subjects of the claim.
        said: Subjects of the text.
        written: The text, normalised.
    """
    for subject in claimed:
        named = any(_is_named(name, said, written) for name in subject.names)
        if named or subject.points_back:
            continue
        for other in said:
            same = other.predicate and other.predicate == subject.predicate
            if same or (other.is_topic and not other.points_back):
                return True
    return False


def _is_named(name: Sequence[str], said: Sequence[Subject], written: str) -> bool:
    """Whether a text names something, by the last of its words at the least (정렬은)."""
    if all(noun in written for noun in name):
        return True
    return any(other == (name[-1],) for subject in said for other in subject.names)


def denies(claim: Claims, said: Claims) -> bool:
    """Whether a claim cannot be true if the text that it rests on is.

    Args:
        claim: What is claimed.
        said: What the text says.
    """
    swaps = claim.compared and said.compared and not claim.compared & said.compared
    return bool(swaps) or contradicts(claim.predications, said.predications) or _mixes(claim, said)


def _mixes(claim: Claims, said: Claims) -> bool:
    """Whether a claim gives a predicate a figure that the text gives another one."""
    figures = _by_predicate(said)
    return any(
        figures.get(axis) and not all(agrees(figure, figures[axis]) for figure in claimed)
        for axis, claimed in _by_predicate(claim).items()
    )


def _by_predicate(claims: Claims) -> dict[str, list[Quantity]]:
    """The figures before each predicate, behind the predicate before it."""
    found: dict[str, list[Quantity]] = {}
    last = 0
    for predication in claims.predications:
        here = [f for f in claims.figures if last <= f.start < predication.start]
        found.setdefault(predication.axis, []).extend(here)
        last = predication.start
    return found


def _compared(morphemes: Sequence[Morpheme]) -> Iterator[str]:
    """The nouns before 보다, back to the subject or the clause before it."""
    for position, morpheme in enumerate(morphemes):
        if morpheme.form != "보다" or morpheme.tag != "JKB":
            continue
        for before in reversed(morphemes[:position]):
            if before.tag in {"JX", "JKS", "SP"}:
                break
            if before.tag in _NOUNS:
                yield before.form.lower()
