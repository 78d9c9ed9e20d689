"""What a person at the chat page waits for, measured inside Chromium."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_BOX = "#mlqa-box textarea"
_CLEAR_EACH = 10
# From the key that sends to the first text of an answer that was not there.
_WATCH = """() => {
  const now = { sent: 0, first: 0, painted: 0, before: 0 };
  window.mlqaTimes = now;
  const answers = () => document.querySelectorAll("#mlqa-chat .mlqa-answer");
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("#mlqa-box textarea")) return;
    Object.assign(now, { sent: event.timeStamp, first: 0, painted: 0, before: answers().length });
  }, true);
  new MutationObserver(() => {
    if (!now.sent || now.first) return;
    const all = answers();
    const text = all[all.length - 1]?.querySelector(".mlqa-text")?.textContent.trim();
    if (all.length <= now.before || !text) return;
    now.first = performance.now();
    requestAnimationFrame(() => setTimeout(() => (now.painted = performance.now())));
  }).observe(document, { childList: true, subtree: true, characterData: true });
}"""
_ENDED = """before => {
  const all = document.querySelectorAll("#mlqa-chat .mlqa-answer");
  return window.mlqaTimes.painted && all.length > before
    && !document.querySelector("#mlqa-chat .mlqa-partial");
}"""


class Opened(NamedTuple):
    """Seconds from asking for the page.

    Attributes:
        typed: Until the box can be typed into.
        begun: Until the server has answered the page's first event.
        answered: Until the first question, sent at once, has some text of its answer.
    """

    typed: float
    begun: float
    answered: float


class Waits(NamedTuple):
    """Milliseconds from sending a question.

    Attributes:
        text: To the first text of each answer.
        painted: To the frame that shows it.
        cached: Of these questions, how many were answered from the cache.
    """

    text: list[float]
    painted: list[float]
    cached: int


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that is there already when a page is asked for."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where a browser is

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*_FLAGS])
        yield browser
        browser.close()


def is_there() -> bool:
    """Whether there is a browser."""
    return Path(CHROMIUM).exists()


def new_page(browser: Browser) -> Page:
    """A page of a user of its own, nothing in its cache."""
    return browser.new_context(viewport={"width": 1100, "height": 850}, locale="ko-KR").new_page()


def open_page(browser: Browser, url: str, question: str) -> Opened:
    """Opens the page and asks as soon as that can be."""
    page = new_page(browser)
    start = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_selector(_BOX)
    page.fill(_BOX, question)
    typed = time.perf_counter() - start
    page.keyboard.press("Enter")
    page.wait_for_function(
        "document.querySelector('#mlqa-chat .mlqa-answer .mlqa-text')?.textContent.trim()"
    )
    answered = time.perf_counter() - start
    page.context.close()
    page = new_page(browser)
    start = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_selector("#mlqa-drawer .mlqa-drawer-head", state="attached")
    begun = time.perf_counter() - start
    page.wait_for_timeout(1500)
    page.context.close()
    return Opened(typed, begun, answered)


def ask_all(browser: Browser, url: str, questions: Sequence[str], clear_each: int) -> Waits:
    """Asks one question after the other, a new conversation every so often."""
    page = new_page(browser)
    page.goto(url)
    page.wait_for_selector("#mlqa-drawer .mlqa-drawer-head", state="attached")
    page.evaluate(_WATCH)
    waits = Waits([], [], 0)
    cached = 0
    for at, question in enumerate(questions):
        if at and at % clear_each == 0:
            page.click("#mlqa-clear")
            page.wait_for_selector("#mlqa-chat .mlqa-answer", state="detached")
        before = page.locator("#mlqa-chat .mlqa-answer").count()
        page.fill(_BOX, question)
        page.keyboard.press("Enter")
        page.wait_for_function(_ENDED, arg=before)
        times = page.evaluate("window.mlqaTimes")
        waits.text.append(times["first"] - times["sent"])
        waits.painted.append(times["painted"] - times["sent"])
        last = page.locator("#mlqa-chat .mlqa-answer").last
        cached += last.locator(".mlqa-cached").count()
        page.wait_for_timeout(100)
    page.wait_for_timeout(1500)
    page.context.close()
    return waits._replace(cached=cached)


def load_average() -> float:
    """How busy the machine has been for a minute."""
    found = re.match(r"[\d.]+", Path("/proc/loadavg").read_text("utf-8"))
    return float(found[0]) if found else 0.0
