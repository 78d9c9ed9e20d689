"""A tutorial of ten lines, and what it leaves out.

The essay speaks of the passengers of the Titanic. That data set ships with no dependency and
nothing is downloaded, so the tool is named after the ten lines and runs them on data of
scikit-learn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, get_args

from pydantic import Field

from mlqa.schema import Claim, ToolResult
from mlqa.tools.context import Context
from mlqa.tools.registry import tool
from mlqa.tools.shipped import Data, Labelled, load
from mlqa.tools.standardize.comparing import splits as parts_of
from mlqa.tools.standardize.networks import Split
from mlqa.tools.ten_lines import measuring, showing, verdicts
from mlqa.tools.threads import one_thread

_ESSAY = "five-reasons-not-to-learn-ml"
EASY = Claim(
    document_id=_ESSAY,
    quote=(
        "타이타닉 데이터셋을 내려받아 파이썬 코드를 열 줄만 쓰면 튜토리얼 하나가 끝나고, "
        "승객의 생존 여부도 어렵지 않게 예측됩니다."
    ),
)
ALIKE = Claim(
    document_id=_ESSAY,
    quote=(
        "학습 데이터는 현실의 문제와 닮아야 하고, 그 문제를 푸는 데 쓸모가 있어야 하기 때문입니다."
    ),
)
CLASSIC = Claim(
    document_id=_ESSAY,
    quote=(
        "데이터가 잘 갖추어지면 복잡한 딥러닝 모델을 쓸 수도 있지만, 고전적인 머신러닝 모델도 "
        "대부분 충분히 잘 작동하고 좋은 성능을 낸다고 오라크는 설명합니다."
    ),
)
CLAIMS = (EASY, ALIKE, CLASSIC)
_SHARE = 0.6
_REPEATS = 2


@tool(seconds=60, memory_mb=2048, claims=CLAIMS)
def ten_lines(
    context: Context,
    *,
    data: Labelled = "breast_cancer",
    splits: Annotated[int, Field(ge=5, le=60)] = 30,
    folds: Annotated[int, Field(ge=2, le=10)] = 10,
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0,
) -> ToolResult:
    """Runs a tutorial of ten lines of Python, shows them, and measures what they leave out.

    Verdicts: ``mlqa.tools.ten_lines.verdicts``. Intervals: ``mlqa.tools.intervals.resampled``.
    """
    chosen = load(data)
    doing = context.say("ten_lines_splitting", data=context.say(f"shipped_{data}"))
    context.progress(0.0, doing)
    with one_thread():
        measured = measuring.measure(
            chosen,
            splits=splits,
            seed=seed,
            progress=lambda share: context.progress(_SHARE * share, doing),
        )
        names: tuple[Labelled, ...] = get_args(Labelled)
        rivals = []
        for place, name in enumerate(names):
            said = context.say("ten_lines_rivalling", data=context.say(f"shipped_{name}"))
            share = _SHARE + (1 - _SHARE) * place / len(names)
            rivals.append(
                _rivals(context, load(name), folds=folds, seed=seed, share=share, doing=said)
            )
    return ToolResult(
        text=showing.text(context, measured),
        figures=showing.figures(measured, rivals),
        tables=showing.tables(context, measured, rivals),
        plots=showing.plots(context, measured),
        findings=showing.findings(context, measured, rivals, CLAIMS),
    )


def _rivals(
    context: Context, data: Data, *, folds: int, seed: int, share: float, doing: str
) -> verdicts.Rivals:
    """The model of the ten lines beside a small network."""
    return verdicts.rivals(
        data,
        parts_of(data, folds, _REPEATS, seed),
        _classic(data),
        lambda: context.progress(share, doing),
    )


def _classic(data: Data) -> Callable[[Split], float]:
    def accuracy(part: Split) -> float:
        return measuring.accuracy(
            data.x[part.train], data.y[part.train], data.x[part.test], data.y[part.test]
        )

    return accuracy
