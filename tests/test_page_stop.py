"""The button that stops an answer, and a tab that is closed, in Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gated_model import QUESTION, SAID, Gate
from llm_server import serving
from mlqa.messages import message
from page_browser import FAKE, NEEDS_CHROMIUM, Opener, ask, last, served

if TYPE_CHECKING:
    pass

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-this-key-is-nobodys")


def test_the_stop_button_is_there_while_an_answer_is_made(open_page: Opener) -> None:
    with served(FAKE) as url:
        page = open_page(url, 360, 740)
        stop = page.get_by_role("button", name=message("page_stop"), exact=True)
        assert stop.count() == 0
        page.fill("#mlqa-box textarea", "천천히 답하나요?")
        page.keyboard.press("Enter")
        page.wait_for_function(
            "() => (document.querySelector('.mlqa-partial .mlqa-text')?.textContent || '')"
            ".includes('LRU')"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        stop.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".mlqa-stopped")
        said = last(page, ".mlqa-text")
        assert said.startswith("LRU")
        assert message("page_stopped") in last(page, ".mlqa-stopped")
        assert stop.count() == 0
        page.wait_for_timeout(800)
        assert last(page, ".mlqa-text") == said, "nothing is added"
        ask(page, "그건 왜 그런가요?")
        assert last(page, ".mlqa-resolved b").endswith("(천천히 답하나요?)")
        open_page.close()


@pytest.mark.parametrize("act", ["close the tab", "stop"])
def test_the_model_is_left_with_the_page(open_page: Opener, saved_folder: Path, act: str) -> None:
    gate = Gate()
    with (
        serving(gate.behaviour()) as server,
        served(
            "app.py",
            MLQA_INDEX=str(saved_folder),
            MLQA_GENERATOR="openai:small",
            MLQA_GENERATOR_BASE_URL=server.url,
            MLQA_GENERATOR_TIMEOUT="60",
            MLQA_GENERATOR_TOKENS="16384",
            MLQA_UNSUPPORTED="mark",
            MLQA_TOOLS="false",  # the model is asked for an answer only
        ) as url,
    ):
        page = open_page(url)
        page.fill("#mlqa-box textarea", QUESTION)
        page.keyboard.press("Enter")
        page.get_by_text(SAID).wait_for()
        if act == "close the tab":
            page.close()
        else:
            page.click("#mlqa-stop")
            page.wait_for_selector(".mlqa-stopped")
        gate.is_open.set()
        assert server.left.wait(20)
        open_page.close()
