"""What standardising the inputs does to models that should care and to models that should not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from mlqa.schema import Claim, Finding, Plot, Series, Table, ToolResult
from mlqa.tools.context import Context
from mlqa.tools.registry import tool
from mlqa.tools.shipped import Data, Shipped, load
from mlqa.tools.standardize.comparing import MARGIN, Model, Pair, compare, splits, verdict
from mlqa.tools.threads import one_thread

CLAIM = Claim(
    document_id="lipschitz-and-batch-normalization",
    quote=(
        "신경망의 입력 데이터를 표준화했을 때와 하지 않았을 때 성능이 달라진다는 점은 "
        "여러 데이터셋에서 확인됩니다."
    ),
)
_TREES = ("tree", "forest")


@tool(seconds=60, memory_mb=2048, claims=(CLAIM,))
def standardize(
    context: Context,
    *,
    datasets: Annotated[tuple[Shipped, ...], Field(min_length=1, max_length=5)] = (
        "iris",
        "wine",
        "breast_cancer",
        "digits",
        "diabetes",
    ),
    models: Annotated[tuple[Model, ...], Field(min_length=1, max_length=6)] = (
        "linear",
        "mlp",
        "knn",
        "svm",
        "tree",
        "forest",
    ),
    folds: Annotated[int, Field(ge=2, le=10)] = 10,
    repeats: Annotated[int, Field(ge=1, le=5)] = 2,
    steps: Annotated[int, Field(ge=20, le=1000)] = 300,
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0,
) -> ToolResult:
    """Compares models with and without standardised inputs on data sets of scikit-learn.

    Both arms see the same splits of repeated cross-validation; mean and deviation come from the
    training rows of a split alone. Intervals: ``mlqa.tools.intervals.resampled``, simultaneous over
    the data sets. Verdict: ``mlqa.tools.standardize.comparing.verdict``.
    """
    chosen = [load(name) for name in dict.fromkeys(datasets)]
    kinds = tuple(dict.fromkeys(models))
    total = len(chosen) * len(kinds)
    pairs: list[Pair] = []
    with one_thread():
        for data in chosen:
            parts = splits(data, folds, repeats, seed)
            for model in kinds:
                doing = f"{_data(context, data.name)}, {_model(context, model)}"
                context.progress(len(pairs) / total, doing)

                def tick(share: float = len(pairs) / total, doing: str = doing) -> None:
                    context.progress(share, doing)

                pairs.append(
                    compare(data, model, parts, steps=steps, comparisons=len(chosen), progress=tick)
                )
    return ToolResult(
        text=_text(context, pairs, folds, repeats),
        figures=_figures(pairs),
        tables=(_table(context, pairs),),
        plots=_plots(context, pairs, chosen),
        findings=(_finding(context, pairs),),
    )


def _data(context: Context, name: str) -> str:
    return context.say(f"shipped_{name}")


def _model(context: Context, model: str) -> str:
    return context.say(f"standardize_model_{model}")


def _mean(scores: Sequence[float]) -> float:
    return sum(scores) / len(scores)


def _named(context: Context, pair: Pair) -> str:
    return context.say(
        "standardize_pair",
        data=_data(context, pair.data),
        model=_model(context, pair.model),
        without=_mean(pair.without),
        scaled=_mean(pair.scaled),
    )


def _text(context: Context, pairs: Sequence[Pair], folds: int, repeats: int) -> str:
    """What came out, in a few sentences."""
    better = [pair for pair in pairs if pair.difference.low > 0]
    worse = [pair for pair in pairs if pair.difference.high < 0]
    said = [
        context.say(
            "standardize_text",
            data=len({pair.data for pair in pairs}),
            models=len({pair.model for pair in pairs}),
            folds=folds,
            repeats=repeats,
        ),
        context.say("standardize_counts", pairs=len(pairs), better=len(better), worse=len(worse)),
    ]
    if better:
        most = max(better, key=lambda pair: pair.difference.mean)
        said.append(context.say("standardize_most", pair=_named(context, most)))
    if worse:
        named = "; ".join(_named(context, pair) for pair in worse)
        said.append(context.say("standardize_worse", pairs=named))
    trees = [abs(pair.difference.mean) for pair in pairs if pair.model in _TREES]
    if trees:
        said.append(context.say("standardize_trees", largest=max(trees)))
    return " ".join(said)


def _figures(pairs: Sequence[Pair]) -> dict[str, float]:
    """Means of both arms and the interval of the difference, for each pair."""
    figures: dict[str, float] = {}
    for pair in pairs:
        name = f"{pair.data}_{pair.model}"
        figures[f"{name}_without"] = _mean(pair.without)
        figures[f"{name}_scaled"] = _mean(pair.scaled)
        figures[f"{name}_difference"] = pair.difference.mean
        figures[f"{name}_low"] = pair.difference.low
        figures[f"{name}_high"] = pair.difference.high
    return figures


def _table(context: Context, pairs: Sequence[Pair]) -> Table:
    rows = tuple(
        (
            _data(context, pair.data),
            _model(context, pair.model),
            round(_mean(pair.without), 4),
            round(_mean(pair.scaled), 4),
            round(pair.difference.mean, 4),
            round(pair.difference.low, 4),
            round(pair.difference.high, 4),
            context.say("standardize_yes" if pair.difference.differs else "standardize_unsure"),
        )
        for pair in pairs
    )
    names = ("data", "model", "without", "scaled", "difference", "low", "high", "clear")
    columns = tuple(context.say(f"standardize_column_{name}") for name in names)
    title = context.say("standardize_table")
    return Table(name="comparison", title=title, columns=columns, rows=rows)


def _plots(context: Context, pairs: Sequence[Pair], chosen: Sequence[Data]) -> tuple[Plot, ...]:
    """One plot for accuracies and one for R², which has another scale."""
    plots = []
    for name, names in (
        ("accuracy", {data.name for data in chosen if data.classes}),
        ("r2", {data.name for data in chosen if not data.classes}),
    ):
        shown = [pair for pair in pairs if pair.data in names]
        if shown:
            plots.append(
                Plot(
                    name=f"{name}_difference",
                    title=context.say(f"standardize_plot_{name}"),
                    kind="bars",
                    x_label=context.say("standardize_column_data"),
                    y_label=context.say("standardize_column_difference"),
                    series=_bars(context, shown),
                    table="comparison",
                )
            )
    return tuple(plots)


def _bars(context: Context, shown: Sequence[Pair]) -> tuple[Series, ...]:
    series = []
    for model in dict.fromkeys(pair.model for pair in shown):
        own = [pair for pair in shown if pair.model == model]
        series.append(
            Series(
                label=_model(context, model),
                x=tuple(_data(context, pair.data) for pair in own),
                y=tuple(round(pair.difference.mean, 6) for pair in own),
                low=tuple(round(pair.difference.low, 6) for pair in own),
                high=tuple(round(pair.difference.high, 6) for pair in own),
            )
        )
    return tuple(series)


def _finding(context: Context, pairs: Sequence[Pair]) -> Finding:
    network = [pair for pair in pairs if pair.model == "mlp"]
    if not network:
        reason = context.say("standardize_no_network")
    else:
        clear = [pair for pair in network if pair.difference.differs]
        reason = context.say(
            "standardize_reason",
            clear=len(clear),
            count=len(network),
            margin=MARGIN,
            list="; ".join(
                context.say(
                    "standardize_interval",
                    data=_data(context, pair.data),
                    mean=pair.difference.mean,
                    low=pair.difference.low,
                    high=pair.difference.high,
                )
                for pair in network
            ),
        )
    return Finding(claim=CLAIM, verdict=verdict(pairs), reason=reason)
