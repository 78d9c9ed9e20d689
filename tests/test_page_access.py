"""Labels, contrast and focus order of the page, checked by axe and by the keyboard, in Chromium."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from conftest import write_small_corpus
from mlqa.messages import message
from page_browser import FAKE, NEEDS_CHROMIUM, Opener, ask, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = NEEDS_CHROMIUM

LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = (
    (360, "light"),
    (360, "dark"),
    (1100, "dark"),
    (1100, "light"),
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(FAKE, MLQA_TOOL_RESULTS=str(tmp_path_factory.mktemp("results"))) as address:
        yield address


@pytest.fixture(scope="module")
def real_url(tmp_path_factory: pytest.TempPathFactory, saved_folder: Path) -> Iterator[str]:
    """The real chatbot on a few documents of its own, one report of an evaluation beside."""
    folder = tmp_path_factory.mktemp("real")
    write_small_corpus(folder / "corpus")
    shutil.copytree(saved_folder, folder / "index")
    (folder / "reports").mkdir()
    run = {"format": "mlqa-eval", "part": "train", "figures": {"questions": 1, "all": {}}}
    (folder / "reports/run.json").write_text(json.dumps(run), encoding="utf-8")
    with served(
        "app.py",
        MLQA_INDEX=str(folder / "index"),
        MLQA_CORPUS=str(folder / "corpus"),
        MLQA_BASES=str(folder / "bases"),
        MLQA_REPORTS=str(folder / "reports"),
        MLQA_TOOL_RESULTS=str(folder / "results"),
        MLQA_GLOSSARY=str(folder / "none.toml"),
        MLQA_CHUNK_CHARACTERS="120",
        GRADIO_TEMP_DIR=str(folder / "uploads"),
    ) as address:
        yield address


def broken_rules(page: Page) -> list[str]:
    """What axe finds on the page as it is, wide and narrow, light and dark: a line an element."""
    found = []
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(300)  # half-faded colours are no colours of the page
        results = Axe().run(page).response
        assert len(results["passes"]) > 10
        found += [
            f"{width} {scheme} {rule['id']}: {' '.join(map(str, node['target']))} "
            f"{node['failureSummary']}"
            for rule in results["violations"]
            for node in rule["nodes"]
        ]
    page.set_viewport_size({"width": 1100, "height": 800})
    return found


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=message(f"page_tab_{name}")).click()


def test_axe_finds_nothing_in_the_chat(open_page: Opener, real_url: str) -> None:
    page = open_page(real_url)
    assert broken_rules(page) == []
    ask(page, "LRU 캐시를 크기 3으로 1, 2, 3, 1, 4 순서로 실행해줘")
    expect(page.locator("#mlqa-chat svg[role=img]")).to_be_visible()
    for _ in range(5):
        page.click("#mlqa-chat .mlqa-forward")
    assert broken_rules(page) == []
    ask(page, "밀물은 왜 생기나요?")
    page.locator(".mlqa-why summary:visible").last.click()
    page.locator(".mlqa-dislike").last.click()
    expect(page.locator("#mlqa-reason")).to_be_visible()
    page.locator(".mlqa-edit").last.click()
    expect(page.locator("#mlqa-editing")).to_be_visible()
    assert broken_rules(page) == []


def test_axe_finds_nothing_in_what_opens_over_the_page(open_page: Opener, real_url: str) -> None:
    page = open_page(real_url)
    ask(page, "밀물은 왜 생기나요?")
    page.locator(".mlqa-show:visible").first.click()
    expect(page.locator("#mlqa-sheet mark")).to_be_visible()
    assert broken_rules(page) == []
    page.keyboard.press("Escape")
    page.locator("#mlqa-by-essay").click()
    expect(page.locator("#mlqa-sheet h2")).to_have_text(message("page_by_essay_title"))
    assert broken_rules(page) == []
    page.keyboard.press("Escape")
    page.locator("#mlqa-drawer-button").click()
    page.locator("#mlqa-drawer summary").first.click()
    assert broken_rules(page) == []
    page.locator("#mlqa-drawer [data-act=rename]").first.click()
    assert broken_rules(page) == []


def test_axe_finds_nothing_on_the_other_tabs(
    open_page: Opener, real_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    page = open_page(real_url)
    open_tab(page, "experiments")
    page.locator('.mlqa-tool[data-tool="standardize"]').click()
    page.wait_for_selector('.mlqa-form[data-tool="standardize"]')
    assert broken_rules(page) == []
    page.locator('.mlqa-tool[data-tool="lru"]').click()
    page.wait_for_selector('.mlqa-form[data-tool="lru"]')
    page.fill("[name=requests]", "1, 2, 3, 1, 4")
    page.click(".mlqa-start")
    expect(page.locator("#mlqa-lab-result svg[role=img]")).to_be_visible()
    for _ in range(5):
        page.click("#mlqa-lab-result .mlqa-forward")
    assert broken_rules(page) == []
    open_tab(page, "documents")
    page.wait_for_selector("#mlqa-docs-table table")
    bad = tmp_path_factory.mktemp("given") / "가짜.pdf"
    bad.write_bytes(b"MZ")
    page.locator("#mlqa-docs-files input[type=file]").set_input_files(bad)
    page.wait_for_selector("#mlqa-docs-notes .mlqa-docs-error")
    page.locator("#mlqa-docs-choice input").click()
    page.get_by_role("option", name="밀물과 썰물").click()
    page.wait_for_selector(".mlqa-docs-chunks li")
    page.locator(".mlqa-docs-twins summary").click()
    page.click("#mlqa-docs-remove")
    expect(page.locator("#mlqa-docs-remove-yes")).to_be_visible()
    assert broken_rules(page) == []
    open_tab(page, "insight")
    page.wait_for_selector("#mlqa-insight-timings table")
    page.locator("#mlqa-insight-caches summary").first.click()
    assert broken_rules(page) == []


def test_the_page_is_walked_in_the_order_it_is_read(open_page: Opener, url: str) -> None:
    page = open_page(url)
    ask(page, "LRU 캐시는 무엇을 먼저 버리나요?")
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    page.locator("#mlqa-drawer-button").focus()
    walked = ["#mlqa-drawer-button"]
    marks = (
        ".mlqa-language",
        ".mlqa-theme",
        "[role=tab]",
        ".mlqa-edit",
        ".mlqa-reference",
        ".mlqa-source > summary",
        ".mlqa-copy",
        "#mlqa-by-essay",
        ".mlqa-example",
        "#mlqa-box textarea",
        "#mlqa-send",
        "#mlqa-clear",
    )
    for _ in range(60):
        page.keyboard.press("Tab")
        for mark in marks:
            if page.evaluate("m => document.activeElement.matches(m)", mark) and mark not in walked:
                walked.append(mark)
        shown = page.evaluate(
            "() => document.activeElement === document.body"
            " || getComputedStyle(document.activeElement).outlineStyle !== 'none'"
        )
        assert shown, f"nothing shows the focus after {walked[-1]}"
        if walked[-1] == marks[-1]:
            break
    assert walked == ["#mlqa-drawer-button", *marks]


def test_an_experiment_is_run_by_keyboard_alone(open_page: Opener, url: str) -> None:
    page = open_page(url)
    page.get_by_role("tab", name=message("page_tab_chat")).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tool = page.locator('.mlqa-tool[data-tool="lru"]')
    tool.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".mlqa-form")
    page.keyboard.press("Tab")
    while not page.evaluate("document.activeElement.matches('[name=requests]')"):
        page.keyboard.press("Tab")
    page.keyboard.type("1, 2, 1")
    page.keyboard.press("Enter")
    expect(page.locator("#mlqa-lab-result .mlqa-text")).to_contain_text("[2, 1]")


def test_a_button_that_goes_leaves_the_focus_to_another(open_page: Opener, url: str) -> None:
    page = open_page(url)
    box = page.locator("#mlqa-box textarea")
    page.fill("#mlqa-box textarea", f"천천히 답해 주세요. {time.time()}")
    page.keyboard.press("Enter")
    expect(page.locator(".mlqa-partial .mlqa-text")).to_contain_text("LRU")
    page.locator("#mlqa-stop").press("Enter")
    page.wait_for_selector(".mlqa-stopped")
    expect(box).to_be_focused()
    page.locator(".mlqa-edit").press("Enter")
    page.get_by_role("button", name=message("page_editing_cancel")).press("Enter")
    expect(page.locator("#mlqa-editing")).not_to_be_visible()
    expect(box).to_be_focused()
    page.locator("#mlqa-drawer-button").press("Enter")
    page.locator("#mlqa-drawer summary").press("Enter")
    delete = page.locator("#mlqa-drawer [data-act=delete]")
    expect(delete).to_be_visible()
    delete.press("Enter")
    delete.press("Enter")
    expect(page.locator("#mlqa-drawer")).to_contain_text(message("conversations_none"))
    assert page.evaluate("document.activeElement.closest('#mlqa-drawer') !== null")
    page.keyboard.press("Escape")
    expect(page.locator("#mlqa-drawer-button")).to_be_focused()
    open_tab(page, "experiments")
    expect(page.locator('.mlqa-form[data-tool="lru"]')).to_be_visible()
