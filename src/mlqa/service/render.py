"""Answers as HTML for the chat page: pure functions, no Gradio.

The page's chat shows Markdown that may hold HTML: texts go through ``inert``. All HTML here is on
one line: a blank line would end the HTML block and let Markdown in. Gradio's cleaning takes out
ids, ``data-`` and ``aria-`` attributes; classes stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mlqa.cache import CacheStats
from mlqa.messages import Language, catalogue, message
from mlqa.schema import Answer, Document, ToolProgress
from mlqa.service.markup import highlighted, inert, safe_link
from mlqa.service.results import exhibits_html, progress_html
from mlqa.service.sources import passage, sources_html

__all__ = [
    "answer_html",
    "asking_html",
    "caches_html",
    "earlier_html",
    "highlighted",
    "inert",
    "notice_html",
    "partial_html",
    "passage",
    "question_html",
    "safe_link",
    "stopped_html",
]

# Seconds below this are not told apart.
_SHORTEST = 0.01
_CACHES = {
    "answers": "page_cache_answers",
    "embeddings": "page_cache_embeddings",
    "terms": "page_cache_terms",
}
_NUMBER = re.compile(r"\[(\d+)\]")


def question_html(question: str) -> str:
    """A question as the user's message."""
    return f'<div class="mlqa-question">{inert(question)}</div>'


def notice_html(text: str) -> str:
    """A line of ours, such as an error, as the bot's message."""
    return f'<div class="mlqa-answer mlqa-notice"><div class="mlqa-text">{inert(text)}</div></div>'


def earlier_html(count: int, language: Language = "ko") -> str:
    """Says above a long conversation that only so many turns of it are shown."""
    note = inert(message("page_earlier", language, count=count))
    return f'<div class="mlqa-resolved">{note}</div>'


def asking_html(key: str, language: Language = "ko") -> str:
    """Buttons below a question: change it, or ask it again."""
    buttons = "".join(
        f'<button type="button" class="mlqa-{name}">{inert(message(f"page_{name}", language))}'
        "</button>"
        for name in ("edit", "retry")
    )
    return f'<div class="mlqa-asking mlqa-turn-{inert(key)}">{buttons}</div>'


def partial_html(text: str, progress: ToolProgress | None = None) -> str:
    """What has come of an answer so far, as the bot's message."""
    told = progress_html(progress) if progress else ""
    return (
        f'<div class="mlqa-answer mlqa-partial"><div class="mlqa-text">{inert(text)}'
        f'<span class="mlqa-caret"></span></div>{told}</div>'
    )


def stopped_html(text: str, language: Language = "ko") -> str:
    """What had come of an answer when the user stopped it, as the bot's message."""
    said = f'<div class="mlqa-text">{inert(text)}</div>' if text else ""
    note = inert(message("page_stopped", language))
    return (
        f'<div class="mlqa-answer mlqa-stopped">{said}<div class="mlqa-resolved">{note}</div></div>'
    )


def answer_html(
    answer: Answer, documents: Mapping[str, Document], language: Language = "ko"
) -> str:
    """A whole answer with its sources, as the bot's message."""
    parts = []
    if answer.resolved != answer.question:
        understood = message("page_resolved", language)
        parts.append(
            f'<div class="mlqa-resolved">{inert(understood)} <b>{inert(answer.resolved)}</b></div>'
        )
    if answer.note:
        parts.append(f'<div class="mlqa-resolved">{inert(answer.note)}</div>')
    parts.append(f'<div class="mlqa-text">{_answer_text(answer)}</div>')
    if answer.tool:
        parts.append(exhibits_html(answer.tool, language))
    if answer.citations:
        parts.append(sources_html(answer, documents, language))
    if answer.offers:
        parts.append(_offers(answer.offers, language))
    parts.append(_foot(answer, language))
    kind = " mlqa-declined" if answer.abstained else ""
    return f'<div class="mlqa-answer{kind}">{"".join(parts)}</div>'


def caches_html(stats: Sequence[CacheStats], language: Language = "ko") -> str:
    """The counters of the caches."""
    rows = "".join(
        f'<li data-cache="{inert(cache.name)}">{inert(_cache_line(cache, language))}</li>'
        for cache in stats
    )
    title = inert(message("page_caches", language))
    return f'<div class="mlqa-caches"><span>{title}</span><ul>{rows}</ul></div>'


def _answer_text(answer: Answer) -> str:
    """The text, listings in a fixed font, its numbers as buttons that lead to the sources."""
    parts = []
    behind = 0
    for sentence in answer.sentences:
        start = answer.text.find(sentence.text, behind)
        if sentence.layout == "listing" and start >= 0:
            end = start + len(sentence.text)
            parts.append(_numbered(answer.text[behind:start], answer))
            parts.append(f'<code class="mlqa-listing">{inert(answer.text[start:end])}</code>')
            behind = end
    parts.append(_numbered(answer.text[behind:], answer))
    return "".join(parts)


def _numbered(text: str, answer: Answer) -> str:
    known = {citation.number for citation in answer.citations}
    parts = []
    behind = 0
    for match in _NUMBER.finditer(text):
        number = int(match[1])
        if number in known:
            parts.append(inert(text[behind : match.start()]))
            parts.append(f'<button type="button" class="mlqa-reference">{inert(match[0])}</button>')
            behind = match.end()
    parts.append(inert(text[behind:]))
    return "".join(parts)


def _offers(names: Sequence[str], language: Language) -> str:
    """Buttons that lead to the tools that test what the answer cites."""
    buttons = "".join(
        f'<button type="button" class="mlqa-offer" value="{inert(name)}">'
        f"{inert(catalogue(language).get(f'tool_{name}_title', name))}</button>"
        for name in names
    )
    label = inert(message("experiments_offers", language))
    return f'<div class="mlqa-offers"><span class="mlqa-label">{label}</span>{buttons}</div>'


def _foot(answer: Answer, language: Language) -> str:
    """Seconds, where the answer comes from, and a button that copies it."""
    key = "page_seconds" if answer.seconds >= _SHORTEST else "page_seconds_less"
    seconds = message(key, language, seconds=max(answer.seconds, _SHORTEST))
    origin = message("page_cached" if answer.cached else "page_fresh", language)
    copy = inert(message("page_copy", language))
    return (
        f'<div class="mlqa-foot"><span>{inert(seconds)} · '
        f'<span class="{"mlqa-cached" if answer.cached else "mlqa-fresh"}">{inert(origin)}</span>'
        f'</span><button type="button" class="mlqa-copy">{copy}</button></div>'
    )


def _cache_line(cache: CacheStats, language: Language) -> str:
    key = _CACHES.get(cache.name)
    name = message(key, language) if key else cache.name
    return message(
        "page_cache",
        language,
        name=name,
        size=cache.size,
        limit=cache.limit,
        hits=cache.hits,
        misses=cache.misses,
        evictions=cache.evictions,
    )
