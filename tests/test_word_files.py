"""Word and Hangul files to documents, with their structure."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import docx
import pytest
from docx.document import Document as Word
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from mlqa.schema import Document
from mlqa.text.corpus import load_corpus, load_document
from office_files import hwpx_p, hwpx_table, repacked, write_hwpx

PROSE = "캐시는 자주 쓰는 값을 가까이 두는 작은 저장 공간이다."


def saved(word: Word, path: Path) -> Document:
    word.save(str(path))
    return load_document(path, "a")


def kinds(document: Document) -> list[tuple[str, int, str]]:
    return [(b.kind, b.level, document.text[b.start : b.end]) for b in document.blocks]


def test_word_headings_paragraphs_lists_and_tables_keep_their_order(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_heading("캐시 이야기", 0)
    word.add_heading("하는 일", 1)
    word.add_paragraph(PROSE)
    word.add_heading("갈래", 2)
    for item in ("웹 캐시", "디스크 캐시"):
        word.add_paragraph(item, "List Bullet")
    for item in ("찾는다", "없으면 넣는다"):
        word.add_paragraph(item, "List Number")
    table = word.add_table(2, 2)
    for cell, text in zip(table._cells, ("이름", "크기", "LRU", "3"), strict=True):
        cell.text = text
    word.add_paragraph("끝이다.")
    document = saved(word, tmp_path / "a.docx")
    assert document.title == "캐시 이야기"
    assert kinds(document) == [
        ("heading", 1, "캐시 이야기"),
        ("heading", 1, "하는 일"),
        ("paragraph", 0, PROSE),
        ("heading", 2, "갈래"),
        ("item", 0, "웹 캐시"),
        ("item", 0, "디스크 캐시"),
        ("item", 0, "찾는다"),
        ("item", 0, "없으면 넣는다"),
        ("paragraph", 0, "이름 | 크기"),
        ("paragraph", 0, "LRU | 3"),
        ("paragraph", 0, "끝이다."),
    ]
    assert "1. 찾는다\n2. 없으면" in document.text


def test_word_styles_of_a_korean_office_are_known_by_outline_level(tmp_path: Path) -> None:
    word = docx.Document()
    base = word.styles.add_style("장 제목", 1)
    base.element.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="1"/>'))
    word.styles.add_style("특별한 장", 1).base_style = base
    word.add_paragraph("캐시의 갈래", "특별한 장")
    word.add_paragraph(PROSE)
    assert kinds(saved(word, tmp_path / "a.docx"))[0] == ("heading", 2, "캐시의 갈래")


def test_word_text_that_a_reader_does_not_see_is_left_out(tmp_path: Path) -> None:
    word = docx.Document()
    paragraph = word.add_paragraph("보이는 글")
    for xml in (
        "<w:del {ns}><w:r><w:delText>지운 글</w:delText></w:r></w:del>",
        "<w:r {ns}><w:rPr><w:vanish/></w:rPr><w:t>숨은 글</w:t></w:r>",
        "<w:r {ns}><w:instrText>PAGE</w:instrText></w:r>",
        "<w:ins {ns}><w:r><w:t>과 넣은 글</w:t></w:r></w:ins>",
        "<w:sdt {ns}><w:sdtContent><w:r><w:t>과 칸</w:t></w:r></w:sdtContent></w:sdt>",
    ):
        paragraph._p.append(parse_xml(xml.format(ns=nsdecls("w"))))
    word.styles.add_style("toc 1", 1)
    word.add_paragraph("캐시 ........ 3", "toc 1")
    word.sections[0].header.paragraphs[0].text = "대외비"
    document = saved(word, tmp_path / "a.docx")
    assert document.text.strip() == "보이는 글과 넣은 글과 칸"
    assert [(gone.text, gone.reason) for gone in document.removed] == [
        ("캐시 ........ 3", "table_of_contents")
    ]


def test_word_lines_stay_lines_and_script_stays_text(tmp_path: Path) -> None:
    word = docx.Document()
    run = word.add_paragraph().add_run("첫 줄")
    run.add_break(WD_BREAK.LINE)
    run.add_text("<script>alert(1)</script>")
    assert saved(word, tmp_path / "a.docx").text == "첫 줄\n<script>alert(1)</script>\n"


def test_word_notes_follow_their_paragraph(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    word = docx.Document()
    paragraph = word.add_paragraph("본문이다.")
    paragraph._p.append(parse_xml(f'<w:r {nsdecls("w")}><w:footnoteReference w:id="2"/></w:r>'))
    word.add_paragraph("다음 문단이다.")
    word.save(str(path))
    note = (
        f'<w:footnotes {nsdecls("w")}><w:footnote w:id="2"><w:p><w:r><w:t>각주이다.</w:t></w:r>'
        "</w:p></w:footnote></w:footnotes>"
    )
    repacked(path, {"word/footnotes.xml": note.encode()})
    assert load_document(path, "a").text == "본문이다.\n\n각주이다.\n\n다음 문단이다.\n"


def test_hangul_headings_paragraphs_lists_and_tables_keep_their_order(tmp_path: Path) -> None:
    path = write_hwpx(
        tmp_path / "a.hwpx",
        [
            hwpx_p("캐시 이야기", "outline1"),
            hwpx_p(PROSE),
            hwpx_p("갈래", "outline2"),
            hwpx_p("웹 캐시", "bullet"),
            hwpx_p("디스크 캐시", "bullet"),
            hwpx_p("찾는다", "number"),
            hwpx_p("없으면 넣는다", "number"),
        ],
        [
            hwpx_p("표", style=1),
            hwpx_p(hwpx_table([["이름", "크기"], ["LRU", "3"]])),
            hwpx_p("끝이다."),
        ],
    )
    document = load_document(path, "a")
    assert document.title == "캐시 이야기"
    assert kinds(document) == [
        ("heading", 1, "캐시 이야기"),
        ("paragraph", 0, PROSE),
        ("heading", 2, "갈래"),
        ("item", 0, "웹 캐시"),
        ("item", 0, "디스크 캐시"),
        ("item", 0, "찾는다"),
        ("item", 0, "없으면 넣는다"),
        ("heading", 3, "표"),
        ("paragraph", 0, "이름 | 크기"),
        ("paragraph", 0, "LRU | 3"),
        ("paragraph", 0, "끝이다."),
    ]


def test_hangul_furniture_is_recorded_and_notes_follow(tmp_path: Path) -> None:
    header, note, hidden = (
        f"<hp:ctrl><hp:{name}><hp:subList>{hwpx_p(text)}</hp:subList></hp:{name}></hp:ctrl>"
        for name, text in (
            ("header", "연구소 소식"),
            ("footNote", "각주이다."),
            ("hiddenComment", "비밀"),
        )
    )
    path = write_hwpx(
        tmp_path / "a.hwpx",
        [
            hwpx_p(f"{header}<hp:t>첫<hp:tab/>줄<hp:lineBreak/>둘째 줄</hp:t>{note}{hidden}"),
            hwpx_p("캐시 …… 3", style=2),
            hwpx_p("<hp:t>남은 글<hp:deleteBegin/>지운 글<hp:deleteEnd/>이다.</hp:t>"),
        ],
    )
    document = load_document(path, "a")
    assert document.text == "첫 줄\n둘째 줄\n\n각주이다.\n\n남은 글이다.\n"
    assert [(gone.text, gone.reason) for gone in document.removed] == [
        ("연구소 소식", "running_head"),
        ("캐시 …… 3", "table_of_contents"),
    ]


def test_sections_are_read_by_number_and_names_spaces_of_any_year(tmp_path: Path) -> None:
    path = write_hwpx(tmp_path / "a.hwpx", *([hwpx_p(f"{n}번이다.")] for n in range(12)))
    newer = "http://www.owpml.org/owpml/2024/paragraph"
    section = f'<s xmlns:hp="{newer}">{hwpx_p("바뀐 글이다.")}</s>'
    repacked(path, {"Contents/section2.xml": section.encode()})
    text = load_document(path, "a").text
    assert text.split("\n\n")[:3] == ["0번이다.", "1번이다.", "바뀐 글이다."]
    assert text.index("9번") < text.index("10번") < text.index("11번")


@pytest.mark.parametrize("kind", ["docx", "hwpx"])
def test_text_becomes_nfc(tmp_path: Path, kind: str) -> None:
    path, decomposed = tmp_path / f"a.{kind}", unicodedata.normalize("NFD", PROSE)
    if kind == "docx":
        word = docx.Document()
        word.add_paragraph(decomposed)
        word.save(str(path))
    else:
        write_hwpx(path, [hwpx_p(decomposed)])
    assert load_document(path, "a").text == f"{PROSE}\n"


def test_all_kinds_stand_beside_each_other_in_a_folder(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_paragraph(PROSE)
    word.save(str(tmp_path / "b.docx"))
    write_hwpx(tmp_path / "c.hwpx", [hwpx_p(PROSE)])
    (tmp_path / "a.md").write_text(PROSE, encoding="utf-8")
    documents = load_corpus(tmp_path)
    assert [document.id for document in documents] == ["a", "b", "c"]
    assert {document.text.strip() for document in documents} == {PROSE}
