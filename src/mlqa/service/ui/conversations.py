"""Saved conversations and opinions on the chat tab: what is drawn, and what happens on a click."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import resources
from typing import Any, NamedTuple

import gradio as gr

from mlqa.messages import Language
from mlqa.service.archive import Archive, ticket
from mlqa.service.feedback import REASON_CHARACTERS
from mlqa.service.session import Session

_HIDDEN: dict[str, Any] = {
    "show_progress": "hidden",
    "api_visibility": "private",
    "trigger_mode": "multiple",
}
# Hands the browser a file that never lies on the server.
_DOWNLOAD = """(name, text) => {
  if (name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
  return [null, null];
}"""


class Drawer(NamedTuple):
    """Parts of the drawer.

    Attributes:
        saved: The list as HTML; conversations.js shows it and tells what is clicked.
        ticket: What brings a session back after a restart of the server; an input of each answer.
        name: Name of a file for the browser.
        text: What is in it.
    """

    saved: gr.HTML
    ticket: gr.Textbox
    name: gr.Textbox
    text: gr.Textbox


class Reason(NamedTuple):
    """The row that asks why an answer did not help.

    Attributes:
        row: Seen only after such a click.
        box: For the reason.
        send: Keeps it.
        skip: Does not.
        turn: Key of the turn that it is about.
    """

    row: gr.Row
    box: gr.Textbox
    send: gr.Button
    skip: gr.Button
    turn: gr.State


class SavedParts(NamedTuple):
    """What is connected.

    Attributes:
        session: Of the page.
        chat: Shows the conversation.
        drawer: Of the saved conversations.
        reason: Asks why an answer did not help.
        fresh: Buttons that begin a new conversation, beside the drawer's own.
    """

    session: gr.State
    chat: gr.Chatbot
    drawer: Drawer
    reason: Reason
    fresh: Sequence[gr.Button] = ()


def build_drawer(say: Callable[[str], str]) -> Drawer:
    """A button that opens the drawer, and the drawer."""
    script = resources.files("mlqa.service").joinpath("conversations.js").read_text("utf-8")
    # conversations.js opens the drawer.
    gr.Button(say("conversations_open"), size="sm", elem_id="mlqa-drawer-button", scale=0)
    return Drawer(
        saved=gr.HTML(elem_id="mlqa-saved", js_on_load=script, apply_default_css=False),
        ticket=gr.Textbox(visible=False),
        name=gr.Textbox(visible=False),
        text=gr.Textbox(visible=False),
    )


def build_reason(say: Callable[[str], str]) -> Reason:
    """The row, at first not seen."""
    with gr.Row(elem_id="mlqa-reason", visible=False) as row:
        box = gr.Textbox(
            label=say("conversations_reason"),
            placeholder=say("conversations_reason_hint"),
            max_length=REASON_CHARACTERS,
            lines=1,
            max_lines=3,
            scale=1,
            min_width=0,
        )
        send = gr.Button(say("conversations_reason_send"), size="sm", scale=0)
        skip = gr.Button(
            say("conversations_reason_skip"), size="sm", scale=0, elem_id="mlqa-reason-skip"
        )
    return Reason(row, box, send, skip, gr.State(""))


def wire_saved(archive: Archive, language: Language, parts: SavedParts) -> None:
    """Connects the drawer, and the buttons below the answers.

    Args:
        archive: What is saved.
        language: Of the page.
        parts: Of the page.
    """
    _wire_drawer(archive, language, parts)
    _wire_reason(archive, language, parts)


def _wire_drawer(archive: Archive, language: Language, parts: SavedParts) -> None:
    session, chat, drawer = parts.session, parts.chat, parts.drawer
    shown = [chat, drawer.saved, drawer.ticket]

    def drawn(session: Session, key: str) -> tuple[Any, ...]:
        return session.messages(language), archive.listing(session), ticket(session, key)

    def begin(session: Session, event: gr.EventData) -> tuple[Any, ...]:
        key, conversation = _texts(event, "key", "conversation")
        archive.begin(session, key, conversation)
        return drawn(session, key)

    def refresh(session: Session, held: str | None) -> str:
        archive.settle(session, held or "")
        return archive.listing(session)

    def choose(session: Session, held: str | None, event: gr.EventData) -> tuple[Any, ...]:
        archive.settle(session, held or "")
        archive.open(session, *_texts(event, "id"))
        return drawn(session, _key(held))

    def start_anew(session: Session, held: str | None) -> tuple[Any, ...]:
        archive.settle(session, held or "")
        archive.leave(session)
        return drawn(session, _key(held))

    def rename(session: Session, held: str | None, event: gr.EventData) -> str:
        archive.settle(session, held or "")
        archive.rename(session, *_texts(event, "id", "title"))
        return archive.listing(session)

    def delete(session: Session, held: str | None, event: gr.EventData) -> tuple[Any, ...]:
        archive.settle(session, held or "")
        archive.delete(session, *_texts(event, "id"))
        return drawn(session, _key(held))

    def export(session: Session, held: str | None, event: gr.EventData) -> tuple[str, str, str]:
        archive.settle(session, held or "")
        conversation, kind = _texts(event, "id", "kind")
        file = archive.export(session, conversation, "json" if kind == "json" else "markdown")
        return (*(file or ("", "")), archive.listing(session))

    held = [session, drawer.ticket]
    drawer.saved.opened(refresh, held, drawer.saved, **_HIDDEN)
    drawer.saved.begin(begin, session, shown, **_HIDDEN)
    drawer.saved.choose(choose, held, shown, **_HIDDEN)
    drawer.saved.fresh(start_anew, held, shown, **_HIDDEN)
    for button in parts.fresh:
        button.click(start_anew, held, shown, **_HIDDEN)
    drawer.saved.rename(rename, held, drawer.saved, **_HIDDEN)
    drawer.saved.delete(delete, held, shown, **_HIDDEN)
    file = [drawer.name, drawer.text]
    drawer.saved.export(export, held, [*file, drawer.saved], **_HIDDEN).then(
        None, file, file, js=_DOWNLOAD, **_HIDDEN
    )


def _wire_reason(archive: Archive, language: Language, parts: SavedParts) -> None:
    session, chat, drawer, reason = parts.session, parts.chat, parts.drawer, parts.reason
    row = [reason.row, reason.box, reason.turn]
    closed = gr.Row(visible=False), "", ""

    def judge(session: Session, held: str | None, event: gr.EventData) -> tuple[Any, ...]:
        archive.settle(session, held or "")
        (turn,) = _texts(event, "turn")
        liked = archive.judge(session, turn, liked=event.liked is True)
        opened = (gr.Row(visible=True), "", turn) if liked is False else closed
        return session.messages(language), archive.listing(session), *opened

    def explain(session: Session, turn: str, text: str | None) -> tuple[Any, ...]:
        archive.explain(session, turn, text or "")
        return closed

    drawer.saved.judge(judge, [session, drawer.ticket], [chat, drawer.saved, *row], **_HIDDEN)
    gr.on(
        [reason.send.click, reason.box.submit],
        explain,
        [session, reason.turn, reason.box],
        row,
        **_HIDDEN,
    )
    reason.skip.click(lambda: closed, None, row, **_HIDDEN)


def _texts(event: gr.EventData, *names: str) -> tuple[str, ...]:
    """What the browser sent along; empty where it is no text."""
    found = (getattr(event, name, "") for name in names)
    return tuple(value if isinstance(value, str) else "" for value in found)


def _key(held: str | None) -> str:
    return (held or "").partition(":")[0]
