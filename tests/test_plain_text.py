"""Plain text to blocks: headings and listings that have to be told from their shape."""

from __future__ import annotations

import pytest

from mlqa.text.structure import find_blocks

PROSE = "캐시는 자주 쓰는 값을 가까이 두는 작은 저장 공간이며 느린 저장 장치의 앞에 놓인다."
LONG = f"{PROSE} {PROSE}"


def shape(text: str) -> list[tuple[str, str]]:
    return [
        (block.kind + (str(block.level) if block.level else ""), text[block.start : block.end])
        for block in find_blocks(text, plain=True)
    ]


def headings(text: str) -> list[tuple[str, int]]:
    blocks = find_blocks(text, plain=True)
    return [(text[b.start : b.end], b.level) for b in blocks if b.kind == "heading"]


def test_each_line_of_plain_text_is_a_paragraph() -> None:
    text = f"{PROSE}\n{PROSE}\n  {PROSE} \u00a0"
    assert shape(text) == [("paragraph", PROSE)] * 3


def test_numbered_headings_have_their_level() -> None:
    text = (
        f"캐시의 한계? 다시 올까?\n{PROSE}\n1. 시작말\n{PROSE}\n2. 한계는 어디일까?\n{PROSE}\n"
        f"- 하나\n- 둘\n"
        f"2.1. Cache Size\n{PROSE}\nA Paper About Caches\n2.2 교체 방식\n{PROSE}\n"
        f"Another Paper\n{PROSE}\n"
        f"3. 맺음말\n{PROSE}"
    )
    assert headings(text) == [
        ("캐시의 한계? 다시 올까?", 1),
        ("1. 시작말", 1),
        ("2. 한계는 어디일까?", 1),
        ("2.1. Cache Size", 2),
        ("2.2 교체 방식", 2),
        ("3. 맺음말", 1),
    ]


def test_numbered_lines_one_after_the_other_are_items() -> None:
    text = f"{PROSE}\n1. 찾는다\n2. 없으면 넣는다\n3. 가득 찼으면 비우기\n{PROSE}\n1) 사과\n2) 배"
    assert headings(text) == []
    items = [piece for kind, piece in shape(text) if kind == "item"]
    assert items == ["찾는다", "없으면 넣는다", "가득 찼으면 비우기", "사과", "배"]


def test_list_below_a_numbered_heading() -> None:
    text = f"{PROSE}\n2. 사용법\n1. 설치\n2. 실행\n{PROSE}"
    assert headings(text) == [("2. 사용법", 1)]


def test_english_and_korean_headings_without_numbers() -> None:
    text = f"{LONG}\nWhy Do We Cache?\n{LONG}\nLRU Cache\n{LONG}"
    text += f"\n캐시의 구조\n{LONG}\n캐시는 무엇일까?\n{LONG}"
    assert [title for title, _ in headings(text)] == [
        "Why Do We Cache?",
        "LRU Cache",
        "캐시의 구조",
        "캐시는 무엇일까?",
    ]


def test_title_and_subtitle() -> None:
    text = f"캐시 이야기\n\n느린 것을 빠르게 하는 방법\n\n{LONG}"
    assert headings(text) == [("캐시 이야기", 1), ("느린 것을 빠르게 하는 방법", 1)]


def test_headings_before_indented_paragraphs_are_one_level_down() -> None:
    text = (
        f"{LONG}\n\n"
        f"왜 캐시가 필요한가요?\n\n\n속도 향상  \n\n    {LONG}  \n\n추적에 유용함  \n\n    {LONG}"
        f"\n\n사례\n\n    {PROSE}\n\n      시간의 확보\n\n      절차의 감소\n\n{LONG}"
    )
    assert headings(text) == [
        ("왜 캐시가 필요한가요?", 1),
        ("속도 향상", 2),
        ("추적에 유용함", 2),
        ("사례", 2),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "캐시는 빠르다",
        "캐시는 빠르죠",
        "그렇다면 왜일까요",
        "값을 꺼낸 뒤,",
        "다음과 같다:",
        "표준이 없기 때문에-",
        "빠르고 작음",
        "(Cache Replacement)",
        "https://example.com 참고",
        "이름\t크기",
        "새 값이 들어온 경우 그리고 그 값이 아직 캐시 안에 없는 경우와 캐시가 이미 가득 차 있는 "
        "경우를 처리하는 방법",
        "- 항목",
    ],
)
def test_lines_that_are_no_headings(line: str) -> None:
    assert headings(f"{LONG}\n{line}\n{LONG}") == []


