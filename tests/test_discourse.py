"""How sentences begin, read without their neighbours."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlqa.answer.discourse import Opening, without_opening
from mlqa.schema import Document
from mlqa.text.chunking import chunk_document
from mlqa.text.kiwi import Kiwipie


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        ("하지만 값은 그대로입니다.", "값은 그대로입니다."),
        ("그러나, 값은 그대로입니다.", "값은 그대로입니다."),
        ("그런데 빈자리가 없습니다.", "빈자리가 없습니다."),
        ("따라서 학습이 느려집니다.", "학습이 느려집니다."),
        ("그래서 학습률을 낮춥니다.", "학습률을 낮춥니다."),
        ("즉, 평균이 0입니다.", "평균이 0입니다."),
        ("즉 평균이 0입니다.", "평균이 0입니다."),
        ("또한 메모리를 덜 씁니다.", "메모리를 덜 씁니다."),
        ("그리고 나서 값을 지웁니다.", "값을 지웁니다."),
        ("반면 LRU는 순서를 기억합니다.", "LRU는 순서를 기억합니다."),
        ("반면에 BN은 빠릅니다.", "BN은 빠릅니다."),
        ("다만 배치가 커야 합니다.", "배치가 커야 합니다."),
        ("예를 들어, 고양이 사진을 넣습니다.", "고양이 사진을 넣습니다."),
        ("예컨대 3을 넣습니다.", "3을 넣습니다."),
        ("다시 말해 답이 없습니다.", "답이 없습니다."),
        ("그럼에도 불구하고 잘 됩니다.", "잘 됩니다."),
        ("그뿐 아니라 속도도 빠릅니다.", "속도도 빠릅니다."),
        ("이와 달리 RNN은 차례로 읽습니다.", "RNN은 차례로 읽습니다."),
        ("첫째, 자료가 적습니다.", "자료가 적습니다."),
        ("두 번째로, 값을 더합니다.", "값을 더합니다."),
        ("마지막으로, 결과를 적습니다.", "결과를 적습니다."),
        ("자, 이제 시작합니다.", "이제 시작합니다."),
        ("하지만 예를 들어 3을 넣으면 달라집니다.", "3을 넣으면 달라집니다."),
    ],
)
def test_a_connective_goes(sentence: str, rest: str, kiwi: Kiwipie) -> None:
    opening = without_opening(sentence, kiwi)

    assert opening == Opening(rest, sentence.index(rest), trimmed=True, needs_previous=False)


@pytest.mark.parametrize(
    "sentence",
    [
        "캐시는 값을 담아 둡니다.",
        "마지막으로 쓰인 값을 버립니다.",
        "실제로 쓰이는 값은 적습니다.",
        "또 다른 방법은 정규화입니다.",
        "첫째 열을 지웁니다.",
        "단 하나의 층만 씁니다.",
        "사실 확인이 먼저입니다.",
        "즉시 멈춥니다.",
        "결국에는 멈춥니다.",
        "그래프는 점과 선입니다.",
        "그림은 두 장입니다.",
        "이론은 간단합니다.",
        "이미 답이 나왔습니다.",
        "이제 값을 더합니다.",
        "이전에는 손으로 적었습니다.",
        "이름을 붙입니다.",
        "이 글에서는 캐시를 다룹니다.",
        "저는 그렇게 봅니다.",
        "하나의 값만 남깁니다.",
        "앞 층이 바뀝니다.",
        "앞으로 더 빨라집니다.",
        "이런 저런 까닭이 있습니다.",
        "“하지만 아니다”라고 했습니다.",
        "하지만.",
        "또한",
        "",
    ],
)
def test_a_sentence_that_stands_alone_stays(sentence: str, kiwi: Kiwipie) -> None:
    assert without_opening(sentence, kiwi) == Opening(
        sentence, 0, trimmed=False, needs_previous=False
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "이는 분포가 바뀌기 때문입니다.",
        "이것은 큰 문제입니다.",
        "그것이 답입니다.",
        "그는 다르게 말했습니다.",
        "그들은 떠났습니다.",
        "이런 방법은 느립니다.",
        "이러한 방법은 느립니다.",
        "그런 까닭에 씁니다.",
        "이를 과적합이라고 합니다.",
        "여기서 x는 입력입니다.",
        "이때 값은 0입니다.",
        "이렇게 하면 빠릅니다.",
        "이처럼 큰 값은 드뭅니다.",
        "이에 따라 값이 바뀝니다.",
        "그 결과 손실이 줄어듭니다.",
        "그 값은 0입니다.",
        "그중 하나는 캐시입니다.",
        "그만큼 빨라집니다.",
        "그러면 값이 커집니다.",
        "그렇지 않으면 멈춥니다.",
        "다른 하나는 정규화입니다.",
        "둘 다 느립니다.",
        "후자는 더 빠릅니다.",
        "위 식에서 x는 입력입니다.",
        "앞서 말한 방법을 씁니다.",
        "같은 이유로 값이 커집니다.",
        "바로 이 점이 중요합니다.",
        "왜 이런 일이 생길까요?",
        "물이 아래로 흐르는 것과 같은 이치입니다.",
    ],
)
def test_what_points_back_is_known(sentence: str, kiwi: Kiwipie) -> None:
    assert without_opening(sentence, kiwi) == Opening(
        sentence, 0, trimmed=False, needs_previous=True
    )


def test_what_is_left_may_point_back(kiwi: Kiwipie) -> None:
    opening = without_opening("하지만 이는 사실이 아닙니다.", kiwi)

    assert opening == Opening("이는 사실이 아닙니다.", 4, trimmed=True, needs_previous=True)


def test_a_reason_needs_what_it_explains(kiwi: Kiwipie) -> None:
    opening = without_opening("왜냐하면 자료가 적기 때문입니다.", kiwi)

    assert opening == Opening("자료가 적기 때문입니다.", 5, trimmed=True, needs_previous=True)


def test_spans_of_the_essays_stay_honest(
    project_documents: tuple[Document, ...], kiwi: Kiwipie
) -> None:
    trimmed = leaning = 0
    for document in project_documents:
        for chunk in chunk_document(document, kiwi.sentences, 400):
            for span in chunk.sentences:
                opening = without_opening(document.text[span.start : span.end], kiwi)
                assert opening.text == document.text[span.start + opening.start : span.end]
                assert opening.trimmed == (opening.start > 0)
                trimmed += opening.trimmed
                leaning += opening.needs_previous

    assert trimmed > 5
    assert leaning > 5


@given(text=st.text(alphabet="하지만즉,또한 이는그 가.\n", max_size=30))
@settings(max_examples=200, deadline=None)
def test_any_text_is_survived(kiwi: Kiwipie, text: str) -> None:
    opening = without_opening(text, kiwi)

    assert text[opening.start :] == opening.text
    assert without_opening(opening.text, kiwi).start == 0
