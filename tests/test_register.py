"""Sentences in any register to 합니다체."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlqa.answer.closing import find_closing
from mlqa.answer.register import to_formal
from mlqa.index.store import Index
from mlqa.schema import Document
from mlqa.text.chunking import chunk_document
from mlqa.text.kiwi import Kiwipie

_TABLE = Path(__file__).with_name("register_endings.tsv")


def _pairs() -> list[tuple[str, str, str]]:
    rows = _TABLE.read_text("utf-8").splitlines()
    pairs = []
    for row in rows:
        if not row.startswith("#"):
            kind, sentence, formal = row.replace("\\n", "\n").split("\t")
            pairs.append((kind, sentence, formal or sentence))
    return pairs


PAIRS = _pairs()


@pytest.mark.parametrize(
    ("sentence", "formal"), [pair[1:] for pair in PAIRS], ids=[f"{p[0]}: {p[1]}" for p in PAIRS]
)
def test_a_sentence_becomes_formal(sentence: str, formal: str, kiwi: Kiwipie) -> None:
    assert to_formal(sentence, kiwi) == formal


def test_the_table_is_as_large_as_it_says() -> None:
    assert len(PAIRS) >= 220
    assert len({sentence for _, sentence, _ in PAIRS}) == len(PAIRS)


@pytest.mark.parametrize(("sentence", "formal"), [pair[1:] for pair in PAIRS])
def test_only_the_last_word_changes(sentence: str, formal: str, kiwi: Kiwipie) -> None:
    closing = find_closing(sentence)
    words = sentence[: closing.start].rstrip()
    last = words.split()[-1] if words else ""
    before, behind = words[: len(words) - len(last)], sentence[closing.start :]

    said = to_formal(sentence, kiwi)

    assert said.startswith(before)
    assert said.endswith(behind)
    assert to_formal(said, kiwi) == said, "what is formal stays as it is"
    assert unicodedata.is_normalized("NFC", formal)


def test_the_essays_are_formal_already(
    project_documents: tuple[Document, ...], kiwi: Kiwipie
) -> None:
    sentences = [
        document.text[span.start : span.end]
        for document in project_documents
        for chunk in chunk_document(document, kiwi.sentences, 400)
        for span in chunk.sentences
    ]

    assert len(sentences) > 300
    assert [s for s in sentences if to_formal(s, kiwi) != s] == []


def test_a_decomposed_sentence_becomes_formal_too(kiwi: Kiwipie) -> None:
    decomposed = unicodedata.normalize("NFD", "모델은 값을 배운다.")

    said = to_formal(decomposed, kiwi)

    assert unicodedata.normalize("NFC", said) == "모델은 값을 배웁니다."
    assert said.startswith(unicodedata.normalize("NFD", "모델은 값을 "))


@given(text=st.text(alphabet="가나다라.?!()[]\"'“” \n*_`$1aA은이다한요", max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_is_survived(kiwi: Kiwipie, text: str) -> None:
    said = to_formal(text, kiwi)

    assert to_formal(said, kiwi) == said
    assert (text == "") == (said == "")


def test_the_words_of_the_glossary_do_not_disturb(project_index: Index) -> None:
    kiwi = project_index.extractor.kiwi

    assert [s for _, s, formal in PAIRS if to_formal(s, kiwi) != formal] == []
