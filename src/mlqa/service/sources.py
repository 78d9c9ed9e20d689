"""The sources below an answer as HTML; no Gradio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from mlqa.messages import Language, message
from mlqa.schema import Answer, Citation, Document, FaqMatch, Hit, Span
from mlqa.service.markup import highlighted, inert, place_button, safe_link

# Below it likeness to a question of the FAQ explains little: of the training questions the first
# quote was right for 60 % of those that reach it (nine in ten do), for 40 % of the others.
_LIKE = 0.35


class _Stretch(Protocol):
    """Anything with a place in a document."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def sources_html(answer: Answer, documents: Mapping[str, Document], language: Language) -> str:
    """The cited passages, the first one open."""
    title = inert(message("page_sources", language, count=len(answer.citations)))
    cards = "".join(
        # The first is open, so that a proof is seen without a click.
        _source(citation, answer.hits, documents, language, opened=position == 0)
        for position, citation in enumerate(answer.citations)
    )
    return f'<div class="mlqa-sources"><div class="mlqa-label">{title}</div>{cards}</div>'


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
        f"{_origin(citation, document, language)}"
        f'<div class="mlqa-passage">{highlighted(text, *quote)}</div>'
        f"{_also_in(citation, documents, language)}"
        f"{_why(hit, citation, language)}"
    )
    return (
        f'<details class="mlqa-source mlqa-source-{citation.number}"{" open" * opened}>'
        f"<summary>{summary}</summary>{body}</details>"
    )


def _origin(citation: Citation, document: Document | None, language: Language) -> str:
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
    parts.append(place_button(citation.document_id, citation.start, citation.end, language))
    return f'<div class="mlqa-origin">{"".join(parts)}</div>'


def _also_in(citation: Citation, documents: Mapping[str, Document], language: Language) -> str:
    if not citation.also_in:
        return ""
    titles = (
        documents[document_id].title if document_id in documents else document_id
        for document_id in citation.also_in
    )
    line = message("page_also_in", language, titles=", ".join(titles))
    return f'<div class="mlqa-also">{inert(line)}</div>'


def _why(hit: Hit | None, citation: Citation, language: Language) -> str:
    """Why a passage was found: words, ranks, scores, and a question of the FAQ."""
    if hit is None:
        return ""
    words = ", ".join(hit.matched) or message("page_why_no_words", language)
    rows = [
        ("page_why_words", words),
        ("page_why_rank", _ranked(hit.rank, hit.score, language)),
        ("page_why_sparse", _ranked(hit.sparse_rank, hit.sparse_score, language)),
        ("page_why_dense", _ranked(hit.dense_rank, hit.dense_score, language)),
        ("page_why_late", f"{hit.late_score:.3f}"),
    ]
    if match := _likest(hit, citation):
        rows.append(("page_why_faq", _asked(match, language)))
    cells = "".join(
        f"<dt>{inert(message(key, language))}</dt><dd>{inert(value)}</dd>" for key, value in rows
    )
    title = inert(message("page_why", language))
    return f'<details class="mlqa-why"><summary>{title}</summary><dl>{cells}</dl></details>'


def _likest(hit: Hit, citation: Citation) -> FaqMatch | None:
    """The likest question of the FAQ that the quote answers, else that the passage does."""
    like = [match for match in hit.faq if match.nearest >= _LIKE]
    cited = [m for m in like if m.span.start < citation.end and citation.start < m.span.end]
    return max(cited or like, key=lambda match: match.nearest, default=None)


def _asked(match: FaqMatch, language: Language) -> str:
    percent = round(100 * match.nearest)
    return message("page_why_asked", language, question=match.question, percent=percent)


def _ranked(rank: int, score: float, language: Language) -> str:
    return message("page_why_ranked", language, rank=rank, score=score)
