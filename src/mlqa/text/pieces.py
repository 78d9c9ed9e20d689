"""Morphemes to pieces: what carries a text's vector (see ``mlqa.index.encoder``)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from mlqa.text.kiwi import FIRST_WORD_ID, VECTOR_IDS, Morpheme

Piece = int | str  # a morpheme's vocabulary id, or a word

_MARKS = frozenset({"SF", "SP", "SS", "SSO", "SSC", "SE", "SO", "SW", "SB"})
_ENDINGS = "JE"  # first letters of the tags of particles and endings
_WORD = re.compile(r"[a-z]+|[0-9]|[가-힣]+")


def pieces_of(morphemes: Iterable[Morpheme]) -> Iterator[Piece]:
    """The pieces that carry a text's vector: morphemes with a vector, and words.

    Particles and endings are left out: they add nothing, and a text shall not move when its
    tone does.

    Kiwi cuts some Latin words (school as s and chool); what it gives without a gap is one word.
    """
    latin, end = "", -1
    for morpheme in morphemes:
        if latin and not (morpheme.tag == "SL" and morpheme.start == end):
            yield from words_of(latin)
            latin = ""
        if morpheme.tag == "SL":
            latin, end = latin + morpheme.form, morpheme.end
        elif morpheme.tag in _MARKS or morpheme.tag[0] in _ENDINGS:
            continue
        elif FIRST_WORD_ID <= morpheme.id < VECTOR_IDS:
            yield morpheme.id
        elif morpheme.id < FIRST_WORD_ID:
            yield from words_of(morpheme.form)
    yield from words_of(latin)


def words_of(text: str) -> list[str]:
    """Latin words in lower case without accents, digits one by one, Hangul words."""
    if not text.isascii():
        plain = "".join(
            c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)
        )
        text = unicodedata.normalize("NFC", plain)
    return _WORD.findall(text.lower())
