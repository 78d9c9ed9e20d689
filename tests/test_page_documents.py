"""Documents on the page, as users handle them: a real server, real builds, Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import pytest

from conftest import write_small_corpus
from office_files import column, hwpx_p, wrapped, write_hwpx, write_pdf
from page_browser import ARTIFACTS, NEEDS_CHROMIUM, Opener, ask, last, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = NEEDS_CHROMIUM

HONEY = """\
# 꿀벌의 춤

꿀벌은 꽃이 있는 곳을 춤으로 알립니다. 8자 춤의 각도는 해를 기준으로 한 방향을, 춤의 길이는 거리를 \
나타냅니다. 카를 폰 프리슈는 이 춤을 풀어내어 1973년에 노벨상을 받았습니다.

<script>window.evil = 1</script> <img src=x onerror="window.evil = 2">

로그인
공유하기
"""
QUESTION = "꿀벌은 꽃이 있는 곳을 무엇으로 알리나요?"
GIVEN = {"꿀벌.md", "가짜.pdf", "노래.mp3"}
_SLOW = 60_000  # milliseconds, for a build on a busy machine


@pytest.fixture
def url(tmp_path: Path, saved_folder: Path) -> Iterator[str]:
    write_small_corpus(tmp_path / "corpus")
    shutil.copytree(saved_folder, tmp_path / "index")
    with served(
        "app.py",
        MLQA_INDEX=str(tmp_path / "index"),
        MLQA_CORPUS=str(tmp_path / "corpus"),
        MLQA_BASES=str(tmp_path / "bases"),
        MLQA_REPORTS=str(tmp_path / "reports"),
        MLQA_GLOSSARY=str(tmp_path / "none.toml"),
        MLQA_CHUNK_CHARACTERS="120",
        MLQA_DOCUMENT_MEGABYTES="1",
        GRADIO_TEMP_DIR=str(tmp_path / "uploads"),
    ) as address:
        yield address


@pytest.fixture
def open_page(browser: Browser, url: str) -> Iterator[Opener]:  # noqa: ARG001 - closed after it
    opener = Opener(browser)
    yield opener
    opener.close()
    assert not opener.faults


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def documents(page: Page) -> Page:
    open_tab(page, "문서")
    page.wait_for_selector("#mlqa-docs-table table")
    return page


def give(page: Page, *paths: Path) -> None:
    page.locator("#mlqa-docs-files input[type=file]").set_input_files(list(paths))


def wait_until_built(page: Page) -> None:
    page.wait_for_function(
        "document.querySelector('#mlqa-docs-progress')?.innerText.includes('새로 만들었습니다')",
        timeout=_SLOW,
    )


def choose(page: Page, selector: str, text: str) -> None:
    page.locator(f"{selector} input").click()
    page.get_by_role("option", name=text).click()


def written(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_a_file_is_added_asked_about_and_removed(
    open_page: Opener, url: str, tmp_path: Path
) -> None:
    page = documents(open_page(url))
    assert page.locator("#mlqa-docs-table tbody tr").count() == 4
    page.evaluate(
        """() => {
          window.shares = [];
          new MutationObserver(() => {
            const bar = document.querySelector('#mlqa-docs-progress progress');
            if (bar && bar.value !== window.shares.at(-1)) window.shares.push(bar.value);
          }).observe(document, {childList: true, subtree: true, attributes: true});
        }"""
    )
    give(page, written(tmp_path / "up", "꿀벌.md", HONEY))
    wait_until_built(page)
    shares = page.evaluate("window.shares")
    assert len(shares) >= 3
    assert shares == sorted(shares)
    assert "꿀벌.md를 넣었습니다. 정리한 줄" in page.locator("#mlqa-docs-notes").inner_text()
    row = page.locator("#mlqa-docs-table tr", has_text="꿀벌의 춤")
    row.get_by_text("색인됨").wait_for()
    assert not page.locator("#mlqa-docs-cancel").is_visible()

    choose(page, "#mlqa-docs-choice", "꿀벌의 춤")
    page.locator(".mlqa-docs-chunks li").first.wait_for()
    assert "꽃이 있는 곳을 춤으로" in page.locator(".mlqa-docs-chunks").inner_text()
    page.locator(".mlqa-docs-cleaned summary").click()
    assert "공유하기" in page.locator(".mlqa-docs-cleaned").inner_text()
    assert page.evaluate("window.evil") is None

    open_tab(page, "대화")
    ask(page, QUESTION)
    assert "꿀벌의 춤" in last(page, ".mlqa-answer")
    assert page.locator(".mlqa-source mark").first.inner_text() in HONEY

    open_tab(page, "문서")
    page.wait_for_function(
        "!document.querySelector('#mlqa-docs-details')?.innerText.includes('꽃이')"
    )
    choose(page, "#mlqa-docs-choice", "꿀벌의 춤")
    page.click("#mlqa-docs-remove")
    page.click("#mlqa-docs-remove-no")
    page.click("#mlqa-docs-remove")
    page.evaluate("window.shares.length = 0")
    page.click("#mlqa-docs-remove-yes")
    page.wait_for_function("window.shares.some((share) => share < 1)", timeout=_SLOW)
    wait_until_built(page)
    row.wait_for(state="detached", timeout=_SLOW)
    assert not list((tmp_path / "bases/default/documents").iterdir())
    open_tab(page, "대화")
    ask(page, f"{QUESTION} ")
    assert last(page, ".mlqa-text").startswith("죄송하지만")
    assert not [path for path in (tmp_path / "uploads").rglob("*") if path.name in GIVEN]


def test_every_kind_of_file_is_taken(open_page: Opener, tmp_path: Path, url: str) -> None:
    page = documents(open_page(url))
    said = "{}에는 라일락이 {}송이 피었습니다. 꽃은 봄마다 마을 사람들이 함께 돌봅니다."
    given = tmp_path / "up"
    paths = [
        written(given, "마크다운.md", f"# 마크다운 정원\n\n{said.format('마크다운 정원', 11)}\n"),
        written(given, "텍스트.txt", f"텍스트 정원\n\n{said.format('텍스트 정원', 12)}\n"),
        written(
            given, "누리집.html", f"<h1>누리집 정원</h1><p>{said.format('누리집 정원', 13)}</p>"
        ),
        write_pdf(given / "피디에프.pdf", [column(wrapped(said.format("피디에프 정원", 14), 25))]),
        write_hwpx(given / "한글.hwpx", [hwpx_p(said.format("한글 정원", 15))]),
        given / "워드.docx",
    ]
    word = docx.Document()
    word.add_paragraph(said.format("워드 정원", 16))
    word.save(str(paths[-1]))
    give(page, *paths)
    wait_until_built(page)
    table = page.locator("#mlqa-docs-table")
    for path in paths:
        table.locator("tr", has_text=path.stem).get_by_text("색인됨").wait_for()
    open_tab(page, "대화")
    for number, place in enumerate(
        ("마크다운", "텍스트", "누리집", "피디에프", "한글", "워드"), 11
    ):
        ask(page, f"{place} 정원에는 라일락이 몇 송이 피었나요?")
        assert f"{number}송이" in last(page, ".mlqa-text")


def test_a_refused_file_is_one_line_and_nothing_is_stored(
    open_page: Opener, url: str, tmp_path: Path
) -> None:
    page = documents(open_page(url))
    (tmp_path / "up").mkdir()
    (tmp_path / "up/가짜.pdf").write_bytes(b"MZ\x90\x00" + bytes(2000))
    give(page, tmp_path / "up/가짜.pdf", written(tmp_path / "up", "노래.mp3", "ID3"))
    page.wait_for_function(
        "document.querySelectorAll('#mlqa-docs-notes .mlqa-docs-error').length === 2"
    )
    said = page.locator("#mlqa-docs-notes .mlqa-docs-error").all_inner_texts()
    assert ["가짜.pdf" in said[0], "노래.mp3" in said[1]] == [True, True]
    assert str(tmp_path) not in "".join(said)
    assert not (tmp_path / "bases").exists()
    assert not [path for path in (tmp_path / "uploads").rglob("*") if path.name in GIVEN]
    assert page.locator("#mlqa-docs-table tbody tr").count() == 4


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(
    open_page: Opener, url: str, tmp_path: Path
) -> None:
    page = documents(open_page(url))
    (tmp_path / "big.txt").write_bytes("가나다라 ".encode() * 200_000)
    give(page, tmp_path / "big.txt")
    page.wait_for_selector(".mlqa-docs-error")
    assert "1MB" in page.locator(".mlqa-docs-error").inner_text()
    assert not (tmp_path / "bases").exists()


def test_a_knowledge_base_is_made_and_left_again(
    open_page: Opener, url: str, tmp_path: Path
) -> None:
    page = documents(open_page(url))
    page.get_by_role("button", name="새 지식 베이스").click()
    page.fill("#mlqa-docs-name input, #mlqa-docs-name textarea", "벌 이야기")
    page.click("#mlqa-docs-create")
    page.get_by_text("아직 문서가 없습니다").wait_for()
    give(page, written(tmp_path / "up", "꿀벌.md", HONEY))
    wait_until_built(page)
    page.locator("#mlqa-docs-table tr", has_text="색인됨").wait_for()
    open_tab(page, "대화")
    page.locator("#mlqa-head", has_text="글 1편").wait_for()
    ask(page, QUESTION)
    assert page.locator(".mlqa-source mark").first.inner_text() in HONEY
    open_tab(page, "문서")
    choose(page, "#mlqa-docs-base", "기본")
    page.locator("#mlqa-docs-table tr", has_text="웹 캐시 이야기").wait_for()
    open_tab(page, "대화")
    page.locator("#mlqa-head", has_text="글 4편").wait_for()
    ask(page, f"{QUESTION} ")
    assert last(page, ".mlqa-text").startswith("죄송하지만")


def test_insight_shows_caches_times_declined_questions_and_reports(
    open_page: Opener, url: str, tmp_path: Path
) -> None:
    report = "<!doctype html><title>r</title><h1>점수 0.9</h1><script>parent.evil = 3</script>"
    written(tmp_path / "reports", "첫째.html", report)
    page = open_page(url)
    ask(page, "밀물은 왜 생기나요?")
    ask(page, "밀물은 왜 생기나요?")
    ask(page, "오늘 서울 날씨는 어떤가요?")
    open_tab(page, "현황")
    page.wait_for_selector("#mlqa-insight-timings table")
    assert "답" in page.locator(".mlqa-insight-caches tbody").inner_text()
    page.locator("#mlqa-insight-caches summary").first.click()
    assert "밀물은 왜 생기나요?" in page.locator(".mlqa-insight-entries").first.inner_text()
    rows = page.locator(".mlqa-insight-answers tbody tr").all_inner_texts()
    assert len(rows) == 3
    assert "캐시에서" in rows[1]
    assert " ms" in rows[0]
    assert "날씨" in page.locator(".mlqa-insight-declined").inner_text()
    choose(page, "#mlqa-insight-choice", "첫째.html")
    frame = page.frame_locator("#mlqa-insight-report iframe")
    assert frame.locator("h1").inner_text() == "점수 0.9"
    assert page.evaluate("window.evil") is None
    open_page.faults = [fault for fault in open_page.faults if "sandboxed" not in fault]


@pytest.mark.parametrize(
    ("name", "width", "dark"),
    [("light", 1100, False), ("dark", 1100, True), ("phone", 360, False)],
)
def test_looks(
    open_page: Opener, url: str, tmp_path: Path, *, name: str, width: int, dark: bool
) -> None:
    page = documents(open_page(url, width, 900, dark=dark))
    ARTIFACTS.mkdir(exist_ok=True)
    give(page, written(tmp_path / "up", "꿀벌.md", HONEY))
    page.wait_for_selector("#mlqa-docs-progress progress")
    page.screenshot(path=ARTIFACTS / f"{name}-documents-progress.png")
    wait_until_built(page)
    choose(page, "#mlqa-docs-choice", "밀물과 썰물")
    page.locator(".mlqa-docs-chunks li").first.wait_for()
    page.locator(".mlqa-docs-twins summary").click()
    page.screenshot(path=ARTIFACTS / f"{name}-documents.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    open_tab(page, "대화")
    ask(page, "밀물은 왜 생기나요?")
    open_tab(page, "현황")
    page.wait_for_selector("#mlqa-insight-timings table")
    page.screenshot(path=ARTIFACTS / f"{name}-insight.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
