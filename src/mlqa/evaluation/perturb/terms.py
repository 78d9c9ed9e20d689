"""A technical term in the other language: 배치 정규화 as batch normalization or BN, and back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from mlqa.evaluation.perturb.seeded import pick
from mlqa.evaluation.perturb.sounds import final_sound, fitting
from mlqa.text.forms import Form, FormFinder
from mlqa.text.glossary import Entry, Glossary, normalise_form
from mlqa.text.kiwi import Kiwipie, Morpheme

_NOUNS = frozenset({"NNG", "NNP", "SL"})
# What may stand behind a term without a space: particles, the copula, and 하다 or 되다.
_ATTACHED = ("J", "VCP", "VCN", "XSV", "XSA", "S")
# Kiwi numbers words by frequency: from here on they are rare enough to be terms (캐시 31643,
# 파이프라인 45675; 이유 438, 논문 1652, 데이터 4850, 속담 8849).
_RARE = 20_000
_HANGUL = re.compile("[가-힣]")
_LATIN = re.compile("[A-Za-z]")
# The copula behind a vowel and behind a consonant, where they are written differently.
_COPULA = (("예", "이에"), ("였", "이었"), ("야", "이야"), ("죠", "이죠"), ("지", "이지"),
           ("니", "이니"), ("냐", "이냐"), ("라", "이라"))  # fmt: skip


def swap_term(question: str, kiwi: Kiwipie, glossary: Glossary, seed: str = "") -> str | None:
    """A question with its longest technical term in the other language or abbreviated.

    Everyday words that the glossary also holds (이유, 논문) stay; nobody writes them in English.
    The particle behind the term is made to fit.

    Args:
        question: The question, in Korean or English.
        kiwi: The analyser.
        glossary: The terms.
        seed: Picks between the full form and the abbreviation.

    Returns:
        The question with the term swapped; None where it holds none.
    """
    text = unicodedata.normalize("NFC", question)
    morphemes = kiwi.morphemes(text)
    found = [
        (form, others)
        for form in FormFinder(glossary).find(text, morphemes)
        if _stands_free(form, text, morphemes)
        for others in [_other_forms(form, text, kiwi)]
        if others
    ]
    if not found:
        return None
    form, others = max(found, key=lambda pair: pair[0].end - pair[0].start)
    return _replaced(text, morphemes, form, pick(others, f"terms {seed}"))


def _stands_free(form: Form, text: str, morphemes: Sequence[Morpheme]) -> bool:
    """Whether a form is a word or words of their own, made of nouns, and no figure is in it."""
    inside = [m for m in morphemes if form.start <= m.start < form.end]
    behind = next((m for m in morphemes if m.start >= form.end), None)
    attached = behind is not None and behind.start == form.end
    return (
        bool(inside)
        and inside[-1].tag in _NOUNS
        and not any(m.tag in {"NR", "SN", "XPN"} for m in inside)
        and (form.start == 0 or not text[form.start - 1].isalnum())
        and (not attached or (behind is not None and behind.tag.startswith(_ATTACHED)))
    )


def _other_forms(form: Form, text: str, kiwi: Kiwipie) -> list[str]:
    """How the term might be written instead, the usual ways first; nothing for everyday words."""
    written = text[form.start : form.end]
    entry = form.entry
    short = _abbreviation(entry)
    if not short and not _is_rare(entry, kiwi):
        return []
    hangul = [f for f in entry.forms if _HANGUL.search(f) and not _LATIN.search(f)][:1]
    latin = _latin_form(entry, written)
    is_english = not _HANGUL.search(text)
    if _HANGUL.search(written) and _LATIN.search(written):
        others = _translated_rest(entry, written)
    elif _HANGUL.search(written):
        others = [*latin, *short]
    elif is_english:  # What does LRU stand for? keeps its abbreviation
        others = [] if _is_abbreviation(written) else [*hangul, *short]
    else:
        others = hangul
    same = normalise_form(written)
    return [other for other in dict.fromkeys(others) if normalise_form(other) != same]


def _abbreviation(entry: Entry) -> list[str]:
    return [form for form in entry.forms if _is_abbreviation(form)][:1]


def _is_abbreviation(form: str) -> bool:
    return bool(re.fullmatch("[A-Za-z0-9-]+", form)) and sum(map(str.isupper, form)) > 1


def _is_rare(entry: Entry, kiwi: Kiwipie) -> bool:
    """Whether the Korean form is a compound of nouns or a rare noun."""
    korean = next((f for f in entry.forms if _HANGUL.search(f) and not f.endswith("다")), "")
    parts = kiwi.morphemes(korean)
    nouns = all(m.tag in _NOUNS or m.tag in {"VA", "ETM", "XSN"} for m in parts)
    return nouns and (len(parts) > 1 or any(m.id >= _RARE for m in parts))


def _latin_form(entry: Entry, written: str) -> list[str]:
    """The English form, of as many words as the Korean one where there is such a form."""
    latin = [f for f in entry.forms if not _HANGUL.search(f) and not _is_abbreviation(f)]
    words = len(written.split())
    alike = [f for f in latin if len(f.split()) == words]
    return (alike or latin)[:1]


def _translated_rest(entry: Entry, written: str) -> list[str]:
    """LRU 캐시 as LRU cache: the Latin part stays as it is written."""
    part = "".join(re.findall("[A-Za-z]+", written))
    spelt = re.compile(rf"\b{part}\b", re.IGNORECASE)
    found = (f for f in entry.forms if " " in f and not _HANGUL.search(f) and spelt.search(f))
    return [spelt.sub(part, form) for form in found][:1]


def _replaced(text: str, morphemes: Sequence[Morpheme], form: Form, new: str) -> str:
    rest = text[form.end :]
    behind = next((m for m in morphemes if m.start >= form.end), None)
    if behind and behind.start == form.end and behind.tag.startswith("J"):
        rest = fitting(behind.form, new) + text[behind.end :]
    elif behind and behind.start == form.end and behind.tag == "VCP":
        rest = _copula(rest, closed=bool(final_sound(new)))
    return text[: form.start] + new + rest


def _copula(rest: str, *, closed: bool) -> str:
    """What begins with the copula, as it is written behind a consonant or a vowel."""
    for behind_vowel, behind_consonant in _COPULA:
        if closed and rest.startswith(behind_vowel):
            return behind_consonant + rest[len(behind_vowel) :]
        if not closed and rest.startswith(behind_consonant):
            return behind_vowel + rest[len(behind_consonant) :]
    return rest
