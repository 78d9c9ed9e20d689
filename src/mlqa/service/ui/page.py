"""What is on the page: its head and its tabs, once in each language."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr

from mlqa.messages import Language, message
from mlqa.service.archive import Archive
from mlqa.service.experiments import Lab
from mlqa.service.knowledge import KnowledgeBases
from mlqa.service.markup import inert
from mlqa.service.session import Bot, Session
from mlqa.service.speaking import Speaking
from mlqa.service.ui import chat, documents, experiments, insight
from mlqa.service.ui.conversations import build_drawer
from mlqa.service.ui.hand import build_hand
from mlqa.service.ui.looks import looks
from mlqa.service.ui.streams import keep_streams_open, say_nothing_twice
from mlqa.tools.runner import Runner

__all__ = ["build_page", "looks"]

# Answers made at once; a further question waits in the queue.
_CONCURRENT_ANSWERS = 16
_TOPICS = 4
_NAMES: dict[Language, str] = {"ko": "한국어", "en": "English"}


def build_page(bot: Bot, knowledge: KnowledgeBases | None = None) -> gr.Blocks:
    """The page, not yet served; its looks come with ``looks``.

    At ``/`` it is in the language of the settings, in the other one at ``/en`` or ``/ko``.

    Args:
        bot: Who answers.
        knowledge: The knowledge bases that it answers from, for the tab of documents; without,
            there is no such tab.
    """
    # It is switched off; Gradio says all the same that it cannot be had.
    warnings.filterwarnings("ignore", "SSR mode is not supported with multi-page apps")
    language = bot.config.language
    other: Language = "en" if language == "ko" else "ko"
    runner = getattr(bot, "runner", None)
    lab = Lab(runner if isinstance(runner, Runner) else Runner(bot.config))
    title = message("page_title", language)
    page = gr.Blocks(title=title, fill_height=True, analytics_enabled=False)
    with page:
        _build(page, bot, lab, knowledge, other)
    with page.route(_NAMES[other], other, show_in_navbar=False):
        _build(page, Speaking(bot, other), lab, knowledge, language, is_home=False)
    page.queue(default_concurrency_limit=_CONCURRENT_ANSWERS)
    keep_streams_open(page)
    say_nothing_twice(page)
    return page


def _build(
    page: gr.Blocks,
    bot: Bot,
    lab: Lab,
    knowledge: KnowledgeBases | None,
    other: Language,
    *,
    is_home: bool = True,
) -> None:
    """The page in the language of the bot's settings."""
    language = bot.config.language
    say: Callable[..., str] = partial(message, language=language)
    archive = Archive(bot.config, lambda: bot.documents)
    session = gr.State(Session())
    with gr.Row(elem_id="mlqa-top"):
        drawer = build_drawer(say)
        head = gr.HTML(_head(bot), elem_id="mlqa-head", padding=False)
        gr.HTML(_switches(other, is_home=is_home), elem_id="mlqa-switches", padding=False)
    hand = build_hand(bot, lab)
    with gr.Tabs(elem_id="mlqa-tabs", overflow_behavior="wrap"):
        with _tab("chat", say) as tab:
            talk = chat.build(bot, say, session)
        _follow_base(page, tab, bot, head, talk)
        with _tab("experiments", say):
            experiments.build(bot, say, lab, hand)
        if knowledge is not None:
            with _tab("documents", say) as tab:
                documents.build(knowledge, bot, say, tab)
        with _tab("insight", say) as tab:
            insight.build(bot, say, tab)
    chat.wire(bot, talk, chat.Helpers(archive, drawer, hand))


def _follow_base(page: gr.Blocks, tab: gr.Tab, bot: Bot, head: gr.HTML, talk: chat.Parts) -> None:
    """Says anew what can be asked about: the knowledge base may be another one by now."""

    def shown() -> list[Any]:
        return [_head(bot), *chat.offers(bot, len(talk.examples)), chat.foot(bot)]

    gr.on(
        [page.load, tab.select],
        shown,
        None,
        [head, *talk.examples, talk.foot],
        show_progress="hidden",
        api_visibility="private",
    )


def _tab(name: str, say: Callable[..., str]) -> gr.Tab:
    return gr.Tab(say(f"page_tab_{name}"), id=name, elem_id=f"mlqa-tab-{name}")


def _head(bot: Bot) -> str:
    language = bot.config.language
    key = "page_intro" if bot.topics else "page_intro_no_topics"
    topics = ", ".join(chat.spread(bot.topics, _TOPICS))
    intro = message(key, language, count=len(bot.documents), topics=topics)
    title = message("page_title", language)
    return f"<header><h1>{inert(title)}</h1><p>{inert(intro)}</p></header>"


def _switches(other: Language, *, is_home: bool) -> str:
    """To the other language, and between light and dark; page.js works them."""
    path = other if is_home else "./"
    return (
        f'<a class="mlqa-language" href="{path}" lang="{other}" hreflang="{other}">'
        f'{_NAMES[other]}</a><button type="button" class="mlqa-theme"></button>'
    )
