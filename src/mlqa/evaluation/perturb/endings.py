"""Questions asked politely or plainly: 왜 잘 되니? and 왜 잘 되나요?, 알려 줘 and 알려 주세요.

Only the last word of a sentence changes. Which of the endings of a style is taken depends on the
seed, so that a gold set meets all of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from mlqa.evaluation.perturb.seeded import pick
from mlqa.evaluation.perturb.sounds import final_sound
from mlqa.text.kiwi import Kiwipie, Morpheme

Style = Literal["polite", "plain"]

# Endings of questions by what the stem does (verbs, anything in the past) or is (adjectives).
_ASKING: Mapping[tuple[Style, bool], tuple[str, ...]] = {
    ("polite", True): ("나요", "습니까", "는지요", "어요"),
    ("polite", False): ("ᆫ가요", "습니까", "ᆫ지요", "어요"),
    ("plain", True): ("니", "냐", "나", "는가", "어"),
    ("plain", False): ("니", "냐", "ᆫ가", "어"),
}
_TELLING: Mapping[Style, str] = {"polite": "어요", "plain": "어"}
_REQUEST: Mapping[Style, str] = {"polite": "세요", "plain": "어"}
_TELL_ME: Mapping[Style, str] = {"polite": "알려 주세요", "plain": "알려 줘"}
# What is asked or told without a shade; 예 and 에 stand behind the copula.
_FORMAL = frozenset({"ᆸ니까", "습니까", "ᆸ니다", "습니다"})
_NEUTRAL = _FORMAL | {
    "어", "야", "에", "예", "나", "니", "으니", "냐", "느냐", "으냐", "던가", "ᆫ가", "은가", "는가",
    "ᆫ지", "은지", "는지", "다", "ᆫ다", "는다",
}  # fmt: skip
# Endings that are polite with 요 and plain without.
_WITH_YO = frozenset({
    "ᆯ까", "을까", "지", "대", "ᆫ대", "는대", "래", "는데", "ᆫ데", "은데", "네", "ᆯ래", "을래",
    "ᆯ게", "을게", "거든", "면", "으면",
})  # fmt: skip
_STEMS = frozenset({"VV", "VA", "VX", "VCP", "VCN", "XSV", "XSA"})
_NOUNS = frozenset({"NNG", "NNP", "NNB", "NR", "SL", "SN", "XSN"})
_HONORIFIC = frozenset({"시", "으시"})
_HONOURING = frozenset({"세", "으세", "ᆸ시오", "오"})
_BE = frozenset({"있", "없", "계시"})
# Endings that Kiwi does not join behind a consonant (쉽니 as 쉬우니): one that it does join, and
# what its last syllable becomes.
_INSTEAD: Mapping[str, tuple[str, str]] = {"니": ("나", "니"), "ᆫ지요": ("ᆫ가", "지요")}
# The copula's own forms behind a consonant and behind a vowel.
_COPULA: Mapping[str, tuple[str, str]] = {
    "ᆫ가요": ("인가요", "인가요"), "습니까": ("입니까", "입니까"), "ᆫ지요": ("인지요", "인지요"),
    "어요": ("이에요", "예요"), "니": ("이니", "니"), "냐": ("이냐", "냐"), "ᆫ가": ("인가", "인가"),
    "어": ("이야", "야"),
}  # fmt: skip
_SHORT: Mapping[str, str] = {"뭐": "뭔", "거": "건"}
_WRITTEN: Mapping[str, str] = {"뭐": "무엇", "거": "것"}
# 무엇이에요 is said by nobody.
_CHATTY = frozenset({*_ASKING["plain", False], "어요"})
_SPOKEN = {written: spoken for spoken, written in _WRITTEN.items()}


class _Predicate(NamedTuple):
    """The last word of a sentence.

    Attributes:
        sentence: The sentence without its closing marks and 요.
        marks: The closing marks.
        before: The morpheme that the stem stands behind, if any.
        stem: Its stem.
        past: 었, 겠 and the like.
        ending: Its last morpheme, without 요.
        is_polite: Whether it ends politely.
    """

    sentence: str
    marks: str
    before: Morpheme | None
    stem: Morpheme
    past: Sequence[Morpheme]
    ending: Morpheme
    is_polite: bool


def restyle(question: str, kiwi: Kiwipie, style: Style, seed: str = "") -> str | None:
    """A Korean question in another style.

    A question that ends in a noun is given 알려 주세요 or 알려 줘.

    Args:
        question: The question; sentences end in a full stop, question or exclamation mark.
        kiwi: The analyser.
        style: ``polite`` or ``plain``.
        seed: Picks the ending among those of the style.

    Returns:
        The question with its endings changed; None where its last sentence has that style
        already or ends in a way that is not understood.
    """
    sentences = re.split(r"(?<=[.?!])\s+", unicodedata.normalize("NFC", question).strip())
    last = _restyled(sentences[-1], kiwi, style, seed, is_last=True)
    if last is None:
        return None
    others = [
        _restyled(sentence, kiwi, style, seed, is_last=False) or sentence
        for sentence in sentences[:-1]
    ]
    return " ".join([*others, last])


def _restyled(
    sentence: str, kiwi: Kiwipie, style: Style, seed: str, *, is_last: bool
) -> str | None:
    body, marks = _without_marks(sentence)
    morphemes = kiwi.morphemes(body)
    if not re.search("[가-힣]", body) or not morphemes:
        return None
    predicate = _predicate(body, marks, morphemes)
    if predicate is None:
        return _without_predicate(body, marks, morphemes, style) if is_last else None
    if predicate.is_polite == (style == "polite"):
        return None
    if _form(predicate.ending) in _WITH_YO:
        return _with_or_without_yo(predicate, style)
    tells = not is_last or marks.startswith(".")
    ending = _new_ending(predicate, style, seed, tells=tells)
    return _with_ending(predicate, kiwi, ending) if ending else None


def _without_marks(sentence: str) -> tuple[str, str]:
    """A sentence and the marks that close it."""
    body = re.sub(r"[\s.?!~…]+$", "", sentence)
    return body, sentence[len(body) :]


def _predicate(body: str, marks: str, morphemes: Sequence[Morpheme]) -> _Predicate | None:
    """The last word, if it is a stem with an ending that is understood."""
    at = len(morphemes) - 1
    has_yo = morphemes[at].form == "요" and at > 0
    if has_yo:
        body = body[: morphemes[at].start]
        at -= 1
    ending = morphemes[at]
    first = at
    while first > 0 and morphemes[first - 1].tag == "EP":
        first -= 1
    stem = morphemes[first - 1] if first > 0 else None
    if not ending.tag.startswith("E") or not stem or stem.tag not in _STEMS or stem.form == "멀":
        return None  # 먼가요 is 뭔가요 misspelt more often than it is from 멀다
    form = ending.form
    is_polite = has_yo or form.endswith(("요", "죠", "오")) or form in _FORMAL
    before = morphemes[first - 2] if first > 1 else None
    past = [m for m in morphemes[first:at] if m.form not in _HONORIFIC]
    return _Predicate(body, marks, before, stem, past, ending, is_polite)


def _form(ending: Morpheme) -> str:
    """An ending without 요: 지 of 죠, 나 of 나요, 세 of 세요."""
    return "지" if ending.form == "죠" else ending.form.removesuffix("요")


def _without_predicate(
    body: str, marks: str, morphemes: Sequence[Morpheme], style: Style
) -> str | None:
    """그럼 ReLU는? and 이중 하강의 뜻 in a style."""
    last = morphemes[-1]
    if last.form == "요" and style == "plain":
        return body.removesuffix("요") + marks
    is_fragment = last.tag in {"JX", "JKB", "NP", "MAG"} and last.form not in {"요", "좀"}
    if is_fragment:
        return f"{body}요{marks}" if style == "polite" else None
    asks_already = re.search(r"(알려|가르쳐|말해|설명해?)\s*\S{0,2}$", body)
    if (last.tag in _NOUNS or last.form == "좀") and not asks_already:
        return f"{body} {_TELL_ME[style]}"
    return None


def _is_request(predicate: _Predicate) -> bool:
    """알려 주세요, 해 봐: not 누가 알려 줘?"""
    form, stem = _form(predicate.ending), predicate.stem
    if "?" in predicate.marks or predicate.past:
        return False
    if form == "어":
        return stem.tag == "VX" and stem.form in {"주", "보"}
    return form in _HONOURING and stem.tag not in {"VA", "VCP"}


def _new_ending(predicate: _Predicate, style: Style, seed: str, *, tells: bool) -> str:
    """The ending of the other style; empty where the old one is not understood."""
    if _is_request(predicate):
        return _REQUEST[style]
    if _form(predicate.ending) not in _NEUTRAL | _HONOURING:
        return ""
    return _TELLING[style] if tells else _asking(predicate, style, seed)


def _asking(predicate: _Predicate, style: Style, seed: str) -> str:
    stem, form = predicate.stem, predicate.ending.form
    acts = (
        bool(predicate.past)
        or stem.form in _BE
        or form.startswith(("나", "는"))
        or (stem.tag in {"VV", "VX", "XSV"} and stem.form != "싶")
    )
    acts = acts and not (form.startswith(("ᆫ", "은")) and not predicate.past)
    return pick(_ASKING[style, acts], f"{style} {seed}")


def _with_or_without_yo(predicate: _Predicate, style: Style) -> str:
    """좋을까 and 좋을까요, 뭐지 and 뭐죠."""
    body = predicate.sentence
    if style == "plain":
        is_short = predicate.ending.form == "죠"
        body = body.removesuffix("죠") + "지" if is_short else body.removesuffix("요")
    else:
        body = body.removesuffix("지") + "죠" if predicate.ending.form == "지" else f"{body}요"
    return body + predicate.marks


def _with_ending(predicate: _Predicate, kiwi: Kiwipie, ending: str) -> str:
    if predicate.stem.tag == "VCP" and predicate.before:
        return _with_copula(predicate, predicate.before, kiwi, ending) + predicate.marks
    if predicate.stem.tag == "VCN" and not predicate.past and ending in {"어", "어요"}:
        word = {"어": "아니야", "어요": "아니에요"}[ending]
    else:
        word = _inflected(kiwi, [_irregular(predicate, kiwi), *_pairs(predicate.past)], ending)
    return predicate.sentence[: predicate.stem.start] + word + predicate.marks


def _with_copula(predicate: _Predicate, noun: Morpheme, kiwi: Kiwipie, ending: str) -> str:
    """무엇인가요, 뭐야, 겁니까: the copula behind what it stands with."""
    names = _WRITTEN if ending == "습니까" else _SPOKEN if ending in _CHATTY else {}
    name = names.get(noun.form, noun.form)
    before = predicate.sentence[: noun.start] + name
    closed = bool(final_sound(before))
    if predicate.past:
        past = [("었", "EP"), *_pairs(predicate.past[1:])]
        return before + _inflected(kiwi, [("이", "VCP"), *past], ending).replace(
            "이었", "이었" if closed else "였", 1
        )
    if ending.startswith("ᆫ") and name in _SHORT:
        return predicate.sentence[: noun.start] + _SHORT[name] + ending[1:]
    return before + _COPULA[ending][0 if closed else 1]


def _inflected(kiwi: Kiwipie, stem: Sequence[tuple[str, str]], ending: str) -> str:
    if ending not in _INSTEAD:
        return kiwi.join([*stem, (ending, "EF")])
    joined, tail = _INSTEAD[ending]
    return kiwi.join([*stem, (joined, "EF")])[:-1] + tail


def _irregular(predicate: _Predicate, kiwi: Kiwipie) -> tuple[str, str]:
    """The stem with Kiwi's mark of irregular verbs if only that gives the word as written."""
    stem = predicate.stem
    written = predicate.sentence[stem.start :]
    for mark in ("", "-I", "-R"):
        pairs = [(stem.form, stem.tag + mark), *_pairs(predicate.past)]
        if kiwi.join([*pairs, (predicate.ending.form, "EF")]).startswith(written):
            return pairs[0]
    return stem.form, stem.tag


def _pairs(morphemes: Sequence[Morpheme]) -> list[tuple[str, str]]:
    return [(m.form, m.tag) for m in morphemes]
