"""Pairs of terms and pairs of letters."""

from __future__ import annotations

from mlqa.text.grams import letter_pairs, term_pairs
from mlqa.text.terms import Term, TermExtractor


def term(text: str, start: int) -> Term:
    return Term(text, start, start + len(text), ())


def test_each_term_goes_with_each_term_of_the_next_place() -> None:
    terms = [term("배치", 0), term("배치정규화", 0), term("정규화", 2), term("이유", 7)]
    assert term_pairs(terms) == [
        "배치 정규화",
        "배치정규화 정규화",
        "정규화 이유",
    ]
    assert term_pairs(terms[:1]) == term_pairs([]) == []


def test_word_order_counts(plain_extractor: TermExtractor) -> None:
    one, other = (
        set(term_pairs(plain_extractor.terms(text)))
        for text in ("늑대가 양을 먹었다", "양이 늑대를 먹었다")
    )
    assert "늑대 양" in one
    assert "늑대 양" not in other


def test_letters_of_words() -> None:
    assert letter_pairs("LRU 캐시를, 왜?") == ["lr", "ru", "캐시", "시를"]
    assert letter_pairs("ResNet-50!") == ["re", "es", "sn", "ne", "et", "t5", "50"]
    assert letter_pairs("") == letter_pairs("가 나 …") == []
