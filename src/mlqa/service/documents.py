"""The documents tab as HTML: pure functions, no Gradio; every text stays text (see ``render``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mlqa.messages import Language, catalogue, message
from mlqa.schema import Removed
from mlqa.service.markup import inert
from mlqa.service.outcomes import Added, Build
from mlqa.service.shelf import Contents, Row, Twin

# What is shown at once: a browser stays quick with that.
_ROWS = 1000
_CHUNKS = 100
_LINES = 300
_COUNTS = {"passages", "cleaned", "duplicates"}
_NUMBER = ' class="mlqa-number"'


def note_html(text: str, *, is_error: bool = False) -> str:
    """One line for the user."""
    kind = " mlqa-docs-error" if is_error else ""
    return f'<p class="mlqa-docs-note{kind}" role="status">{inert(text)}</p>'


def limit_html(megabytes: int, language: Language) -> str:
    """What documents.js says of a file that is too large, not yet seen."""
    text = message("loading_too_large", language, path="{path}", size="{size}", limit=megabytes)
    return (
        f'<p class="mlqa-docs-note mlqa-docs-error" role="alert" hidden '
        f'data-bytes="{megabytes * 2**20}" data-text="{inert(text)}"></p>'
    )


def added_html(results: Iterable[Added], language: Language) -> str:
    """What became of the files that a user gave, a line each."""
    return "".join(
        note_html(result.error.text(language), is_error=True)
        if result.error
        else note_html(_added(result, language))
        for result in results
    )


def progress_html(build: Build, language: Language) -> str:
    """How far a build is, or what became of it."""
    if build.outcome == "idle":
        return ""
    if not build.is_going_on:
        text = message(f"documents_{build.outcome}", language, base=build.base)
        if build.error:
            text = f"{text} {build.error.text(language)}"
        return note_html(text, is_error=build.outcome == "failed")
    told = build.told
    if build.outcome == "waiting":
        text = message("documents_waiting", language, base=build.base)
    else:
        values = {"base": build.base, "done": told.done, "all": told.all}
        text = message(f"documents_step_{told.step}", language, **values)
    label = inert(message("documents_progress", language))
    return (
        f'<div class="mlqa-docs-progress"><span role="status">{inert(text)}</span>'
        f'<progress max="1" value="{told.share:.3f}" aria-label="{label}"></progress></div>'
    )


def table_html(rows: Sequence[Row], questions: int, language: Language) -> str:
    """The documents of a base.

    Args:
        rows: The documents.
        questions: How many its FAQ has.
        language: Of the words around them.
    """
    if not rows:
        return note_html(message("documents_empty", language))
    passages = sum(row.passages for row in rows)
    key = "documents_count_faq" if questions else "documents_count"
    count = message(key, language, count=len(rows), passages=passages, questions=questions)
    names = ("title", "author", "passages", "cleaned", "duplicates", "state")
    heads = "".join(
        f'<th scope="col"{_NUMBER if name in _COUNTS else ""}>'
        f"{inert(message(f'documents_{name}', language))}</th>"
        for name in names
    )
    body = "".join(_row(row, language) for row in rows[:_ROWS])
    return (
        f'<div class="mlqa-docs-frame" tabindex="0" role="group" aria-label="{inert(count)}">'
        f'<table class="mlqa-docs-table"><caption>{inert(count)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
        f"{_more(len(rows), _ROWS, language)}"
    )


def contents_html(contents: Contents | None, language: Language) -> str:
    """What is in a document: lines that were cleaned, near-duplicates, passages."""
    if contents is None:
        return note_html(message("documents_details_none", language))
    parts = (
        ("cleaned", [_removed(line, language) for line in contents.document.removed], _LINES),
        ("twins", [_twin(twin, language) for twin in contents.twins], _CHUNKS),
        ("chunks", _chunks(contents, language), _CHUNKS),
    )
    return "".join(
        f'<details class="mlqa-docs-{name}"{" open" if name == "chunks" else ""}><summary>'
        f"{inert(message(f'documents_{name}_of', language, count=len(items)))}</summary>"
        f'<ul tabindex="0">{"".join(items[:most])}</ul>'
        f"{_more(len(items), most, language)}</details>"
        for name, items, most in parts
        if items
    )


def _added(result: Added, language: Language) -> str:
    key = "documents_replaced" if result.is_replaced else "documents_added"
    text = message(key, language, name=result.name)
    if not result.removed:
        return text
    return f"{text} {message('documents_added_cleaned', language, count=result.removed)}"


def _more(count: int, most: int, language: Language) -> str:
    return note_html(message("documents_more", language, shown=most)) if count > most else ""


def _row(row: Row, language: Language) -> str:
    identity = "" if row.title == row.id else f"<small>{inert(row.id)}</small>"
    state = inert(message(f"documents_state_{row.state}", language))
    counts = (row.passages, row.cleaned, row.duplicates)
    numbers = "".join(f"<td{_NUMBER}>{count}</td>" for count in counts)
    return (
        f'<tr><th scope="row">{inert(row.title)}{identity}</th><td>{inert(row.author)}</td>'
        f'{numbers}<td class="mlqa-docs-{row.state}">{state}</td></tr>'
    )


def _removed(line: Removed, language: Language) -> str:
    key = f"documents_rule_{line.reason}"
    reason = message(key, language) if key in catalogue(language) else line.reason
    where = message("documents_cleaned_line", language, line=line.line, reason=reason)
    return f"<li><small>{inert(where)}</small><del>{inert(line.text)}</del></li>"


def _twin(twin: Twin, language: Language) -> str:
    here = inert(message("documents_twin_here", language))
    return (
        f"<li><small>{here}</small><p>{inert(twin.chunk.text)}</p>"
        f"<small>{inert(twin.title)}</small><p>{inert(twin.other.text)}</p></li>"
    )


def _chunks(contents: Contents, language: Language) -> list[str]:
    items = []
    for number, chunk in enumerate(contents.chunks, 1):
        values = {"characters": len(chunk.text), "sentences": len(chunk.sentences)}
        head = message("documents_chunk", language, number=number, **values)
        path = " › ".join(chunk.headings)
        above = f" · {path}" if path else ""
        items.append(f"<li><small>{inert(head + above)}</small><p>{inert(chunk.text)}</p></li>")
    return items
