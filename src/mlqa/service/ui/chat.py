"""The chat tab: what is on it, and what happens on which click.

A browser session (one load of the page) has a ``Session`` of its own, kept on the server by Gradio.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from mlqa.messages import Language, message
from mlqa.service import render
from mlqa.service.archive import Archive
from mlqa.service.markup import inert
from mlqa.service.replying import reply
from mlqa.service.session import Bot, Session
from mlqa.service.ui.conversations import (
    Drawer,
    Reason,
    SavedParts,
    build_reason,
    wire_saved,
)

_EXAMPLES = 7
# Nobody calls these by name, and the page shows by itself that an answer is being made.
_HIDDEN: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


class Parts(NamedTuple):
    """What of the tab is clicked and changed."""

    session: gr.State
    chat: gr.Chatbot
    box: gr.Textbox
    send: gr.Button
    stop: gr.Button
    clear: gr.Button
    examples: Sequence[gr.Button]
    foot: gr.HTML
    reason: Reason
    editing: gr.Row
    leave: gr.Button


class Helpers(NamedTuple):
    """What of the rest of the page takes part.

    Attributes:
        archive: Keeps conversations.
        drawer: Shows them.
        hand: Tells what is clicked in the conversation.
    """

    archive: Archive
    drawer: Drawer
    hand: gr.HTML


def build(bot: Bot, say: Callable[..., str], session: gr.State) -> Parts:
    """Draws the tab.

    Args:
        bot: Who answers.
        say: A sentence of the catalogue in the page's language.
        session: Of the page.
    """
    chat = _chat(bot.config.language)
    reason = build_reason(say)
    with gr.Row(elem_id="mlqa-examples"):
        examples = _example_buttons(_examples(bot), say)
    with gr.Row(elem_id="mlqa-editing", visible=False) as editing:
        gr.HTML(f'<p role="status">{inert(say("page_editing"))}</p>', padding=False)
        leave = gr.Button(say("page_editing_cancel"), size="sm", scale=0)
    box, stop, send = _input_row(say)
    with gr.Row(elem_id="mlqa-below"):
        below = gr.HTML(foot(bot), elem_id="mlqa-foot", padding=False)
        clear = gr.Button(say("page_new"), size="sm", elem_id="mlqa-clear", scale=0)
    return Parts(session, chat, box, send, stop, clear, examples, below, reason, editing, leave)


def wire(bot: Bot, parts: Parts, helpers: Helpers) -> None:
    """Connects the parts.

    Args:
        bot: Who answers.
        parts: Of the tab.
        helpers: From elsewhere on the page.
    """
    _wire_answers(bot, parts, helpers)
    session, chat, hand = parts.session, parts.chat, helpers.hand
    row = [parts.box, parts.editing]

    def halt(session: Session) -> None:
        session.stop()

    def edit(session: Session, event: gr.EventData) -> tuple[Any, Any]:
        turn = session.turn(str(getattr(event, "turn", "")))
        session.edited = turn.key if turn else ""
        return turn.question if turn else gr.skip(), gr.Row(visible=turn is not None)

    def leave(session: Session) -> tuple[str, Any]:
        session.edited = ""
        return "", gr.Row(visible=False)

    parts.stop.click(halt, session, None, **_HIDDEN)
    hand.edit(edit, session, row, **_HIDDEN).then(
        None, None, None, js="() => document.querySelector('#mlqa-box textarea').focus()"
    )
    parts.leave.click(leave, session, row, **_HIDDEN)
    parts.clear.click(leave, session, row, **_HIDDEN)
    saved = SavedParts(session, chat, helpers.drawer, parts.reason, [parts.clear])
    wire_saved(helpers.archive, bot.config.language, saved)


def _wire_answers(bot: Bot, parts: Parts, helpers: Helpers) -> None:
    """Connects what asks."""
    archive, hand = helpers.archive, helpers.hand
    inputs = [parts.session, helpers.drawer.ticket]
    outputs = [parts.chat, parts.box, parts.editing, parts.foot]

    def answer(question: str | None, session: Session, held: str | None) -> Iterator[Any]:
        archive.settle(session, held or "")
        # The box is emptied at first, then left to whoever writes the next question.
        box: tuple[Any, Any] = "", gr.skip()
        if session.edited:
            archive.drop(session, session.rewind(session.edited))
            session.edited = ""
            box = "", gr.Row(visible=False)
        with closing(reply(bot, question or "", session, archive.keep)) as conversations:
            for conversation in conversations:
                if conversation is None:
                    # Gradio closes the generator of a page that has gone, at its next word.
                    yield (gr.skip(),) * len(outputs)
                else:
                    yield conversation, *box, foot(bot)
                    box = gr.skip(), gr.skip()

    def ask(session: Session, held: str | None, event: gr.EventData) -> Iterator[Any]:
        yield from answer(str(getattr(event, "question", "")), session, held)

    def retry(session: Session, held: str | None, event: gr.EventData) -> Iterator[Any]:
        archive.settle(session, held or "")
        turn = session.turn(str(getattr(event, "turn", "")))
        if turn is not None:
            session.edited = turn.key
            yield from answer(turn.question, session, held)

    send = [parts.box.submit, parts.send.click]
    # A question that is sent before the browser has heard of the end of the last answer counts.
    asking = {**_HIDDEN, "trigger_mode": "multiple"}
    gr.on(send, answer, [parts.box, *inputs], outputs, **asking)
    for button in parts.examples:
        button.click(answer, [button, *inputs], outputs, **asking)
    hand.ask(ask, inputs, outputs, **asking)
    hand.retry(retry, inputs, outputs, **asking)


def spread(values: Sequence[str], count: int) -> tuple[str, ...]:
    """Some of the values, from all over: neighbours are of one document."""
    step = max(1, len(values) // count)
    return tuple(values[::step][:count])


def _welcome(language: Language) -> str:
    title, more = (inert(message(key, language)) for key in ("page_welcome", "page_welcome_more"))
    return f'<div class="mlqa-welcome"><strong>{title}</strong><span>{more}</span></div>'


def foot(bot: Bot) -> str:
    """The caches and the keys below the conversation, as HTML."""
    language = bot.config.language
    keys = inert(message("page_keys", language))
    caches = render.caches_html(bot.cache_stats(), language)
    return f'{caches}<div class="mlqa-keys">{keys}</div>'


def offers(bot: Bot, count: int) -> list[Any]:
    """Updates of that many example buttons: the questions of the knowledge base as it is now."""
    questions = _examples(bot)[:count]
    hidden = [gr.update(visible=False)] * (count - len(questions))
    return [*(gr.update(value=text, visible=True) for text in questions), *hidden]


def _examples(bot: Bot) -> tuple[str, ...]:
    """Example questions; where no document brings one, questions about the topics."""
    asked = partial(message, "page_example", bot.config.language)
    questions = bot.questions or [asked(topic=topic) for topic in spread(bot.topics, _EXAMPLES)]
    return spread(questions, _EXAMPLES)


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


def _example_buttons(questions: Sequence[str], say: Callable[..., str]) -> list[gr.Button]:
    """Some questions, and before them a button that shows those of each essay."""
    label = f"<span>{inert(say('page_examples'))}</span>"
    gr.HTML(label, padding=False, elem_id="mlqa-examples-label")
    gr.Button(say("page_by_essay"), size="sm", elem_id="mlqa-by-essay")
    spare = [""] * (_EXAMPLES - len(questions))  # for another knowledge base
    return [
        gr.Button(question, size="sm", elem_classes="mlqa-example", visible=bool(question))
        for question in [*questions, *spare]
    ]


def _input_row(say: Callable[..., str]) -> tuple[gr.Textbox, gr.Button, gr.Button]:
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
