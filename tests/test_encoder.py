"""The shipped encoder: contract, fallback, loading, size, and whether near things are near."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from importlib import resources

import numpy as np
import pytest

from mlqa.errors import MlqaError
from mlqa.index.encoder import (
    LEVELS,
    StaticEncoder,
    read_weights,
    shipped,
    stems,
    sub_words,
)
from mlqa.protocols import Embedder
from mlqa.text.glossary import Entry, Glossary, normalise_form
from mlqa.text.kiwi import FIRST_WORD_ID, VECTOR_IDS, Kiwipie
from mlqa.text.pieces import pieces_of, words_of
from mlqa.text.terms import TermExtractor

_MOST_BYTES = 6_200_000


@pytest.fixture(scope="module")
def extractor() -> TermExtractor:
    return TermExtractor(Kiwipie(), Glossary())


@pytest.fixture(scope="module")
def encoder(extractor: TermExtractor) -> StaticEncoder:
    return StaticEncoder(extractor)


def _cosine(encoder: StaticEncoder, left: str, right: str) -> float:
    first, second = encoder.embed([left, right])
    return float(first @ second)


def test_is_an_embedder(encoder: StaticEncoder) -> None:
    embedder: Embedder = encoder
    vectors = embedder.embed(["배치 정규화는 왜 잘 되나요?", "why does batch normalization work?"])
    assert vectors.shape == (2, embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert embedder.embed([]).shape == (0, embedder.dimension)


@pytest.mark.parametrize("text", ["", "   ", "?!…", "—"])
def test_a_text_without_words_is_zero(encoder: StaticEncoder, text: str) -> None:
    assert not encoder.embed([text]).any()


def test_a_vector_does_not_depend_on_its_neighbours(encoder: StaticEncoder) -> None:
    texts = ["겨울에는 눈이 온다", "qwzzkx 립쉬츠", "2024년 GPU 3.14", "winter"]
    together = encoder.embed(texts)
    for text, vector in zip(texts, together, strict=True):
        assert encoder.embed([text])[0] == pytest.approx(vector, abs=1e-6)


def test_unicode_forms_and_case_do_not_count(encoder: StaticEncoder) -> None:
    decomposed = unicodedata.normalize("NFD", "겨울에 배우다")
    assert _cosine(encoder, decomposed, "겨울에 배우다") == pytest.approx(1, abs=1e-5)
    assert _cosine(encoder, "Café GPU", "cafe gpu") == pytest.approx(1, abs=1e-5)


def test_the_weights_are_small(encoder: StaticEncoder) -> None:
    with resources.as_file(resources.files("mlqa.data") / "encoder.safetensors") as path:
        assert path.stat().st_size <= _MOST_BYTES
        weights = read_weights(path)
    assert weights.codes.shape == (len(weights.scales), encoder.dimension // 2)
    assert len(weights.words) + len(weights.morphemes) + weights.sub_words == len(weights.scales)
    assert all(FIRST_WORD_ID <= i < VECTOR_IDS for i in weights.morphemes)
    assert np.isfinite(weights.scales).all()
    assert len(LEVELS) == 16


def test_loading_twice_gives_the_same(extractor: TermExtractor, encoder: StaticEncoder) -> None:
    with resources.as_file(resources.files("mlqa.data") / "encoder.safetensors") as path:
        again = StaticEncoder(extractor, read_weights(path))
    texts = ["캐시는 왜 빠른가", "unheardofword 뷁뷁"]
    assert (again.embed(texts) == encoder.embed(texts)).all()
    assert again.identity == encoder.identity
    assert shipped().version in encoder.identity
    assert extractor.identity in encoder.identity


def test_needs_no_torch() -> None:
    code = "import sys, mlqa.index.encoder as e; e.shipped(); print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_weights_of_another_analyser_are_refused(extractor: TermExtractor) -> None:
    with pytest.raises(MlqaError) as caught:
        StaticEncoder(extractor, shipped()._replace(analyser="0.0.0"))
    assert caught.value.key == "encoder_analyser"


def test_unknown_english_falls_back_to_sub_words(encoder: StaticEncoder) -> None:
    known = shipped().words
    assert "overfitting" in known
    assert "overfittingly" not in known
    assert _cosine(encoder, "overfittingly", "overfitting") > 0.3
    assert _cosine(encoder, "overfittingly", "과적합") > _cosine(encoder, "overfittingly", "겨울")
    assert encoder.embed(["qwzzkx"]).any()


def test_an_unknown_name_finds_itself(encoder: StaticEncoder) -> None:
    assert _cosine(encoder, "뷁쉛흏", "뷁쉛흏") == pytest.approx(1, abs=1e-5)
    assert _cosine(encoder, "뷁쉛흏", "쭯뺗퀧") < 0.5


def test_pieces() -> None:
    assert words_of("ResNet-50's Ünïcode 딥러닝") == [
        "resnet", "5", "0", "s", "unicode", "딥러닝",
    ]  # fmt: skip
    buckets = sub_words("gpu", 100)
    assert len(buckets) == 3 + 2 + 1
    assert all(0 <= bucket < 100 for bucket in buckets)
    kiwi = Kiwipie()
    pieces = list(pieces_of(kiwi.morphemes("GPU를 왜 쓰나요? 1.5배!")))
    assert pieces[:1] == ["gpu"]
    assert {"1", "5"} < set(pieces)
    # Kiwi reads this school as s and chool.
    assert list(pieces_of(kiwi.morphemes("I love this school."))) == [
        "i", "love", "this", "school",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ("tries", "try"),
        ("planned", "plan"),
        ("making", "make"),
        ("walks", "walk"),
        ("happiest", "happy"),
        ("boxes", "box"),
        ("gently", "gentle"),
    ],
)
def test_what_an_english_form_may_be_a_form_of(form: str, word: str) -> None:
    assert word in stems(form)


def test_an_unlisted_form_is_read_as_its_word(encoder: StaticEncoder) -> None:
    words = shipped().words
    word = next(w for w in ("umbrella", "penguin", "carrot") if w in words)
    form = next(f for f in (word + "ing", word + "ed", word + "ly") if f not in words)
    assert _cosine(encoder, word, form) == pytest.approx(1, abs=1e-5)
    assert stems("is") == []


def test_the_tone_of_a_question_does_not_count(encoder: StaticEncoder) -> None:
    asked = ["캐시는 왜 빠른가요?", "캐시는 왜 빠릅니까?", "캐시가 왜 빠르지?", "캐시 왜 빠르니"]
    first = encoder.embed(asked[:1])[0]
    assert encoder.embed(asked) @ first == pytest.approx(np.ones(4), abs=1e-5)


def test_terms_of_a_glossary_add_their_canonical_form(encoder: StaticEncoder) -> None:
    entry = Entry(("배치 정규화", "batchnormx", "BNX"))
    forms = {normalise_form(form): entry for form in entry.forms}
    glossary = Glossary((entry,), by_form=forms)
    with_glossary = StaticEncoder(TermExtractor(Kiwipie(), glossary))
    plain = _cosine(encoder, "BNX란?", "배치 정규화란?")
    assert _cosine(with_glossary, "BNX란?", "배치 정규화란?") > plain


def test_term_vectors(encoder: StaticEncoder, extractor: TermExtractor) -> None:
    terms = extractor.terms("winter 겨울 학습")
    vectors = encoder.term_vectors([term.pieces for term in terms])
    assert vectors.shape == (3, encoder.dimension)
    winter, korean, learning = vectors
    assert winter @ korean > 0.5
    assert winter @ learning < 0.3
    assert terms[0].pieces == ("winter",)
    alone = encoder.term_vectors([terms[1].ids])
    assert alone[0] == pytest.approx(korean, abs=1e-6)
    assert encoder.term_vectors([]).shape == (0, encoder.dimension)


@pytest.mark.parametrize(
    ("english", "korean", "other"),
    [
        ("learn", "배우다", "겨울"),
        ("winter", "겨울", "학습"),
        ("gpu", "그래픽 카드", "강아지"),
        ("why", "왜", "언제"),
        ("gradient", "기울기", "점심"),
        ("dog", "강아지", "행렬"),
        ("overfitting", "과적합", "대통령"),
    ],
)
def test_words_are_near_their_translation(
    encoder: StaticEncoder, english: str, korean: str, other: str
) -> None:
    assert _cosine(encoder, english, korean) > _cosine(encoder, english, other) + 0.2


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        (
            "how does batch normalization help training?",
            "배치 정규화는 학습을 안정시킨다.",
            "캐시는 최근에 쓴 값을 기억한다.",
        ),
        (
            "컴퓨터가 점점 빨라지면 인공지능은 어떻게 돼?",
            "계산 성능이 늘어나면 인공지능의 성능도 좋아진다.",
            "겨울에는 눈이 많이 온다.",
        ),
        (
            "who invented the telephone",
            "전화기를 발명한 사람은 누구인가",
            "가장 높은 산은 어디인가",
        ),
    ],
)
def test_questions_are_near_what_answers_them(
    encoder: StaticEncoder, question: str, right: str, wrong: str
) -> None:
    assert _cosine(encoder, question, right) > _cosine(encoder, question, wrong) + 0.2
