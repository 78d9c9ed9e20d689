"""The glossary: what is read, what is refused, which spellings are one form."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlqa.errors import GlossaryError
from mlqa.text.glossary import Glossary, load_glossary, normalise_form

ROOT = Path(__file__).parents[1]
BN = """
[[term]]
ko = ["배치 정규화"]
en = ["batch normalization", "batch norm"]
short = ["BN"]
variants = ["뱃치 정규화"]
misspellings = ["베치 정규화"]

[[term]]
ko = ["학습", "배우다"]
"""


def glossary(folder: Path, content: str | bytes) -> Glossary:
    path = folder / "glossary.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_glossary(path)


def test_forms_in_order_the_canonical_one_first(tmp_path: Path) -> None:
    loaded = glossary(tmp_path, BN)
    assert [entry.canonical for entry in loaded.entries] == ["배치 정규화", "학습"]
    assert loaded.entries[0].forms == (
        "배치 정규화",
        "batch normalization",
        "batch norm",
        "BN",
        "뱃치 정규화",
        "베치 정규화",
    )


@pytest.mark.parametrize(
    "written",
    ["배치정규화", "배치-정규화", "Batch Norm", "batch-norm", "bn", "BATCHNORM", "베치정규화"],
)
def test_case_white_space_and_hyphens_do_not_count(tmp_path: Path, written: str) -> None:
    loaded = glossary(tmp_path, BN)
    assert loaded.by_form[normalise_form(written)].canonical == "배치 정규화"


def test_decomposed_file_is_the_same(tmp_path: Path) -> None:
    composed = glossary(tmp_path, BN)
    decomposed = glossary(tmp_path, unicodedata.normalize("NFD", BN))
    with_mark = glossary(tmp_path, b"\xef\xbb\xbf" + BN.encode())
    assert decomposed == composed == with_mark
    assert set(decomposed.by_form) == set(composed.by_form)


def test_missing_file_is_an_empty_glossary(tmp_path: Path) -> None:
    assert load_glossary(tmp_path / "none.toml") == Glossary()
    assert load_glossary(tmp_path) == Glossary()
    assert Glossary().longest_form == 0


def test_analyser_is_taught_nouns_only(tmp_path: Path) -> None:
    words = glossary(tmp_path, BN).korean_words()
    assert words == ("배치", "정규화", "뱃치", "베치", "학습")


def test_round_trip(tmp_path: Path) -> None:
    loaded = glossary(tmp_path, BN)
    again = Glossary.from_json(loaded.to_json())
    assert (again, again.by_form, again.identity) == (loaded, loaded.by_form, loaded.identity)


def test_identity_changes_with_any_form(tmp_path: Path) -> None:
    first = glossary(tmp_path, BN).identity
    assert glossary(tmp_path, BN + "# a comment\n").identity == first
    assert glossary(tmp_path, BN.replace('"BN"', '"BN", "B.N."')).identity != first
    assert glossary(tmp_path, BN.replace("뱃치", "밷치")).identity != first
    assert Glossary().identity != first


@pytest.mark.parametrize("form", ["배치 정규화", "Batch-Norm", "b n", "베치정규화"])
def test_form_in_two_entries(tmp_path: Path, form: str) -> None:
    with pytest.raises(GlossaryError) as caught:
        glossary(tmp_path, f'{BN}\n[[term]]\nko = ["새 낱말"]\nvariants = ["{form}"]\n')
    assert caught.value.key == "glossary_duplicate"
    for part in (repr(form), "배치 정규화", "새 낱말", "glossary.toml"):
        assert part in str(caught.value)


def test_form_twice_in_one_entry(tmp_path: Path) -> None:
    loaded = glossary(tmp_path, '[[term]]\nko = ["배치 정규화", "배치정규화"]\n')
    assert len(loaded.by_form) == 1


@pytest.mark.parametrize(
    "content",
    [
        "[[term]\n",
        b"\xff\xfe",
        "term = 3\n",
        'term = ["배치"]\n',
        '[term]\nko = ["배치"]\n',
        "[[term]]\nko = []\n",
        '[[term]]\nen = ["batch"]\n',
        '[[term]]\nko = "배치"\n',
        "[[term]]\nko = [1]\n",
        '[[term]]\nko = [" "]\n',
        '[[term]]\nko = ["배치"]\nkorean = ["배치"]\n',
    ],
)
def test_what_is_no_glossary(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(GlossaryError) as caught:
        glossary(tmp_path, content)
    assert caught.value.key == "glossary_file"
    assert "glossary.toml" in str(caught.value)


def test_glossary_of_the_project() -> None:
    loaded = load_glossary(ROOT / "corpus/glossary.toml")
    assert len(loaded.entries) > 200
    for form in ("BN", "batch norm", "베치 정규화"):
        assert loaded.by_form[normalise_form(form)].canonical == "배치 정규화"


@given(
    st.lists(st.text("가나다나라abcXYZ", min_size=1, max_size=4), min_size=1, max_size=4), st.data()
)
def test_spellings_of_one_form(words: list[str], data: st.DataObject) -> None:
    one = "".join(words)
    between = st.sampled_from(["", " ", "-", "  ", "\n", "·"])
    other = "".join(word + data.draw(between) for word in words)
    other = data.draw(st.sampled_from([str.upper, str.lower, str.title]))(other)
    assert normalise_form(unicodedata.normalize("NFD", other)) == normalise_form(one)
