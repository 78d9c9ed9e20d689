"""PDFs to documents: lines joined, furniture taken out, structure told from the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mlqa.errors import CorpusError
from mlqa.schema import Document
from mlqa.text.corpus import load_document
from mlqa.text.page_text import mend
from office_files import LEFT, PITCH, TOP, Put, column, raw_pdf, wrapped, write_pdf

PROSE = (
    "캐시는 자주 쓰는 값을 가까이 두는 작은 저장 공간입니다. 먼 곳까지 다녀오지 않아도 되므로 "
    "대답이 빨라지고, 원래 서버가 받는 요청도 크게 줄어듭니다. 다만 원래 값이 바뀌면 남아 있는 옛 "
    "값을 버려야 하는데, 이 일을 무효화라고 부릅니다. 유효 시간을 정해 두면 시간이 지난 값은 다시 "
    "받아 오게 됩니다."
)
SECOND = (
    "교체 정책은 공간이 가득 찼을 때 무엇을 버릴지 정합니다. 가장 오래 쓰지 않은 값을 버리는 "
    "방법이 널리 쓰이며, 자주 쓰는 값일수록 오래 남습니다. 요청이 고르게 퍼져 있으면 어떤 방법을 "
    "골라도 차이가 작습니다."
)


@pytest.fixture
def load(tmp_path: Path) -> Callable[[list[list[Put]]], Document]:
    def load(pages: list[list[Put]]) -> Document:
        return load_document(write_pdf(tmp_path / "a.pdf", pages), "a")

    return load


def blocks(document: Document) -> list[tuple[str, int, str]]:
    return [(b.kind, b.level, document.text[b.start : b.end]) for b in document.blocks]


@pytest.mark.parametrize("words", [False, True], ids=["broken anywhere", "broken between words"])
@pytest.mark.parametrize("width", [26, 31, 38])
def test_broken_lines_become_the_paragraph_again(
    load: Callable[[list[list[Put]]], Document], width: int, words: bool
) -> None:
    lines = wrapped(PROSE, width, words=words)
    second = wrapped(SECOND, width, words=words)
    page = column(lines) + column(second, top=TOP - PITCH * (len(lines) + 1))
    assert load([page]).text == f"{PROSE}\n\n{SECOND}\n"


def test_a_paragraph_goes_on_over_the_page(load: Callable[[list[list[Put]]], Document]) -> None:
    lines = wrapped(PROSE, 31)
    assert load([column(lines[:3]), column(lines[3:])]).text == f"{PROSE}\n"


def test_headings_are_told_by_size(load: Callable[[list[list[Put]]], Document]) -> None:
    page = [
        Put("캐시 이야기", size=20),
        Put("하는 일", y=TOP - 40, size=14),
        *column(wrapped(PROSE, 38), top=TOP - 70),
        Put("교체 정책", y=TOP - 190, size=14),
        *column(wrapped(SECOND, 38), top=TOP - 220),
    ]
    document = load([page])
    assert document.title == "캐시 이야기"
    assert blocks(document) == [
        ("heading", 1, "캐시 이야기"),
        ("heading", 2, "하는 일"),
        ("paragraph", 0, PROSE),
        ("heading", 2, "교체 정책"),
        ("paragraph", 0, SECOND),
    ]


def test_running_heads_and_page_numbers_are_taken_out_and_recorded(
    load: Callable[[list[list[Put]]], Document],
) -> None:
    pages = [
        [
            Put("연구소 소식 제3호", y=810, size=8),
            *column([f"{number}번째 쪽에는 다른 글이 있습니다.", "그래서 문단이 끝납니다."]),
            Put(f"- {number} -", x=290, y=30, size=8),
        ]
        for number in range(1, 5)
    ]
    document = load(pages)
    assert "소식" not in document.text
    assert document.text.count("다른 글이 있습니다") == 4
    reasons = [gone.reason for gone in document.removed]
    assert reasons == ["running_head", "page_number"] * 4
    assert document.removed[1].text == "- 1 -"


def test_what_a_browser_prints_around_a_page_is_taken_out(
    load: Callable[[list[list[Put]]], Document],
) -> None:
    page = [Put("11/21/26, 5:27 PM", 24, 810, 8), *column(wrapped(PROSE, 31))]
    page += [Put("file:///tmp/a.html", 24, 20, 8), Put("1/1", 560, 20, 8)]
    document = load([page])
    assert document.text == f"{PROSE}\n"
    assert [gone.reason for gone in document.removed] == ["running_head"] * 2


def test_figures_in_the_text_are_no_page_numbers(
    load: Callable[[list[list[Put]]], Document],
) -> None:
    pages = [
        [*column([f"{n}번째 쪽입니다.", "여기에 값이 있습니다.", str(n * 37)])] for n in (1, 2)
    ]
    assert "74" in load(pages).text


def test_columns_are_read_one_after_the_other(
    load: Callable[[list[list[Put]]], Document],
) -> None:
    left, right = wrapped(PROSE, 20), wrapped(SECOND, 20)
    page = [Put("두 단으로 된 글", size=18), *column(left, top=TOP - 40)]
    page += column(right, x=LEFT + 250, top=TOP - 40)
    assert load([page]).text == f"# 두 단으로 된 글\n\n{PROSE}\n\n{SECOND}\n"


def test_tables_are_read_row_by_row(load: Callable[[list[list[Put]]], Document]) -> None:
    rows = [("이름", "크기", "적중률"), ("웹 캐시", "300", "0.82"), ("디스크 캐시", "5000", "0.64")]
    page = [*column(["표는 다음과 같습니다."])]
    for number, row in enumerate(rows, start=2):
        page += [
            Put(cell, LEFT + 130 * place, TOP - PITCH * number) for place, cell in enumerate(row)
        ]
    lines = load([page]).text.split("\n\n")
    assert lines[1:] == [
        "이름 | 크기 | 적중률",
        "웹 캐시 | 300 | 0.82",
        "디스크 캐시 | 5000 | 0.64\n",
    ]


def test_lists_and_contents(load: Callable[[list[list[Put]]], Document]) -> None:
    page = column(
        [
            "하는 일 ........ 3",
            "순서는 다음과 같습니다.",
            "1. 값을 찾습니다.",
            "2. 없으면 받아 와서 넣습니다.",
            "• 가득 차면 버립니다.",
        ]
    )
    document = load([page])
    assert [kind for kind, _, _ in blocks(document)] == ["paragraph", "item", "item", "item"]
    assert [gone.reason for gone in document.removed] == ["table_of_contents"]


def test_turned_text_is_recorded_and_not_read(
    load: Callable[[list[list[Put]]], Document],
) -> None:
    page = [*column(wrapped(PROSE, 31)), Put("대외비", 200, 300, 60, turned=45)]
    document = load([page])
    assert document.text == f"{PROSE}\n"
    assert [gone.reason for gone in document.removed] == ["turned_text"]


def test_english_hyphens_at_line_ends_are_mended(
    load: Callable[[list[list[Put]]], Document],
) -> None:
    lines = [
        "A cache keeps what was used often in a small and fast mem-",
        "ory close to the reader.",
    ]
    assert load([column(lines)]).text == (
        "A cache keeps what was used often in a small and fast memory close to the reader.\n"
    )


def test_old_korean_encodings_are_read(tmp_path: Path) -> None:
    text = "캐시는 값을 가까이 둔다. 똠방각하"
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/HYSMyeongJo-Medium/Encoding/KSCms-UHC-H"
        b"/DescendantFonts[6 0 R]>>"
    )
    descendant = (
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/HYSMyeongJo-Medium/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Korea1)/Supplement 1>>"
        b"/FontDescriptor 7 0 R>>"
    )
    descriptor = (
        b"<</Type/FontDescriptor/FontName/HYSMyeongJo-Medium/Flags 6/FontBBox[0 -100 1000 900]"
        b"/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 80>>"
    )
    content = b"BT /F1 12 Tf 60 700 Td <%s> Tj ET" % text.encode("cp949").hex().encode()
    path = tmp_path / "a.pdf"
    path.write_bytes(raw_pdf(content, font, [descendant, descriptor]))
    assert load_document(path, "a").text == f"{text}\n"


def test_korean_that_was_read_as_bytes_is_mended() -> None:
    assert mend("배치".encode("cp949").decode("latin-1") + " 1") == "배치 1"
    assert mend("café naïve Ærøskøbing") == "café naïve Ærøskøbing"
    assert mend("ＡＢＣ　１２３ ﬁne ⽇本") == "ABC 123 fine 日本"


def test_unknown_characters_are_an_error(tmp_path: Path) -> None:
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/Unknown/Encoding/Identity-H/DescendantFonts[6 0 R]>>"
    )
    descendant = (
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Unknown/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        b"/FontDescriptor<</Type/FontDescriptor/FontName/Unknown/Flags 4"
        b"/FontBBox[0 0 1000 1000]/Ascent 880/Descent -120>>>>"
    )
    path = tmp_path / "a.pdf"
    path.write_bytes(raw_pdf(b"BT /F1 12 Tf 60 700 Td <123412351236> Tj ET", font, [descendant]))
    with pytest.raises(CorpusError) as caught:
        load_document(path, "a")
    assert caught.value.key == "loading_garbled"
    assert "100%" in caught.value.text()
