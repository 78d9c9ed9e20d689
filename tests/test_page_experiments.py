"""The experiments tab and results of tools in the conversation, in Chromium."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

import mlqa
from mlqa.messages import message
from page_browser import (
    ARTIFACTS,
    FAKE,
    NEEDS_CHROMIUM,
    ROOT,
    Opener,
    ask,
    last,
    served,
)
from page_tools import EVIL

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = NEEDS_CHROMIUM
RESULT = "#mlqa-lab-result"
STATUS = "#mlqa-lab-status"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(
        FAKE,
        PYTHONPATH=os.pathsep.join([str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]),
        MLQA_TOOL_MODULES='["page_tools"]',
        MLQA_TOOL_RESULTS=str(tmp_path_factory.mktemp("results")),
    ) as address:
        yield address


@pytest.fixture(scope="module")
def real_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real chatbot on the essays of the project."""
    index = tmp_path_factory.mktemp("index")
    mlqa.Index.build(mlqa.load_corpus(ROOT / "corpus"), mlqa.Config()).save(index)
    results = tmp_path_factory.mktemp("results")
    with served("app.py", MLQA_INDEX=str(index), MLQA_TOOL_RESULTS=str(results)) as address:
        yield address


@pytest.fixture
def page(open_page: Opener, url: str) -> Page:
    return opened(open_page(url))


def opened(page: Page) -> Page:
    page.get_by_role("tab", name=message("page_tab_experiments")).click()
    return page


def choose(page: Page, name: str) -> None:
    page.locator(f'.mlqa-tool[data-tool="{name}"]').click()
    page.wait_for_selector(f'.mlqa-form[data-tool="{name}"]')


def run(page: Page) -> None:
    page.get_by_role("button", name=message("experiments_run"), exact=True).click()


def test_the_lru_demo_is_run_and_played_step_by_step(page: Page) -> None:
    choose(page, "lru")
    page.get_by_label(message("tool_lru_arg_requests")).fill("1, 2, 3, 1, 4")
    page.get_by_label(message("tool_lru_arg_size")).fill("3")
    run(page)
    expect(page.locator(f"{RESULT} .mlqa-text")).to_contain_text("[3, 1, 4]")
    slots = page.locator(".mlqa-slot")
    assert slots.count() == 0
    forward = page.get_by_role("button", name=message("experiments_forward"), exact=True)
    for _ in range(4):
        forward.click()
    assert slots.all_text_contents() == ["2", "3", "1"]
    assert page.locator(".mlqa-request .mlqa-hit").count() == 1
    forward.click()
    assert slots.all_text_contents() == ["3", "1", "4"]
    assert page.locator(".mlqa-out").text_content() == f"{message('experiments_thrown')}: 2"
    assert page.locator(".mlqa-step").text_content() == "5/5단계"
    assert page.locator("tr.mlqa-now td").nth(1).text_content() == "4"
    page.get_by_role("button", name=message("experiments_first"), exact=True).click()
    assert slots.count() == 0
    play = page.get_by_role("button", name=message("experiments_play"), exact=True)
    play.click()
    pause = page.get_by_role("button", name=message("experiments_pause"), exact=True)
    expect(page.locator(".mlqa-step")).to_have_text("2/5단계")
    pause.click()
    expect(play).to_be_visible()
    expect(page.locator("svg[role=img]")).to_have_attribute("aria-label", re.compile("적중률"))


def test_every_tool_has_a_form_whose_fields_have_labels(page: Page) -> None:
    names = page.locator(".mlqa-tool").evaluate_all("all => all.map(b => b.dataset.tool)")
    assert len(names) == 15
    for name in names:
        choose(page, name)
        fields = page.locator(".mlqa-form :is(input, select)")
        for field in fields.all():
            assert field.evaluate("e => e.labels.length") == 1, name


def test_all_kinds_of_fields_reach_the_tool_and_texts_stay_texts(page: Page) -> None:
    choose(page, "shows")
    page.get_by_label("shape").select_option("circles")
    page.get_by_label("knn").check()
    page.get_by_label("mlp").uncheck()
    page.get_by_label("is_loud").check()
    page.get_by_label("share").fill("0.25")
    run(page)
    told = f"{EVIL} circles knn+svm True 0.25"
    expect(page.locator(f"{RESULT} .mlqa-text")).to_have_text(told)
    expect(page.locator(f"{RESULT} svg[role=img]")).to_have_attribute("aria-label", told)
    assert page.locator(f"{RESULT} h3").inner_text() == told
    assert page.locator(f"{RESULT} td").first.inner_text() == EVIL
    assert page.locator(f"{RESULT} :is(img, script)").count() == 0
    assert page.evaluate("window.evil") is None


def test_a_stored_result_says_so_and_is_run_again_on_demand(page: Page) -> None:
    choose(page, "shows")
    page.get_by_label("word").fill("한 번")
    run(page)
    expect(page.locator(f"{RESULT} .mlqa-text")).to_contain_text("한 번")
    assert page.locator(".mlqa-stored").count() == 0
    run(page)
    expect(page.locator(".mlqa-stored")).to_contain_text("보관한 결과")
    page.get_by_role("button", name=message("experiments_again")).click()
    expect(page.locator(".mlqa-stored")).to_have_count(0)
    expect(page.locator(f"{RESULT} .mlqa-text")).to_contain_text("한 번")


