"""The list of saved conversations as HTML for the page's drawer; no Gradio.

It comes in an attribute: conversations.js puts it into a dialog of the browser, and tells what is
clicked there by ``data-act``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from functools import partial
from html import escape

from mlqa.messages import Language, message
from mlqa.service.conversations import TITLE_CHARACTERS, Brief
from mlqa.service.render import inert


def drawer_html(
    found: Sequence[Brief], current: str, notice: str, language: Language = "ko"
) -> str:
    """Heading, a button for a new conversation, and the saved ones.

    Args:
        found: The saved conversations, the latest first.
        current: Id of the one that is shown; empty for none.
        notice: What the user should know of them; empty for nothing.
        language: Of the page.
    """
    say = partial(_said, language)
    rows = "".join(_row(brief, brief.id == current, language) for brief in found)
    none, new = say("conversations_none"), say("conversations_new")
    body = f"<ul>{rows}</ul>" if rows else f"<p>{none}</p>"
    told = f'<p class="mlqa-drawer-notice" role="status">{inert(notice)}</p>' if notice else ""
    drawer = (
        f'<div data-current="{inert(current)}">'
        f'<div class="mlqa-drawer-head"><h2 id="mlqa-drawer-title">{say("conversations_title")}'
        f'</h2><button type="button" data-act="close">{say("conversations_close")}</button></div>'
        f'<button type="button" class="mlqa-drawer-new" data-act="fresh">{new}</button>'
        f"{told}{body}"
        f'<p class="mlqa-drawer-privacy">{say("conversations_privacy")}</p></div>'
    )
    # In an attribute it is no part of the page: ids and labels are there once, in the dialog.
    return f'<div data-drawer="{escape(drawer)}"></div>'


def _row(brief: Brief, is_current: bool, language: Language) -> str:
    say = partial(_said, language)
    title = inert(brief.title)
    updated = datetime.fromtimestamp(brief.updated, timezone.utc)
    turns = inert(message("conversations_turns", language, count=brief.turns))
    time = (
        f'<time datetime="{updated.isoformat(timespec="seconds")}">{updated:%Y-%m-%d %H:%M}</time>'
    )
    shown = ' aria-current="true"' * is_current
    acts = "".join(
        f'<button type="button" data-act="{act}">{say(key)}</button>'
        for act, key in (
            ("rename", "conversations_rename"),
            ("markdown", "conversations_markdown"),
            ("json", "conversations_json"),
        )
    )
    more = inert(message("conversations_more", language, title=brief.title))
    return (
        f'<li data-id="{inert(brief.id)}"{shown}>'
        f'<button type="button" class="mlqa-drawer-open" data-act="open"><b>{title}</b>'
        f"<span>{time} · {turns}</span></button>"
        f'<details><summary aria-label="{more}">⋯</summary><div>{acts}'
        f'<button type="button" class="mlqa-drawer-delete" data-act="delete"'
        f' data-sure="{say("conversations_sure")}">{say("conversations_delete")}</button>'
        f"</div></details>"
        f'<form hidden><input type="text" value="{title}" maxlength="{TITLE_CHARACTERS}"'
        f' aria-label="{say("conversations_name")}" autocomplete="off">'
        f'<button type="submit">{say("conversations_save")}</button></form></li>'
    )


def _said(language: Language, key: str) -> str:
    return inert(message(key, language))
