"""Saved conversations and opinions on answers, in Chromium."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from mlqa.messages import message
from page_bot import DOCUMENT, EVIL
from page_browser import (
    ARTIFACTS,
    FAKE,
    NEEDS_CHROMIUM,
    ROOT,
    Opener,
    ask,
    last,
    ready,
    served,
    settle,
)

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = NEEDS_CHROMIUM
NOTICE = "#mlqa-drawer .mlqa-drawer-notice"
OPEN = "#mlqa-drawer .mlqa-drawer-open"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def url(data: Path) -> Iterator[str]:
    with served(FAKE, MLQA_DATA=str(data)) as address:
        yield address


@pytest.fixture
def page(open_page: Opener, url: str) -> Page:
    return open_page(url)


def listed(page: Page, *titles: str) -> None:
    """Waits until the drawer lists these conversations, the latest first."""
    if not page.locator("#mlqa-drawer[open]").count():
        page.click("#mlqa-drawer-button")
    page.wait_for_selector("#mlqa-drawer .mlqa-drawer-head")
    expect(page.locator(f"{OPEN} b")).to_have_text([*titles])


def menu(page: Page, title: str, act: str) -> Locator:
    """A button of a conversation's menu, which is opened."""
    row = page.locator("#mlqa-drawer li").filter(has_text=title)
    if not row.locator("details[open]").count():
        row.locator("summary").click()
    return row.locator(f"[data-act={act}]")


