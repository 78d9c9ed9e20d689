"""What can be done with a question and its answer, and the switches of the page, in Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from mlqa.messages import message
from page_bot import EVIL, TEXT
from page_browser import FAKE, NEEDS_CHROMIUM, Opener, ask, finished, last, ready, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = NEEDS_CHROMIUM
DARK = "rgb(16, 19, 27)"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(FAKE) as address:
        yield address


@pytest.fixture
def page(open_page: Opener, url: str) -> Page:
    return open_page(url)


def go(opener: Opener, act: Callable[[], object], address: str | re.Pattern[str]) -> None:
    """To another address; a request that this cuts off is an error on Gradio's console."""
    before = len(opener.faults)
    page = opener.pages[-1]
    act()
    page.wait_for_url(address)
    ready(page)
    cut_off = re.compile("aborted|Connection errored out")
    opener.faults[before:] = [f for f in opener.faults[before:] if not cut_off.search(f)]


def questions(page: Page) -> list[str]:
    return page.locator(".mlqa-question").all_inner_texts()


def test_an_edited_question_takes_the_place_of_the_old_one(page: Page) -> None:
    for question in ("첫 질문인가요?", "둘째 질문인가요?", "그건 왜 그런가요?"):
        ask(page, question)
    page.locator(".mlqa-edit").nth(1).click()
    box = page.locator("#mlqa-box textarea")
    expect(box).to_have_value("둘째 질문인가요?")
    expect(box).to_be_focused()
    expect(page.locator("#mlqa-editing")).to_contain_text(message("page_editing"))
    box.fill("고친 질문인가요?")
    page.keyboard.press("Enter")
    expect(page.locator(".mlqa-question")).to_have_text(["첫 질문인가요?", "고친 질문인가요?"])
    expect(page.locator(".mlqa-partial")).to_have_count(0)
    expect(page.locator("#mlqa-editing")).not_to_be_visible()
    ask(page, "그건 언제인가요?")
    assert last(page, ".mlqa-resolved b").endswith("(첫 질문인가요? / 고친 질문인가요?)")


def test_leaving_an_edit_changes_nothing(page: Page) -> None:
    ask(page, "첫 질문인가요?")
    page.locator(".mlqa-edit").click()
    page.get_by_role("button", name=message("page_editing_cancel")).click()
    expect(page.locator("#mlqa-editing")).not_to_be_visible()
    expect(page.locator("#mlqa-box textarea")).to_have_value("")
    ask(page, "다른 질문인가요?")
    assert questions(page) == ["첫 질문인가요?", "다른 질문인가요?"]


def test_a_question_is_asked_again(page: Page) -> None:
    ask(page, "고장 나나요?")
    assert last(page, ".mlqa-text").startswith("죄송합니다")
    page.locator(".mlqa-retry").click()
    page.wait_for_selector(".mlqa-partial", state="detached")
    expect(page.locator(".mlqa-notice")).to_have_count(1)
    assert questions(page) == ["고장 나나요?"]
    ask(page, "첫 질문인가요?")
    page.locator(".mlqa-retry").last.click()
    expect(page.locator(".mlqa-foot")).to_contain_text("캐시에서 꺼낸 답")
    assert questions(page) == ["고장 나나요?", "첫 질문인가요?"]


def test_the_answer_is_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "LRU 캐시는 무엇을 먼저 버리나요?")
    page.get_by_role("button", name=message("page_copy")).click()
    expect(page.get_by_role("button", name=message("page_copied"))).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(TEXT[: TEXT.index(".") + 1])


def test_the_essay_is_shown_at_the_quote(page: Page) -> None:
    ask(page, "LRU 캐시는 무엇을 먼저 버리나요?")
    page.locator(".mlqa-source").nth(2).locator("summary").first.click()
    page.locator(".mlqa-source").nth(2).get_by_role(
        "button", name=message("page_show_essay")
    ).click()
    sheet = page.locator("#mlqa-sheet")
    mark = sheet.locator("mark")
    expect(mark).to_be_in_viewport()
    assert mark.text_content() == EVIL
    assert sheet.locator("p:not(.mlqa-origin)").count() == 3
    assert page.evaluate("window.evil") is None
    page.keyboard.press("Escape")
    expect(sheet).not_to_be_visible()


