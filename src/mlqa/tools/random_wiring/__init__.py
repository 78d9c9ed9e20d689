"""Randomly wired networks against a regular one of the same size (Xie et al. 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Annotated

from pydantic import Field

from mlqa.schema import Cell, Claim, Finding, Plot, Series, Table, ToolResult
from mlqa.tools import training
from mlqa.tools.context import Context
from mlqa.tools.intervals import Interval
from mlqa.tools.random_wiring.experiment import PARAMETERS, Wired, train
from mlqa.tools.random_wiring.graphs import EDGES, NODES
from mlqa.tools.random_wiring.verdicts import CONFIDENCE, difference, no_large_difference
from mlqa.tools.registry import tool

CLAIM = Claim(
    document_id="limits-of-deep-learning",
    quote=(
        "노드와 그 연결을 무작위로 구성한 신경망에서도 좋은 결과가 나오는지를 실험했고, 성능에 "
        "큰 차이가 없다는 것을 확인했습니다."
    ),
)


@tool(seconds=60, memory_mb=2048, claims=(CLAIM,))
def random_wiring(
    context: Context,
    *,
    graphs: Annotated[int, Field(ge=3, le=20)] = 16,
    steps: Annotated[int, Field(ge=20, le=1000)] = 400,
    margin: Annotated[float, Field(gt=0, le=0.1)] = 0.02,
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0,
) -> ToolResult:
    """Trains networks wired by three kinds of random graphs and by a ring lattice on digits.

    All have 16 nodes, 48 edges and the same parameters. The margin of 2 points is what the paper's
    table leaves between its networks and the regular one of the same cost. Rule:
    ``mlqa.tools.random_wiring.verdicts``.
    """
    doing = context.say("random_wiring_doing", count=4 * graphs)
    context.progress(0, doing)
    with training.reproducible():
        regular, *random = train(
            seed, graphs, steps=steps, progress=lambda share: context.progress(share, doing)
        )
    differences = [difference(family, regular) for family in random]
    return ToolResult(
        text=_text(context, regular, random, differences),
        figures=_figures(regular, random, differences),
        tables=(_table(context, regular, random, differences), _runs(context, regular, random)),
        plots=(_plot(context, regular, random),),
        findings=(
            Finding(
                claim=CLAIM,
                verdict=no_large_difference(differences, margin),
                reason=context.say(
                    "random_wiring_reason",
                    differences=_differences(context, random, differences),
                    margin=margin,
                    confidence=CONFIDENCE,
                ),
            ),
        ),
    )


def _name(context: Context, family: Wired) -> str:
    return context.say(f"random_wiring_family_{family.family}")


def _differences(context: Context, random: Sequence[Wired], differences: Sequence[Interval]) -> str:
    return "; ".join(
        context.say("random_wiring_difference", family=_name(context, family), **interval._asdict())
        for family, interval in zip(random, differences, strict=True)
    )


def _text(
    context: Context, regular: Wired, random: Sequence[Wired], differences: Sequence[Interval]
) -> str:
    """What came out, in a few sentences."""
    named = ", ".join(
        context.say(
            "random_wiring_accuracy", family=_name(context, family), accuracy=fmean(family.test)
        )
        for family in (regular, *random)
    )
    largest = max((interval.mean for interval in differences), key=abs)
    clear = sum(interval.differs for interval in differences)
    return " ".join(
        (
            context.say(
                "random_wiring_text",
                nodes=NODES,
                edges=EDGES,
                parameters=PARAMETERS,
                graphs=len(regular.test),
            ),
            context.say("random_wiring_accuracies", accuracies=named),
            context.say("random_wiring_largest", largest=largest, clear=clear),
        )
    )


def _figures(
    regular: Wired, random: Sequence[Wired], differences: Sequence[Interval]
) -> dict[str, float]:
    """Mean accuracies of all families, differences of the random ones with their intervals."""
    figures: dict[str, float] = {"parameters": PARAMETERS}
    for family in (regular, *random):
        figures[f"{family.family}_train"] = fmean(family.train)
        figures[f"{family.family}_test"] = fmean(family.test)
    for family, interval in zip(random, differences, strict=True):
        for end, value in interval._asdict().items():
            figures[f"{family.family}_difference_{end}"] = value
    return figures


def _table(
    context: Context, regular: Wired, random: Sequence[Wired], differences: Sequence[Interval]
) -> Table:
    names = ("family", "loss", "train", "test", "least", "most", "difference", "low", "high")
    shown = [("–", "–", "–"), *([f"{value:+.4f}" for value in part] for part in differences)]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            _name(context, family),
            round(fmean(family.loss), 4),
            round(fmean(family.train), 4),
            round(fmean(family.test), 4),
            round(min(family.test), 4),
            round(max(family.test), 4),
            *interval,
        )
        for family, interval in zip((regular, *random), shown, strict=True)
    )
    return Table(
        name="families",
        title=context.say("random_wiring_table"),
        columns=tuple(context.say(f"random_wiring_column_{name}") for name in names),
        rows=rows,
    )


def _runs(context: Context, regular: Wired, random: Sequence[Wired]) -> Table:
    families = (regular, *random)
    return Table(
        name="graphs",
        title=context.say("random_wiring_table_graphs"),
        columns=(
            context.say("random_wiring_column_graph"),
            *(_name(context, family) for family in families),
        ),
        rows=tuple(
            (run + 1, *(round(family.test[run], 4) for family in families))
            for run in range(len(regular.test))
        ),
    )


def _plot(context: Context, regular: Wired, random: Sequence[Wired]) -> Plot:
    return Plot(
        name="graphs",
        title=context.say("random_wiring_table_graphs"),
        kind="points",
        x_label=context.say("random_wiring_column_graph"),
        y_label=context.say("random_wiring_column_test"),
        series=tuple(
            Series(
                label=_name(context, family),
                x=tuple(range(1, len(family.test) + 1)),
                y=family.test,
            )
            for family in (regular, *random)
        ),
        table="graphs",
    )
