"""Sentences as quoted to 합니다체, the one register in which answers speak.

Only the ending of the last word changes: joined whole, a sentence would come back respaced and
with wrong josa behind Latin letters. An ending that is not understood stays as it is; better
unchanged than wrong.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import takewhile

from mlqa.answer.closing import Closing, find_closing
from mlqa.answer.endings import End, Join, formal_rule
from mlqa.text.kiwi import Kiwipie, Morpheme

# The last word, and three before it: with fewer the last one is misread now and then, with all of
# the sentence it is read no better and takes twice the time.
_LAST_WORDS = re.compile(r"((?:\S+\s+){0,3})(\S+)$")
_CODE = re.compile(r"^(```|~~~|\$\$|\||\t| {4,})|^([^가-힣]*\s)?(#|//)\s", re.MULTILINE)
_QUOTES = '"“”'
_WONDERS = re.compile(
    r"(?<![가-힣])(왜(?!냐)|뭐|뭘|뭔|어떻게|누가|얼마나|무슨|(무엇|어디|언제|누구|몇)(?![가-힣]*(나|든)))"
)
# Behind a formula Kiwi takes the copula for a noun, behind a letter it does not.
_SYMBOL = re.compile(r"[^\s\w)\]`'\"’”](?=[가-힣]+$)")
# Kiwi takes these for questions of knowing (알다).
_NOT = {"아냐": "아니야", "아녜요": "아니에요"}
# Nouns that melt into the copula: 거야, 뭔가.
_WRITTEN_OUT = {"거": "것", "꺼": "것", "뭐": "무엇"}
_FROM_N_TO_B = 13  # between syllables that end in ㄴ and in ㅂ, in code points
_FEWEST = 2  # morphemes: a stem and an ending


def to_formal(sentence: str, kiwi: Kiwipie) -> str:
    """A sentence in 합니다체; nothing but its last word changes.

    What is no sentence (a heading, an item that ends in a noun, a formula, a listing), what ends in
    a quotation and what is already formal stays as it is, and so do polite requests (하세요) and
    polite musings (할까요).

    Args:
        sentence: One sentence.
        kiwi: Analyses its last words.
    """
    closing = find_closing(sentence)
    words = _LAST_WORDS.search(sentence, 0, closing.start)
    if not words or closing.is_quoted or _CODE.search(sentence) or _is_open(sentence, words[2]):
        return sentence
    context, last = (unicodedata.normalize("NFC", group) for group in words.groups())
    spoken = context + _written_out(context, last, closing)
    end = _read(spoken, closing, kiwi, wonders=bool(_WONDERS.search(sentence)))
    rule = formal_rule(end) if end else None
    if not end or not rule:
        return sentence
    if rule.takes_tense:
        end = end._replace(start=end.last.start, stem=end.stem[:-1])
    formal = _with_ending(spoken, end, rule.formal, kiwi)
    if not formal.startswith(context):
        return sentence
    return sentence[: words.start(2)] + formal[len(context) :] + sentence[closing.start :]


def _is_open(sentence: str, last: str) -> bool:
    """Whether the last word stands inside a quotation that goes on behind the sentence."""
    if any(mark in last for mark in _QUOTES):
        return False
    return sentence.count('"') % 2 == 1 or sentence.count("“") > sentence.count("”")


def _written_out(context: str, last: str, closing: Closing) -> str:
    """The last word, 아냐 as 아니야; 그걸 아냐? does ask of knowing."""
    is_not = not closing.asks or context.rstrip().endswith(("이", "가", "게"))
    return _NOT.get(last, last) if is_not else last


def _read(words: str, closing: Closing, kiwi: Kiwipie, *, wonders: bool) -> End | None:
    """How the last words of a sentence end; None where they end in no ending."""
    text = _SYMBOL.sub("A", words) + ("?" if closing.asks else ".")
    stem = [m for m in kiwi.morphemes(text) if m.start < len(words)]
    is_polite = bool(stem) and (stem[-1].form, stem[-1].tag) == ("요", "JX")
    if is_polite:
        stem.pop()
    if len(stem) < _FEWEST or _hangs(words, stem[-2]):
        return None
    ending = stem.pop()
    form = ending.form
    if len(form) > 1 and form.endswith(("요", "여")):
        form, is_polite = form[:-1], True
    # With 요 or a question mark even a connective ending ends a sentence.
    ends = {"EF", "ETN", "EC"} if closing.asks or is_polite else {"EF", "ETN"}
    if ending.tag not in ends:
        return None
    if (stem[-1].form, stem[-1].tag) == ("이", "VV"):  # the copula behind a space
        stem[-1] = stem[-1]._replace(tag="VCP")
    return End(
        form=form,
        start=ending.start,
        stem=stem,
        is_polite=is_polite,
        asks=closing.asks,
        wonders=wonders,
        is_complete=is_polite or closing.is_full,
    )


def _hangs(words: str, last: Morpheme) -> bool:
    """Whether a copula that is not written stands behind a space (위치 다) or a josa (것마다)."""
    unwritten = last.tag == "VCP" and last.start == last.end
    is_apart = words[: last.start][-1:].isspace()
    return unwritten and (is_apart or words.endswith(("마다", "보다", "바다")))


def _with_ending(words: str, end: End, ending: Join, kiwi: Kiwipie) -> str:
    """The words with another ending; what does not melt into it stays as written."""
    tenses = list(takewhile(_is_tense, reversed(end.stem)))[::-1]
    rest = end.stem[: len(end.stem) - len(tenses)]
    if ending[0] == ("었", "EP") == _pair(end.last):
        ending = ending[1:]
    if len(rest) > 1 and rest[-1].tag == "VCP":
        noun, copula = rest[-2:]
        if noun.form in _WRITTEN_OUT or noun.end > copula.start:
            written = words[: noun.start] + _WRITTEN_OUT.get(noun.form, noun.form)
            return written + kiwi.join([*map(_pair, (copula, *tenses)), *ending])
    if tenses and end.last.form[-1] in "었겠":
        # The syllable of the tense stays as written (됐, 되었); only what follows is new.
        joined = kiwi.join([(end.last.form[-1], "EP"), *ending])
        return words[: end.start] + joined[1:]
    if len(end.stem) > 1 and end.stem[-2].end > end.last.start:
        # 산단다, 가란다: 다고 한다 in one syllable, of which only the final consonant changes.
        melted = end.form == "ᆫ다" and end.last.form == "하"
        return f"{words[:-2]}{chr(ord(words[-2]) + _FROM_N_TO_B)}니다" if melted else words
    return words[: end.last.start] + kiwi.join([_pair(end.last), *ending])


def _is_tense(morpheme: Morpheme) -> bool:
    return morpheme.tag == "EP"


def _pair(morpheme: Morpheme) -> tuple[str, str]:
    return morpheme.form, morpheme.tag
