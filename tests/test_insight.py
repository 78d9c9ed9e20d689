"""What the tab of insight shows, with a real chatbot and real reports."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.index.store import Index
from mlqa.service.current import CurrentBot
from mlqa.service.feedback import Declined
from mlqa.service.insight import caches_html, declined_html, live_caches, timings_html
from mlqa.service.reports import find_reports, report_html, runs_html

EVIL = "<script>window.evil = 1</script>"
QUESTION = "밀물은 왜 생기나요?"


@pytest.fixture
def bot(small_index: Index, small_config: Config) -> CurrentBot:
    return CurrentBot(Chatbot(small_index, small_config))


def words(html: str) -> str:
    """What a reader sees."""
    plain = re.sub(r"<[^>]*>", " ", html)
    return re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), plain)


def test_caches_tell_what_they_hold(bot: CurrentBot) -> None:
    bot.ask(QUESTION)
    bot.ask(QUESTION)
    answers = live_caches(bot)[0]
    assert (answers.stats.name, answers.stats.hits) == ("answers", 1)
    (entry,) = answers.entries
    assert (entry.label, entry.hits) == (QUESTION, 1)
    assert entry.age >= 0
    shown = words(caches_html(bot, "ko"))
    assert "답 캐시에 든 것: 최근 1개(모두 1개)" in shown
    assert QUESTION in shown


def test_times_are_told_for_each_stage(bot: CurrentBot) -> None:
    assert "아직 답한 질문이 없습니다" in words(timings_html(bot, "ko"))
    answer = bot.ask(QUESTION)
    bot.ask(QUESTION)
    first, second = bot.timings
    assert (first.question, first.cached, second.cached) == (QUESTION, False, True)
    assert min(first.understand, first.search, first.answer) > 0
    assert first.total <= answer.seconds
    assert second.search == second.answer == 0
    shown = words(timings_html(bot, "ko"))
    assert shown.count(QUESTION) == 2
    assert "캐시에서" in shown


def test_times_outlive_a_new_index(
    bot: CurrentBot, small_index: Index, small_config: Config
) -> None:
    bot.ask(QUESTION)
    runner = bot.runner
    bot.use(Chatbot(small_index, small_config, beside=bot.now))
    assert [timing.question for timing in bot.timings] == [QUESTION]
    assert bot.now.runner is runner


def test_what_users_ask_is_never_html(bot: CurrentBot) -> None:
    bot.ask(f"밀물은 {EVIL} 왜 생기나요?")
    declined = [Declined(EVIL, 3, 1e9, "v")]
    for html in (caches_html(bot, "ko"), timings_html(bot, "en"), declined_html(declined, "ko")):
        assert "<script" not in html
    assert EVIL in words(declined_html(declined, "ko"))


def test_reports_and_runs_are_found_the_latest_first(tmp_path: Path) -> None:
    assert find_reports(tmp_path / "none") == ()
    assert "보고서가 없습니다" in words(runs_html((), "ko"))
    run = {
        "format": "mlqa-eval",
        "part": "train",
        "figures": {"questions": 40, "all": {"hit@5": 0.975, "key_facts": None}},
    }
    (tmp_path / "run.json").write_text(json.dumps(run), encoding="utf-8")
    (tmp_path / "other.json").write_text("[1, 2]", encoding="utf-8")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    (tmp_path / "note.txt").write_text("no report", encoding="utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/page.html").write_text(f"<h1>보고서</h1>{EVIL}", encoding="utf-8")
    reports = find_reports(tmp_path)
    assert {report.name for report in reports} == {"run.json", "sub/page.html"}
    assert [report.changed for report in reports] == sorted(
        (report.changed for report in reports), reverse=True
    )
    assert "0.975" in words(runs_html(reports, "ko"))
    assert "train · 40" in words(runs_html(reports, "ko"))


def test_a_report_can_neither_run_nor_load_anything(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(f'<h1>보고서</h1>{EVIL}"', encoding="utf-8")
    html = report_html(tmp_path, "page.html", "ko")
    assert html.startswith('<iframe sandbox="" ')
    assert "<script" not in html
    assert "default&#45;src" in html
    for name in ("../secret.html", "/etc/passwd", "none.html", ""):
        assert "iframe" not in report_html(tmp_path, name, "ko")