def feedback(data: Path, *command: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "mlqa", "feedback", *command],
        cwd=ROOT,
        env={**os.environ, "MLQA_DATA": str(data)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.splitlines()


def free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


def test_conversations_survive_a_restart_of_the_server(open_page: Opener, tmp_path: Path) -> None:
    there = {"MLQA_DATA": str(tmp_path), "MLQA_PORT": free_port()}
    with served(FAKE, **there) as url:
        page = open_page(url)
        ask(page, "첫 질문인가요?")
        page.click("#mlqa-clear")
        page.wait_for_selector(".mlqa-welcome")
        ask(page, "LRU 캐시는 무엇을 먼저 버리나요?")
        before = page.locator(".mlqa-answer").inner_text()
        listed(page, "LRU 캐시는 무엇을 먼저 버리나요?", "첫 질문인가요?")
    open_page.faults.clear()  # the page has lost its server
    with served(FAKE, **there) as url:
        page.goto(url)
        page.wait_for_selector(".mlqa-answer")
        open_page.faults.clear()
        assert page.locator(".mlqa-answer").inner_text() == before, "the tab goes on where it was"
        listed(page, "LRU 캐시는 무엇을 먼저 버리나요?", "첫 질문인가요?")
        page.locator(OPEN).nth(1).click()
        page.wait_for_function("document.querySelector('.mlqa-question')?.innerText[0] === '첫'")
        marks = page.locator(".mlqa-source mark").all_text_contents()
        assert len(marks) == 3
        assert all(mark in DOCUMENT.text for mark in marks)
        ask(page, "그건 왜 그런가요?")
        assert last(page, ".mlqa-resolved b") == "그건 왜 그런가요? (첫 질문인가요?)"
        listed(
            page, "첫 질문인가요?", "LRU 캐시는 무엇을 먼저 버리나요?"
        )  # it went on in the same one
        open_page.close()


def test_a_page_left_open_goes_on_after_a_restart(open_page: Opener, tmp_path: Path) -> None:
    there = {"MLQA_DATA": str(tmp_path), "MLQA_PORT": free_port()}
    with served(FAKE, **there) as url:
        page = open_page(url)
        ask(page, "첫 질문인가요?")
        listed(page, "첫 질문인가요?")
        page.keyboard.press("Escape")
        settle(page)
    with served(FAKE, **there):
        page.wait_for_timeout(3000)
        page.wait_for_selector("#mlqa-box textarea")
        ask(page, "그건 왜 그런가요?")
        assert last(page, ".mlqa-resolved b") == "그건 왜 그런가요? (첫 질문인가요?)"
        assert page.locator(".mlqa-question").count() == 2
        listed(page, "첫 질문인가요?")
        open_page.faults.clear()
        open_page.close()


def test_two_users_at_once_have_histories_of_their_own(open_page: Opener, url: str) -> None:
    first, second = open_page(url), open_page(url)
    for number, page in enumerate((first, second)):
        page.fill("#mlqa-box textarea", f"나만의 질문 {number}인가요?")
    for page in (first, second):
        page.keyboard.press("Enter")
    for number, page in enumerate((first, second)):
        page.wait_for_selector(".mlqa-answer:not(.mlqa-partial)")
        listed(page, f"나만의 질문 {number}인가요?")
    # Neither an id nor a made-up key leads to somebody else's.
    stolen = first.locator("#mlqa-drawer li").get_attribute("data-id")
    third = open_page(url)
    third.evaluate(
        """id => {
          localStorage.setItem('mlqa-key', 'f'.repeat(64));
          sessionStorage.setItem('mlqa-conversation', id);
        }""",
        stolen,
    )
    settle(third)
    third.reload()
    ready(third)
    listed(third)
    assert third.locator(".mlqa-question").count() == 0
    third.wait_for_timeout(1000)
    third.evaluate("id => window.mlqaSaved.trigger('choose', {id})", stolen)
    third.wait_for_selector(NOTICE)
    assert "그런 대화는 없습니다" in third.locator(NOTICE).inner_text()
    assert third.locator(".mlqa-question").count() == 0


def test_a_second_tab_sees_the_same_list(open_page: Opener, url: str) -> None:
    page = open_page(url)
    ask(page, "두 탭에서 보이나요?")
    listed(page, "두 탭에서 보이나요?")
    other = page.context.new_page()
    settle(other)
    other.goto(url)
    ready(other)
    listed(other, "두 탭에서 보이나요?")
    assert other.locator(".mlqa-question").count() == 0, "a new tab begins a new conversation"


def test_renaming_and_deleting(page: Page) -> None:
    ask(page, "이름을 바꿀 질문인가요?")
    page.click("#mlqa-clear")
    page.wait_for_selector(".mlqa-welcome")
    ask(page, "남는 질문인가요?")
    listed(page, "남는 질문인가요?", "이름을 바꿀 질문인가요?")
    menu(page, "이름을 바꿀", "rename").click()
    page.keyboard.type(f"새 이름 {EVIL}")
    page.keyboard.press("Enter")
    page.wait_for_function(
        f"document.querySelector('{OPEN} b + *') && "
        "document.querySelector('#mlqa-drawer').innerText.includes('새 이름')"
    )
    listed(page, "남는 질문인가요?", f"새 이름 {EVIL}"[:80])
    assert page.evaluate("window.evil") is None
    button = menu(page, "새 이름", "delete")
    button.click()
    assert button.inner_text() == message("conversations_sure"), "it asks once"
    assert page.locator(OPEN).count() == 2
    button.click()
    listed(page, "남는 질문인가요?")
    assert page.locator(".mlqa-question").inner_text() == "남는 질문인가요?"
    menu(page, "남는", "delete").click()
    menu(page, "남는", "delete").click()
    listed(page)
    page.keyboard.press("Escape")
    page.wait_for_selector(".mlqa-welcome")
    settle(page)
    page.reload()
    ready(page)
    listed(page)


def test_an_empty_name_is_refused_with_a_sentence(page: Page) -> None:
    ask(page, "그대로인 질문인가요?")
    listed(page, "그대로인 질문인가요?")
    menu(page, "그대로인", "rename").click()
    page.keyboard.type(" ")
    page.keyboard.press("Enter")
    page.wait_for_selector(NOTICE)
    assert "비어 있습니다" in page.locator(NOTICE).inner_text()
    listed(page, "그대로인 질문인가요?")


def test_exports(page: Page, tmp_path: Path) -> None:
    ask(page, "내보낼 질문인가요?")
    ask(page, "오늘 날씨는 어떤가요?")
    listed(page, "내보낼 질문인가요?")
    files = {}
    for act in ("markdown", "json"):
        with page.expect_download() as download:
            menu(page, "내보낼", act).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        files[act] = path
    assert files["markdown"].name == "내보낼 질문인가요.md"
    text = files["markdown"].read_text("utf-8")
    assert text.startswith("# 내보낼 질문인가요?")
    assert "## 2. 오늘 날씨는 어떤가요?" in text
    assert f"[1] {DOCUMENT.title} › 캐시 › 버리는 순서 (글쓴이 홍길동" in text
    assert "> LRU 캐시는 가장 오래 쓰이지 않은 항목부터 버립니다." in text
    assert "<script>" not in text.replace("\\<", ""), "texts stay texts"
    content = json.loads(files["json"].read_text("utf-8"))
    first, second = content["turns"]
    assert [c["number"] for c in first["answer"]["citations"]] == [1, 2, 3]
    assert (second["answer"]["abstained"], second["stopped"]) == (True, False)


def test_a_new_conversation_leaves_the_old_one_saved(page: Page) -> None:
    question = f"천천히 답하나요? {time.time()}"
    page.fill("#mlqa-box textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "() => (document.querySelector('.mlqa-partial .mlqa-text')?.textContent || '')"
        ".includes('LRU')"
    )
    page.click("#mlqa-drawer-button")
    page.click("#mlqa-drawer [data-act=fresh]")
    page.wait_for_selector(".mlqa-welcome")
    listed(page, question)
    page.locator(OPEN).click()
    page.wait_for_selector(".mlqa-stopped")
    assert last(page, ".mlqa-text").startswith("LRU")


def test_what_a_closed_tab_was_reading_is_saved(open_page: Opener, url: str) -> None:
    page = open_page(url)
    other = page.context.new_page()
    settle(other)
    other.goto(url)
    ready(other)
    question = f"천천히 답하나요? {time.time()}"
    page.fill("#mlqa-box textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "() => (document.querySelector('.mlqa-partial .mlqa-text')?.textContent || '')"
        ".includes('LRU')"
    )
    page.close()
    for _ in range(20):
        settle(other)
        other.reload()
        ready(other)
        other.wait_for_timeout(500)
        if other.locator(OPEN).count():
            break
    listed(other, question)


def test_opinions_are_kept_and_exported(page: Page, data: Path) -> None:
    question = f"의견을 남기나요? {time.time()}"
    ask(page, question)
    dislike = page.get_by_role("button", name=message("conversations_dislike"))
    dislike.click()
    page.wait_for_selector("#mlqa-reason textarea")
    page.wait_for_function("document.activeElement.matches('#mlqa-reason textarea')")
    page.keyboard.type("<b>묻지 않은 것</b>을 답했습니다")
    page.get_by_role("button", name=message("conversations_reason_send")).click()
    page.wait_for_selector("#mlqa-reason", state="detached")
    assert dislike.get_attribute("aria-pressed") == "true"
    (kept,) = [o for o in map(json.loads, feedback(data, "export")) if o["question"] == question]
    assert (kept["liked"], kept["reason"]) == (False, "<b>묻지 않은 것</b>을 답했습니다")
    settle(page)
    page.reload()
    page.wait_for_selector(".mlqa-judging")
    page.wait_for_selector(".mlqa-dislike.mlqa-chosen")
    page.get_by_role("button", name=message("conversations_like")).click()
    page.wait_for_selector(".mlqa-like.mlqa-chosen")
    assert page.locator(".mlqa-dislike.mlqa-chosen").count() == 0
    (kept,) = [o for o in map(json.loads, feedback(data, "export")) if o["question"] == question]
    assert (kept["liked"], kept["reason"]) == (True, "")
    lines = map(json.loads, feedback(data, "gold"))
    (candidate,) = [line for line in lines if line["question"] == question]
    assert len(candidate["evidence"]) == 3
    page.get_by_role("button", name=message("conversations_like")).click()
    page.wait_for_selector(".mlqa-chosen", state="detached")
    assert question not in "".join(feedback(data, "export"))


def test_declined_questions_are_remembered(page: Page, data: Path) -> None:
    ask(page, "내일 날씨는 어떤가요?")
    ask(page, "내일  날씨는 어떤가요")
    listed(page, "내일 날씨는 어떤가요?")
    lines = feedback(data, "declined")
    assert any(re.fullmatch(r"2번  내일  날씨는 어떤가요", line) for line in lines)


def test_the_chat_works_where_nothing_can_be_saved(open_page: Opener, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, no folder")
    with served(FAKE, MLQA_DATA=str(tmp_path / "file")) as url:
        page = open_page(url)
        ask(page, "첫 질문인가요?")
        ask(page, "그건 왜 그런가요?")
        assert last(page, ".mlqa-resolved b").endswith("(첫 질문인가요?)")
        page.click("#mlqa-drawer-button")
        assert "MLQA_DATA" in page.locator(NOTICE).inner_text()
        open_page.close()


@pytest.mark.parametrize(
    ("name", "width", "dark"),
    [("light", 1100, False), ("dark", 1100, True), ("phone", 360, False)],
)
def test_looks(open_page: Opener, url: str, name: str, width: int, dark: bool) -> None:
    page = open_page(url, width, 740, dark=dark)
    ARTIFACTS.mkdir(exist_ok=True)
    for question in ("LRU 캐시는 무엇을 먼저 버리나요?", "배치 정규화는 왜 학습을 빠르게 하나요?"):
        ask(page, question)
        page.click("#mlqa-clear")
        page.wait_for_selector(".mlqa-welcome")
    listed(page, "배치 정규화는 왜 학습을 빠르게 하나요?", "LRU 캐시는 무엇을 먼저 버리나요?")
    menu(page, "LRU", "rename").focus()
    page.wait_for_timeout(300)
    page.screenshot(path=ARTIFACTS / f"{name}-conversations.png")
    drawer = page.locator("#mlqa-drawer")
    assert drawer.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("Escape")
    page.locator(OPEN).first.click()
    page.wait_for_selector(".mlqa-dislike")
    page.click(".mlqa-dislike")
    page.wait_for_selector("#mlqa-reason textarea")
    page.wait_for_timeout(300)
    page.screenshot(path=ARTIFACTS / f"{name}-reason.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_drawer_works_by_keyboard(page: Page) -> None:
    ask(page, "자판으로 되나요?")
    listed(page, "자판으로 되나요?")
    page.keyboard.press("Escape")
    page.locator("#mlqa-drawer-button").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#mlqa-drawer[open]")
    assert page.evaluate("document.activeElement.closest('#mlqa-drawer') !== null")
    row = page.locator("#mlqa-drawer li")
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    assert row.locator("details[open]").count() == 1
    page.keyboard.press("Escape")
    assert row.locator("details[open]").count() == 0
    assert page.locator("#mlqa-drawer[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("#mlqa-drawer[open]").count() == 0