@pytest.mark.parametrize(
    "title", ["프로젝트 개요", "람다", "꼭 필요", "문제와 다음", "GPU vs. CPU"]
)
def test_nouns_that_end_like_a_sentence_are_titles(title: str) -> None:
    assert headings(f"{LONG}\n\n{title}\n\n{LONG}") == [(title, 1)]


def test_short_remarks_after_a_fragment_make_no_heading() -> None:
    assert (
        headings(f"{LONG}\n새 값이 들어온 경우\n넣어 준다.\n이미 있는 경우\n꺼낸 뒤,\n{LONG}") == []
    )


def test_last_line_is_no_heading() -> None:
    assert headings(f"{LONG}\n\n홍길동") == []
    assert shape("한 줄") == [("paragraph", "한 줄")]


CODE = """size = 3
box = [1, 2]
for item in box:
# 없다!
if item not in box:

if len(box) < size:
box.append(item)
else:
box.pop(0)
# 결과 보기
print(box) # [1, 2]"""


def test_run_of_code_lines_is_one_listing() -> None:
    text = f"파이썬으로 쓰면 다음과 같습니다.\n{CODE}\n결과를 따라가 보면,\n{PROSE}"
    assert shape(text) == [
        ("paragraph", "파이썬으로 쓰면 다음과 같습니다."),
        ("code", CODE),
        ("paragraph", "결과를 따라가 보면,"),
        ("paragraph", PROSE),
    ]


@pytest.mark.parametrize(
    "code",
    [
        "import numpy as np\nfrom a.b import c\nx: int = 3\nprint(x)",
        "def f(a):\n    total = 0\n    return total",
        "int main() {\n  return 0;\n}",
        ">>> x = 1\n>>> x + 1",
        "$ pip install a\n$ python b.py",
        "data = {\n'가': 1,\n'나': 2,\n}\nprint('한글', data)",
        "# 준비\nx = 1\ny = 2",
    ],
)
def test_listings_without_fences(code: str) -> None:
    text = f"{PROSE}\n\n{code}\n\n{PROSE}"
    assert shape(text)[1:2] == [("code", code)]


def test_prose_with_code_in_it_is_no_listing() -> None:
    text = f"x = 3\n{PROSE}\n값 = 3이면 멈춘다.\n함수(x)를 부른다.\n# 절 제목\n{PROSE}"
    assert "code" not in {kind for kind, _ in shape(text)}


def test_marked_up_plain_text_is_understood() -> None:
    text = f"## 캐시\n{PROSE}\n```\nx = 1\n```\n- 하나"
    assert [kind for kind, _ in shape(text)] == [
        "heading2",
        "paragraph",
        "code",
        "item",
    ]


def test_lines_broken_at_a_fixed_width_are_one_paragraph() -> None:
    part = (
        "캐시는 자주 쓰는 값을 가까이 두는 작은 저장\n공간이며 느린 장치의 앞에 놓여 읽는 시간을"
        " 크게\n줄여 주지만 그 크기가 작아서 모든 값을 담을\n수는 없고 무엇을 버릴지 정해야 한다."
    )
    text = f"캐시의 원리\n\n{part}\n\n{part}"
    assert shape(text) == [
        ("heading1", "캐시의 원리"),
        ("paragraph", part),
        ("paragraph", part),
    ]
