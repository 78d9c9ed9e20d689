"""Text to blocks: mark-up, and what holds for every text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlqa.text.loading import normalise
from mlqa.text.structure import find_blocks

PROSE = "캐시는 자주 쓰는 값을 가까이 두는 작은 저장 공간이며 느린 저장 장치의 앞에 놓인다."


def shape(text: str, *, plain: bool = False) -> list[tuple[str, str]]:
    return [
        (block.kind + (str(block.level) if block.level else ""), text[block.start : block.end])
        for block in find_blocks(text, plain=plain)
    ]


def test_markdown() -> None:
    text = (
        "# 캐시\n\n첫 문단의 첫 줄이고\n둘째 줄이다.\n\n### 목록 ###\n- 하나\n  이어진다\n  * 둘\n"
        "1. 셋\n2) 넷\n\n"
        "```python\n\n    x = 1\n\ny = 2\n```\n\n$$\nx^2\n$$\n\n$$y$$\n끝 문단"
    )
    assert shape(text) == [
        ("heading1", "캐시"),
        ("paragraph", "첫 문단의 첫 줄이고\n둘째 줄이다."),
        ("heading3", "목록"),
        ("item", "하나\n  이어진다"),
        ("item", "둘"),
        ("item", "셋"),
        ("item", "넷"),
        ("code", "    x = 1\n\ny = 2"),
        ("formula", "$$\nx^2\n$$"),
        ("formula", "$$y$$"),
        ("paragraph", "끝 문단"),
    ]


def test_empty_text_has_no_blocks() -> None:
    assert find_blocks("") == ()
    assert find_blocks(" \n\n\t\n", plain=True) == ()


def test_heading_keeps_marks_that_are_its_own() -> None:
    assert shape("## C#\n## F# ##\n####### 일곱\n#태그") == [
        ("heading2", "C#"),
        ("heading2", "F#"),
        ("paragraph", "####### 일곱\n#태그"),
    ]


def test_underlined_headings() -> None:
    text = f"캐시\n===\n\n{PROSE}\n\n구조\n---\n{PROSE}"
    assert [kind for kind, _ in shape(text)] == ["heading1", "paragraph", "heading2", "paragraph"]
    assert [kind for kind, _ in shape(text, plain=True)][::2] == ["heading1", "heading2"]


def test_fences_close_with_their_own_kind() -> None:
    text = "````\n```\n안\n```\n````\n밖\n~~~\n```\n~~~"
    assert shape(text) == [("code", "```\n안\n```"), ("paragraph", "밖"), ("code", "```")]


def test_open_fence_reaches_to_the_end_and_empty_one_is_nothing() -> None:
    assert shape("```\nx = 1\n\n# 주석") == [("code", "x = 1\n\n# 주석")]
    assert shape("```\n```\n글이다.") == [("paragraph", "글이다.")]
    assert shape("글이다.\n```") == [("paragraph", "글이다.")]


def test_items_lose_box_and_bullet() -> None:
    assert shape("- [ ] 할 일\n• 점\n① 첫째\n-5도\n*강조*") == [
        ("item", "할 일"),
        ("item", "점"),
        ("item", "첫째\n-5도\n*강조*"),
    ]


def test_quotes_lose_their_marks() -> None:
    assert shape("> 첫 줄이다.\n>> 둘째 줄이다.\n> - 항목") == [
        ("paragraph", "첫 줄이다."),
        ("paragraph", "둘째 줄이다."),
        ("item", "항목"),
    ]


def test_indented_code_in_markdown_is_a_listing_and_indented_prose_is_not() -> None:
    text = f"{PROSE}\n\n    x = 1\n    print(x)\n\n    {PROSE}"
    assert [kind for kind, _ in shape(text)] == ["paragraph", "code", "paragraph"]


@pytest.mark.parametrize("plain", [True, False])
def test_formulas(plain: bool) -> None:
    text = (
        "$$a\n=\nb$$\n\n\\begin{align}\nx\n\\end{align}\n\n\\[ y \\]\n\n$$c$$ 여기서 c는 상수이다."
    )
    assert shape(text, plain=plain) == [
        ("formula", "$$a\n=\nb$$"),
        ("formula", "\\begin{align}\nx\n\\end{align}"),
        ("formula", "\\[ y \\]"),
        ("paragraph", "$$c$$ 여기서 c는 상수이다."),
    ]


def test_stray_dollars_are_text() -> None:
    assert shape("$$ 값이 비싸다.") == [("paragraph", "$$ 값이 비싸다.")]


PIECES = [
    "# 제목", "캐시", "1. 하나", "2.1. 둘", "- 항목", "```", "~~~", "$$", "\\[", "\\]", "x = 1",
    "f(x)", "if x:",
    "# 주석", "===", "---", "> 말", PROSE, "무엇일까?", "", "  ", "    들여 쓴다.", "\u00a0",
    "①",
]  # fmt: skip


@given(
    st.one_of(
        st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=25).map(
            "\n".join
        ),
        st.text(),
    ),
    st.booleans(),
)
def test_blocks_are_ordered_inside_the_text_and_cover_it(text: str, plain: bool) -> None:
    text = normalise(text)
    behind = 0
    for block in find_blocks(text, plain=plain):
        assert behind <= block.start < block.end <= len(text)
        piece = text[block.start : block.end]
        assert piece.strip()
        assert piece == piece.rstrip()
        assert (block.level > 0) == (block.kind == "heading")
        # What is left out is mark-up: no Hangul is lost between blocks.
        assert not any("가" <= letter <= "힣" for letter in text[behind : block.start]) or (
            "```" in text or "~~~" in text
        )
        behind = block.end


@pytest.mark.parametrize(
    "piece", ["가 " * 50_000, "# 가\n" * 20_000, "$$\n" * 20_001, "?  " * 50_000]
)
@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.timeout(30)
def test_long_texts_take_no_long_time(piece: str, plain: bool) -> None:
    find_blocks(piece, plain=plain)
