"""Lists that stand in the headings: 다섯 가지 이유, and under it five headings, one for each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mlqa.answer.matching import QuestionMatcher
from mlqa.schema import Block, Document, Span

_NUMBERED = re.compile(r"^(\d+[.)]|[①-⑳]|(첫|둘|셋|넷|다섯|여섯|일곱)째,?)\s+")
_NUMBER_WORDS = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열")
_ENGLISH = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNT = re.compile(rf"({'|'.join(_NUMBER_WORDS[1:])}|\d+) ?(가지|개|단계|종류)")
_ENGLISH_COUNT = re.compile(rf"\b({'|'.join(_ENGLISH[1:])}|\d+)\b", re.IGNORECASE)
_FEWEST = 2
# A list by headings is taken where its heading meets this much of the question.
_LEAST_COVERED = 0.5


class Outline(NamedTuple):
    """Headings of one level under one heading.

    Attributes:
        heading: Titles above the points, outermost first.
        points: The headings, their numbers not included.
    """

    heading: tuple[str, ...]
    points: tuple[Span, ...]


def counted_in(question: str) -> int:
    """How many a question asks for (다섯 가지, five reasons); 0 where it does not say."""
    if found := _COUNT.search(question):
        word = found[1]
        return int(word) if word.isdigit() else _NUMBER_WORDS.index(word)
    if found := _ENGLISH_COUNT.search(question):
        word = found[1].lower()
        return int(word) if word.isdigit() else _ENGLISH.index(word)
    return 0


def outline_for(
    question: str, matcher: QuestionMatcher, documents: Sequence[Document]
) -> tuple[Document, Outline] | None:
    """The list of headings that a question asks for, if there is one.

    Args:
        question: What is asked; it must say how many.
        matcher: Compares headings with the question.
        documents: Where to look, best first.
    """
    count = counted_in(question)
    if count < _FEWEST:
        return None
    found = list(_outlines(documents, count))
    if not found:
        return None
    titles = [" ".join((document.title, *outline.heading)) for document, outline in found]
    covered = [matcher.coverage(matcher.credits(title)) for title in titles]
    best = max(range(len(found)), key=covered.__getitem__)
    return found[best] if covered[best] >= _LEAST_COVERED else None


def _outlines(documents: Sequence[Document], count: int) -> Iterator[tuple[Document, Outline]]:
    for document in documents:
        for outline in _of_document(document):
            if len(outline.points) == count:
                yield document, outline


def _of_document(document: Document) -> Iterator[Outline]:
    headings = [block for block in document.blocks if block.kind == "heading"]
    for position, heading in enumerate(headings):
        children = list(_children(heading, headings[position + 1 :]))
        if len(children) >= _FEWEST:
            title = document.text[heading.start : heading.end]
            yield Outline((title,), tuple(_point(document, child) for child in children))


def _children(heading: Block, behind: Sequence[Block]) -> Iterator[Block]:
    for other in behind:
        if other.level <= heading.level:
            return
        if other.level == heading.level + 1:
            yield other


def _point(document: Document, block: Block) -> Span:
    number = _NUMBERED.match(document.text[block.start : block.end])
    return Span(block.start + (number.end() if number else 0), block.end)
