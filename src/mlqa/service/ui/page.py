"""What is on the page, and how it looks."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from importlib import resources
from typing import Any

import gradio as gr

from mlqa.messages import Language, catalogue, message
from mlqa.service import render
from mlqa.service.session import Bot, Session
from mlqa.service.ui.wiring import Parts, wire

# Answers made at once; a further question waits in the queue.
_CONCURRENT_ANSWERS = 16
_EXAMPLES = 7
_TOPICS = 4
_FONTS = (
    "Pretendard",
    "Apple SD Gothic Neo",
    "Malgun Gothic",
    "Noto Sans KR",
    "Noto Sans CJK KR",
    "system-ui",
    "sans-serif",
)
_FIXED_FONTS = ("ui-monospace", "D2Coding", "Noto Sans Mono CJK KR", "monospace")


def build_page(bot: Bot) -> gr.Blocks:
    """The page, not yet served; its looks come with ``looks``.

    Args:
        bot: Who answers.
    """
    language = bot.config.language
    say = partial(message, language=language)
    page = gr.Blocks(title=say("page_title"), fill_height=True, analytics_enabled=False)
    with page:
        session = gr.State(Session())
        with gr.Row(elem_id="mlqa-top"):
            gr.HTML(_head(bot), elem_id="mlqa-head", padding=False)
            clear = gr.Button(say("page_clear"), size="sm", elem_id="mlqa-clear", scale=0)
        chat = _chat(language)
        examples = _example_buttons(_examples(bot), say("page_examples"))
        box, stop, send = _input_row(say)
        foot = gr.HTML(elem_id="mlqa-foot", padding=False)
        parts = Parts(session, chat, box, send, stop, clear, examples, foot)
        wire(bot, parts, partial(_foot, bot))
    page.queue(default_concurrency_limit=_CONCURRENT_ANSWERS)
    return page


def looks(language: Language) -> dict[str, Any]:
    """Theme, style sheet and script of the page, as keywords of Gradio's ``launch``."""
    files = resources.files("mlqa.service")
    script, *styles = (
        files.joinpath(name).read_text("utf-8") for name in ("page.js", "page.css", "answer.css")
    )
    theme = gr.themes.Base(
        primary_hue=gr.themes.colors.indigo,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_lg,
        # Names of fonts on the user's machine; none is fetched.
        font=_FONTS,
        font_mono=_FIXED_FONTS,
    )
    words = {name: catalogue(language)[f"page_{name}"] for name in ("chat", "copied", "source")}
    known = json.dumps({"language": language, **words})
    return {
        "theme": theme,
        "css": "\n".join(styles),
        "head": f"<script>const mlqa = {known};\n{script}</script>",
    }


def _head(bot: Bot) -> str:
    language = bot.config.language
    key = "page_intro" if bot.topics else "page_intro_no_topics"
    topics = ", ".join(_spread(bot.topics, _TOPICS))
    intro = message(key, language, count=len(bot.documents), topics=topics)
    title = message("page_title", language)
    return f"<header><h1>{render.inert(title)}</h1><p>{render.inert(intro)}</p></header>"


def _welcome(language: Language) -> str:
    title, more = (
        render.inert(message(key, language)) for key in ("page_welcome", "page_welcome_more")
    )
    return f'<div class="mlqa-welcome"><strong>{title}</strong><span>{more}</span></div>'


def _foot(bot: Bot) -> str:
    language = bot.config.language
    keys = render.inert(message("page_keys", language))
    caches = render.caches_html(bot.cache_stats(), language)
    return f'{caches}<div class="mlqa-keys">{keys}</div>'


def _spread(values: Sequence[str], count: int) -> tuple[str, ...]:
    """Some of the values, from all over: neighbours are of one document."""
    step = max(1, len(values) // count)
    return tuple(values[::step][:count])


def _examples(bot: Bot) -> tuple[str, ...]:
    """Example questions; where no document brings one, questions about the topics."""
    asked = partial(message, "page_example", bot.config.language)
    questions = bot.questions or [asked(topic=topic) for topic in _spread(bot.topics, _EXAMPLES)]
    return _spread(questions, _EXAMPLES)


def _chat(language: Language) -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="mlqa-chat",
        label=message("page_chat", language),
        show_label=False,
        container=False,
        scale=1,
        height="100%",
        # The page scrolls to the question itself: the sources below an answer are longer.
        autoscroll=False,
        buttons=[],
        feedback_options=None,
        latex_delimiters=[],
        allow_tags=False,
        sanitize_html=True,
        placeholder=_welcome(language),
    )


def _example_buttons(questions: Sequence[str], label: str) -> list[gr.Button]:
    if not questions:
        return []
    with gr.Row(elem_id="mlqa-examples"):
        gr.HTML(f"<span>{render.inert(label)}</span>", padding=False, elem_id="mlqa-examples-label")
        return [
            gr.Button(question, size="sm", elem_classes="mlqa-example") for question in questions
        ]


def _input_row(say: Callable[[str], str]) -> tuple[gr.Textbox, gr.Button, gr.Button]:
    with gr.Row(elem_id="mlqa-input"):
        box = gr.Textbox(
            elem_id="mlqa-box",
            label=say("page_box"),
            show_label=False,
            container=False,
            placeholder=say("page_placeholder"),
            lines=1,
            max_lines=6,
            autofocus=True,
            scale=1,
            min_width=0,
            html_attributes=gr.InputHTMLAttributes(autocomplete="off", enterkeyhint="send"),
        )
        # Seen only while an answer is being made: page.css knows.
        stop = gr.Button(say("page_stop"), elem_id="mlqa-stop", scale=0)
        send = gr.Button(say("page_send"), variant="primary", elem_id="mlqa-send", scale=0)
    return box, stop, send
