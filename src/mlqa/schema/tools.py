"""What tools give back: a text, figures, tables, plots as data, and claims put to the test.

Everything here is plain data that survives JSON: results are stored, sent to pages and to other
programs, and drawn by whoever shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Cell = str | int | float
Verdict = Literal["supported", "not_supported", "undecided"]
PlotKind = Literal["lines", "bars", "points"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of a result.

    Attributes:
        name: Short English name, unique in the result: ``steps``.
        title: What it shows.
        columns: Headings, one for each column.
        rows: Cells, as many a row as there are columns.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line, row of bars or cloud of points of a plot.

    Attributes:
        label: As it stands in the legend.
        x: Places on the x axis; for bars their names.
        y: Values, as many as places.
        low: Lower ends of a band around the values, such as the worst seed; empty for none.
        high: Upper ends of the band.
    """

    label: str
    x: tuple[Cell, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Values over a plane, drawn as colours below the series: a decision boundary, a landscape.

    Attributes:
        x: Places on the x axis, increasing.
        y: Places on the y axis, increasing.
        values: One row for each place on the y axis, one value for each on the x axis.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    values: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A plot as data; ``table`` names the table of the result that holds its numbers.

    Attributes:
        name: Short English name, unique in the result: ``test_accuracy``.
        title: What it shows.
        kind: How its series are drawn.
        x_label: Name and unit of the x axis.
        y_label: Name and unit of the y axis.
        series: What is drawn, in the order of the legend.
        table: Name of the table beside it.
        log_x: Whether the x axis is logarithmic.
        log_y: Whether the y axis is logarithmic.
        marks: Places on the x axis with a line and a label of their own.
        field: Colours below the series.
    """

    name: str
    title: str
    kind: PlotKind
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    table: str
    log_x: bool = False
    log_y: bool = False
    marks: tuple[tuple[float, str], ...] = ()
    field: Field | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something that an essay says and a tool can test.

    Attributes:
        document_id: The essay.
        quote: Where it says so, character for character.
    """

    document_id: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A claim after the test.

    Attributes:
        claim: What an essay says.
        verdict: What the numbers say of it.
        reason: The numbers that the verdict rests on, in one sentence.
    """

    claim: Claim
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What a run of a tool found.

    Attributes:
        text: What came out, in whole sentences.
        figures: Numbers by their English names; the text says nothing that is not measured.
        tables: Tables, the most telling first.
        plots: Plots, the most telling first.
        findings: Claims of the essays and what the numbers say of them.
    """

    text: str
    figures: Mapping[str, float] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def whole(self) -> str:
        """What can be cited: the text, and the reason of each finding on a line of its own."""
        return "\n".join([self.text, *(finding.reason for finding in self.findings)])


class ToolProgress(NamedTuple):
    """How far a running tool is.

    Attributes:
        share: What is done, 0 to 1.
        text: What is being done, or that it waits in line.
    """

    share: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A tool that was run.

    Attributes:
        name: The tool.
        arguments: All its arguments, defaults filled in.
        result: What came out.
        key: Hash of code, arguments, seed and language; equal keys have equal results.
        stored: Whether the result was there from an earlier run.
        ran_at: When it was run, ISO 8601, UTC.
        seconds: How long that run took.
        defaulted: Arguments that nobody named.
    """

    name: str
    arguments: Mapping[str, Any]
    result: ToolResult
    key: str
    stored: bool = False
    ran_at: str = ""
    seconds: float = 0.0
    defaulted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolChoice:
    """A tool that a language model wants to be run, and what with.

    Attributes:
        name: The tool; there is one of this name.
        arguments: Those that it gave, by name; not yet checked.
    """

    name: str
    arguments: Mapping[str, Any]
