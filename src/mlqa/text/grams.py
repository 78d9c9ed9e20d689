"""Tokens beside the terms: pairs of neighbouring terms, and pairs of letters.

Pairs of terms tell which words stand together (the wolf ate the sheep). Pairs of letters find words
that the analyser reads differently in question and passage: names, typing errors, missing spaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from mlqa.text.terms import Term


def term_pairs(terms: Sequence[Term]) -> list[str]:
    """Each term with each term of the next place; terms that begin together are one place.

    Args:
        terms: Terms of a text, in order.
    """
    places = [[term.text for term in group] for _, group in groupby(terms, lambda t: t.start)]
    return [f"{a} {b}" for first, second in pairwise(places) for a in first for b in second]


def letter_pairs(text: str) -> list[str]:
    """Pairs of neighbouring letters and digits of each word, in lower case.

    Args:
        text: Any text, in NFC.
    """
    words = ("".join(filter(str.isalnum, word)) for word in text.lower().split())
    return [word[i : i + 2] for word in words for i in range(len(word) - 1)]
