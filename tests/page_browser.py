"""Serves pages for the tests and opens them in Chromium."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).parents[1]
FAKE = "tests/page_bot.py"
ARTIFACTS = ROOT / "artifacts"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


# Of a module of tests that need a browser.
NEEDS_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not Path(CHROMIUM).exists(), reason="no Chromium: neither on the PATH nor in /usr/bin"
    ),
]


@contextmanager
def served(*command: str, **environment: str) -> Iterator[str]:
    """The address of a page served by another process."""
    with (
        TemporaryDirectory(ignore_cleanup_errors=True) as data,
        subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**os.environ, "MLQA_PORT": "0", "MLQA_DATA": data, **environment},
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        ) as process,
    ):
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found, "the server said no address"
            yield found[0]
        finally:
            process.terminate()


@contextmanager
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*CHROMIUM_FLAGS])
        yield browser
        browser.close()


def ready(page: Page) -> None:
    """Waits until the page is whole and the server knows whose it is."""
    page.wait_for_selector("#mlqa-foot [data-cache]")
    page.wait_for_selector("#mlqa-drawer .mlqa-drawer-head", state="attached")


def settle(page: Page) -> None:
    """Waits until the stream of the page's events has ended; left earlier, Gradio says an error."""
    page.wait_for_timeout(1500)


class Opener:
    """Opens pages as separate users and notes what must not happen on them."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.faults: list[str] = []
        self.pages: list[Page] = []

    def __call__(
        self, url: str, width: int = 1100, height: int = 850, *, dark: bool = False
    ) -> Page:
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="ko-KR",
        )
        self._contexts.append(context)
        page = context.new_page()
        self.pages.append(page)
        page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self._note(request.url))
        page.goto(url)
        page.wait_for_selector("#mlqa-box textarea")
        ready(page)
        return page

    def _note(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.faults.append(f"request to {url}")

    def close(self) -> None:
        while self._contexts:
            self._contexts.pop().close()


def ask(page: Page, question: str) -> None:
    """Types and sends a question, and waits for the end of its answer."""
    page.fill("#mlqa-box textarea", question)
    finished(page, lambda: page.keyboard.press("Enter"))


def finished(page: Page, act: Callable[[], object]) -> None:
    before = page.locator(".mlqa-answer").count()
    act()
    page.wait_for_function(
        "n => document.querySelectorAll('.mlqa-answer:not(.mlqa-partial)').length > n", arg=before
    )


def last(page: Page, selector: str) -> str:
    return page.locator(f".message-row:last-child {selector}").inner_text()
