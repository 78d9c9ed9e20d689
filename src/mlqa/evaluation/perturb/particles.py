"""Particles changed to what a Korean might as well have written, or left out as in chats."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mlqa.evaluation.perturb.sounds import fitting
from mlqa.text.kiwi import Kiwipie, Morpheme

_NOUNS = frozenset({"NNG", "NNP", "NNB", "NR", "SL", "SN", "XSN", "SSC"})
_STEMS = frozenset({"VV", "VA", "VX", "VCP", "VCN", "XSV", "XSA"})
_ASKING = frozenset({"어떤", "무슨", "몇", "어느", "어떠", "무엇", "뭐", "누구", "어디"})
# Nouns of time: 지금은 does not become 지금이.
_TIMES = frozenset({"지금", "오늘", "내일", "요즘", "예전", "나중", "처음", "최근", "때", "이번"})
_INTRANSITIVE = frozenset({"되", "있", "없", "아니", "이"})
_SWAPPED: Mapping[str, str] = {
    "와": "랑", "과": "랑", "랑": "하고", "이랑": "하고", "하고": "랑", "에게": "한테",
    "한테": "에게", "에게서": "한테서", "한테서": "에게서",
}  # fmt: skip


class _Place(NamedTuple):
    """A particle in its question.

    Attributes:
        text: The question in NFC.
        morphemes: Its morphemes.
        at: Which of them is the particle.
    """

    text: str
    morphemes: Sequence[Morpheme]
    at: int

    @property
    def particle(self) -> Morpheme:
        """The particle."""
        return self.morphemes[self.at]

    @property
    def noun(self) -> Morpheme:
        """What it stands behind."""
        return self.morphemes[self.at - 1]

    @property
    def rest(self) -> Sequence[Morpheme]:
        """What follows it."""
        return self.morphemes[self.at + 1 :]

    def left_out(self) -> str:
        """Nothing where white space follows, else the particle: it parts two words."""
        is_last = self.text[self.particle.end : self.particle.end + 1].isspace()
        return "" if is_last else self.particle.form

    def fitting(self, particle: str) -> str:
        """Another particle in the form that fits what stands before."""
        return fitting(particle, self.text[: self.particle.start])


def change_particles(question: str, kiwi: Kiwipie) -> str | None:
    """A Korean question with other particles; the same for the same question.

    은/는 and 이/가 change places where the meaning allows it and are left out elsewhere; 을/를 and
    의 are left out; 와/과 becomes 랑, 에게 becomes 한테. Particles that are part of a syllable
    (뭘, 난) and those behind question words (누가, 무엇을) stay.

    Args:
        question: The question.
        kiwi: The analyser.

    Returns:
        The question with its particles changed; None where there are none to change.
    """
    text = unicodedata.normalize("NFC", question)
    morphemes = kiwi.morphemes(text)
    pieces: list[str] = []
    done = 0
    bare = False  # whether the word before has just lost its particle
    for at, particle in enumerate(morphemes):
        if particle.tag in _STEMS:
            bare = False
        is_apart = at > 0 and morphemes[at - 1].end == particle.start
        if not is_apart or text[particle.start : particle.end] != particle.form:
            continue
        new = _replacement(_Place(text, morphemes, at))
        if not new and bare:
            new = particle.form  # two bare nouns in a row would be read as one
        elif particle.tag.startswith("J"):
            bare = not new and particle.tag != "JKB"
        pieces += [text[done : particle.start], new]
        done = particle.end
    changed = "".join([*pieces, text[done:]])
    return changed if changed != text else None


def _replacement(place: _Place) -> str:
    particle, noun = place.particle, place.noun
    rest = place.rest
    if rest and rest[0].tag.startswith("J") and rest[0].start == particle.end:
        return particle.form  # two in a row belong together: 만이, 까지를
    if particle.tag == "JX" and noun.tag == "JKB" and particle.form in {"은", "는"}:
        return place.left_out()  # 에서는, 에는
    if noun.tag not in _NOUNS or noun.form in _ASKING:
        return particle.form
    return _behind_noun(place)


def _behind_noun(place: _Place) -> str:
    tag, form = place.particle.tag, place.particle.form
    if tag in {"JC", "JKB"}:
        return place.fitting(_SWAPPED.get(form, form))
    if tag in {"JKO", "JKG"}:
        return place.left_out()
    if tag == "JX" and form in {"은", "는", "란", "이란"}:
        return _for_topic(place)
    return _for_subject(place) if tag == "JKS" and form in {"이", "가"} else form


def _for_topic(place: _Place) -> str:
    """은/는: 이/가 where the topic is the subject for certain, else nothing."""
    rest = place.rest
    if not any(morpheme.tag in _STEMS for morpheme in rest):
        return place.particle.form  # 그럼 ReLU는?
    stem = _main_stem(rest)
    is_subject = any(m.tag == "JKO" for m in rest) or (
        stem is not None and (stem.tag in {"VA", "XSA", "VCP"} or stem.form in _INTRANSITIVE)
    )
    has_other_subject = any(m.tag in {"JKS", "JX"} and m.form in {"이", "가"} for m in rest)
    if is_subject and not has_other_subject and place.noun.form not in _TIMES:
        return place.fitting("이")
    return place.left_out()


def _for_subject(place: _Place) -> str:
    """이/가: 은/는 in the main clause, else nothing."""
    asks = any(m.form in _ASKING for m in place.morphemes[max(0, place.at - 3) : place.at])
    verbal = [m for m in place.rest if m.tag in _STEMS or m.tag.startswith("E")]
    is_main = bool(verbal) and all(m.tag in _STEMS or m.tag in {"EP", "EF"} for m in verbal)
    is_close = bool(place.rest) and place.rest[0].tag in _STEMS - {"VCP"}
    if asks:
        return place.particle.form
    if is_main and not is_close:
        return place.fitting("은")
    is_long = place.noun.end - place.noun.start > 1  # 남이 짠 코드 stays
    return place.left_out() if is_long else place.particle.form


def _main_stem(morphemes: Sequence[Morpheme]) -> Morpheme | None:
    """The last stem that says something: 사 in 사야 되는 거예요 and in 살 수 있나요."""
    for before, stem in zip(reversed(morphemes[:-1]), reversed(morphemes[1:]), strict=True):
        if stem.tag not in _STEMS:
            continue
        helps = before.tag == "NNB" and before.form in {"거", "것", "수", "적", "줄"}
        helps = helps or stem.tag == "VX" or (before.form == "어야" and stem.form in {"되", "하"})
        if not helps:
            return stem
    return next((m for m in morphemes if m.tag in _STEMS), None)
