"""The only importer of kiwipiepy: sentences, morphemes and how alike two morphemes are."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.metadata import version
from itertools import repeat
from typing import NamedTuple

from kiwipiepy import Kiwi, MorphemeSet, Token

from mlqa.schema import Span

# Morphemes with an id below this have a vector in Kiwi's language model; ids are ordered by
# frequency, most frequent first (see docs/decisions/0002).
VECTOR_IDS = 70_488
# Ids below this are classes (numbers, Latin letters, unknown words), not words.
FIRST_WORD_ID = 40
# A user word wins over a split into parts, but not over any reading of the sentence.
_USER_WORD_SCORE = 0.0


class Morpheme(NamedTuple):
    """One morpheme of a text.

    Attributes:
        form: As Kiwi gives it (a verb without its ending).
        tag: Part of speech in Kiwi's tag set, without the mark of irregular verbs.
        start: Offset in the text.
        end: Offset behind it.
        id: Number in Kiwi's vocabulary.
    """

    form: str
    tag: str
    start: int
    end: int
    id: int


class Kiwipie:
    """Kiwi with the words of a glossary.

    The dictionary of multi-word names is not loaded: it doubles the start-up time and does not
    help retrieval (docs/decisions/0002). Analysis is safe to call from several threads.

    Args:
        words: Words to add to the dictionary as nouns; a word may hold spaces.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._kiwi = Kiwi(load_multi_dict=False)
        for word in words:
            self._kiwi.add_user_word(word, "NNP", _USER_WORD_SCORE)
        self._blocked: dict[frozenset[str], MorphemeSet] = {}

    @staticmethod
    @cache  # reading the versions of installed packages takes half a millisecond
    def identity() -> str:
        """Names everything that the analysis depends on but for the added words."""
        return f"kiwipiepy-{version('kiwipiepy')}-model-{version('kiwipiepy_model')}"

    def morphemes(self, text: str) -> list[Morpheme]:
        """Morphemes of one text.

        Args:
            text: Any text; it is brought to NFC first, since Kiwi does not analyse NFD.
                Offsets count in the NFC text.
        """
        text = unicodedata.normalize("NFC", text)
        return _morphemes(self._kiwi.tokenize(text))

    def morphemes_of_all(self, texts: Sequence[str]) -> Iterator[list[Morpheme]]:
        """Morphemes of many texts, on all cores."""
        texts = [unicodedata.normalize("NFC", text) for text in texts]
        return map(_morphemes, self._kiwi.tokenize(texts))

    def count_tokens(self, texts: Sequence[str]) -> int:
        """Tokens of texts, one after the other: Kiwi's work alone, to compare other work with."""
        return sum(len(self._kiwi.tokenize(text)) for text in texts)

    def parts(self, word: str) -> list[Morpheme]:
        """Morphemes of a word that is not to be read as one word."""
        nouns = [(word, "NNG"), (word, "NNP")]
        return _morphemes(self._kiwi.tokenize(word, blocklist=nouns))

    def sentences(self, text: str) -> list[Span]:
        """Sentences of a text, without the white space between them."""
        return [
            Span(sentence.start, sentence.end)
            for sentence in self._kiwi.split_into_sents(text, return_sub_sents=False)
        ]

    def join(self, morphemes: Sequence[tuple[str, str]]) -> str:
        """Morphemes to words, with the allomorphs that Korean wants.

        Args:
            morphemes: Form and tag of each, such as ``("모르", "VV"), ("습니다", "EF")``.
        """
        return str(self._kiwi.join(morphemes))

    def likelihood(self, text: str, without: frozenset[str] = frozenset()) -> float:
        """How likely the best reading of a text is: the logarithm, to base e, 0 at the most.

        Longer texts are less likely; compare texts that say the same.

        Args:
            text: Any text.
            without: Added words that are to be read as if they had not been added.
        """
        if without not in self._blocked:
            words = [(word, "NNP") for word in sorted(without)]
            self._blocked[without] = MorphemeSet(self._kiwi, words)
        return float(self._kiwi.analyze(text, blocklist=self._blocked[without])[0][1])

    def respaced(self, text: str) -> str:
        """A text with its spaces where Kiwi would put them, those that it has not considered."""
        return str(self._kiwi.space(text, reset_whitespace=True))

    def similarities(self, morpheme_id: int, others: Iterable[int]) -> Iterator[float]:
        """Cosine similarities of one morpheme to others, by vocabulary id below VECTOR_IDS."""
        # Kiwi's own method, without the Python around it, which costs as much again.
        of = super(Kiwi, self._kiwi).morpheme_similarity  # type: ignore[misc]  # not in its stub
        return map(of, repeat(morpheme_id), others)


def _morphemes(tokens: Sequence[Token]) -> list[Morpheme]:
    # Every token of every passage comes by here: what costs little is done first.
    morphemes: list[Morpheme] = []
    for token in tokens:
        tag = token.tag
        if "-" in tag:
            tag = tag.partition("-")[0]
        start = token.start
        if tag == "SL" and morphemes and morphemes[-1].tag == "SL" and morphemes[-1].end == start:
            # Kiwi cuts some Latin words in two (school as s and chool).
            last = morphemes[-1]
            morphemes[-1] = last._replace(form=last.form + token.form, end=token.end)
        else:
            morphemes.append(Morpheme(token.form, tag, start, token.end, token.id))
    return morphemes
