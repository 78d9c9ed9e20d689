"""Misspelled Korean words, and the words that were meant.

A word is taken for another one where it looks misspelled, the other is a slip or two of the fingers
away, and the sentence is likelier with it: Kiwi's language model weighs both. The words of the
index and the glossary come first, then those of the language. The thresholds were chosen on typing
errors in the training part of the gold set and on well spelled questions about other things.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from mlqa.retrieval.repair.edits import Edit
from mlqa.retrieval.repair.judging import JAMO, Judge
from mlqa.retrieval.repair.keyboard import to_hangul, to_keys
from mlqa.retrieval.repair.lexicon import Near
from mlqa.retrieval.repair.retyping import retyped
from mlqa.retrieval.repair.words import (
    Word,
    can_end,
    first_hangul,
    joined,
    parts,
    replaced,
    words_of,
)
from mlqa.text.glossary import normalise_form
from mlqa.text.kiwi import FIRST_WORD_ID
from mlqa.text.terms import Term

# How much likelier a sentence must become (logarithm to base e) for a word that is cut into
# syllables, one that no dictionary has, one that holds letters without a syllable; and for every
# whole slip.
_CUT, _UNKNOWN, _STRAY, _FOR_SLIP = 5.5, 2.5, -5.0, 5.0
# A name is no likelier than its misspelling; this near, it need not be.
_NAME, _NAME_SLIPS, _NAME_KEYS = -12.0, 0.08, 6
_PARTICLES = frozenset({
    "은", "는", "이", "가", "을", "를", "의", "에", "에서", "와", "과", "로", "으로", "도", "만",
})  # fmt: skip
# An unknown word of so many syllables may be several without a space between them; what follows the
# first of them need not be an ending then, but it must be a long word.
_LONG_UNKNOWN, _GLUED_KEYS = 5, 7
_STRAY_SLIPS, _LEFT_OVER = 1.0, 0.5
# The same for words that neither index nor glossary hold.
_ANY_CUT, _ANY_UNKNOWN, _ANY_STRAY = 9.0, 11.0, 3.0
# Words of one question that are looked at, so that a long one does not take long.
_MOST_WORDS, _MOST_PARTS, _MOST_RETYPED, _LONGEST_RETYPED = 16, 64, 2, 6
_MOST_LIKELY = 5
_AROUND = 30  # characters of the neighbours that are weighed


class _Choice(NamedTuple):
    """A word that may have been meant.

    Attributes:
        gain: What speaks for it: how much likelier the sentence becomes, less its slips.
        edit: What it changes.
        near: The word.
    """

    gain: float
    edit: Edit
    near: Near


class KoreanSpeller:
    """Finds what misspelled Korean words were meant to be.

    Args:
        judge: Tells which words look misspelled, and how likely a sentence is.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._lexicon = judge.lexicon

    def listed(self, text: str, terms: Sequence[Term]) -> list[Edit]:
        """The misspellings of a text that the glossary lists.

        Args:
            text: The question.
            terms: Its terms.
        """
        edits: list[Edit] = []
        spans = {(term.start, -term.end) for term in terms}
        for start, minus_end in sorted(spans):
            written = text[start:-minus_end].rstrip(" -")
            meant = self._lexicon.respelled.get(normalise_form(written))
            if meant and (not edits or edits[-1].end <= start):
                edits.append(replaced(text, start, start + len(written), meant))
        return edits

    def edits(self, text: str) -> list[Edit]:
        """Words that look misspelled, and what they were meant to be.

        Args:
            text: The question.
        """
        words = words_of(text, self._judge.morphemes(text))
        doubtful = [p for p, word in enumerate(words) if self._judge.doubts(text, word.morphemes)]
        edits: list[Edit] = []
        unmended = []
        for place in doubtful[:_MOST_WORDS]:
            found = self._meant(text, words, place, edits)
            edits += found
            if not found:
                unmended.append(words[place])
        for word in unmended[:_MOST_RETYPED]:
            edits += self._retyped(text, word)
        return edits

    def _meant(
        self, text: str, words: Sequence[Word], place: int, done: Sequence[Edit]
    ) -> list[Edit]:
        """The words of the index that a word, alone or with a neighbour, was meant to be.

        Args:
            text: The question.
            words: Its words.
            place: Which of them looks misspelled.
            done: Edits of the words before it.
        """
        word = words[place]
        choices = [
            choice
            for start, end in islice(parts(text, word), _MOST_PARTS)
            for choice in self._choices(text, word, start, end)
        ]
        for first, second in pairwise(words[max(0, place - 1) : place + 2]):
            pair = joined(text, first, second)
            if pair:
                choices += self._forms(text, pair, second)
        fewest = {choice.near.word: math.inf for choice in choices}
        for choice in choices:
            fewest[choice.near.word] = min(fewest[choice.near.word], choice.near.slips)
        chosen: list[Edit] = []
        # Of two that change a text alike the one that changes less of it.
        for choice in sorted(choices, key=lambda c: (-c.gain, c.edit.end - c.edit.start)):
            edit = choice.edit
            # With more slips it is the same word with its ending swallowed.
            if choice.near.slips == fewest[choice.near.word] and all(
                edit.end <= other.start or other.end <= edit.start for other in (*done, *chosen)
            ):
                chosen.append(edit)
        return chosen

    def _choices(self, text: str, word: Word, start: int, end: int) -> Iterator[_Choice]:
        """The words that the beginning of a part of a word may have been meant to be."""
        own = [m for m in word.morphemes if start <= m.start < end]
        if not self._judge.doubts(text, own):
            return
        may_be_glued = any(m.id < FIRST_WORD_ID and m.end - m.start >= _LONG_UNKNOWN for m in own)
        for stem_end in range(start + 2, end + 1):
            stem, ending = text[start:stem_end], text[stem_end:end]
            is_glued = not can_end(ending, stem_end, [m for m in own if m.start >= stem_end])
            if (is_glued and not may_be_glued) or self._lexicon.knows(normalise_form(stem)):
                continue
            if is_glued:
                yield from self._glued(text, word, start, stem_end)
                continue
            for near in self._near(stem):
                edit = replaced(text, start, stem_end, near.word)
                gain = self._gain(text, word, edit)
                if gain >= self._least_gain(stem, near, ending):
                    yield _Choice(gain - _FOR_SLIP * near.slips, edit, near)

    def _glued(self, text: str, word: Word, start: int, end: int) -> Iterator[_Choice]:
        """The words that the beginning of several words without a space may have been."""
        written = Edit(start, end, text[start:end] + " ")
        for near in self._near(text[start:end]):
            if near.keys >= _GLUED_KEYS:
                edit = Edit(start, end, near.word + " ")
                gain = self._gain(text, word, edit, written) - _FOR_SLIP * near.slips
                if gain >= _UNKNOWN:
                    yield _Choice(gain, edit, near)

    def _forms(self, text: str, pair: Word, second: Word) -> Iterator[_Choice]:
        """The forms of several words that two neighbouring words may have been meant to be."""
        _, end = first_hangul(text, second) or (0, 0)
        for stem_end in range(second.start + 1, end + 1):
            stem, ending = text[pair.start : stem_end], text[stem_end:end]
            after = [m for m in second.morphemes if m.start >= stem_end]
            if not can_end(ending, stem_end, after) or self._lexicon.knows(normalise_form(stem)):
                continue
            for near in self._lexicon.near(to_keys(normalise_form(stem)), "hangul"):
                if len(near.word.split()) > 1:
                    edit = _trimmed(text, replaced(text, pair.start, stem_end, near.word))
                    gain = self._gain(text, pair, edit)
                    if gain >= _UNKNOWN + _FOR_SLIP * near.slips:
                        yield _Choice(gain - _FOR_SLIP * near.slips, edit, near)

    def _retyped(self, text: str, word: Word) -> list[Edit]:
        """The word that one slip made of a word, where that makes the sentence much likelier."""
        start, end = first_hangul(text, word) or (0, 0)
        written = text[start:end]
        if not 0 < len(written) <= _LONGEST_RETYPED:
            return []
        is_stray = bool(JAMO.search(written))
        least = _ANY_UNKNOWN if self._judge.is_unknown(written) else _ANY_CUT
        others = retyped(written, missing=is_stray)
        # By itself first: the word is shorter than its sentence.
        likely = sorted(
            others, key=lambda other: _FOR_SLIP * others[other] - self._judge.likelihood(other)
        )
        best, meant = _ANY_STRAY if is_stray else least, ""
        for other in likely[:_MOST_LIKELY]:
            gain = self._gain(text, word, Edit(start, end, other)) - _FOR_SLIP * others[other]
            if gain > best:
                best, meant = gain, other
        return [Edit(start, end, meant)] if meant and self._judge.is_hangul(meant) else []

    def _gain(self, text: str, word: Word, edit: Edit, written: Edit | None = None) -> float:
        """How much likelier a word and its neighbours are with an edit than as they stand.

        Args:
            text: The question.
            word: The word.
            edit: The change.
            written: Another change to compare it with.
        """
        first, last = max(word.before, edit.start - _AROUND), min(word.after, edit.end + _AROUND)
        before, after = (
            self._judge.likelihood(text[first : each.start] + each.text + text[each.end : last])
            for each in (written or Edit(edit.start, edit.start, ""), edit)
        )
        return after - before

    def _near(self, stem: str) -> list[Near]:
        """Words that a stem may have been meant to be.

        Where it holds letters without a syllable, also what all its letters spell out, and what
        is left without them.
        """
        keys = to_keys(stem)
        strays = len(JAMO.findall(stem))
        near = self._lexicon.near(keys, "hangul", _STRAY_SLIPS if strays else 0.0)
        if strays:
            for word, slips in ((JAMO.sub("", stem), _LEFT_OVER * strays), (to_hangul(keys), 0.0)):
                if self._judge.is_word(word):
                    near.insert(0, Near(word, slips, len(to_keys(word))))
        return near

    def _least_gain(self, stem: str, near: Near, ending: str) -> float:
        """How much likelier the sentence must become."""
        if not near.slips:
            return -math.inf
        more = _FOR_SLIP * near.slips
        if JAMO.search(stem):
            return _STRAY + more
        if not self._judge.is_unknown(stem):
            return _CUT + more
        is_name = near.keys >= _NAME_KEYS and near.slips <= _NAME_SLIPS * near.keys
        return _NAME if is_name and (not ending or ending in _PARTICLES) else _UNKNOWN + more


def _trimmed(text: str, edit: Edit) -> Edit:
    """An edit without the words at its beginning and end that it does not change."""
    start, end, words = edit.start, edit.end, edit.text.split()
    while len(words) > 1 and text.startswith(words[0] + " ", start):
        start += len(words.pop(0)) + 1
    while len(words) > 1 and text.endswith(" " + words[-1], start, end):
        end -= len(words.pop()) + 1
    return Edit(start, end, " ".join(words))
