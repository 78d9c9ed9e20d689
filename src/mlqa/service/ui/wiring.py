"""What happens on which click.

A browser session (one load of the page) has a ``Session`` of its own, kept on the server by Gradio.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any, NamedTuple

import gradio as gr

from mlqa.service.session import Bot, Session, reply

# Nobody calls these by name, and the page shows by itself that an answer is being made.
_HIDDEN: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

Outputs = tuple[Any, Any, Any]


class Parts(NamedTuple):
    """What of the page is clicked and changed."""

    session: gr.State
    chat: gr.Chatbot
    box: gr.Textbox
    send: gr.Button
    stop: gr.Button
    clear: gr.Button
    examples: Sequence[gr.Button]
    foot: gr.HTML


def wire(bot: Bot, parts: Parts, foot: Callable[[], str]) -> None:
    """Connects the parts of the page.

    Args:
        bot: Who answers.
        parts: Of the page.
        foot: The line below it as HTML, as it is now.
    """
    session, chat, box = parts.session, parts.chat, parts.box

    def answer(question: str | None, session: Session) -> Iterator[Outputs]:
        # The box is emptied at first, then left to whoever writes the next question.
        text: Any = ""
        with closing(reply(bot, question or "", session)) as conversations:
            for conversation in conversations:
                if conversation is None:
                    # Gradio closes the generator of a page that has gone, at its next word.
                    yield gr.skip(), gr.skip(), gr.skip()
                else:
                    yield conversation, text, foot()
                    text = gr.skip()

    def halt(session: Session) -> None:
        session.stop()

    def forget(session: Session) -> list[dict[str, str]]:
        session.forget()
        return session.messages(bot.config.language)

    outputs = [chat, box, parts.foot]
    gr.on([box.submit, parts.send.click], answer, [box, session], outputs, **_HIDDEN)
    for button in parts.examples:
        button.click(answer, [button, session], outputs, **_HIDDEN)
    parts.stop.click(halt, session, None, **_HIDDEN)
    gr.on([parts.clear.click, chat.clear], forget, session, chat, **_HIDDEN)
    gr.on(None, foot, None, parts.foot, **_HIDDEN)
