"""How the page looks, and what its browser knows before anything is asked."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import gradio as gr

from mlqa.messages import Language, catalogue

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
# Gradio's parts in the colours of page.css, which come in pairs.
_COLOURS = {
    "background_fill_primary": "card",
    "background_fill_secondary": "raised",
    "block_background_fill": "card",
    "block_border_color": "line",
    "block_info_text_color": "soft",
    "block_label_background_fill": "card",
    "block_label_text_color": "text",
    "block_title_text_color": "text",
    "body_background_fill": "page",
    "body_text_color": "text",
    "body_text_color_subdued": "soft",
    "border_color_accent": "accent",
    "border_color_primary": "line",
    "button_primary_background_fill": "button",
    "button_primary_background_fill_hover": "button-hover",
    "button_secondary_background_fill": "card",
    "button_secondary_background_fill_hover": "raised",
    "button_secondary_border_color": "line",
    "button_secondary_text_color": "text",
    "color_accent_soft": "accent-soft",
    "input_background_fill": "page",
    "input_border_color": "line",
    "input_placeholder_color": "soft",
    "link_text_color": "accent",
    "table_border_color": "line",
    "table_text_color": "text",
}
_LANGUAGES: tuple[Language, ...] = ("ko", "en")
# What page.js and its companions say by themselves.
_SAID = (
    "page_title",
    "page_chat",
    "page_copied",
    "page_source",
    "page_dark",
    "page_light",
    "experiments_play",
    "experiments_pause",
    "experiments_step",
    "experiments_cache",
    "experiments_thrown",
    "experiments_picture_gone",
)
# Parts of Gradio whose texts lack Korean.
_PARTS = (
    "audio",
    "chatbot",
    "chat_interface",
    "common",
    "dataframe",
    "image_editor",
    "status",
)


def looks(language: Language) -> dict[str, Any]:
    """Theme, style sheets, script and translations, as keywords of Gradio's ``launch``.

    Args:
        language: Of the page at ``/``.
    """
    styles = sorted(file.name for file in _files().iterdir() if file.name.endswith(".css"))
    # Later sheets stand on page.css.
    styles.sort(key=lambda name: name != "page.css")
    words = {each: {key: catalogue(each)[key] for key in _SAID} for each in _LANGUAGES}
    known = json.dumps({"language": language, "words": words})
    theme = gr.themes.Base(
        primary_hue=gr.themes.colors.indigo,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_lg,
        # Names of fonts on the user's machine; none is fetched.
        font=_FONTS,
        font_mono=_FIXED_FONTS,
    )
    theme.set(
        **{
            f"{name}{mode}": f"var(--mlqa-{colour})"
            for name, colour in _COLOURS.items()
            for mode in ("", "_dark")
        },
        button_border_width="1px",
        button_primary_text_color="#ffffff",
    )
    # Until page.css is there, which Gradio brings late: no white flash on a dark screen.
    theme.set(
        body_background_fill="var(--mlqa-page, #f6f7fb)",
        body_background_fill_dark="var(--mlqa-page, #10131b)",
        body_text_color="var(--mlqa-text, #1c2333)",
        body_text_color_dark="var(--mlqa-text, #e9ecf4)",
    )
    return {
        "theme": theme,
        "css": "\n".join(read(name) for name in styles),
        "head": f"<script>const mlqa = {known};\n{read('page.js')}</script>",
        "i18n": gr.I18n(ko=_translations("ko")),
    }


def read(name: str) -> str:
    """A style sheet or script of the page."""
    return str(_files().joinpath(name).read_text("utf-8"))


def _files() -> Any:  # noqa: ANN401 - Traversable moved in Python 3.14
    return resources.files("mlqa.service")


def _translations(language: Language) -> dict[str, str]:
    """Texts of Gradio by its own keys."""
    starts = tuple(f"gradio_{part}." for part in _PARTS)
    return {
        key.removeprefix("gradio_"): text
        for key, text in catalogue(language).items()
        if key.startswith(starts)
    }
