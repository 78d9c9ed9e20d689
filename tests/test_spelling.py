"""The parts that mend a question: edits, slips, near words, listed misspellings, endings."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from mlqa.index.store import Index
from mlqa.retrieval.repair.edits import Edit, Mended
from mlqa.retrieval.repair.keyboard import to_keys
from mlqa.retrieval.repair.keytable import KeyTable
from mlqa.retrieval.repair.lexicon import Lexicon
from mlqa.retrieval.repair.respelling import respellings
from mlqa.retrieval.repair.retyping import retyped
from mlqa.retrieval.repair.slips import allowed, slips
from mlqa.retrieval.repair.words import ending_after, is_ending
from mlqa.text.glossary import Entry, Glossary, normalise_form


def test_edits_on_edits() -> None:
    mended = Mended("abc def ghi", "abc def ghi")
    mended = mended.with_edits([Edit(8, 11, "G"), Edit(0, 3, "longer")])
    assert mended.text == "longer def G"
    mended = mended.with_edits([Edit(3, 10, "X"), Edit(11, 12, "H")])
    assert mended.text == "lonX H"
    assert mended.repairs == (("abc def", "lonX"), ("ghi", "H"))
    assert mended.with_edits([Edit(0, 4, "abc def")]).repairs == (("ghi", "H"),)
    assert mended.with_edits([]) == mended


WORDS = st.text("qwertasdfgkojimnlph", max_size=10)


@given(WORDS, WORDS)
def test_slips(one: str, other: str) -> None:
    distance = slips(one, other, "hangul")
    assert distance == pytest.approx(slips(other, one, "hangul"))
    assert (distance == 0) == (one == other)
    assert distance <= 2 * OSA.distance(one, other) + 1e-9
    assert distance >= 0.2 * OSA.distance(one, other)


@pytest.mark.parametrize(
    ("typed", "meant", "less_than"),
    [
        ("베치", "배치", 0.5),  # the same sound
        ("캐쉬", "캐시", 0.6),
        ("함쑤", "함수", 0.5),
        ("네트웍", "네트워크", 1.0),
        ("딥런닝", "딥러닝", 0.6),  # a letter twice
        ("ㅎ마수", "함수", 1.5),
        ("하무", "함수", 2.0),
    ],
)
def test_slips_that_are_made_often_cost_less(typed: str, meant: str, less_than: float) -> None:
    distance = slips(to_keys(typed), to_keys(meant), "hangul")
    assert 0 < distance < less_than
    assert distance < slips(to_keys("가지"), to_keys("푹푹"), "hangul")


def test_longer_words_may_have_more_slips() -> None:
    assert allowed("qocl") < allowed("wjdrbghk") < allowed("qoclwjdrbghk")


def test_a_word_with_a_slip_is_among_the_near_ones(project_index: Index) -> None:
    """The short cut past most words of the index passes no word that is near."""
    lexicon = Lexicon(project_index.sparse.vocabulary, project_index.extractor.glossary)
    chance = random.Random(5)  # noqa: S311
    words = sorted(w for w in project_index.sparse.vocabulary if re.fullmatch("[가-힣]{3,6}", w))
    words = [word for word in words if not word.endswith("다")]
    missed = []
    for word in chance.sample(words, 150):
        typed = to_keys(chance.choice(sorted(retyped(word, missing=True))))
        if slips(typed, to_keys(word), "hangul") <= allowed(to_keys(word)):
            near = [normalise_form(found.word) for found in lexicon.near(typed, "hangul")]
            missed += [] if word in near else [(word, typed)]
    assert not missed


def test_key_table() -> None:
    table = KeyTable({"qocl": "배치", "wjdrbghk": "정규화", "zotl": "캐시"})
    assert list(table.sharing("qopcl")) == ["qocl"]
    assert list(table.sharing("wjdrbgk")) == ["wjdrbghk"]
    assert list(table.sharing("정규화")) == []
    assert list(KeyTable({}).sharing("qocl")) == []


def test_listed_misspellings() -> None:
    entries = (
        Entry(("캐시", "cache", "캐쉬", "케시", "임시 저장소", "caches", "chache")),
        Entry(("장점", "강점", "advantage", "advantages")),
        Entry(("학습", "learning", "learns", "learnig")),
        Entry(("정규화", "normalization", "normalisation", "nomalization")),
    )
    by_form = {normalise_form(form): entry for entry in entries for form in entry.forms}
    found = respellings(Glossary(entries, ("케시",), by_form), {"학습"})
    assert found == {
        "캐쉬": "캐시",
        "케시": "캐시",
        "chache": "cache",
        "learnig": "learning",
        "nomalization": "normalization",
    }
    # What the essays write is well spelled.
    assert "캐쉬" not in respellings(Glossary(entries, (), by_form), {"캐쉬"})


def test_endings() -> None:
    assert is_ending("에서는")
    assert not is_ending("정규")
    assert ending_after("함수", "은") == "는"
    assert ending_after("층", "를") == "을"
    assert ending_after("모델", "으로") == "로"
    assert ending_after("배치", "에서") == "에서"


def test_what_one_slip_makes_of_a_word() -> None:
    found = retyped("배ㅊ치", missing=False)
    assert found["배치"] == 0.5  # a letter too many, the one beside it again
    assert retyped("ㅂㅐ치", missing=False)["배치"] == 0.0
    assert retyped("함무", missing=False)["함누"] == 0.7  # the key beside it
    assert "데이터" not in retyped("데터", missing=True)  # two letters are missing
    assert "캐시" in retyped("캐ㅅ", missing=True)
    assert all(re.fullmatch("[가-힣]+", word) for word in found)
