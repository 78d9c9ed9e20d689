"""Spaces that stand in the wrong places: 배 치 정 규 화, 립시 츠조건 을."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlqa.retrieval.repair.edits import Edit
from mlqa.retrieval.repair.judging import Judge

# How much more likely the text must be with its spaces moved (logarithm to base e).
_GAIN = 6.0
_LATIN = re.compile("[A-Za-z]")


def respaced(text: str, judge: Judge) -> list[Edit]:
    """The stretches of a text that say more with a space taken out or moved.

    A space that is only missing changes nothing that is looked for, and is left alone.

    Args:
        text: The question.
        judge: Knows where spaces belong, and how likely a text is.
    """
    if " " not in text:
        return []
    edits = []
    for start, end, better in _moved(text, judge.respaced(text)):
        written = text[start:end]
        if " " not in written or _LATIN.search(written) or not judge.says_more(better, written):
            continue
        if judge.likelihood(better) - judge.likelihood(written) >= _GAIN:
            edits.append(Edit(start, end, better))
    return edits


def _moved(text: str, other: str) -> Iterator[tuple[int, int, str]]:
    """The stretches between spaces that both texts have, where they differ.

    Args:
        text: The question.
        other: The same characters with other spaces.
    """
    begin = other_begin = i = j = 0
    while i <= len(text) and j <= len(other):
        ends = i == len(text) and j == len(other)
        if ends or (i < len(text) and j < len(other) and text[i] == other[j] == " "):
            if text[begin:i] != other[other_begin:j]:
                yield begin, i, other[other_begin:j]
            begin, other_begin = i + 1, j + 1
            i, j = i + 1, j + 1
        elif i < len(text) and text[i] == " ":
            i += 1
        elif j < len(other) and other[j] == " ":
            j += 1
        else:
            i, j = i + 1, j + 1
