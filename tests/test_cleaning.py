"""Furniture goes, prose stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlqa.text.bylines import Byline, iso_date, read_byline
from mlqa.text.cleaning import clean

PROSE = "캐시는 자주 쓰는 값을 가까이 두는 작은 저장 공간이다."


def reasons(text: str, *, plain: bool = True) -> list[tuple[int, str, str]]:
    return [(gone.line, gone.text, gone.reason) for gone in clean(text, plain=plain).removed]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("본문 바로가기", "navigation"),
        ("메뉴 바로가기", "navigation"),
        ("본문으로 건너뛰기", "navigation"),
        ("주메뉴 바로가기", "navigation"),
        ("Skip to main content", "navigation"),
        ("You can make anything", "motto"),
        ("작품 선택", "reader_tools"),
        ("키워드 선택 0 / 3 0", "reader_tools"),
        ("댓글여부", "reader_tools"),
        ("12개의 댓글", "reader_tools"),
        ("브런치는 최신 브라우저에 최적화 되어있습니다. IE chrome safari", "browser_note"),
        ("매거진의 이전글 분산 처리 백서 (번역)", "pager"),
        ("매거진의 다음글 왜 다시 배우는가?", "pager"),
        ("반응형", "advertisement"),
        ("728x90", "advertisement"),
        ("공유하기 게시글 관리", "share_link"),
        ("페이스북 공유하기", "share_link"),
        ("페이스북 페이지:\u00a0https://www.facebook.com/example", "share_link"),
        ("깃허브: https://github.com/example", "share_link"),
        ("https://example.com/posts/87", "bare_url"),
        ("<https://example.com>", "bare_url"),
        ("==", "separator"),
        ("-", "separator"),
        ("* * *", "separator"),
        ("────────", "separator"),
        ("![그림](a.png)", "image_only"),
        ("[![그림](a.png)](https://example.com)", "image_only"),
        ('<img src="a.png" alt="">', "image_only"),
        ("[##_Image|kage@abc/def/img.png|CDM|1.3|{}_##]", "image_only"),
        ("{: .center}", "markup_leftover"),
        ("Photo by Jane Doe on Unsplash", "photo_credit"),
        ("Photo by J. R. Hartley-Smith on Pexels", "photo_credit"),
        ("Photo by [Jane Doe](https://a.kr/jane) on [Unsplash](https://a.kr)", "photo_credit"),
        ("Image by Jane from Pixabay", "photo_credit"),
        ("Photo by Jane Doe", "photo_credit"),
        ("사진: Unsplash의 Jane Doe", "photo_credit"),
        ("이미지 출처: 어느 백과사전", "photo_credit"),
        ("'머신러닝' 카테고리의 다른 글", "related_posts"),
        ("캐시를 다시 보다 (3)\t2021.03.04", "related_posts"),
    ],
)
def test_furniture_is_removed_and_recorded(line: str, reason: str) -> None:
    text = f"{PROSE}\n\n{line}\n\n{PROSE}"
    assert reasons(text) == [(3, line, reason)]
    assert clean(text, plain=True).text == f"{PROSE}\n\n\n{PROSE}"


@pytest.mark.parametrize(
    "line",
    [
        "본문 바로가기 링크는 접근성을 위해 꼭 필요하다.",
        "Photo by Jane on Unsplash was the first picture we trained the network on.",
        "Photo by the author shows that the network has learned to see.",
        "사진: 수백만 장을 모아 신경망을 가르쳤다.",
        "이미지 출처를 밝히는 일은 중요하다.",
        "이미지: 픽셀의 배열",
        "매거진의 이전글에서 다룬 내용을 이어서 설명합니다.",
        "댓글여부에 따라 값이 달라진다.",
        "반응형 웹은 화면의 크기에 맞춘다.",
        "자료는 https://example.com 에서 받을 수 있다.",
        "출처: https://example.com/paper",
        "brunch",
        "홈",
        "C.S.Lewis",
        "afliean",
        "- 캐시는 빠르다.",
        "x == y",
        "3",
        "by 홍길동",
        "2021년 3월에 쓴 글이다.",
        "#태그",
        "Share",
        "| 이름 | 크기 |",
        "$$y = x$$",
    ],
)
def test_prose_and_words_that_only_look_like_furniture_stay(line: str) -> None:
    text = f"{PROSE}\n{line}\n{PROSE}"
    assert clean(text, plain=True).text == text


def test_brunch_page() -> None:
    text = (
        "brunch\n\nYou can make anything\nby writing\n\nC.S.Lewis\n\nby Kim길동 Sep 02. 2020\n\n"
        f"캐시 이야기\n\n{PROSE} \n\n\nhttps://example.com/1\n\n{PROSE}\n\n"
        "매거진의 이전글 다른 이야기 (번역)\n\n작품 선택\n\n키워드 선택 0 / 3 0\n\n댓글여부\n\n"
        "reader77\n"
        "브런치는 최신 브라우저에 최적화 되어있습니다. IE chrome safari"
    )
    cleaned = clean(text, plain=True)
    left = [line for line in cleaned.text.split("\n") if line.strip()]
    assert left == ["캐시 이야기", f"{PROSE} ", PROSE]
    assert (cleaned.author, cleaned.date) == ("Kim길동", "2020-09-02")
    assert [gone.reason for gone in cleaned.removed] == [
        "platform", "motto", "motto", "motto", "byline", "bare_url", "pager", "reader_tools",
        "reader_tools", "reader_tools", "account", "browser_note",
    ]  # fmt: skip


def test_site_name_behind_navigation_goes_and_the_title_stays() -> None:
    text = f"본문 바로가기\n\nML NOTE\n\n처음 배우는 캐시\n\n{PROSE}\n\n==\n반응형"
    cleaned = clean(text, plain=True)
    assert [(gone.text, gone.reason) for gone in cleaned.removed] == [
        ("본문 바로가기", "navigation"),
        ("ML NOTE", "site_name"),
        ("==", "separator"),
        ("반응형", "advertisement"),
    ]
    assert cleaned.text.strip().startswith("처음 배우는 캐시")


@pytest.mark.parametrize("following", [PROSE, f"1. 시작\n{PROSE}"])
def test_lone_title_behind_navigation_stays(following: str) -> None:
    assert "캐시 이야기" in clean(f"본문 바로가기\n\n캐시 이야기\n\n{following}", plain=True).text


def test_menu_words_go_only_next_to_furniture() -> None:
    text = f"본문 바로가기\n홈\n태그\n방명록\n\n{PROSE}\n\n태그\n\n{PROSE}\n\n좋아요 3\n공유하기"
    assert clean(text, plain=True).text == f"\n{PROSE}\n\n태그\n\n{PROSE}\n"


def test_icon_line_of_a_theme_gives_author_and_date() -> None:
    line = "date_range 25/12/2019 12:42 perm_identity 홍길동 infosortReviewlabel"
    cleaned = clean(f"캐시 이야기\n-\n{line}\n{PROSE}", plain=True)
    assert cleaned.text == f"캐시 이야기\n{PROSE}"
    assert (cleaned.author, cleaned.date) == ("홍길동", "2019-12-25")


def test_listings_and_formulas_are_left_alone() -> None:
    text = (
        "```\n==\nhttps://example.com\n본문 바로가기\n```\n\n"
        f"$$\na\n=\nb\n$$\n\n{PROSE}\n\n~~~\n-\n~~~"
    )
    assert clean(text).text == text


def test_underlined_titles_keep_their_line() -> None:
    text = f"캐시\n====\n\n{PROSE}\n\n구조\n---\n\n{PROSE}\n\n---\n\n{PROSE}"
    assert reasons(text, plain=False) == [(11, "---", "separator")]


def test_line_numbers_count_from_the_file_s_first_line() -> None:
    assert clean("==\n글이다.", first_line=5).removed[0].line == 5


@pytest.mark.parametrize(
    ("line", "at_top", "byline"),
    [
        ("by Jane Doe Sep 02. 2020", False, Byline("Jane Doe", "2020-09-02")),
        ("작성자: 홍길동 | 2021-03-04", False, Byline("홍길동", "2021-03-04")),
        ("2021. 3. 4. 12:30", True, Byline("", "2021-03-04")),
        ("홍길동 · 2021년 3월 4일", True, Byline("홍길동", "2021-03-04")),
        ("March 4, 2021 · 5 min read", True, Byline("", "2021-03-04")),
        ("4 March 2021", True, Byline("", "2021-03-04")),
        ("2021. 3. 4.", False, None),
        ("홍길동", True, None),
        ("2021년 3월 4일에 시작했다.", True, None),
    ],
)
def test_bylines(line: str, at_top: bool, byline: Byline | None) -> None:
    assert read_byline(line, at_top=at_top) == byline


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("07/12/2019", "07/12/2019"),
        ("12/25/2019", "2019-12-25"),
        ("05/05/2019", "2019-05-05"),
        ("2019. 2. 30.", "2019. 2. 30."),
    ],
)
def test_dates_that_may_be_two_days_stay_as_written(written: str, date: str) -> None:
    assert iso_date(written) == date


LINES = [
    "본문 바로가기",
    "홈",
    "==",
    "---",
    "```",
    "$$",
    "캐시",
    PROSE,
    "",
    " ",
    "x = 1",
    "by writing",
]


@given(st.lists(st.one_of(st.sampled_from(LINES), st.text(max_size=20)), max_size=20))
def test_what_stays_and_what_goes_make_the_whole(lines: list[str]) -> None:
    text = "\n".join(lines)
    for plain in (True, False):
        cleaned = clean(text, plain=plain)
        kept = text.split("\n")
        for gone in reversed(cleaned.removed):
            assert kept.pop(gone.line - 1) == gone.text
        assert "\n".join(kept) == cleaned.text
