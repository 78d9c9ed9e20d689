"""The experiments tab: a tool is chosen, its form filled in, and its run watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import gradio as gr

from mlqa.service.experiments import Bench, Lab, own_caches_html
from mlqa.service.insight import live_caches
from mlqa.service.markup import inert
from mlqa.service.session import Bot

_HIDDEN: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build(bot: Bot, say: Callable[..., str], lab: Lab, hand: gr.HTML) -> None:
    """Draws the tab and connects it.

    Args:
        bot: Knows the essays that the tools test.
        say: A sentence of the catalogue in the page's language.
        lab: Runs the tools.
        hand: Tells what is clicked; lab.js puts the form of the chosen tool into the page.
    """
    language = bot.config.language
    bench = gr.State(Bench())
    gr.HTML(
        f'<p>{inert(say("experiments_intro"))}</p><div class="mlqa-tools" role="group" '
        f'aria-label="{inert(say("experiments_choose"))}">{lab.choices(language)}</div>'
        '<div id="mlqa-form"></div>',
        elem_id="mlqa-lab",
        padding=False,
    )
    status = gr.HTML(elem_id="mlqa-lab-status", padding=False)
    result = gr.HTML(elem_id="mlqa-lab-result", padding=False)

    def run(bench: Bench, event: gr.EventData) -> Iterator[tuple[Any, Any]]:
        values = getattr(event, "values", None)
        shown = lab.run(
            bench,
            str(getattr(event, "tool", "")),
            values if isinstance(values, dict) else {},
            bot.documents,
            language,
            fresh=getattr(event, "fresh", False) is True,
        )
        with closing(shown) as pieces:
            for piece in pieces:
                if piece is None:
                    yield gr.skip(), gr.skip()
                else:
                    yield piece.status, gr.skip() if piece.result is None else piece.result

    def halt(bench: Bench) -> None:
        bench.stop()

    def own() -> str:
        return own_caches_html(live_caches(bot), language)

    hand.own(own, None, result, **_HIDDEN)
    hand.run(run, bench, [status, result], **_HIDDEN)
    hand.halt(halt, bench, None, **_HIDDEN)
