"""Which forms of a glossary are misspellings of others.

An entry lists its proper forms first. A later form that is written nearly like an earlier one, and
is no word of its own, is another spelling of it: 케쉬 of 캐시, deep learnig of deep learning.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz.distance import OSA

from mlqa.retrieval.repair.keyboard import to_keys
from mlqa.retrieval.repair.slips import LETTERS_A_SLIP, Script, allowed, script_of, slips
from mlqa.text.glossary import Glossary, normalise_form

# Slips that differ in how a sound is written, and in nothing else, cost this much each.
_OF_SOUND = 0.5
_LATIN_LIMIT = 1.0
_KEYS_A_VARIANT = 6  # one letter in so many may differ
# Short English words are too near each other (grow and grew, woman and women), but for those with
# their letters in another order.
_SHORTEST_LATIN = 6
_SHORTEST_CHANGED = 4  # letters of a word among others: not and non
_SPACE = re.compile(r"[\s-]+")
# What English words end with: two that differ in these only are forms of one word.
_ENDINGS = frozenset({
    "", "s", "es", "d", "ed", "e", "r", "y", "ly", "n", "an", "en", "er", "ers", "or",
    "st", "est", "al", "ic", "ive", "ing", "ion", "ions", "ies", "ied", "ity", "m", "ce", "se",
})  # fmt: skip


class _Form(NamedTuple):
    written: str
    normal: str
    keys: str
    script: Script


def respellings(glossary: Glossary, vocabulary: Collection[str]) -> Mapping[str, str]:
    """Misspelled forms, normalised, to the form that they are meant for, as written.

    Args:
        glossary: Its entries list proper forms first.
        vocabulary: Terms of the index: what the essays write is not misspelled.
    """
    found: dict[str, str] = {}
    unknown = frozenset(glossary.words)
    for entry in glossary.entries:
        proper: list[_Form] = []
        for written in entry.forms:
            normal = normalise_form(written)
            # A form in both alphabets, such as LRU 캐쉬, is spelled like a Korean one.
            script = script_of(re.sub("[a-z0-9]", "", normal) or normal)
            if script:
                form = _Form(written, normal, to_keys(normal), script)
                meant = "" if normal in vocabulary else _meant(form, proper, unknown)
                if meant:
                    found[normal] = meant
                else:
                    proper.append(form)
    return found


def is_variant(form: str, earlier: Sequence[str]) -> bool:
    """Whether a form is written so nearly like an earlier one that the earlier one will do.

    Args:
        form: A form of an entry.
        earlier: Those before it.
    """
    normal = normalise_form(form)
    keys = to_keys(normal)
    return any(
        script_of(other) == script_of(normal)
        and OSA.distance(keys, to_keys(other)) <= max(1, len(keys) // _KEYS_A_VARIANT)
        for other in map(normalise_form, earlier)
        if other != normal
    )


def _meant(form: _Form, proper: list[_Form], unknown: frozenset[str]) -> str:
    """The proper form that is nearest, nothing where none is near."""
    is_spelling = _is_latin_spelling if form.script == "latin" else _is_hangul_spelling
    near = [
        (slips(form.keys, other.keys, form.script), place)
        for place, other in enumerate(proper)
        if other.script == form.script and other.normal != form.normal
        if _is_near(form.keys, other.keys) and is_spelling(form, other, unknown)
    ]
    return proper[min(near)[1]].written if near else ""


def _is_near(typed: str, meant: str) -> bool:
    """Whether slips need counting at all: the plain distance takes a thousandth of the time."""
    most = int(LETTERS_A_SLIP * allowed(meant))
    return OSA.distance(typed, meant, score_cutoff=most) <= most


def _is_hangul_spelling(form: _Form, other: _Form, unknown: frozenset[str]) -> bool:
    typed, meant = form.keys, other.keys
    distance = slips(typed, meant, "hangul")
    if distance > allowed(meant):
        return False
    # Two words that a dictionary has are two words, such as 강점 and 장점.
    words, others = form.written.split(), other.written.split()
    if not unknown.isdisjoint(set(words) - set(others)):
        return True
    letters = OSA.distance(typed, meant)
    # 데이터 세트 and 데이터셋 are two words as well.
    is_same_word = len(words) == len(others) or len(typed) == len(meant) or letters == 1
    return distance <= _OF_SOUND * letters and is_same_word


def _is_latin_spelling(form: _Form, other: _Form, _: frozenset[str]) -> bool:
    if len(form.normal) < _SHORTEST_LATIN:
        return sorted(form.normal) == sorted(other.normal) and form.written.islower()
    if _british(form.normal) == _british(other.normal):
        return False
    distance = slips(form.normal, other.normal, "latin")
    if distance > min(_LATIN_LIMIT, allowed(other.normal)):
        return False
    words, others = (_SPACE.split(each.written.lower()) for each in (form, other))
    if len(words) != len(others):
        return not is_inflected(form.normal, other.normal)
    differing = [pair for pair in zip(words, others, strict=True) if pair[0] != pair[1]]
    return not all(
        is_inflected(*pair) or max(map(len, pair)) < _SHORTEST_CHANGED for pair in differing
    )


def is_inflected(word: str, other: str) -> bool:
    """Whether two English words differ in their endings only."""
    same = 0
    while same < min(len(word), len(other)) and word[same] == other[same]:
        same += 1
    return word[same:] in _ENDINGS and other[same:] in _ENDINGS


def _british(word: str) -> str:
    """A word without the letters that British and American spelling differ in."""
    return re.sub("our", "or", word.replace("z", "s"))