def test_progress_is_live_and_a_run_can_be_stopped(page: Page) -> None:
    choose(page, "waits")
    stop = page.get_by_role("button", name=message("experiments_stop"), exact=True)
    assert stop.count() == 0
    run(page)
    expect(page.locator(STATUS)).to_contain_text("번 셌습니다")
    assert page.evaluate("window.evil") is None
    stop.click()
    expect(page.locator(STATUS)).to_contain_text(message("experiments_stopped"))
    assert stop.count() == 0
    page.get_by_label("ticks").fill("2")
    run(page)
    expect(page.locator(f"{RESULT} .mlqa-text")).to_have_text("2까지 셌습니다.")


def test_a_second_user_waits_in_line_and_a_page_that_goes_ends_its_run(
    open_page: Opener, url: str
) -> None:
    first, second = opened(open_page(url)), opened(open_page(url))
    choose(first, "waits")
    run(first)
    expect(first.locator(STATUS)).to_contain_text("번 셌습니다")
    choose(second, "waits")
    second.get_by_label("ticks").fill("3")
    run(second)
    waiting = message("tools_waiting", ahead=1)
    expect(second.locator(STATUS)).to_contain_text(waiting)
    first.close()
    expect(second.locator(f"{RESULT} .mlqa-text")).to_have_text("3까지 셌습니다.")


@pytest.mark.parametrize(
    ("tool", "field", "value", "said"),
    [
        ("lru", "size", "0", "1 이상 1,000 이하의 정수"),
        ("lru", "size", "많이", "1 이상 1,000 이하의 정수"),
        ("lru", "size", "1000000000000", "1 이상 1,000 이하의 정수"),
        ("lipschitz", "formula", "__import__('os')", "__import__"),
        ("shows", "share", "NaN", "0 초과 1 미만의 수"),
    ],
)
def test_bad_arguments_are_one_sentence(
    page: Page, tool: str, field: str, value: str, said: str
) -> None:
    choose(page, tool)
    page.fill(f"[name={field}]", value)
    run(page)
    notice = page.locator(f"{STATUS} [role=alert]")
    expect(notice).to_contain_text(said)
    assert "\n" not in notice.inner_text()
    assert page.locator(f"{RESULT} .mlqa-run").count() == 0


def test_a_tool_that_fails_is_one_sentence(page: Page) -> None:
    choose(page, "fails")
    run(page)
    expect(page.locator(f"{STATUS} [role=alert]")).to_contain_text("실패했습니다")
    assert page.evaluate("window.evil") is None


def test_a_result_in_the_conversation(open_page: Opener, real_url: str) -> None:
    page = open_page(real_url)
    ask(page, "LRU 캐시를 크기 3으로 1, 2, 3, 1, 4 순서로 실행해줘")
    assert "[3, 1, 4]" in last(page, ".mlqa-text")
    chat = page.locator("#mlqa-chat")
    expect(chat.locator("svg[role=img]")).to_be_visible()
    chat.locator(".mlqa-forward").click()
    assert chat.locator(".mlqa-slot").all_text_contents() == ["1"]
    assert chat.locator(".mlqa-table-steps tbody tr").count() == 6
    page.locator(".mlqa-source-2 summary").first.click()
    page.locator(".mlqa-source-2 .mlqa-show").click()
    mark = page.locator("#mlqa-sheet mark")
    expect(mark).to_be_in_viewport()
    assert mark.inner_text().startswith("빈자리가 있으면")


def test_an_answer_leads_to_the_experiment_that_tests_it(open_page: Opener, real_url: str) -> None:
    page = open_page(real_url)
    ask(page, "배치 정규화는 왜 잘 되나요?")
    page.get_by_role("button", name=message("tool_batchnorm_title")).click()
    expect(page.locator('.mlqa-form[data-tool="batchnorm"]')).to_be_visible()
    expect(page.get_by_role("button", name=message("experiments_run"), exact=True)).to_be_focused()


def test_the_chatbots_own_caches_are_shown_live(open_page: Opener, real_url: str) -> None:
    page, other = opened(open_page(real_url)), open_page(real_url)
    choose(page, "lru")
    page.get_by_role("button", name=message("experiments_own")).click()
    shown = page.locator(f"{RESULT} .mlqa-live")
    expect(shown).to_contain_text(message("page_cache_answers"))
    question = "쓰라린 교훈이란 무엇인가요?"
    expect(shown).not_to_contain_text(question)
    ask(other, question)
    expect(shown.locator(".mlqa-table-contents_answers")).to_contain_text(question)


def test_claims_lead_to_their_essays(open_page: Opener, real_url: str) -> None:
    page = opened(open_page(real_url))
    choose(page, "lru")
    run(page)
    finding = page.locator(".mlqa-finding").first
    assert finding.locator(".mlqa-verdict").inner_text() == message("tools_verdict_supported")
    finding.get_by_role("button", name=message("page_show_essay")).click()
    mark = page.locator("#mlqa-sheet mark")
    expect(mark).to_be_in_viewport()
    assert mark.inner_text() == finding.locator("blockquote").inner_text()
    page.keyboard.press("Escape")
    expect(page.locator("#mlqa-sheet")).not_to_be_visible()


@pytest.mark.parametrize(
    ("name", "width", "dark"),
    [("light", 1100, False), ("dark", 1100, True), ("phone", 360, False)],
)
def test_looks(open_page: Opener, real_url: str, name: str, width: int, dark: bool) -> None:
    page = opened(open_page(real_url, width, 1800, dark=dark))
    choose(page, "lru")
    page.get_by_label(message("tool_lru_arg_requests")).fill("1, 2, 3, 1, 4, 2, 5")
    run(page)
    expect(page.locator("svg[role=img]")).to_be_visible()
    page.locator(".mlqa-forward").click()
    page.wait_for_timeout(500)
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}-experiments.png")
    panel = page.locator("#mlqa-tab-experiments")
    assert panel.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
