"""Answers as HTML for the chat page: pure functions, no Gradio.

The page's chat shows Markdown that may hold HTML. So that every text of a question, an essay or
an answer stays text, ``inert`` writes each mark of punctuation as a character reference: neither
an HTML parser nor a Markdown parser finds anything in it to act on. For the same reason all HTML
here is on one line: a blank line would end the HTML block and let Markdown in. Gradio's cleaning
takes out ids, ``data-`` and ``aria-`` attributes; classes stay.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from typing import Protocol
from urllib.parse import urlsplit

from mlqa.cache import CacheStats
from mlqa.messages import Language, message
from mlqa.schema import Answer, Citation, Document, Hit, Span

_REFERENCES = str.maketrans(
    # Other control characters are dropped: HTML has no way to write them.
    dict.fromkeys(map(chr, range(32)))
    | {character: f"&#{ord(character)};" for character in string.punctuation + "\t\n"}
)
# Seconds below this are not told apart.
_SHORTEST = 0.01
_CACHES = {
    "answers": "page_cache_answers",
    "embeddings": "page_cache_embeddings",
    "terms": "page_cache_terms",
}
_NUMBER = re.compile(r"\[(\d+)\]")


class _Stretch(Protocol):
    """Anything with a place in a document."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


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


def partial_html(text: str) -> str:
    """What has come of an answer so far, as the bot's message."""
    return (
        f'<div class="mlqa-answer mlqa-partial"><div class="mlqa-text">{inert(text)}'
        '<span class="mlqa-caret"></span></div></div>'
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
    if answer.citations:
        parts.append(_sources(answer, documents, language))
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


def passage(
    citation: Citation, document: Document | None, hits: Sequence[Hit]
) -> tuple[str, Span, Hit | None]:
    """The text around a quote.

    Returns:
        The text, the quote's place in it, and the hit that the quote comes from, if any: its
        passage, else the paragraph around the quote, else the quote alone.
    """
    for hit in hits:
        chunk = hit.chunk
        if chunk.document_id == citation.document_id and _holds(chunk, citation):
            return chunk.text, _shifted(citation, chunk.start), hit
    for block in document.blocks if document else ():
        if document and _holds(block, citation):
            return document.text[block.start : block.end], _shifted(citation, block.start), None
    return citation.quote, Span(0, len(citation.quote)), None


def _holds(outer: _Stretch, inner: _Stretch) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _shifted(citation: Citation, start: int) -> Span:
    return Span(citation.start - start, citation.end - start)


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


def _sources(answer: Answer, documents: Mapping[str, Document], language: Language) -> str:
    title = inert(message("page_sources", language, count=len(answer.citations)))
    cards = "".join(
        # The first is open, so that a proof is seen without a click.
        _source(citation, answer.hits, documents, language, opened=position == 0)
        for position, citation in enumerate(answer.citations)
    )
    return f'<div class="mlqa-sources"><div class="mlqa-label">{title}</div>{cards}</div>'


def _source(
    citation: Citation,
    hits: Sequence[Hit],
    documents: Mapping[str, Document],
    language: Language,
    *,
    opened: bool,
) -> str:
    document = documents.get(citation.document_id)
    text, quote, hit = passage(citation, document, hits)
    path = inert(" › ".join(citation.headings))
    summary = (
        f'<span class="mlqa-number">{citation.number}</span>'
        f'<span class="mlqa-where"><span class="mlqa-title">{inert(citation.title)}</span>'
        f'<span class="mlqa-path">{path}</span></span>'
    )
    body = (
        f"{_origin(document, language)}"
        f'<div class="mlqa-passage">{highlighted(text, *quote)}</div>'
        f"{_also_in(citation, documents, language)}"
        f"{_why(hit, language)}"
    )
    return (
        f'<details class="mlqa-source mlqa-source-{citation.number}"{" open" * opened}>'
        f"<summary>{summary}</summary>{body}</details>"
    )


def _origin(document: Document | None, language: Language) -> str:
    """Original title, author, date and link of an essay, as far as they are known."""
    if document is None:
        return ""
    source = document.source
    title = source.original_title or source.title
    known = [("page_original", title if title != document.title else "")]
    known += [("page_author", source.author), ("page_date", source.date)]
    parts = [
        f"<span>{inert(message(key, language, value=value))}</span>"
        for key, value in known
        if value
    ]
    if link := safe_link(source.url):
        label = inert(message("page_link", language))
        parts.append(f'<a href="{link}" target="_blank" rel="noopener noreferrer">{label}</a>')
    return f'<div class="mlqa-origin">{"".join(parts)}</div>' if parts else ""


def _also_in(citation: Citation, documents: Mapping[str, Document], language: Language) -> str:
    if not citation.also_in:
        return ""
    titles = (
        documents[document_id].title if document_id in documents else document_id
        for document_id in citation.also_in
    )
    line = message("page_also_in", language, titles=", ".join(titles))
    return f'<div class="mlqa-also">{inert(line)}</div>'


def _why(hit: Hit | None, language: Language) -> str:
    """Why a passage was found: words, ranks and scores."""
    if hit is None:
        return ""
    words = ", ".join(hit.matched) or message("page_why_no_words", language)
    rows = (
        ("page_why_words", words),
        ("page_why_rank", _ranked(hit.rank, hit.score, language)),
        ("page_why_sparse", _ranked(hit.sparse_rank, hit.sparse_score, language)),
        ("page_why_dense", _ranked(hit.dense_rank, hit.dense_score, language)),
        ("page_why_late", f"{hit.late_score:.3f}"),
    )
    cells = "".join(
        f"<dt>{inert(message(key, language))}</dt><dd>{inert(value)}</dd>" for key, value in rows
    )
    title = inert(message("page_why", language))
    return f'<details class="mlqa-why"><summary>{title}</summary><dl>{cells}</dl></details>'


def _ranked(rank: int, score: float, language: Language) -> str:
    return message("page_why_ranked", language, rank=rank, score=score)


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
