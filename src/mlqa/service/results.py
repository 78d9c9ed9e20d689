"""Runs of tools as HTML: what came out, the essays' claims, plots with their tables; no Gradio.

A plot is an empty place that the browser fills: results.js asks the server for the drawing of the
run that the class names (``mlqa-run-KEY``, ``mlqa-plot-NAME``), so that a long conversation stays
light. Gradio's cleaning of the chat leaves classes and ``value``, but no ``data-``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import partial

from mlqa.messages import Language, message
from mlqa.schema import Cell, Document, Finding, Plot, Table, ToolCall, ToolProgress
from mlqa.service.markup import inert, place_button

# Rows of a table that are shown: the browser gets slow with thousands of cells.
_ROWS = 200
# Seconds below this are not told apart.
_SHORTEST = 0.01
# Columns of a table that stands beside its plot rather than below it.
_NARROW = 4
# What tools write where there is no number.
_MISSING = "–"


def call_html(call: ToolCall, documents: Mapping[str, Document], language: Language = "ko") -> str:
    """A whole run: whether it is kept from earlier, text, verdicts, plots and tables.

    Args:
        call: The run.
        documents: The knowledge base: claims are shown with the essay's title.
        language: Of the words around.
    """
    text = f'<p class="mlqa-text">{inert(call.result.text)}</p>'
    return (
        f'<article class="mlqa-run">{_origin(call, language)}{text}'
        f"{findings_html(call, documents, language)}{exhibits_html(call, language, level=3)}"
        "</article>"
    )


def findings_html(
    call: ToolCall, documents: Mapping[str, Document], language: Language = "ko"
) -> str:
    """The claims of the essays and what the numbers say of them; empty without any."""
    if not call.result.findings:
        return ""
    title = inert(message("experiments_claims", language))
    items = "".join(_finding(finding, documents, language) for finding in call.result.findings)
    return f'<h3>{title}</h3><ul class="mlqa-findings">{items}</ul>'


def exhibits_html(call: ToolCall, language: Language = "ko", *, level: int = 2) -> str:
    """Each table with the plots that show its numbers, in the order of the tables.

    Args:
        call: The run.
        language: Of the words around.
        level: Of the headings, 1 to 6.
    """
    return "".join(_exhibit(call, table, language, level) for table in call.result.tables)


def progress_html(progress: ToolProgress) -> str:
    """How far a run is, as a line with a bar."""
    share = min(1.0, max(0.0, progress.share)) if math.isfinite(progress.share) else 0.0
    return (
        f'<div class="mlqa-progress"><span>{inert(progress.text)}</span>'
        f'<progress max="1" value="{share:.3f}" title="{inert(progress.text)}"></progress>'
        f'<span class="mlqa-share">{share:.0%}</span></div>'
    )


def _origin(call: ToolCall, language: Language) -> str:
    """Whether the result is kept from earlier, and how long it took."""
    key = "page_seconds" if call.seconds >= _SHORTEST else "page_seconds_less"
    seconds = message(key, language, seconds=max(call.seconds, _SHORTEST))
    if not call.stored:
        return f'<p class="mlqa-resolved">{inert(seconds)}</p>'
    note = message("experiments_stored", language, ran_at=_time(call.ran_at))
    again = inert(message("experiments_again", language))
    return (
        f'<p class="mlqa-resolved mlqa-stored">{inert(note)} '
        f'<button type="button" class="mlqa-again">{again}</button></p>'
    )


def _time(ran_at: str) -> str:
    """A moment as a user of this machine reads it."""
    try:
        moment = datetime.fromisoformat(ran_at)
    except ValueError:
        return ran_at
    return f"{moment.replace(tzinfo=moment.tzinfo or timezone.utc).astimezone():%Y-%m-%d %H:%M}"


def _finding(finding: Finding, documents: Mapping[str, Document], language: Language) -> str:
    verdict = inert(message(f"tools_verdict_{finding.verdict}", language))
    claim = finding.claim
    document = documents.get(claim.document_id)
    start = document.text.find(claim.quote) if document else -1
    title = document.title if document else claim.document_id
    place = (
        place_button(claim.document_id, start, start + len(claim.quote), language)
        if start >= 0
        else ""
    )
    return (
        f'<li class="mlqa-finding mlqa-verdict-{finding.verdict}">'
        f'<span class="mlqa-verdict">{verdict}</span>'
        f"<blockquote>{inert(claim.quote)}</blockquote>"
        f'<div class="mlqa-origin"><span>{inert(title)}</span>{place}</div>'
        f"<p>{inert(finding.reason)}</p></li>"
    )


def _exhibit(call: ToolCall, table: Table, language: Language, level: int) -> str:
    plots = [plot for plot in call.result.plots if plot.table == table.name]
    drawn = "".join(_plot(call, plot, language) for plot in plots)
    player = _player(language) if (call.name, table.name) == ("lru", "steps") else ""
    kind = " mlqa-beside" if len(plots) == 1 and len(table.columns) <= _NARROW else ""
    return (
        f'<section class="mlqa-exhibit{kind}">{drawn}'
        f'<div class="mlqa-numbers"><h{level}>{inert(table.title)}</h{level}>{player}'
        f"{_table(table, language)}</div></section>"
    )


def _plot(call: ToolCall, plot: Plot, language: Language) -> str:
    waiting = inert(message("experiments_drawing", language))
    return (
        f'<div class="mlqa-canvas mlqa-run-{inert(call.key)} mlqa-plot-{inert(plot.name)}">'
        f"{waiting}</div>"
    )


def _table(table: Table, language: Language) -> str:
    kinds = [
        _kind(next((row[at] for row in table.rows if row[at] != _MISSING), ""))
        for at in range(len(table.columns))
    ]
    heads = "".join(
        f'<th scope="col"{kind}>{inert(column)}</th>'
        for column, kind in zip(table.columns, kinds, strict=True)
    )
    rows = "".join(f"<tr>{''.join(map(_cell, row, kinds))}</tr>" for row in table.rows[:_ROWS])
    left = len(table.rows) - _ROWS
    more = message("tools_text_rows_left", language, count=left) if left > 0 else ""
    # A table that is pushed sideways must be reached by the keyboard.
    return (
        f'<div class="mlqa-table mlqa-table-{inert(table.name)}" tabindex="0" role="region" '
        f'title="{inert(table.title)}"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
        + (f'<p class="mlqa-resolved">{inert(more)}</p>' if more else "")
    )


def _kind(cell: Cell) -> str:
    """Numbers stand to the right."""
    return "" if isinstance(cell, str) else ' class="mlqa-figure"'


def _cell(cell: Cell, kind: str) -> str:
    text = f"{cell}"
    if isinstance(cell, float):
        text = (
            f"{cell:.4g}" if math.isfinite(cell) else _MISSING if math.isnan(cell) else f"{cell:+}"
        )
    return f"<td{kind}>{inert(text)}</td>"


def _player(language: Language) -> str:
    """Buttons and an empty stage; results.js plays the rows of the table below on it."""
    say = partial(message, language=language)
    buttons = "".join(
        f'<button type="button" class="mlqa-{name}">{inert(say(f"experiments_{name}"))}</button>'
        for name in ("first", "back", "play", "forward")
    )
    return (
        f'<div class="mlqa-player"><div class="mlqa-stage"></div>'
        f'<div class="mlqa-controls">{buttons}<span class="mlqa-step"></span></div></div>'
    )
