"""Documents to chunks: whole sentences, nothing lost, nothing cut that must stay whole."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlqa.schema import Chunk, Document
from mlqa.text.chunking import chunk_document
from mlqa.text.kiwi import Kiwipie
from mlqa.text.structure import find_blocks

LISTING = "```python\nfor x in range(3):\n    print(x)\n\n    # 끝. 그만.\n```"
FORMULA = "$$\na = b. c\n\\sum_i x_i\n$$"


def document(text: str) -> Document:
    return Document(id="a", title="제목", text=text, blocks=find_blocks(text))


def chunks_of(text: str, kiwi: Kiwipie, usual: int = 400) -> tuple[Chunk, ...]:
    return chunk_document(document(text), kiwi.sentences, usual)


def check(source: Document, chunks: tuple[Chunk, ...], usual: int) -> None:
    """What holds for the chunks of every document."""
    covered = [0] * len(source.text)
    behind = 0
    for number, chunk in enumerate(chunks):
        assert chunk.id == f"{source.id}#{number}"
        assert chunk.text == source.text[chunk.start : chunk.end]
        assert (chunk.sentences[0].start, chunk.sentences[-1].end) == (chunk.start, chunk.end)
        assert len(chunk.text) <= 1.5 * usual or len(chunk.sentences) == 1
        for start, end in chunk.sentences:
            assert behind <= start < end
            behind = end
            for position in range(start, end):
                covered[position] += 1
    for block in source.blocks:
        wanted = 0 if block.kind == "heading" else 1
        for position in range(block.start, block.end):
            if not source.text[position].isspace():
                assert covered[position] == wanted, source.text[block.start : block.end]
        if block.kind in {"code", "formula"}:
            assert (block.start, block.end) in {s for chunk in chunks for s in chunk.sentences}


@pytest.mark.parametrize("usual", [60, 200, 400, 1000, 4000])
def test_essays_of_the_project(
    kiwi: Kiwipie, project_documents: tuple[Document, ...], usual: int
) -> None:
    for essay in project_documents:
        chunks = chunk_document(essay, kiwi.sentences, usual)
        check(essay, chunks, usual)
        for number, second in enumerate(chunks[1:]):
            first = chunks[number]
            if first.headings == second.headings:
                # Neighbours that would go together do.
                assert second.end - first.start > usual
        sentences = [essay.text[s.start : s.end] for chunk in chunks for s in chunk.sentences]
        ended = [s for s in sentences if s.rstrip(")]\"'").endswith((".", "?", "!", "다", "요"))]
        assert len(ended) > 0.8 * len(sentences)


def test_usual_length_is_that_of_most_chunks(
    kiwi: Kiwipie, project_documents: tuple[Document, ...]
) -> None:
    lengths = {
        usual: sorted(
            len(chunk.text)
            for essay in project_documents
            for chunk in chunk_document(essay, kiwi.sentences, usual)
        )
        for usual in (150, 400)
    }
    for usual, sorted_lengths in lengths.items():
        assert usual / 2 < sorted_lengths[len(sorted_lengths) // 2] < usual * 1.5


def test_headings_are_the_path_above(kiwi: Kiwipie) -> None:
    text = (
        "앞말입니다.\n\n# 글\n\n머리말입니다.\n\n## 첫째\n\n첫째 글입니다.\n\n### 자세히\n\n"
        "자세한 글입니다.\n\n## 둘째\n\n### 비었음\n\n# 다음 글\n\n끝입니다."
    )
    assert [(chunk.headings, chunk.text) for chunk in chunks_of(text, kiwi)] == [
        ((), "앞말입니다."),
        (("글",), "머리말입니다."),
        (("글", "첫째"), "첫째 글입니다."),
        (("글", "첫째", "자세히"), "자세한 글입니다."),
        (("다음 글",), "끝입니다."),
    ]


def test_level_may_be_left_out(kiwi: Kiwipie) -> None:
    text = "# 글\n\n#### 깊이\n\n하나입니다.\n\n## 얕게\n\n둘입니다."
    assert [chunk.headings for chunk in chunks_of(text, kiwi)] == [("글", "깊이"), ("글", "얕게")]


@pytest.mark.parametrize("whole", [LISTING, FORMULA])
def test_listing_and_formula_are_never_cut(kiwi: Kiwipie, whole: str) -> None:
    essay = document(f"다음을 봅시다.\n\n{whole}\n\n이것이 결과입니다. 그래서 이렇게 됩니다.")
    kept = next(b for b in essay.blocks if b.kind in {"code", "formula"})
    for usual in (10, 50, 400):
        chunks = chunk_document(essay, kiwi.sentences, usual)
        check(essay, chunks, usual)
        (holder,) = [c for c in chunks if (kept.start, kept.end) in c.sentences]
        assert essay.text[kept.start : kept.end] in holder.text


def test_short_listing_stays_with_the_text_that_introduces_it(kiwi: Kiwipie) -> None:
    sentence = "파이썬에서는 다음과 같이 값을 하나씩 꺼내어 차례로 출력할 수 있습니다."
    (chunk,) = chunks_of(f"{sentence}\n\n```\nprint(1)\n```", kiwi, usual=40)
    assert chunk.text.startswith(sentence)
    assert chunk.text.endswith("print(1)")


@pytest.mark.parametrize("formula", ["$y = f(x). z$", "$$K = 1.5. 다음은 0.5다. 끝$$"])
def test_formula_in_a_paragraph_is_not_cut(kiwi: Kiwipie, formula: str) -> None:
    text = f"앞 문장이 먼저 있습니다. 상수는 {formula} 꼴입니다. 뒤 문장도 하나 있습니다."
    sentences = [text[s.start : s.end] for c in chunks_of(text, kiwi, 20) for s in c.sentences]
    assert len(sentences) >= 3
    assert sum(formula in sentence for sentence in sentences) == 1


def test_long_paragraph_is_divided_between_sentences(kiwi: Kiwipie) -> None:
    sentence = "캐시는 자주 쓰는 값을 가까운 곳에 미리 담아 두는 작은 저장 공간입니다."
    chunks = chunks_of(" ".join([sentence] * 20), kiwi, usual=200)
    assert len(chunks) > 3
    assert all(chunk.text == " ".join([sentence] * len(chunk.sentences)) for chunk in chunks)
    assert max(len(c.text) for c in chunks) - min(len(c.text) for c in chunks) <= 2 * len(sentence)


def test_document_of_headings_has_no_chunks(kiwi: Kiwipie) -> None:
    assert chunks_of("# 하나\n\n## 둘", kiwi) == ()


SENTENCES = st.sampled_from([
    "캐시는 값을 담아 둡니다.",
    "왜 그럴까요?",
    "비용이 3.5배로 늘었습니다!",
    "식 $a = b. c$를 봅니다.",
    "이모지 😀😀도 있습니다.",
    "See e.g. the U.S. study.",
    "\"그렇다.\"라고 말했습니다.",
    "…",
    "끝이 없는 문장",
])  # fmt: skip
PARAGRAPHS = st.lists(SENTENCES, min_size=1, max_size=8).map(" ".join)
PARTS = st.one_of(
    PARAGRAPHS,
    st.lists(PARAGRAPHS, min_size=1, max_size=3).map(lambda items: "- " + "\n- ".join(items)),
    st.lists(PARAGRAPHS, min_size=2, max_size=3).map("\n".join),
    st.tuples(st.integers(1, 4), st.sampled_from(["제목", "또 다른 제목", "C#"])).map(
        lambda heading: "#" * heading[0] + " " + heading[1]
    ),
    st.sampled_from([LISTING, FORMULA, "> 인용한 글입니다. 두 문장입니다.", "---", "***"]),
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PARTS, max_size=12).map("\n\n".join), st.sampled_from([50, 120, 400]))
def test_every_block_stands_in_the_chunks_once(kiwi: Kiwipie, text: str, usual: int) -> None:
    source = document(text)
    check(source, chunk_document(source, kiwi.sentences, usual), usual)
