"""A run as one HTML file: figures, plots and every miss; nothing is loaded from elsewhere."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from mlqa.evaluation.figures import SMALLER_IS_BETTER, groups
from mlqa.evaluation.misses import counts, misses_of
from mlqa.evaluation.runs import Outcome, Run, write_text
from mlqa.evaluation.thresholds import shortfalls
from mlqa.messages import Language, message

# Figures that are drawn for each kind of question; all of them stand in the table.
_DRAWN = (
    *("hit@5", "key_facts", "answer_f1", "citation_recall"),
    *("declined_wrong", "declined_right"),
)
_DEPTHS = ("1", "5", "10", "none")
_BINS = 10


class Mark(NamedTuple):
    """A figure in a plot: its interval is a line, its value a dot."""

    label: str
    value: float
    low: float
    high: float


def write_report(
    run: Run,
    summary: Mapping[str, Any],
    path: Path | str,
    language: Language = "ko",
    thresholds: Mapping[str, float] | None = None,
) -> None:
    """Writes the report of a run.

    Args:
        run: The run.
        summary: Its figures, see ``figures.summarise``.
        path: The file.
        language: Of headings and explanations.
        thresholds: Least or largest values of figures, to be shown as passed or failed.

    Raises:
        RunError: The file cannot be written.
    """
    write_text(path, report(run, summary, language, thresholds))


def report(
    run: Run,
    summary: Mapping[str, Any],
    language: Language = "ko",
    thresholds: Mapping[str, float] | None = None,
) -> str:
    """The report of a run as HTML; see ``write_report``."""
    templates = Environment(
        loader=PackageLoader("mlqa.evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals["t"] = partial(_label, language)
    templates.globals["describe"] = partial(_description, language)
    templates.filters["number"] = _number
    misses = misses_of(run)
    return templates.get_template("report.html").render(
        language=language,
        run=run,
        summary=summary,
        smaller=SMALLER_IS_BETTER,
        checks=list(_checks(summary, thresholds or {})),
        marks=list(_marks(summary)),
        kinds=list(_kinds(summary)),
        rows=[name for name in summary["intervals"]["all"] if _of_some_kind(summary, name)],
        curve=_curve(summary["risk_coverage"]),
        bins=_bins(run),
        ranks=_ranks(run, _label(language, "all")),
        depths=_DEPTHS,
        misses=misses,
        reasons=counts(misses, run.kinds),
    )


def _label(language: Language, label: str, /, **values: object) -> str:
    return message(f"report_{label}", language, **values)


def _description(language: Language, name: str) -> str:
    return message(f"measure_{name}", language)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _checks(
    summary: Mapping[str, Any], thresholds: Mapping[str, float]
) -> Iterator[dict[str, object]]:
    failed = {shortfall.name for shortfall in shortfalls(summary, thresholds)}
    for threshold, limit in thresholds.items():
        kind, _, name = threshold.rpartition("/")
        value = (summary["kinds"][kind] if kind else summary["all"]).get(name)
        bound = "largest" if name in SMALLER_IS_BETTER else "least"
        passed = threshold not in failed
        found = {"name": threshold, "value": _number(value), "threshold": limit}
        yield {**found, "bound": bound, "passed": passed}


def _marks(summary: Mapping[str, Any]) -> Iterator[Mark]:
    """All figures of all questions."""
    for name, ends in summary["intervals"]["all"].items():
        if ends is not None:
            yield Mark(name, summary["all"][name], *ends)


def _kinds(summary: Mapping[str, Any]) -> Iterator[tuple[str, list[Mark]]]:
    """Some figures of each kind of question that has them."""
    for name in _DRAWN:
        ends = {kind: found[name] for kind, found in summary["intervals"]["kinds"].items()}
        marks = [
            Mark(kind, summary["kinds"][kind][name], *found)
            for kind, found in ends.items()
            if found is not None
        ]
        if marks:
            yield name, marks


def _of_some_kind(summary: Mapping[str, Any], name: str) -> bool:
    return any(found.get(name) is not None for found in summary["kinds"].values())


def _curve(found: Mapping[str, Any]) -> dict[str, Any]:
    """The curve, its points at each tenth of coverage, and where the bot stands on it."""
    points = found["points"]
    coverages = [coverage for _, coverage, _ in points]
    # Sums of shares may miss a tenth by a rounding error.
    tenths = [points[bisect_left(coverages, tenth / 10 - 1e-9)] for tenth in range(1, 11)]
    answered = [point for point in points if point[0] >= found["threshold"]]
    return {**found, "rows": tenths, "now": answered[-1] if answered else None}


def _bins(run: Run) -> list[tuple[float, int, int]]:
    """Lower end of each bin of confidences, and its questions with and without an answer."""
    answerable, unanswerable = [0] * _BINS, [0] * _BINS
    for outcome in run.outcomes:
        place = min(int(outcome.confidence * _BINS), _BINS - 1)
        (answerable if outcome.gold.answerable else unanswerable)[place] += 1
    starts = (place / _BINS for place in range(_BINS))
    return list(zip(starts, answerable, unanswerable, strict=True))


def _ranks(run: Run, everything: str) -> list[tuple[str, list[int]]]:
    """How many questions of each kind have their evidence how far in front, and of all."""
    asked = [outcome for outcome in run.outcomes if outcome.gold.answerable]
    return [
        (label, [sum(_depth(outcome) == depth for outcome in group) for depth in _DEPTHS])
        for label, group in [*groups(asked).items(), (everything, asked)]
    ]


def _depth(outcome: Outcome) -> str:
    rank = outcome.rank
    return "none" if rank is None else next(d for d in _DEPTHS if d == "10" or rank <= int(d))
