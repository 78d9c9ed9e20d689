"""The hand: an element that nobody sees, through which scripts of the page ask the server."""

from __future__ import annotations

import gradio as gr

from mlqa.service.experiments import Lab
from mlqa.service.reading import essay_html, questions_html
from mlqa.service.session import Bot
from mlqa.service.ui.looks import read

_SCRIPTS = ("reader.js", "results.js", "lab.js")


def build_hand(bot: Bot, lab: Lab) -> gr.HTML:
    """The element.

    Its events are ``ask``, ``edit`` and ``retry`` of the chat, ``run``, ``halt`` and ``own`` of the
    experiments.

    Args:
        bot: Knows the essays.
        lab: Makes forms and draws plots.
    """
    language = bot.config.language

    # Gradio passes exactly one value.
    def essay(place: object) -> str:
        return essay_html(str(place), bot.documents, language)

    def questions(_nothing: object) -> str:
        return questions_html(bot.documents, language)

    def form(name: object) -> str:
        return lab.form(str(name), language)

    def picture(place: object) -> str:
        key, _, name = str(place).partition(":")
        return lab.picture(key, name)

    return gr.HTML(
        elem_id="mlqa-hand",
        js_on_load="\n".join(read(name) for name in _SCRIPTS),
        server_functions=[essay, questions, form, picture],
        apply_default_css=False,
    )
