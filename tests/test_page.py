"""The chat page in Chromium, with the fake bot of page_bot.py and with the real one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from page_bot import COPY, DOCUMENT, EVIL, TEXT
from page_browser import (
    ARTIFACTS,
    FAKE,
    NEEDS_CHROMIUM,
    ROOT,
    Opener,
    ask,
    finished,
    last,
    ready,
    served,
    settle,
)

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(FAKE) as address:
        yield address


@pytest.fixture
def page(open_page: Opener, url: str) -> Page:
    return open_page(url)


def test_the_answer_streams_and_proves_itself(page: Page) -> None:
    page.evaluate(
        """() => {
          window.seen = [];
          new MutationObserver(() => {
            const text = document.querySelector('.mlqa-partial .mlqa-text')?.textContent;
            if (text && text !== window.seen.at(-1)) window.seen.push(text);
          }).observe(document, {childList: true, subtree: true, characterData: true});
        }"""
    )
    ask(page, f"LRU 캐시는 무엇을 먼저 버리나요? {time.time()}")
    text = last(page, ".mlqa-text")
    assert "[1]" in text
    seen = page.evaluate("window.seen")
    assert len(seen) >= 3
    assert all(text.startswith(part.strip()) for part in seen)
    source = page.locator(".mlqa-source-1")
    mark = source.locator("mark")
    assert mark.is_visible()
    assert mark.text_content() == TEXT[: TEXT.index(".") + 1]
    shown = source.inner_text()
    for part in (DOCUMENT.title, "캐시 › 버리는 순서", "홍길동", "2020-09-02", COPY.title):
        assert part in shown
    assert source.locator("a").get_attribute("href") == DOCUMENT.source.url
    source.locator(".mlqa-why summary").click()
    assert "12.500" in source.inner_text()


def test_every_quote_is_in_the_essay(page: Page) -> None:
    ask(page, "LRU 캐시는 무엇을 먼저 버리나요?")
    marks = page.locator(".mlqa-source mark").all_text_contents()
    assert len(marks) == 3
    assert all(mark in TEXT for mark in marks)


def test_a_number_opens_its_source(page: Page) -> None:
    ask(page, "LRU 캐시는 무엇을 먼저 버리나요?")
    source = page.locator(".mlqa-source-2")
    assert not source.locator("mark").is_visible()
    page.get_by_role("button", name="2번 근거 보기").click()
    assert source.locator("mark").is_visible()
    assert source.locator("mark").evaluate(
        "e => e.closest('details').querySelector('summary') === document.activeElement"
    )


def test_an_example_button_asks(page: Page) -> None:
    button = page.locator(".mlqa-example").nth(1)
    finished(page, button.click)
    assert page.locator(".mlqa-question").inner_text() == button.inner_text().strip()
    assert page.locator(".mlqa-source").count() == 3


def test_declining_shows_no_sources(page: Page) -> None:
    ask(page, "오늘 날씨는 어떤가요?")
    assert last(page, ".mlqa-text").startswith("죄송하지만")
    assert page.locator(".mlqa-source").count() == 0


def test_errors_are_polite_lines(page: Page) -> None:
    ask(page, "   ")
    assert "질문이 비어 있습니다" in last(page, ".mlqa-text")
    assert page.locator(".mlqa-question").count() == 0
    ask(page, "고장 나나요?")
    assert last(page, ".mlqa-text").startswith("죄송합니다")
    assert "secret" not in page.content()
    ask(page, "그건 왜 그런가요?")
    assert page.locator(".mlqa-resolved b").inner_text() == "그건 왜 그런가요? ()"


def test_follow_ups_and_clearing(page: Page) -> None:
    ask(page, "첫 질문인가요?")
    assert page.locator(".mlqa-resolved").count() == 0
    ask(page, "그건 왜 그런가요?")
    assert last(page, ".mlqa-resolved b") == "그건 왜 그런가요? (첫 질문인가요?)"
    page.click("#mlqa-clear")
    page.wait_for_selector(".mlqa-answer", state="detached")
    ask(page, "그건 왜 그런가요?")
    assert page.locator(".mlqa-question").count() == 1
    assert last(page, ".mlqa-resolved b") == "그건 왜 그런가요? ()"


def test_clearing_in_mid_answer_ends_it(page: Page) -> None:
    page.fill("#mlqa-box textarea", f"지워도 되나요? {time.time()}")
    page.keyboard.press("Enter")
    page.wait_for_selector(".mlqa-partial")
    page.click("#mlqa-clear")
    page.wait_for_selector(".mlqa-welcome")
    page.wait_for_timeout(1500)
    assert page.locator(".mlqa-answer").count() == 0


def test_users_share_no_history(open_page: Opener, url: str) -> None:
    first, second = open_page(url), open_page(url)
    ask(first, "비밀 질문인가요?")
    ask(second, "그건 왜 그런가요?")
    assert second.locator(".mlqa-resolved b").inner_text() == "그건 왜 그런가요? ()"
    assert "비밀" not in second.locator("#mlqa-chat").inner_text()


def test_two_users_are_answered_at_once(open_page: Opener, url: str) -> None:
    pages = open_page(url), open_page(url)
    for number, page in enumerate(pages):
        page.fill("#mlqa-box textarea", f"동시에 답하나요? {number} {time.time()}")
    for page in pages:
        page.keyboard.press("Enter")
    for page in pages:
        page.wait_for_selector(".mlqa-partial", timeout=1000)


def test_asking_again_comes_from_the_cache(page: Page) -> None:
    question = f"같은 질문인가요? {time.time()}"
    ask(page, question)
    assert "새로 찾은 답" in last(page, ".mlqa-foot")
    size = page.locator('[data-cache="answers"]').inner_text()
    ask(page, question)
    assert "캐시에서 꺼낸 답" in last(page, ".mlqa-foot")
    assert page.locator('[data-cache="answers"]').inner_text() != size
    assert re.search(r"답 \d+/1024 · 적중 [1-9]", page.locator("#mlqa-foot").inner_text())


def test_texts_stay_texts(page: Page) -> None:
    question = f"{EVIL}\n\n# 제목\n- 항목\n<details open>"
    ask(page, question)
    page.locator(".mlqa-source").nth(2).locator("summary").first.click()
    assert page.locator(".mlqa-question").text_content() == question
    assert EVIL in (page.locator(".mlqa-text").text_content() or "")
    assert page.locator(".mlqa-source").nth(2).locator("mark").text_content() == EVIL
    page.wait_for_timeout(300)
    assert page.evaluate("window.evil") is None
    inside = page.locator("#mlqa-chat .message-wrap")
    assert inside.locator("script, img, strong, h1, li, .katex, code, iframe").count() == 0
    links = inside.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert set(links) == {DOCUMENT.source.url}


def test_enter_during_composition_sends_nothing(page: Page) -> None:
    box = page.locator("#mlqa-box textarea")
    box.fill("캐시는 무엇인가")
    box.press("End")
    devtools: CDPSession = page.context.new_cdp_session(page)
    devtools.send("Input.imeSetComposition", {"text": "요", "selectionStart": 1, "selectionEnd": 1})
    key = {"key": "Enter", "code": "Enter"}
    for code, text in ((229, ""), (13, "\r")):
        kind = "keyDown" if text else "rawKeyDown"
        devtools.send(
            "Input.dispatchKeyEvent",
            {**key, "type": kind, "windowsVirtualKeyCode": code, "text": text},
        )
        devtools.send(
            "Input.dispatchKeyEvent", {**key, "type": "keyUp", "windowsVirtualKeyCode": code}
        )
    page.wait_for_timeout(400)
    assert page.locator(".mlqa-question").count() == 0
    devtools.send("Input.insertText", {"text": "요"})
    finished(page, lambda: box.press("Enter"))
    page.wait_for_timeout(400)
    assert page.locator(".mlqa-question").all_inner_texts() == ["캐시는 무엇인가요"]
    assert not box.input_value()


def test_shift_enter_starts_a_new_line(page: Page) -> None:
    box = page.locator("#mlqa-box textarea")
    assert box.evaluate("e => e === document.activeElement")
    page.keyboard.type("첫 줄")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("둘째 줄")
    assert box.input_value() == "첫 줄\n둘째 줄"
    finished(page, lambda: page.keyboard.press("Enter"))
    assert page.locator(".mlqa-question").text_content() == "첫 줄\n둘째 줄"


@pytest.mark.parametrize(
    ("name", "width", "dark"),
    [("light", 1100, False), ("dark", 1100, True), ("phone", 360, False)],
)
def test_looks(open_page: Opener, url: str, name: str, width: int, dark: bool) -> None:
    page = open_page(url, width, 740, dark=dark)
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}-empty.png")
    ask(page, "LRU 캐시는 무엇을 먼저 버리나요?")
    page.wait_for_timeout(300)
    page.screenshot(path=ARTIFACTS / f"{name}-answer.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    chat = page.locator("#mlqa-chat .bubble-wrap")
    assert chat.evaluate("e => e.scrollWidth <= e.clientWidth")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(16, 19, 27)") == dark


def test_the_page_speaks_english(open_page: Opener) -> None:
    with served(FAKE, MLQA_LANGUAGE="en") as address:
        page = open_page(address)
        assert page.title() == "Knowledge base chatbot"
        assert page.locator("html").get_attribute("lang") == "en"
        ask(page, "What is thrown out first?")
        assert "Sources: 3" in page.locator(".mlqa-sources").inner_text()
        assert not re.search("[가-힣]", page.locator("#mlqa-top").inner_text().split("Ask")[0])
        open_page.close()


def test_the_real_chatbot(open_page: Opener, tmp_path: Path) -> None:
    import mlqa

    documents = mlqa.load_corpus(ROOT / "corpus")
    mlqa.Index.build(documents, mlqa.Config()).save(tmp_path)
    with served("app.py", MLQA_INDEX=str(tmp_path)) as address:
        page = open_page(address)
        ask(page, "배치 정규화는 왜 잘 되나요?")
        assert "[1]" in last(page, ".mlqa-text")
        quotes = page.locator(".mlqa-source mark").all_text_contents()
        assert quotes
        assert all(any(quote in document.text for document in documents) for quote in quotes)
        ask(page, "오늘 서울 날씨는 어떤가요?")
        assert last(page, ".mlqa-text").startswith("죄송하지만")
        page.wait_for_timeout(500)  # a request that a reload cuts off is an error on the console
        settle(page)
        page.reload()
        ready(page)
        ask(page, "배치 정규화는 왜 잘 되나요?")
        assert "캐시에서 꺼낸 답" in last(page, ".mlqa-foot")
        open_page.close()


def test_a_missing_index_is_one_clear_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "MLQA_INDEX": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "색인이 없습니다" in done.stderr
