"""Text to index terms: the content morphemes, compounds whole and in parts, and the glossary.

A term is what BM25 counts and what carries a vector. Rules (measured in docs/decisions/0003):

- content morphemes only: nouns, verbs and adjectives in dictionary form, adverbs, Latin letters
  in lower case, numbers; particles, endings and light verbs are dropped;
- a prefix is glued to what follows (비지도 is not 지도), a suffix added to what stands before
  (정규 + 화 gives 정규 and 정규화);
- nouns written together also give the whole (배치정규화 gives 배치, 정규화 and 배치정규화);
- a form of a glossary term also gives the terms of the term's canonical form, so that BN,
  batch norm and 배치 정규화 meet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple
from zlib import crc32

from mlqa.cache import Cache, CacheStats
from mlqa.text.forms import FormFinder
from mlqa.text.glossary import Entry, Glossary, normalise_form
from mlqa.text.kiwi import FIRST_WORD_ID, VECTOR_IDS, Kiwipie, Morpheme
from mlqa.text.pieces import Piece, pieces_of

# Raised when the rules change, so that an index made before is built again.
TERMS_VERSION = 1

_NOUNS = frozenset({"NNG", "NNP", "NR", "XR", "SL", "SH", "SN", "NF", "UN"})
_PREDICATES = frozenset({"VV", "VA"})
_CONTENT = _NOUNS | _PREDICATES | {"MAG", "W_SERIAL"}
_WHOLE = frozenset({"XPN", "NNG", "NNP", "NR", "XR", "SL", "SN", "XSN"})
_SHORTEST_COMPOUND = 3  # characters
_FIXED = frozenset({"잘", "안", "못"})
_LIGHT_VERBS = frozenset({"되", "하", "나가"})


@cache
def _stop_words() -> frozenset[str]:
    """Words that say nothing about what a passage is about."""
    content = resources.files("mlqa.text").joinpath("stopwords.txt").read_text(encoding="utf-8")
    lines = (line for line in content.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())


class Term(NamedTuple):
    """One index term of a text.

    Attributes:
        text: What the index counts.
        start: Offset in the text.
        end: Offset behind it.
        ids: Vocabulary ids of the morphemes that carry its vector, all below VECTOR_IDS; empty
            for a whole whose parts are terms too.
        of_glossary: Whether it stands for another form, as written in the text.
        is_name: Whether it is written as a name: a proper noun, a word in no dictionary, Latin.
        is_adverb: Whether it is an adverb, which tells less than other words.
    """

    text: str
    start: int
    end: int
    ids: tuple[int, ...]
    of_glossary: bool = False
    is_name: bool = False
    is_adverb: bool = False

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """What carries its vector: its morphemes, or the term itself where it has none."""
        return self.ids or (self.text,)


class Analysed(NamedTuple):
    """What one analysis of a text gives.

    Attributes:
        terms: Its terms, in order.
        pieces: What carries its vector.
    """

    terms: tuple[Term, ...]
    pieces: tuple[Piece, ...]


class TermExtractor:
    """Turns texts into terms.

    Args:
        kiwi: The analyser, with the glossary's words.
        glossary: Which forms mean the same.
        cache_limit: Analysed texts that are kept.

    Attributes:
        cache: Analysed texts.
    """

    def __init__(self, kiwi: Kiwipie, glossary: Glossary, cache_limit: int = 4096) -> None:
        self.kiwi = kiwi
        self.glossary = glossary
        self.cache: Cache[str, Analysed] = Cache("terms", cache_limit)
        self._forms = FormFinder(glossary)
        self._parts: dict[str, tuple[Morpheme, ...]] = {}
        self._canonical: dict[str, tuple[tuple[str, tuple[int, ...]], ...]] = {}

    @property
    def identity(self) -> str:
        """Names everything that the terms depend on."""
        return f"{self.program()}-{self.glossary.identity}"

    @staticmethod
    def program() -> str:
        """Names everything that the terms depend on but for the glossary."""
        stop_words = crc32(" ".join(sorted(_stop_words())).encode("utf-8"))
        return f"{Kiwipie.identity()}-terms-{TERMS_VERSION}-{stop_words:08x}"

    def terms(self, text: str) -> tuple[Term, ...]:
        """The terms of a text, in order; see the module's rules.

        Args:
            text: Any text; offsets count in its NFC.
        """
        return self.analyse(text).terms

    def analyse(self, text: str) -> Analysed:
        """The terms and pieces of a text; see ``terms``."""
        text = unicodedata.normalize("NFC", text)
        return self.cache.get_or_make(text, lambda: self._analyse(text, self.kiwi.morphemes(text)))

    def analyse_all(self, texts: Sequence[str]) -> list[Analysed]:
        """The terms and pieces of many texts; new ones are analysed on all cores."""
        texts = [unicodedata.normalize("NFC", text) for text in texts]
        if len(texts) == 1:
            return [self.analyse(texts[0])]
        kept = {text: self.cache.get(text) for text in dict.fromkeys(texts)}
        new = [text for text, found in kept.items() if found is None]
        for text, morphemes in zip(new, self.kiwi.morphemes_of_all(new), strict=True):
            found = self._analyse(text, morphemes)
            self.cache.put(text, found)
            kept[text] = found
        return [analysed for text in texts if (analysed := kept[text]) is not None]

    def terms_of_all(self, texts: Sequence[str]) -> list[tuple[Term, ...]]:
        """The terms of many texts; see ``analyse_all``."""
        return [found.terms for found in self.analyse_all(texts)]

    def stats(self) -> CacheStats:
        """Counters of the cache of analysed texts."""
        return self.cache.stats()

    def _analyse(self, text: str, morphemes: list[Morpheme]) -> Analysed:
        found = [*self._content(morphemes), *_wholes(text, morphemes)]
        found += self._glossary_terms(text, morphemes, found)
        terms = sorted(found, key=attrgetter("start", "end"))
        return Analysed(tuple(terms), tuple(pieces_of(morphemes)))

    def _content(self, morphemes: Sequence[Morpheme]) -> Iterator[Term]:
        """The content morphemes, prefixes glued and unknown words also in parts."""
        yield from _fixed_phrases(morphemes)
        prefix: Morpheme | None = None
        for morpheme in morphemes:
            if morpheme.tag == "XPN":
                prefix = morpheme
                continue
            if morpheme.tag in _CONTENT:
                glued = prefix if prefix and prefix.end == morpheme.start else None
                yield from self._word(morpheme, glued)
            prefix = None

    def _word(self, morpheme: Morpheme, prefix: Morpheme | None) -> Iterator[Term]:
        text = index_form(morpheme)
        if text in _stop_words():
            return
        start, end, ids = morpheme.start, morpheme.end, _vector_ids([morpheme])
        if prefix:
            text, start, ids = prefix.form + text, prefix.start, _vector_ids([prefix, morpheme])
        elif not ids and morpheme.tag in {"NNG", "NNP"}:
            for part in self._known_parts(morpheme.form):
                yield Term(index_form(part), start, end, _vector_ids([part]))
        is_adverb = morpheme.tag == "MAG"
        yield Term(text, start, end, ids, is_name=_is_name(morpheme), is_adverb=is_adverb)

    def _known_parts(self, word: str) -> tuple[Morpheme, ...]:
        """Parts of a word that has no vector of its own, where all of them are known nouns."""
        if word not in self._parts:
            parts = self.kiwi.parts(word) if len(word) >= _SHORTEST_COMPOUND else []
            known = all(p.tag in {"NNG", "NNP", "XSN"} and _vector_ids([p]) for p in parts)
            long = [p for p in parts if len(p.form) > 1 and p.form != word]
            self._parts[word] = tuple(long) if known else ()
        return self._parts[word]

    def _glossary_terms(
        self, text: str, morphemes: Sequence[Morpheme], found: Sequence[Term]
    ) -> list[Term]:
        """What the canonical form of every form of the glossary in the text adds to it."""
        added: list[Term] = []
        for entry, start, end in self._forms.find(text, morphemes):
            there = {term.text for term in found if start <= term.start and term.end <= end}
            added += [
                Term(form, start, end, ids, of_glossary=True)
                for form, ids in self._canonical_terms(entry)
                if form not in there
            ]
        return added

    def _canonical_terms(self, entry: Entry) -> tuple[tuple[str, tuple[int, ...]], ...]:
        if entry.canonical not in self._canonical:
            # A verb alone may be read as a noun (배우다 as 배우), with a connective it is not.
            verb = re.fullmatch("([가-힣]+)다", entry.canonical)
            morphemes = self.kiwi.morphemes(f"{verb[1]}고" if verb else entry.canonical)
            own = {term.text: term.ids for term in self._content(morphemes)}
            if len(own) > 1:
                own.setdefault(normalise_form(entry.canonical), ())
            self._canonical[entry.canonical] = tuple(own.items())
        return self._canonical[entry.canonical]


def index_form(morpheme: Morpheme) -> str:
    """What the index counts a morpheme as: verbs in dictionary form, the rest in lower case."""
    if morpheme.tag in _PREDICATES:
        return morpheme.form + "다"
    return normalise_form(morpheme.form)


def _vector_ids(morphemes: Sequence[Morpheme]) -> tuple[int, ...]:
    return tuple([m.id for m in morphemes if FIRST_WORD_ID <= m.id < VECTOR_IDS])


def _is_name(morpheme: Morpheme) -> bool:
    unlisted = morpheme.tag == "NNG" and morpheme.id < FIRST_WORD_ID
    return morpheme.tag in {"NNP", "SL"} or unlisted


def _fixed_phrases(morphemes: Sequence[Morpheme]) -> Iterator[Term]:
    """잘 되다, 안 되다 and the like, written as one word or two, as one term."""
    for first, second in pairwise(morphemes):
        if first.tag == "MAG" and first.form in _FIXED and second.form in _LIGHT_VERBS:
            text = f"{first.form}{second.form}다"
            yield Term(text, first.start, second.end, ())


def _wholes(text: str, morphemes: Sequence[Morpheme]) -> Iterator[Term]:
    """Runs of nouns with prefixes and suffixes that are written together, as one term each."""
    run: list[Morpheme] = []
    for morpheme in [*morphemes, None]:
        if morpheme and morpheme.tag in _WHOLE and (not run or run[-1].end == morpheme.start):
            run.append(morpheme)
            continue
        shortest = 3 if run and run[0].tag == "XPN" else 2  # a prefixed word is a term already
        if len(run) >= shortest and run[0].tag != "XSN" and run[-1].end > run[0].start:
            start, end = run[0].start, run[-1].end
            yield Term(normalise_form(text[start:end]), start, end, ())
        run = [morpheme] if morpheme and morpheme.tag in _WHOLE else []


def unknown_words(kiwi: Kiwipie, words: Sequence[str]) -> tuple[str, ...]:
    """The words that the analyser does not know by itself, neither whole nor in parts.

    Words that it knows are better not added: an added word has no vector.

    Args:
        kiwi: An analyser without added words.
        words: Nouns.
    """
    analysed = zip(words, kiwi.morphemes_of_all(words), strict=True)
    return tuple(word for word, morphemes in analysed if _is_unknown(morphemes))


def _is_unknown(morphemes: Sequence[Morpheme]) -> bool:
    inflected = any(morpheme.tag.startswith(("E", "J")) for morpheme in morphemes)
    nouns = all(m.tag in {"NNG", "NNP", "NNB", "NR", "XSN", "XPN", "XR"} for m in morphemes)
    known = all(morpheme.id >= FIRST_WORD_ID for morpheme in morphemes)
    return not inflected and not (nouns and known)