def test_each_essay_brings_questions(page: Page) -> None:
    page.get_by_role("button", name=message("page_by_essay"), exact=True).click()
    sheet = page.locator("#mlqa-sheet")
    expect(sheet.locator("h3")).to_have_text(["LRU 캐시 이해하기"])
    button = sheet.locator(".mlqa-ask").first
    question = button.inner_text()
    finished(page, button.click)
    assert questions(page) == [question]
    expect(sheet).not_to_be_visible()


def test_light_and_dark_are_remembered(open_page: Opener, url: str) -> None:
    page = open_page(url, dark=True)
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == DARK
    page.get_by_role("button", name=message("page_light"), exact=True).click()
    assert page.evaluate(ground) != DARK
    go(open_page, page.reload, url)
    assert page.evaluate(ground) != DARK
    page.get_by_role("button", name=message("page_dark"), exact=True).click()
    assert page.evaluate(ground) == DARK


def test_the_other_language_is_one_click_away_and_remembered(open_page: Opener, url: str) -> None:
    page = open_page(url)
    go(open_page, page.get_by_role("link", name="English").click, re.compile("/en$"))
    assert page.title() == message("page_title", "en")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_role("tab").all_inner_texts()[:2] == ["Chat", "Experiments"]
    ask(page, "LRU 캐시는 무엇을 먼저 버리나요?")
    assert "Sources: 3" in page.locator(".mlqa-sources").inner_text()
    assert not re.search("[가-힣]", page.locator("#mlqa-input").inner_text())
    go(open_page, partial(page.goto, url), re.compile("/en$"))
    go(open_page, page.get_by_role("link", name="한국어").click, url)
    assert page.locator("html").get_attribute("lang") == "ko"


@pytest.mark.parametrize(("path", "said"), [("", "대화 지우기"), ("en", "Clear")])
def test_gradio_speaks_the_language_of_the_page(
    open_page: Opener, url: str, path: str, said: str
) -> None:
    """The browser of the tests is Korean."""
    page = open_page(f"{url}{path}")
    ask(page, "LRU 캐시는 무엇을 먼저 버리나요?")
    # Not seen, as the page has a button of its own, but Gradio's.
    button = page.locator("#mlqa-chat .icon-button-wrapper button").first
    expect(button).to_have_attribute("aria-label", said)


def test_what_gradio_lacks_in_korean_is_given(page: Page) -> None:
    config = page.evaluate("fetch('config').then((answer) => answer.json())")
    given = config["i18n_translations"]["ko"]
    assert given["status.queue_position"] == "대기 순서: {size}개 가운데 {position}번째"
    assert len(given) == 53


def test_a_question_sent_twice_by_a_slip_is_asked_once(open_page: Opener, url: str) -> None:
    page = open_page(url)
    page.fill("#mlqa-box textarea", "두 번 눌러도 되나요?")
    finished(page, lambda: page.dblclick("#mlqa-send"))
    page.wait_for_timeout(1500)
    assert page.locator(".mlqa-question").all_inner_texts() == ["두 번 눌러도 되나요?"]
    ask(page, "두 번 눌러도 되나요?")
    assert page.locator(".mlqa-question").count() == 2


def test_a_question_sent_during_an_answer_is_answered_too(open_page: Opener, url: str) -> None:
    page = open_page(url)
    page.fill("#mlqa-box textarea", "천천히 답해도 되나요?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".mlqa-partial")
    page.fill("#mlqa-box textarea", "둘째 질문인가요?")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "document.querySelectorAll('.mlqa-answer:not(.mlqa-partial)').length > 1"
    )
    assert page.locator(".mlqa-question").count() == 2
