"""Reports of ``mlqa eval`` in a folder: which there are, their figures, one of them as HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from mlqa.messages import Language, message
from mlqa.service.markup import inert

# The most that is shown, and the largest file that is read, bytes.
_FILES = 50
_LARGEST = 20 * 2**20
_SHOWN = ("hit@1", "hit@5", "key_facts", "citation_precision", "declined_right", "declined_wrong")
# A report draws itself: it may load nothing and run nothing.
_POLICY = (
    '<!doctype html><meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:\">"
)


class Report(NamedTuple):
    """A file of the folder.

    Attributes:
        name: Its path below the folder.
        changed: When it was written, seconds since 1970.
        figures: Of a run: by name; empty for a page.
        about: Of a run: its part and how many questions were asked; empty for a page.
    """

    name: str
    changed: float
    figures: Mapping[str, float | None] = {}
    about: str = ""

    @property
    def is_page(self) -> bool:
        """Whether it is a report that can be shown."""
        return self.name.endswith(".html")


def find_reports(folder: Path) -> tuple[Report, ...]:
    """Reports and runs below a folder, the latest first; other files are passed over."""
    found: list[Report] = []
    paths = [path for path in folder.rglob("*") if path.suffix in {".html", ".json"}]
    for path in paths:
        try:
            status = path.stat()
            if path.is_symlink() or not path.is_file() or status.st_size > _LARGEST:
                continue
            name = path.relative_to(folder).as_posix()
            report = Report(name, status.st_mtime)
            found += [report] if report.is_page else _run(path, report)
        except OSError:
            continue  # it has gone meanwhile
    return tuple(sorted(found, key=lambda report: -report.changed)[:_FILES])


def runs_html(reports: tuple[Report, ...], language: Language) -> str:
    """The figures of the runs, one below the other."""
    runs = [report for report in reports if not report.is_page]
    if not reports:
        return f'<p class="mlqa-docs-note">{inert(message("insight_no_reports", language))}</p>'
    if not runs:
        return ""
    names = ("run", "written", *(name.replace("@", "_") for name in _SHOWN))
    heads = [message(f"insight_{name}", language) for name in names]
    head = "".join(
        f'<th scope="col"{" class=mlqa-number" if at else ""}>{inert(text)}</th>'
        for at, text in enumerate(heads)
    )
    body = "".join(_row(run) for run in runs)
    caption = inert(message("insight_table_runs", language))
    return (
        f'<div class="mlqa-docs-frame" tabindex="0" role="group" aria-label="{caption}">'
        f'<table class="mlqa-docs-table"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def report_html(folder: Path, name: str, language: Language) -> str:
    """A report in a frame of its own, where it can neither run nor load anything."""
    known = {report.name for report in find_reports(folder) if report.is_page}
    if name not in known:
        return f'<p class="mlqa-docs-note">{inert(message("insight_no_report", language))}</p>'
    text = (folder / name).read_text(encoding="utf-8", errors="replace")
    return f'<iframe sandbox="" title="{inert(name)}" srcdoc="{inert(_POLICY + text)}"></iframe>'


def _run(path: Path, report: Report) -> list[Report]:
    """The run in a file, if it is one."""
    try:
        said: Any = json.loads(path.read_bytes())
        if said["format"] != "mlqa-eval":
            return []
        figures = said["figures"]
        about = f"{said['part']} · {figures['questions']}"
        return [report._replace(figures=dict(figures["all"]), about=about)]
    except (ValueError, LookupError, TypeError, RecursionError):
        return []


def _row(run: Report) -> str:
    written = f"{datetime.fromtimestamp(run.changed):%Y-%m-%d %H:%M}"
    cells = [written, *(_figure(run.figures.get(name)) for name in _SHOWN)]
    return (
        f'<tr><th scope="row">{inert(run.name)}<small>{inert(run.about)}</small></th>'
        + "".join(f'<td class="mlqa-number">{inert(cell)}</td>' for cell in cells)
        + "</tr>"
    )


def _figure(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "–" if value is None else str(value)
