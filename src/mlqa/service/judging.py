"""The buttons below an answer that say whether it helped; no Gradio."""

from __future__ import annotations

from mlqa.messages import Language, message
from mlqa.service.render import inert


def judging_html(key: str, liked: bool | None, language: Language) -> str:
    """Two buttons; conversations.js tells the server which one was clicked.

    Args:
        key: Of the turn.
        liked: What was said before; None for nothing.
        language: Of the page.
    """
    buttons = "".join(
        f'<button type="button" class="{name}{" mlqa-chosen" * (liked is meant)}">'
        f"{inert(message(label, language))}</button>"
        for name, meant, label in (
            ("mlqa-like", True, "conversations_like"),
            ("mlqa-dislike", False, "conversations_dislike"),
        )
    )
    # Gradio's cleaning leaves classes, but no data.
    return f'<div class="mlqa-judging mlqa-turn-{inert(key)}">{buttons}</div>'
