"""The insight tab: caches, times, declined questions, evaluation reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from mlqa.errors import MlqaError
from mlqa.service import insight as html
from mlqa.service.database import Database
from mlqa.service.documents import note_html
from mlqa.service.feedback import Feedback
from mlqa.service.markup import inert
from mlqa.service.reports import find_reports, report_html, runs_html
from mlqa.service.session import Bot

_HIDDEN: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_DECLINED = 100


def build(bot: Bot, say: Callable[..., str], tab: gr.Tab) -> None:
    """Draws the tab and connects its parts.

    Args:
        bot: What is looked into.
        say: A sentence of the catalogue in the page's language.
        tab: The tab that this stands in: it is drawn anew when opened.
    """
    spoken = bot.config.language
    feedback = Feedback(Database(bot.config.data))
    folder = bot.config.reports
    with gr.Column(elem_id="mlqa-insight"):
        refresh = gr.Button(
            say("insight_refresh"), size="sm", scale=0, elem_id="mlqa-insight-refresh"
        )
        parts = [_section(say, name) for name in ("caches", "timings", "declined", "reports")]
        choice = gr.Dropdown(label=say("insight_report"), elem_id="mlqa-insight-choice")
        report = gr.HTML(elem_id="mlqa-insight-report", padding=False)

    def declined() -> str:
        try:
            return html.declined_html(feedback.declined(_DECLINED), spoken)
        except MlqaError as error:
            return note_html(error.text(spoken), is_error=True)

    def shown() -> tuple[Any, ...]:
        reports = find_reports(folder)
        pages = [one.name for one in reports if one.is_page]
        return (
            html.caches_html(bot, spoken),
            html.timings_html(bot, spoken),
            declined(),
            runs_html(reports, spoken),
            gr.update(choices=pages, value=None, visible=bool(pages)),
            "",
        )

    def opened(name: str | None) -> str:
        return report_html(folder, name, spoken) if name else ""

    outputs = [*parts, choice, report]
    gr.on([tab.select, refresh.click], shown, None, outputs, **_HIDDEN)
    choice.input(opened, choice, report, **_HIDDEN)


def _section(say: Callable[..., str], name: str) -> gr.HTML:
    """A heading and what is below it."""
    heading = inert(say(f"insight_section_{name}"))
    gr.HTML(f"<h2>{heading}</h2>", padding=False)
    return gr.HTML(elem_id=f"mlqa-insight-{name}", padding=False)
