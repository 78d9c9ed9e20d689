"""The words of a question between spaces, and how a noun and its ending share one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import NamedTuple, get_args

from mlqa.josa import Josa, josa_for
from mlqa.retrieval.repair.edits import Edit
from mlqa.text.kiwi import Morpheme

_BETWEEN_SPACES = re.compile(r"\S+")
_HANGUL = re.compile("[가-힣ㄱ-ㅣ]+")
_ENDINGS = ("J", "E")
_AFTER_NOUNS = ("J", "E", "XS", "VC")
_SHORTEST, _LONGEST = 2, 14  # syllables


class Word(NamedTuple):
    """A word, or two neighbouring ones.

    Attributes:
        start: Offset in the question.
        end: Offset behind it.
        before: Where the word before it begins.
        after: Where the word after it ends.
        morphemes: Its morphemes.
    """

    start: int
    end: int
    before: int
    after: int
    morphemes: Sequence[Morpheme]


def words_of(text: str, morphemes: Sequence[Morpheme]) -> list[Word]:
    """The words of a question.

    Args:
        text: The question.
        morphemes: Its morphemes.
    """
    spans = [found.span() for found in _BETWEEN_SPACES.finditer(text)]
    starts = [morpheme.start for morpheme in morphemes]
    return [
        Word(
            start,
            end,
            spans[max(0, place - 1)][0],
            spans[min(len(spans) - 1, place + 1)][1],
            morphemes[bisect_left(starts, start) : bisect_left(starts, end)],
        )
        for place, (start, end) in enumerate(spans)
    ]


def joined(text: str, first: Word, second: Word) -> Word | None:
    """Two neighbouring words as one, where there is nothing but Hangul and a space in between."""
    written = text[first.start : second.start].rstrip()
    if not _HANGUL.fullmatch(written) or not _HANGUL.match(text, second.start):
        return None
    return Word(
        first.start, second.end, first.before, second.after, [*first.morphemes, *second.morphemes]
    )


def first_hangul(text: str, word: Word) -> tuple[int, int] | None:
    """Where the first stretch of Hangul in a word begins and ends."""
    run = _HANGUL.search(text, word.start, word.end)
    return run.span() if run else None


def parts(text: str, word: Word) -> Iterator[tuple[int, int]]:
    """The stretches of a word that may be a noun and its endings.

    Words that are written without a space between them are parts too, and so are those together.
    """
    for run in _HANGUL.finditer(text, word.start, word.end):
        borders = {run.start(), run.end()}
        for before, after in pairwise(word.morphemes):
            if before.tag.startswith(_ENDINGS) and not after.tag.startswith(_ENDINGS):
                borders.add(min(max(after.start, run.start()), run.end()))
        yield from _near_pairs(sorted(borders))


def _near_pairs(borders: Sequence[int]) -> Iterator[tuple[int, int]]:
    for place, start in enumerate(borders):
        for end in borders[place + 1 :]:
            if end - start > _LONGEST:
                break
            if end - start >= _SHORTEST:
                yield start, end


def is_ending(text: str) -> bool:
    """Whether a text can follow a noun in the same word."""
    return text in _endings()


def can_end(ending: str, start: int, morphemes: Sequence[Morpheme]) -> bool:
    """Whether what follows a stem is an ending: by its letters, or as the analyser reads it.

    Args:
        ending: What follows.
        start: Its offset.
        morphemes: Those that begin in it.
    """
    if not ending or is_ending(ending):
        return True
    is_read = bool(morphemes) and morphemes[0].start == start
    return is_read and all(m.tag.startswith(_AFTER_NOUNS) for m in morphemes)


def replaced(text: str, start: int, end: int, meant: str) -> Edit:
    """A word put in place of another, and its ending in the form that the new one takes.

    Args:
        text: The question.
        start: Where the old word begins.
        end: Where it ends and its ending begins.
        meant: The new word.
    """
    rest = _HANGUL.match(text, end)
    ending = ending_after(meant, rest[0]) if rest else ""
    if rest and ending != rest[0]:
        return Edit(start, rest.end(), meant + ending)
    return Edit(start, end, meant)


def ending_after(word: str, ending: str) -> str:
    """The form of an ending that a word takes: 함수 takes 는, 층 takes 은.

    Args:
        word: The word that is to stand before it.
        ending: Either form of a josa, or anything else, which does not change.
    """
    for forms in get_args(Josa):
        if ending in forms.split("/"):
            found = josa_for(word, forms)
            return ending if "(" in found else found
    return ending


@cache
def _endings() -> frozenset[str]:
    content = resources.files("mlqa.retrieval.repair").joinpath("endings.txt").read_text("utf-8")
    lines = (line for line in content.splitlines() if not line.startswith("#"))
    return frozenset(ending for line in lines for ending in line.split())
