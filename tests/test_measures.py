"""What an answer is worth: every measure by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from mlqa.evaluation.asking import Reply
from mlqa.evaluation.gold import Evidence, GoldQuestion
from mlqa.evaluation.measures import is_right, says_no_more, tokens, values_of
from mlqa.metrics import (
    area,
    korquad_em,
    korquad_f1,
    korquad_normal,
    risk_coverage,
    rouge_l,
    token_f1,
)
from mlqa.schema import Answer, AnswerSentence, Chunk, Citation, Document, Hit, Place, Span
from mlqa.text.kiwi import Kiwipie

ENDINGS = Path(__file__).with_name("register_endings.tsv")


# -- texts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "wanted", "f1", "rouge"),
    [
        ("나는 밥을 먹었다", "나는 밥을 먹었다", 1, 1),
        ("가 나 나", "나 나 다 라", 4 / 7, 4 / 7),
        ("나 가 다", "가 나 다 라", 6 / 7, 4 / 7),  # all three shared, two in the same order
        ("가 가 가", "가", 1 / 2, 1 / 2),
        ("가", "나", 0, 0),
        ("", "가", 0, 0),
        ("", "", 0, 0),
    ],
)
def test_overlap_of_tokens(said: str, wanted: str, f1: float, rouge: float) -> None:
    assert token_f1(said.split(), wanted.split()) == pytest.approx(f1)
    assert rouge_l(said.split(), wanted.split()) == pytest.approx(rouge)
    assert rouge_l(wanted.split(), said.split()) == pytest.approx(rouge)


def test_identical_korean_sentences_score_one(kiwi: Kiwipie) -> None:
    sentence = tokens("배치 정규화는 손실 지형을 매끄럽게 만듭니다.", kiwi)
    assert len(sentence) > 8
    assert token_f1(sentence, sentence) == rouge_l(sentence, sentence) == 1
    other = tokens("김치찌개는 묵은지로 끓여야 맛있다", kiwi)
    assert rouge_l(sentence, other) < 0.3


def test_tokens_are_morphemes_without_punctuation(kiwi: Kiwipie) -> None:
    assert tokens("BN은 “빠릅니다”!", kiwi) == ["bn", "은", "빠르", "ᆸ니다"]
    # An ending is one morpheme of four.
    assert token_f1(tokens("비율은 3이다", kiwi), tokens("비율은 3입니다.", kiwi)) == pytest.approx(
        0.8, abs=0.06
    )


@pytest.mark.parametrize(
    ("said", "normal"),
    [
        ("《나의 '책'》(2판)", "나의 책 2판"),
        ("U.S.A., 3.5%", "usa 35"),
        ("  한\n\n글 ", "한 글"),
        ("‘가’〈나〉<다>", "가 나 다"),
        ("“가”", "“가”"),  # the script leaves these
        ("...", ""),
    ],
)
def test_texts_as_korquad_compares_them(said: str, normal: str) -> None:
    assert korquad_normal(said) == normal


def test_korquad_scores() -> None:
    assert korquad_em("《캐시》", "캐시!") == 1
    assert korquad_em("캐시 는", "캐시는") == 0  # spaces count for equality
    assert korquad_f1("캐시 는", "캐시는") == 1  # and not for F1
    # 4 of 6 characters said, 4 of 5 wanted
    assert korquad_f1("가나다라 마바", "가나다라사") == pytest.approx(8 / 11)
    assert korquad_f1("가", "나") == korquad_f1("", "가") == 0


# -- what a sentence rests on ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("값은 3입니다.", "값은 3이다."),
        ("모델은 배웁니다.", "모델은 값을 배운다."),  # says less
        ("BN은 안정적입니다.", "bn은 안정적이다"),
        ("그 안에 말이 있습니다.", "그 안에 말이 있다."),
        ("이것은 무엇입니까?", "이것은 뭐야?"),
    ],
)
def test_a_sentence_that_says_no_more(sentence: str, quote: str, kiwi: Kiwipie) -> None:
    assert says_no_more(sentence, quote, kiwi)


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("값은 4입니다.", "값은 3이다."),
        ("모델은 값을 빠르게 배웁니다.", "모델은 값을 배운다."),
        ("모델은 값을 배우지 않습니다.", "모델은 값을 배운다."),
        ("모델은 값을 배웁니다.", "모델은 값을 배우지 않는다."),
        ("모델은 안 좋습니다.", "모델은 좋다."),
        ("답이 있습니다.", "답이 없다."),
        ("고양이가 개를 이깁니다.", "개가 고양이를 이긴다."),
    ],
)
def test_a_sentence_that_says_more(sentence: str, quote: str, kiwi: Kiwipie) -> None:
    assert not says_no_more(sentence, quote, kiwi)


def test_endings_say_no_more_and_other_sentences_do(kiwi: Kiwipie) -> None:
    rows = [row.split("\t") for row in ENDINGS.read_text("utf-8").splitlines()]
    pairs = [(row[1], row[2]) for row in rows if row[0][0] != "#" and row[2] and row[1] != row[2]]
    assert len(pairs) > 200
    right = [says_no_more(formal, plain, kiwi) for plain, formal in pairs]
    others = zip(pairs, [*pairs[1:], pairs[0]], strict=True)
    wrong = [says_no_more(formal, plain, kiwi) for (_, formal), (plain, _) in others]
    assert np.mean(right) > 0.98
    assert np.mean(wrong) < 0.02


# -- values of an answer --------------------------------------------------------------------

TEXT = "캐시는 옛 글을 둔다. 60초가 지나면 다시 받는다. 서버는 쉰다."
DOCUMENTS = {"web": Document(id="web", title="웹", text=TEXT, blocks=())}


def sentence(text: str, quote: str, number: int = 1) -> AnswerSentence:
    start = TEXT.find(quote)
    citation = Citation(
        number=number, document_id="web", start=start, end=start + len(quote), quote=quote, title=""
    )
    return AnswerSentence(text=text, citation=citation)


def hit(start: int, end: int, rank: int = 1) -> Hit:
    chunk = Chunk(
        id=f"web#{rank}",
        document_id="web",
        start=start,
        end=end,
        text=TEXT[start:end],
        headings=(),
        sentences=(),
    )
    return Hit(
        rank=rank,
        score=1.0,
        chunk=chunk,
        title="웹",
        matched=(),
        sparse_rank=1,
        dense_rank=1,
        sparse_score=1.0,
        dense_score=0.5,
        fused_score=0.5,
        late_score=0.5,
    )


def reply(*sentences: AnswerSentence, rank: int | None = 1, quotes: Sequence[str] = ()) -> Reply:
    """An answer to a question whose evidence is some quotes of the text; none: it has no answer."""
    gold = GoldQuestion(
        id="q",
        part="train",
        kind="essay",
        question="언제 다시 받나요?",
        answerable=bool(quotes),
        evidence=tuple(Evidence(document_id="web", quote=quote) for quote in quotes),
        key_facts=(("60초", "1분"), ("다시",)) if quotes else (),
    )
    hits = (hit(0, 29), hit(30, len(TEXT), 2))
    answer = Answer(
        question=gold.question,
        resolved=gold.question,
        text=" ".join(f"{said.text} [{said.citation.number}]" for said in sentences) or "모릅니다.",
        sentences=sentences,
        hits=hits,
        abstained=not sentences,
        confidence=0.7 if sentences else 0.2,
    )
    starts = [(TEXT.index(quote), len(quote)) for quote in quotes]
    places = tuple(Place("web", Span(start, start + length)) for start, length in starts)
    return Reply(gold, places, hits, rank, answer)


AGAIN = "60초가 지나면 다시 받는다."
OLD = "캐시는 옛 글을 둔다."
REST = "서버는 쉰다."


def test_values_of_a_right_answer(kiwi: Kiwipie) -> None:
    values = values_of(reply(sentence(AGAIN, AGAIN), quotes=[AGAIN]), DOCUMENTS, kiwi)
    ones = [
        *("hit@1", "hit@5", "mrr@10", "key_facts", "answer_f1", "rouge_l", "citation_recall"),
        *("citation_precision", "quote_precision", "verbatim", "grounded"),
    ]
    assert {name: values[name] for name in ones} == dict.fromkeys(ones, 1)
    assert values["declined_wrong"] == 0
    assert "declined_right" not in values
    assert "judge" not in values
    # The facts are 3 and 2 of the 12 characters that are said.
    assert values["korquad_em"] == 0
    assert values["korquad_f1"] == pytest.approx((6 / 15 + 4 / 14) / 2)


def test_values_of_an_answer_with_something_beside(kiwi: Kiwipie) -> None:
    """Two citations: one is evidence, the other stands in another passage."""
    said = [sentence("60초가 지나면 다시 받습니다.", AGAIN), sentence("서버는 늘 쉽니다.", REST, 2)]
    values = values_of(reply(*said, rank=4, quotes=[AGAIN, OLD]), DOCUMENTS, kiwi)
    assert (values["hit@1"], values["hit@5"], values["mrr@10"]) == (0, 1, 0.25)
    assert values["citation_precision"] == 0.5
    assert values["quote_precision"] == 0.5
    assert values["citation_recall"] == 0.5
    assert values["grounded"] == 0.5
    assert values["verbatim"] == 1
    nearest = tokens(AGAIN, kiwi)
    spoken = tokens("60초가 지나면 다시 받습니다. 서버는 늘 쉽니다.", kiwi)
    assert values["answer_f1"] == pytest.approx(token_f1(spoken, nearest))
    assert 0.5 < values["rouge_l"] == pytest.approx(rouge_l(spoken, nearest))


def test_the_passage_of_a_citation_may_be_right_where_its_quote_is_not(kiwi: Kiwipie) -> None:
    values = values_of(reply(sentence(OLD, OLD), quotes=[AGAIN]), DOCUMENTS, kiwi)
    assert values["citation_precision"] == 1
    assert values["quote_precision"] == values["citation_recall"] == values["key_facts"] == 0


def test_a_list_is_compared_with_all_quotes_together(kiwi: Kiwipie) -> None:
    both = reply(sentence(OLD, OLD), sentence(REST, REST, 2), quotes=[OLD, REST])
    values = values_of(both, DOCUMENTS, kiwi)
    assert values["answer_f1"] == values["rouge_l"] == values["citation_recall"] == 1


def test_values_of_declining(kiwi: Kiwipie) -> None:
    assert values_of(reply(), DOCUMENTS, kiwi) == {"declined_right": 1}
    values = values_of(reply(quotes=[AGAIN], rank=None), DOCUMENTS, kiwi)
    assert values.pop("declined_wrong") == 1
    assert set(values.values()) == {0}
    assert "citation_precision" not in values
    assert "grounded" not in values
    answered = values_of(reply(sentence(AGAIN, AGAIN)), DOCUMENTS, kiwi)
    assert answered == {"declined_right": 0, "verbatim": 1, "grounded": 1}


def test_a_quote_that_is_not_in_its_document(kiwi: Kiwipie) -> None:
    invented = values_of(reply(sentence("하늘은 파랗다.", "하늘은 파랗다.")), DOCUMENTS, kiwi)
    assert (invented["verbatim"], invented["grounded"]) == (0, 1)


def test_right_is_half_of_the_facts() -> None:
    for said, expected in ((AGAIN, True), ("다시 받는다.", True), (OLD, False)):
        answered = reply(sentence(said, said), quotes=[AGAIN])
        assert is_right(answered.gold, answered.answer) is expected
    for other in (reply(quotes=[AGAIN]), reply(sentence(AGAIN, AGAIN)), reply()):
        assert not is_right(other.gold, other.answer)


def test_a_judge_sees_what_is_said(kiwi: Kiwipie) -> None:
    seen: list[tuple[str, str, Sequence[str]]] = []

    def judge(question: str, answer: str, evidence: Sequence[str]) -> float:
        seen.append((question, answer, evidence))
        return 0.25

    answered = reply(sentence(OLD, OLD), sentence(REST, REST, 2), quotes=[OLD])
    assert values_of(answered, DOCUMENTS, kiwi, judge)["judge"] == 0.25
    assert values_of(reply(quotes=[OLD]), DOCUMENTS, kiwi, judge)["judge"] == 0
    assert "judge" not in values_of(reply(), DOCUMENTS, kiwi, judge)
    assert seen == [("언제 다시 받나요?", f"{OLD} {REST}", [OLD])]


# -- risk and coverage ----------------------------------------------------------------------


def test_risk_coverage_by_hand() -> None:
    points = risk_coverage([0.8, 0.9, 0.1, 0.8], [1, 0, 1, 0])
    # Equal confidences are answered together.
    assert [list(point) for point in points] == [
        [0.9, 0.25, 0],
        [0.8, 0.75, pytest.approx(1 / 3)],
        [0.1, 1, 0.5],
    ]
    assert area(points) == pytest.approx((0 + 1 / 3 + 1 / 3 + 1 / 2) / 4)


def test_area_of_the_best_the_worst_and_no_order() -> None:
    losses = [0, 0, 1, 1]
    assert area(risk_coverage([4, 3, 2, 1], losses)) == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)
    assert area(risk_coverage([1, 2, 3, 4], losses)) == pytest.approx((1 + 1 + 2 / 3 + 1 / 2) / 4)
    assert area(risk_coverage([1, 1, 1, 1], losses)) == 0.5
