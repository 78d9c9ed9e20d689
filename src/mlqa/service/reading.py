"""An essay as HTML with one stretch of it marked; no Gradio."""

from __future__ import annotations

from collections.abc import Mapping

from mlqa.messages import Language, message
from mlqa.schema import Block, Document
from mlqa.service.markup import highlighted, inert, safe_link

_TAGS = {"item": "li", "code": "pre", "formula": "pre", "paragraph": "p"}


def essay_html(place: str, documents: Mapping[str, Document], language: Language = "ko") -> str:
    """An essay, the stretch marked.

    Args:
        place: ``START:END:DOCUMENT``, as ``place_button`` writes it.
        documents: The knowledge base.
        language: Of the words around.
    """
    start, _, rest = place.partition(":")
    end, _, document_id = rest.partition(":")
    document = documents.get(document_id)
    if document is None or not (start.isdecimal() and end.isdecimal()):
        return _sheet(inert(message("page_essay_gone", language)), "", language)
    blocks = "".join(_block(block, document, int(start), int(end)) for block in document.blocks)
    return _sheet(inert(document.title), _origin(document, language) + blocks, language)


def _sheet(title: str, body: str, language: Language) -> str:
    close = inert(message("page_close", language))
    return (
        f'<div class="mlqa-sheet-head"><h2 id="mlqa-sheet-title">{title}</h2>'
        f'<button type="button" class="mlqa-close">{close}</button></div>'
        f'<div class="mlqa-essay" tabindex="0">{body}</div>'
    )


def _origin(document: Document, language: Language) -> str:
    source = document.source
    known = [inert(value) for value in (source.author, source.date) if value]
    if link := safe_link(source.url):
        label = inert(message("page_link", language))
        known.append(f'<a href="{link}" target="_blank" rel="noopener noreferrer">{label}</a>')
    return f'<p class="mlqa-origin">{" · ".join(known)}</p>' if known else ""


def _block(block: Block, document: Document, start: int, end: int) -> str:
    text = document.text[block.start : block.end]
    low = min(max(start - block.start, 0), len(text))
    high = min(max(end - block.start, 0), len(text))
    inside = highlighted(text, low, high) if low < high else inert(text)
    # The page's own headings are h1 and h2.
    tag = f"h{min(block.level + 2, 6)}" if block.kind == "heading" else _TAGS[block.kind]
    kind = f' class="mlqa-{block.kind}"'
    return f"<ul><li{kind}>{inside}</li></ul>" if tag == "li" else f"<{tag}{kind}>{inside}</{tag}>"


def questions_html(documents: Mapping[str, Document], language: Language = "ko") -> str:
    """Each essay with the questions that it can be asked."""
    items = "".join(
        f"<li><h3>{inert(document.title)}</h3>{_questions(document)}</li>"
        for document in documents.values()
        if document.questions
    )
    body = f'<ul class="mlqa-by-essay">{items}</ul>' if items else _none(language)
    return _sheet(inert(message("page_by_essay_title", language)), body, language)


def _none(language: Language) -> str:
    return f"<p>{inert(message('page_by_essay_none', language))}</p>"


def _questions(document: Document) -> str:
    return "".join(
        f'<button type="button" class="mlqa-ask">{inert(question)}</button>'
        for question in document.questions
    )
