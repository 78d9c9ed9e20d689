"""What counts as an index term: the rules that retrieval rests on."""

from __future__ import annotations

import unicodedata

import pytest

from mlqa.index.store import Index
from mlqa.schema import Document
from mlqa.text.terms import TermExtractor


@pytest.fixture(scope="module")
def extractor(project_index: Index) -> TermExtractor:
    """With the glossary of the project."""
    return project_index.extractor


def words(extractor: TermExtractor, text: str) -> set[str]:
    return {term.text for term in extractor.terms(text)}


@pytest.mark.parametrize(
    ("with_prefix", "without"),
    [("비지도", "지도"), ("비선형", "선형"), ("미분류", "분류"), ("재학습", "학습")],
)
def test_prefix_is_glued(plain_extractor: TermExtractor, with_prefix: str, without: str) -> None:
    found = words(plain_extractor, f"{with_prefix} 방법")
    assert found == {with_prefix, "방법"}
    assert words(plain_extractor, f"{without} 방법") & found == {"방법"}
    together = words(plain_extractor, f"{with_prefix}방법")
    assert f"{without}방법" not in together


def test_glossary_keeps_opposites_apart(extractor: TermExtractor) -> None:
    assert words(extractor, "비지도 학습") & words(extractor, "지도 학습") == {"학습"}


def test_compound_whole_and_in_parts(plain_extractor: TermExtractor) -> None:
    assert words(plain_extractor, "손실 함수") == {"손실", "함수"}
    assert words(plain_extractor, "손실함수") == {"손실", "함수", "손실함수"}
    assert words(plain_extractor, "정규화") == {"정규", "정규화"}
    assert words(plain_extractor, "초고속통신") == {"초고속", "통신", "초고속통신"}


def test_glossary_joins_compounds_that_the_analyser_does_not_know(
    extractor: TermExtractor,
) -> None:
    together, apart = (words(extractor, text) for text in ("배치정규화", "배치 정규화"))
    assert {"배치", "정규", "정규화", "배치정규화"} <= together & apart


@pytest.mark.parametrize(
    "written",
    ["BN", "bn", "Batch Norm", "batch-norm", "batch normalization", "배치정규화", "베치 정규화"],
)
def test_glossary_bridges_all_forms(extractor: TermExtractor, written: str) -> None:
    canonical = words(extractor, "배치 정규화")
    assert {"배치", "정규화", "배치정규화"} <= canonical
    assert canonical <= words(extractor, f"{written}의 효과는 무엇인가요?")


def test_forms_that_are_not_written_are_marked(extractor: TermExtractor) -> None:
    terms = extractor.terms("BN은 왜 잘되나요?")
    assert {term.text for term in terms if term.of_glossary} >= {"배치", "정규화"}
    assert [term.of_glossary for term in terms if term.text == "bn"] == [False]
    assert all((term.start, term.end) == (0, 2) for term in terms if "정규화" in term.text)


@pytest.mark.parametrize(
    ("plural", "canonical"),
    [("models", "모델"), ("Gradients", "기울기"), ("neural networks", "신경망")],
)
def test_english_plural(extractor: TermExtractor, plural: str, canonical: str) -> None:
    assert words(extractor, canonical) <= words(extractor, f"What are {plural}?")


def test_latin_is_kept_in_lower_case(plain_extractor: TermExtractor) -> None:
    assert {"relu", "bn", "lru"} <= words(plain_extractor, "ReLU와 BN, 그리고 LRU를 비교합니다.")


@pytest.mark.parametrize(
    "sentence",
    [
        "고양이가 생선을 먹었습니다",
        "고양이는 생선만 먹는다",
        "생선도 고양이에게 먹히나? 먹고",
        "생선을 먹던 고양이처럼",
    ],
)
def test_particles_and_endings_are_dropped(plain_extractor: TermExtractor, sentence: str) -> None:
    found = words(plain_extractor, sentence)
    assert {"고양이", "생선"} <= found
    assert found <= {"고양이", "생선", "먹다", "먹히다"}


def test_words_that_say_nothing_are_dropped(plain_extractor: TermExtractor) -> None:
    assert words(plain_extractor, "그것은 왜 그렇게 되는 것인가요?") == set()
    assert words(plain_extractor, "What is it and why does it do that?") == set()
    assert words(plain_extractor, "") == words(plain_extractor, " …!? 😀") == set()


def test_offsets_are_those_of_the_text(
    extractor: TermExtractor, project_documents: tuple[Document, ...]
) -> None:
    text = project_documents[0].text
    terms = extractor.terms(text)
    assert len(terms) > 200
    assert [term.start for term in terms] == sorted(term.start for term in terms)
    for term in terms:
        assert 0 <= term.start < term.end <= len(text)
        if term.text.isascii() and not term.of_glossary:
            written = text[term.start : term.end].lower()
            assert term.text == "".join(c for c in written if c.isalnum() or c == ".")


def test_decomposed_text_gives_the_same_terms(
    extractor: TermExtractor, project_index: Index
) -> None:
    for chunk in project_index.chunks:
        decomposed = unicodedata.normalize("NFD", chunk.text)
        assert decomposed != chunk.text
        assert extractor.terms(decomposed) == extractor.terms(chunk.text)
        assert extractor.terms_of_all([decomposed]) == [extractor.terms(chunk.text)]


def test_many_texts_at_once_give_the_same_terms(
    extractor: TermExtractor, project_index: Index
) -> None:
    texts = [chunk.text for chunk in project_index.chunks[:20]]
    fresh = TermExtractor(extractor.kiwi, extractor.glossary)
    assert fresh.terms_of_all(texts) == [extractor.terms(text) for text in texts]
    assert fresh.stats().size == len(set(texts))
    fresh.terms(texts[0])
    assert fresh.stats().hits == 1


def test_terms_with_a_vector_carry_known_ids(extractor: TermExtractor) -> None:
    by_text = {term.text: term.ids for term in extractor.terms("비지도 학습과 배치정규화")}
    assert len(by_text["비지도"]) == 2
    assert len(by_text["학습"]) == 1
    assert by_text["배치정규화"] == ()  # its parts carry it


def test_a_latin_word_is_one_word(plain_extractor: TermExtractor) -> None:
    """Kiwi cuts some of them in two."""
    assert "school" in {term.text for term in plain_extractor.terms("I go to school every day")}


def test_a_word_with_a_slash_is_no_error(plain_extractor: TermExtractor) -> None:
    assert plain_extractor.terms("/dev/random 파일과 입/출력 장치를 읽습니다.")
