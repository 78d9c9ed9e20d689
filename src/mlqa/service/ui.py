"""The chat page: the only importer of Gradio, which takes seconds to load.

A browser session (one load of the page) has a ``Session`` of its own, kept on the server by Gradio.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import resources
from typing import Any

from mlqa.errors import ConfigError
from mlqa.messages import Language, catalogue, message
from mlqa.service import render
from mlqa.service.session import Bot, Session, reply

# Gradio reads it when it is imported: nothing may leave this machine.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr

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
        box, send = _input_row(say)
        foot = gr.HTML(elem_id="mlqa-foot", padding=False)
        _wire(
            bot,
            session=session,
            chat=chat,
            box=box,
            buttons=(send, clear),
            examples=examples,
            foot=foot,
        )
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


def serve(
    bot: Bot,
    *,
    host: str,
    port: int,
    on_ready: Callable[[str], None],
) -> None:
    """Serves the page until it is interrupted.

    Args:
        bot: Who answers.
        host: Address to listen on.
        port: Port to listen on, 0 for any free one.
        on_ready: Called with the page's address once it is served.

    Raises:
        ConfigError: Nothing can listen on that address and port.
    """
    language = bot.config.language
    page = build_page(bot)
    url = _launch(page, host, _usable_port(host, port), language)
    try:
        on_ready(url)
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        page.close(verbose=False)


def _launch(page: gr.Blocks, host: str, port: int, language: Language) -> str:
    """Starts serving in a thread of its own.

    Returns:
        The page's address.
    """
    _reach_loopback_directly()
    _, url, _ = page.launch(
        server_name=host,
        server_port=port,
        share=False,
        ssr_mode=False,
        # Nobody's questions are kept, neither here nor in the browser.
        run_history=False,
        enable_monitoring=False,
        # Errors of ours are shown as lines of the chat; others must not show their inside.
        show_error=False,
        footer_links=[],
        max_file_size="1kb",
        quiet=True,
        prevent_thread_lock=True,
        **looks(language),
    )
    return str(url)


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


def _input_row(say: Callable[[str], str]) -> tuple[gr.Textbox, gr.Button]:
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
        send = gr.Button(say("page_send"), variant="primary", elem_id="mlqa-send", scale=0)
    return box, send


def _wire(
    bot: Bot,
    *,
    session: gr.State,
    chat: gr.Chatbot,
    box: gr.Textbox,
    buttons: tuple[gr.Button, gr.Button],
    examples: Sequence[gr.Button],
    foot: gr.HTML,
) -> None:
    """Says what happens on which click."""
    send, clear = buttons

    def answer(
        question: str | None, session: Session
    ) -> Iterator[tuple[list[dict[str, str]], Any, str]]:
        # The box is emptied at first, then left to whoever writes the next question.
        text: Any = ""
        for conversation in reply(bot, question or "", session):
            yield conversation, text, _foot(bot)
            text = gr.skip()

    def forget(session: Session) -> list[dict[str, str]]:
        session.forget()
        return session.messages()

    hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    outputs = [chat, box, foot]
    gr.on([box.submit, send.click], answer, [box, session], outputs, **hidden)
    for button in examples:
        button.click(answer, [button, session], outputs, **hidden)
    gr.on([clear.click, chat.clear], forget, session, chat, **hidden)
    gr.on(None, partial(_foot, bot), None, foot, **hidden)


def _usable_port(host: str, port: int) -> int:
    """The port, or a free one for 0; asked first, because Gradio only says that it failed."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as error:
        raise ConfigError(
            "page_port", host=host, port=port, reason=error.strerror or error
        ) from None


def _reach_loopback_directly() -> None:
    """Keeps Gradio's check of its own page away from a proxy named in the environment."""
    for name in ("no_proxy", "NO_PROXY"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        missing = [host for host in ("localhost", "127.0.0.1") if host not in hosts]
        os.environ[name] = ",".join(hosts + missing)
