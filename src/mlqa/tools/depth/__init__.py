"""What happens to plain and to residual networks as layers are added (He et al. 2016)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Annotated

from pydantic import Field

from mlqa.schema import Claim, Finding, Plot, Series, Table, ToolResult
from mlqa.tools import training
from mlqa.tools.context import Context
from mlqa.tools.depth.experiment import RATES, Kind, Trained, train
from mlqa.tools.depth.verdicts import (
    MARGIN,
    best,
    deepest_is_best,
    degradation,
    difference,
    found_by_trying,
    layers_alone,
    open_depths,
)
from mlqa.tools.intervals import Interval
from mlqa.tools.registry import tool

TRYING = Claim(
    document_id="limits-of-deep-learning",
    quote=("신경망의 층을 몇 개로 해야 하는지는 정해져 있지 않고 대체로 실험을 통해 드러납니다."),
)
DEEPEST = Claim(
    document_id="limits-of-deep-learning",
    quote="층이 110개일 때 오류율(error rate)이 가장 낮았다는 실험 결과표가 있습니다.",
)
ALONE = Claim(
    document_id="approaching-deep-learning",
    quote=("다층 퍼셉트론에 은닉층이나 은닉 노드를 더한다고 해서 딥러닝이 되지는 않습니다."),
)
_KINDS: tuple[Kind, Kind] = ("plain", "residual")


@tool(seconds=60, memory_mb=2048, claims=(TRYING, DEEPEST, ALONE))
def depth(
    context: Context,
    *,
    depths: Annotated[
        tuple[Annotated[int, Field(ge=2, le=110, multiple_of=2)], ...],
        Field(min_length=2, max_length=6),
    ] = (2, 8, 20, 56, 110),
    steps: Annotated[int, Field(ge=20, le=400)] = 120,
    runs: Annotated[int, Field(ge=2, le=8)] = 4,
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0,
) -> ToolResult:
    """Trains plain and residual networks of several depths on digits.

    All have batch normalisation, as in the paper, so that vanishing signals do not explain the
    difference; each depth gets the best of three learning rates by training loss. Rules:
    ``mlqa.tools.depth.verdicts``.
    """
    chosen = sorted(set(depths))
    total, done = len(_KINDS) * sum(chosen), 0
    found: dict[Kind, list[Trained]] = {kind: [] for kind in _KINDS}
    context.progress(0, context.say("depth_starting"))
    with training.reproducible():
        for layers in chosen:
            for kind in _KINDS:
                doing = context.say(f"depth_doing_{kind}", depth=layers)

                def tell(
                    share: float, begun: int = done, size: int = layers, doing: str = doing
                ) -> None:
                    context.progress((begun + share * size) / total, doing)

                found[kind].append(
                    train(kind, layers, seed=seed, runs=runs, steps=steps, progress=tell)
                )
                done += layers
    plain, residual = found["plain"], found["residual"]
    return ToolResult(
        text=_text(context, plain, residual, steps),
        figures=_figures(plain, residual),
        tables=(_table(context, plain, residual),),
        plots=_plots(context, plain, residual),
        findings=_findings(context, plain, residual),
    )


def _text(
    context: Context, plain: Sequence[Trained], residual: Sequence[Trained], steps: int
) -> str:
    """What came out, in a few sentences."""
    said = [
        context.say(
            "depth_text", steps=steps, rates=len(RATES), depths=_list(t.depth for t in plain)
        )
    ]
    for name, arm in (("plain", plain), ("residual", residual)):
        ends = {
            "shallow": arm[0].depth,
            "deep": arm[-1].depth,
            "shallow_train": fmean(arm[0].train),
            "deep_train": fmean(arm[-1].train),
        }
        top = best(arm)
        said.append(context.say(f"depth_text_{name}", **ends))
        said.append(context.say("depth_text_best", depth=top.depth, error=fmean(top.test)))
    return " ".join(said)


def _list(depths: Iterable[int]) -> str:
    return ", ".join(str(depth) for depth in depths)


def _figures(plain: Sequence[Trained], residual: Sequence[Trained]) -> dict[str, float]:
    """Mean loss and errors of each kind and depth, and how much the plain ones degrade."""
    figures: dict[str, float] = {}
    for trained in (*plain, *residual):
        name = f"{trained.kind}_{trained.depth}"
        figures[f"{name}_loss"] = fmean(trained.loss)
        figures[f"{name}_train"] = fmean(trained.train)
        figures[f"{name}_test"] = fmean(trained.test)
    for name, arm in (("plain", plain), ("residual", residual)):
        for end, value in degradation(arm[0], arm[-1])._asdict().items():
            figures[f"{name}_degradation_{end}"] = value
        figures[f"{name}_best_depth"] = best(arm).depth
    return figures


def _table(context: Context, plain: Sequence[Trained], residual: Sequence[Trained]) -> Table:
    names = ("kind", "depth", "rate", "loss", "train", "test", "low", "high")
    rows = tuple(
        (
            context.say(f"depth_kind_{trained.kind}"),
            trained.depth,
            trained.rate,
            round(fmean(trained.loss), 4),
            round(fmean(trained.train), 4),
            round(fmean(trained.test), 4),
            round(min(trained.test), 4),
            round(max(trained.test), 4),
        )
        for trained in (*plain, *residual)
    )
    return Table(
        name="depths",
        title=context.say("depth_table"),
        columns=tuple(context.say(f"depth_column_{name}") for name in names),
        rows=rows,
    )


def _plots(
    context: Context, plain: Sequence[Trained], residual: Sequence[Trained]
) -> tuple[Plot, ...]:
    plots = []
    for name in ("train", "test", "loss"):
        series = []
        for kind, arm in (("plain", plain), ("residual", residual)):
            values = [getattr(trained, name) for trained in arm]
            series.append(
                Series(
                    label=context.say(f"depth_kind_{kind}"),
                    x=tuple(trained.depth for trained in arm),
                    y=tuple(fmean(value) for value in values),
                    low=tuple(min(value) for value in values),
                    high=tuple(max(value) for value in values),
                )
            )
        plots.append(
            Plot(
                name=name,
                title=context.say(f"depth_plot_{name}"),
                kind="lines",
                x_label=context.say("depth_column_depth"),
                y_label=context.say(f"depth_column_{name}"),
                series=tuple(series),
                table="depths",
                log_x=True,
            )
        )
    return tuple(plots)


def _findings(
    context: Context, plain: Sequence[Trained], residual: Sequence[Trained]
) -> tuple[Finding, ...]:
    top = best(residual)
    trying = context.say(
        "depth_reason_trying",
        plain=_list(open_depths(plain)),
        residual=_list(open_depths(residual)),
        plain_worst=max(fmean(trained.test) for trained in plain),
        residual_worst=max(fmean(trained.test) for trained in residual),
        margin=MARGIN,
    )
    deepest = context.say(
        "depth_reason_deepest",
        deep=residual[-1].depth,
        deep_error=fmean(residual[-1].test),
        best=top.depth,
        best_error=fmean(top.test),
    )
    alone = context.say(
        "depth_reason_alone",
        shallow=plain[0].depth,
        deep=plain[-1].depth,
        worse=_interval(context, degradation(plain[0], plain[-1])),
        helped=_interval(context, difference(plain[-1].train, residual[-1].train)),
        margin=MARGIN,
    )
    return (
        Finding(claim=TRYING, verdict=found_by_trying((plain, residual)), reason=trying),
        Finding(claim=DEEPEST, verdict=deepest_is_best(residual), reason=deepest),
        Finding(claim=ALONE, verdict=layers_alone(plain, residual), reason=alone),
    )


def _interval(context: Context, interval: Interval) -> str:
    return context.say("depth_interval", **interval._asdict())
