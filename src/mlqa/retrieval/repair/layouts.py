"""Words that were typed while the keyboard was set to the other language.

qocl is 배치 typed in English, ㅠㅁㅅ초 is batch typed in Korean. A word is turned only where it
says nothing as it stands and something when turned; a word that says something both ways (work
and 재가) is turned together with its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from mlqa.retrieval.repair.edits import Edit
from mlqa.retrieval.repair.judging import LAUGHTER, Judge
from mlqa.retrieval.repair.keyboard import is_common, to_hangul, to_keys
from mlqa.retrieval.repair.words import is_ending

_WORD = re.compile("[A-Za-z]+|[ᄀ-ᇿㄱ-ㅣ가-힣ﾡ-ￜ]+")
_STRAY = re.compile("[ᄀ-ᇿㄱ-ㅣﾡ-ￜ]")
_SYLLABLES = re.compile("[가-힣]+")
# Capitals and what follows them: GELUfkd is GELU랑.
_CAPITALS = re.compile("[A-Z]{2,}(?=[a-z])")
_LAUGHED = re.compile("([ㅋㅎ]{2,}|[ㅠㅜ]{2,})$")
# Capitals that are no letter of the Korean keyboard.
_NO_SHIFT = re.compile("[A-Z](?<![QWERTOP])")
# One syllable is too little to tell, but for what many questions are made of.
_ASKING = frozenset({"왜", "뭐"})
_SHORT = 3  # letters of a word that may as well be an abbreviation


class _Verdict(Enum):
    """What is done with a word.

    KEEP and TURN are firm; EITHER goes with its firm neighbours; NAME is kept and says nothing
    about its neighbours, as names and abbreviations stand in texts of both languages.
    """

    KEEP = "keep"
    TURN = "turn"
    EITHER = "either"
    NAME = "name"


class _Reading(NamedTuple):
    """A word of the question and what it says in the other language."""

    start: int
    end: int
    turned: str
    verdict: _Verdict

    @property
    def to_korean(self) -> bool:
        return not self.turned.isascii()


def turned(question: str, judge: Judge) -> list[Edit]:
    """What was typed in the wrong language, and what it was meant to be.

    Args:
        question: The cleaned question.
        judge: Tells words from what is none.
    """
    readings = [_reading(word, question, judge) for word in _words(question)]
    firm = [reading for reading in readings if reading.verdict is _Verdict.TURN]
    kept = [reading for reading in readings if reading.verdict is _Verdict.KEEP]
    if not firm or (2 * len(kept) >= len(firm) and not _are_words(firm, question, judge)):
        return []
    return _joined(list(_decided(readings)), question)


def _are_words(readings: Sequence[_Reading], question: str, judge: Judge) -> bool:
    """Whether the turned words may stand in a question that is mostly in the right language.

    In an English one only terms may: any name of four letters may be two Korean syllables.
    """
    if _SYLLABLES.search(question):
        return True
    return all(judge.lexicon.knows(reading.turned.lower()) for reading in readings)


def _words(question: str) -> Iterator[re.Match[str]]:
    laughter = [found.span() for found in LAUGHTER.finditer(question)]
    for word in _WORD.finditer(question):
        if not any(start <= word.start() and word.end() <= end for start, end in laughter):
            yield word


def _reading(word: re.Match[str], question: str, judge: Judge) -> _Reading:
    if word[0].isascii():
        text, verdict = _in_korean(word[0], judge, is_first=not question[: word.start()].strip())
    else:
        text, verdict = _in_english(word[0], judge)
    return _Reading(word.start(), word.end(), text, verdict)


def _in_korean(word: str, judge: Judge, *, is_first: bool) -> tuple[str, _Verdict]:
    """What a word in Latin letters says on the Korean keyboard."""
    known = judge.lexicon.knows_latin(word)
    has_name = bool(_NO_SHIFT.search(word[is_first:]) or _CAPITALS.match(word))
    if known and word != word.lower():
        has_name |= judge.lexicon.knows(word.lower())
    is_caps = word.isupper() and not known
    hangul = "" if has_name and not is_caps else _korean(word, judge, is_first=is_first)
    if len(word) == 1 or not hangul:
        found = "" if known else _with_ending(word, word, judge)
        if found:
            return found, _Verdict.TURN
        is_name = len(word) == 1 or word != word.lower() or judge.lexicon.is_term(word)
        return "", _Verdict.NAME if is_name else _Verdict.KEEP
    if known:
        return hangul, _Verdict.EITHER if len(word) <= _SHORT else _Verdict.KEEP
    if hangul in _ASKING or (len(hangul) > 1 and judge.is_hangul(hangul)):
        return hangul, _Verdict.TURN
    return hangul, _Verdict.EITHER


def _korean(word: str, judge: Judge, *, is_first: bool) -> str:
    """The Hangul of a word's keys where they make common syllables, else nothing.

    A capital at the start may come from the telephone, capitals throughout from the Caps Lock key.
    """
    hangul = to_hangul(word)
    others = [word.lower()] if word.isupper() else [word[0].lower() + word[1:]] * is_first
    complete = [h for h in (hangul, *map(to_hangul, others)) if is_common(_LAUGHED.sub("", h))]
    return next((h for h in complete if judge.is_word(h)), complete[0] if complete else "")


def _in_english(word: str, judge: Judge) -> tuple[str, _Verdict]:
    """What a word in Hangul says on the English keyboard."""
    keys = to_keys(word).lower()
    has_stray = bool(_STRAY.search(word))
    if not keys.isascii():
        return "", _Verdict.KEEP
    if judge.lexicon.knows_latin(keys):
        is_odd = has_stray or (not is_common(word) and judge.is_unknown(word))
        is_sure = len(keys) > _SHORT or (len(keys) == _SHORT and judge.lexicon.knows(keys))
        return keys, _Verdict.TURN if is_odd and is_sure else _Verdict.EITHER
    composed = to_hangul(to_keys(word))
    if not has_stray or (is_common(composed) and judge.is_word(composed)):
        return "", _Verdict.KEEP
    found = _with_ending(keys, to_keys(word), judge)
    # Else it may be an English word that nobody knows, beside others that are known.
    return (found, _Verdict.TURN) if found else (keys, _Verdict.EITHER)


def _with_ending(word: str, keys: str, judge: Judge) -> str:
    """A known Latin word and a Korean ending or term, typed in one language (relurk, LRUzotl).

    Args:
        word: The word in Latin letters.
        keys: Its keys, with shift as capitals.
        judge: Knows words.
    """
    capitals = _CAPITALS.match(word)
    for cut in range(len(word) - 2, 1, -1):
        ending = to_hangul(keys[cut:])
        is_name = capitals is not None and cut == capitals.end()
        is_term = cut >= _SHORT and judge.lexicon.knows(word[:cut].lower())
        if (is_name or is_term) and (is_ending(ending) or _is_term(ending, judge)):
            return word[:cut] + ending
    return ""


def _is_term(text: str, judge: Judge) -> bool:
    return len(text) > 1 and judge.lexicon.knows(text)


def _decided(readings: Sequence[_Reading]) -> Iterator[_Reading]:
    """The words that are turned; those that read both ways go with their neighbours."""
    for place, reading in enumerate(readings):
        if reading.verdict is _Verdict.TURN:
            yield reading
        elif reading.verdict is _Verdict.EITHER:
            sides = (readings[place - 1 :: -1] if place else (), readings[place + 1 :])
            firm = [_first_firm(side) for side in sides]
            beside = [r for r in firm if r]
            if beside and all(
                r.verdict is _Verdict.TURN and r.to_korean == reading.to_korean for r in beside
            ):
                yield reading


def _first_firm(readings: Sequence[_Reading]) -> _Reading | None:
    return next((r for r in readings if r.verdict in {_Verdict.KEEP, _Verdict.TURN}), None)


def _joined(readings: Sequence[_Reading], question: str) -> list[Edit]:
    """Turned words as edits; those with nothing but white space between them as one."""
    edits: list[Edit] = []
    for reading in readings:
        last = edits[-1] if edits else None
        between = question[last.end : reading.start] if last else "-"
        if last and not between.strip():
            edits[-1] = Edit(last.start, reading.end, last.text + between + reading.turned)
        else:
            edits.append(Edit(reading.start, reading.end, reading.turned))
    return edits
