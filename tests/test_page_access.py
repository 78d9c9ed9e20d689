"""Labels, contrast and focus order of the page, checked by axe and by the keyboard, in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from mlqa.messages import message
from page_browser import CHROMIUM, FAKE, Opener, ask, chromium, served

axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="no axe: pip install axe-playwright-python"
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not Path(CHROMIUM).exists(), reason="no Chromium: neither on the PATH nor in /usr/bin"
    ),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(FAKE, MLQA_TOOL_RESULTS=str(tmp_path_factory.mktemp("results"))) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    opener = Opener(browser)
    yield opener
    opener.close()
    assert not opener.faults


def broken_rules(page: Page) -> list[str]:
    """What axe finds, one line for each element."""
    page.wait_for_timeout(300)  # half-faded colours are no colours of the page
    results = axe.Axe().run(page).response
    assert len(results["passes"]) > 10
    found = results["violations"]
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize(
    ("width", "dark"), [(1100, False), (1100, True), (360, False), (360, True)]
)
def test_axe_finds_nothing(open_page: Opener, url: str, width: int, dark: bool) -> None:
    page = open_page(url, width, 800, dark=dark)
    assert broken_rules(page) == []
    ask(page, "LRU 캐시는 무엇을 먼저 버리나요?")
    page.locator(".mlqa-why summary").first.click()
    assert broken_rules(page) == []
    page.locator(".mlqa-show").first.click()
    expect(page.locator("#mlqa-sheet mark")).to_be_visible()
    assert broken_rules(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("tab", name=message("page_tab_experiments")).click()
    page.locator('.mlqa-tool[data-tool="mlp"]').click()
    page.wait_for_selector('.mlqa-form[data-tool="mlp"]')
    assert broken_rules(page) == []
    page.locator('.mlqa-tool[data-tool="lru"]').click()
    page.wait_for_selector('.mlqa-form[data-tool="lru"]')
    page.fill("[name=requests]", "1, 2, 3, 1, 4")
    page.click(".mlqa-start")
    expect(page.locator("svg[role=img]")).to_be_visible()
    for _ in range(5):
        page.click(".mlqa-forward")
    assert broken_rules(page) == []
    page.get_by_role("tab", name=message("page_tab_insight")).click()
    expect(page.locator("#mlqa-insight table").first).to_be_visible()
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
