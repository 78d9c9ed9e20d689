"""The pipeline of the essays in small: validate, search, evaluate, register, watch."""

from __future__ import annotations

from typing import Annotated, cast

from pydantic import Field

from mlqa.schema import Claim, Table, ToolResult
from mlqa.tools.automl import running, showing
from mlqa.tools.automl.searching import FOLDS
from mlqa.tools.context import Context
from mlqa.tools.registry import tool
from mlqa.tools.shipped import Data, Labelled, load
from mlqa.tools.threads import one_thread

TUNING = Claim(
    document_id="ai-leveraging-computation",
    quote=(
        "하이퍼파라미터 최적화(Hyperparameter Optimization): 에이전트가 가장 알맞은 "
        "하이퍼파라미터를 찾습니다."
    ),
)
SILENT_BUG = Claim(
    document_id="machine-learning-pipelines",
    quote=(
        "전처리가 달라져 생긴 버그를 찾기가 몹시 어려운 까닭은 결과가 틀렸는데도 모델의 추론 "
        "자체는 멀쩡히 돌아가기 때문입니다."
    ),
)
RECORDS = Claim(
    document_id="machine-learning-pipelines",
    quote=("데이터 과학 팀이 모델을 재현하거나 성능을 추적해야 할 때 이 기록은 특히 요긴합니다."),
)
CLAIMS = (TUNING, SILENT_BUG, RECORDS)


@tool(seconds=60, memory_mb=2048, claims=CLAIMS)
def automl(
    context: Context,
    *,
    data: Labelled = "breast_cancer",
    trials: Annotated[int, Field(ge=1, le=200)] = 40,
    seconds: Annotated[float, Field(ge=1, le=50)] = 40.0,
    shift: Annotated[float, Field(ge=0, le=10)] = 1.0,
    missing: Annotated[float, Field(ge=0, le=0.5)] = 0.05,
    confirm: bool = False,
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0,
) -> ToolResult:
    """Searches a pipeline for a data set under a budget that the user confirms, and watches it.

    Without ``confirm`` nothing is searched: the result says what a search would spend. Verdicts:
    ``mlqa.tools.automl.running``.
    """
    chosen = load(data)
    if not confirm:
        return _offer(context, chosen, trials, seconds)

    def tick(share: float, trial: int) -> None:
        context.progress(0.95 * share, context.say("automl_trying", trial=trial, trials=trials))

    context.progress(0.0, context.say("automl_trying", trial=1, trials=trials))
    with one_thread():
        run = running.run(
            chosen,
            trials=trials,
            seconds=seconds,
            shift=shift,
            missing=missing,
            seed=seed,
            load=lambda name: load(cast(Labelled, name)),
            progress=tick,
        )
    return ToolResult(
        text=showing.text(context, chosen, run, trials, seconds),
        figures=showing.figures(run),
        tables=showing.tables(context, run),
        plots=showing.plots(context, run),
        findings=showing.findings(context, run, CLAIMS),
    )


def _offer(context: Context, data: Data, trials: int, seconds: float) -> ToolResult:
    """What a search would spend, and how to let it."""
    rows, columns = data.x.shape
    spent = {
        "rows": rows,
        "columns": columns,
        "trials": trials,
        "fits": trials * FOLDS,
        "seconds": seconds,
    }
    return ToolResult(
        text=context.say(
            "automl_offer", **spent, folds=FOLDS, data=context.say(f"shipped_{data.name}")
        ),
        figures=spent,
        tables=(
            Table(
                name="budget",
                title=context.say("automl_table_budget"),
                columns=(context.say("automl_column_what"), context.say("automl_column_value")),
                rows=tuple(
                    (context.say(f"automl_budget_{name}"), value) for name, value in spent.items()
                ),
            ),
        ),
    )
