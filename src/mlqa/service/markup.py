"""The pieces that all HTML of the page is made of; no Gradio.

The page's chat shows Markdown that may hold HTML. So that every text of a question, an essay or an
answer stays text, ``inert`` writes each mark of punctuation as a character reference: neither an
HTML parser nor a Markdown parser finds anything in it to act on.
"""

from __future__ import annotations

import re
import string
from urllib.parse import urlsplit

from mlqa.messages import Language, message

_REFERENCES = str.maketrans(
    # Other control characters are dropped: HTML has no way to write them.
    dict.fromkeys(map(chr, range(32)))
    | {character: f"&#{ord(character)};" for character in string.punctuation + "\t\n"}
)


def inert(text: str) -> str:
    """The text as HTML that shows exactly it, whatever it holds."""
    return text.translate(_REFERENCES)


def safe_link(url: str) -> str:
    """The address, escaped for an attribute, or an empty string unless it is http or https."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.netloc or re.search(r"\s", url):
        return ""
    return inert(url)


def highlighted(text: str, start: int, end: int) -> str:
    """The text as HTML with one stretch of it marked."""
    return f"{inert(text[:start])}<mark>{inert(text[start:end])}</mark>{inert(text[end:])}"


def place_button(document_id: str, start: int, end: int, language: Language) -> str:
    """A button that shows a stretch of an essay in its essay; reader.js opens it."""
    place = inert(f"{start}:{end}:{document_id}")
    label = inert(message("page_show_essay", language))
    return f'<button type="button" class="mlqa-show" value="{place}">{label}</button>'
