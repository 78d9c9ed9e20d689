"""Why batch normalisation works: the experiment of Santurkar et al., 2018, in small."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from importlib import import_module
from typing import Annotated

from pydantic import Field

from mlqa.errors import ToolArgumentError
from mlqa.schema import Claim, ToolResult
from mlqa.tools.batchnorm import verdicts
from mlqa.tools.batchnorm.charts import plots
from mlqa.tools.batchnorm.experiment import train
from mlqa.tools.batchnorm.network import ARMS, Arm
from mlqa.tools.batchnorm.presentation import figures, finding, text
from mlqa.tools.batchnorm.settings import Settings, most_steps, seconds
from mlqa.tools.batchnorm.tables import tables
from mlqa.tools.batchnorm.verdicts import Judgement
from mlqa.tools.context import Context
from mlqa.tools.registry import tool
from mlqa.tools.training import reproducible

_ESSAY = "lipschitz-and-batch-normalization"
_CLAIMS: tuple[tuple[Claim, Callable[[verdicts.Arms], Judgement]], ...] = (
    (
        Claim(
            document_id=_ESSAY,
            quote="엄밀히는 노이즈를 넣은 BN 모델이 보통의 BN 모델과 거의 같고, BN을 쓰지 않은 "
            "모델보다 낫다는 것이 논문의 결과입니다.",
        ),
        verdicts.performance,
    ),
    (
        Claim(
            document_id=_ESSAY,
            quote="노이즈 실험의 결론은 배치 정규화가 성능을 높이는 주된 원인이 내부 공변량 변화의 "
            "해소가 아니라는 것입니다.",
        ),
        verdicts.conclusion,
    ),
    (
        Claim(
            document_id=_ESSAY,
            quote="실험 그림에서 노이즈를 넣은 쪽의 빨간색 분포는 층이 깊어질수록 파란색이나 "
            "주황색 분포보다 더 불안정해집니다.",
        ),
        verdicts.deeper,
    ),
    (
        Claim(
            document_id=_ESSAY,
            quote="더구나 BN을 써도 내부 공변량 변화가 사라지지 않고 도리어 심각해지는 경우까지 "
            "있습니다.",
        ),
        verdicts.not_reduced,
    ),
    (
        Claim(
            document_id=_ESSAY,
            quote="배치 정규화는 최적화 문제의 지형을 더 매끄럽게(smooth) 만듭니다.",
        ),
        verdicts.smoother,
    ),
    (
        Claim(
            document_id=_ESSAY,
            quote="배치 정규화를 쓰면 손실 함수가 립시츠 성질을 띠어 손실의 기울기(gradient)가 더 "
            "매끄러워지고, 그 결과 이후 학습에서 기울기를 더 믿을 수 있고(reliable) 예측하기 "
            "쉬워집니다(predictive).",
        ),
        verdicts.predictive,
    ),
)

_STEPS = (50, 2_000)
_LIMIT = 60.0  # seconds that a run may take by its estimate
_PAUSE = 0.25  # seconds between two reports of progress


@tool(seconds=90, memory_mb=2048, claims=[claim for claim, _ in _CLAIMS])
def batchnorm(
    context: Context,
    *,
    arms: Annotated[tuple[Arm, ...], Field(min_length=1, max_length=3)] = ARMS,
    seeds: Annotated[int, Field(ge=1, le=10)] = 3,
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0,
    depth: Annotated[int, Field(ge=2, le=12)] = 6,
    width: Annotated[int, Field(ge=8, le=128)] = 64,
    steps: Annotated[int, Field(ge=_STEPS[0], le=_STEPS[1])] = 400,
    learning_rate: Annotated[float, Field(ge=0.001, le=0.5)] = 0.05,
    batch_size: Annotated[int, Field(ge=16, le=256)] = 128,
    noise: Annotated[float, Field(ge=0.1, le=4)] = 1.0,
) -> ToolResult:
    """Trains networks without BN, with BN and with noisy BN on digits and compares them.

    The verdicts' rules are written at the functions of ``verdicts``.

    Args:
        context: The run.
        arms: Which networks: without BN, with BN, with BN and noise after it.
        seeds: How often each is trained, from other first weights and batches.
        seed: Where the draws start.
        depth: Layers with weights, the last one included.
        width: Units of a hidden layer.
        steps: Steps of training.
        learning_rate: Of plain gradient descent, equal for all arms.
        batch_size: Rows of a step.
        noise: Strength of the noise; 1 is the paper's.

    Raises:
        ToolArgumentError: The run would take too long.
    """
    settings = Settings(
        arms=tuple(arm for arm in ARMS if arm in arms),
        seeds=seeds,
        seed=seed,
        depth=depth,
        width=width,
        steps=steps,
        learning_rate=learning_rate,
        batch_size=batch_size,
        noise=noise,
    )
    _check_cost(settings)
    _load(context)
    runs = train(settings, _reporter(context, settings))
    summaries = {arm: verdicts.summary(run) for arm, run in runs.items()}
    return ToolResult(
        text=text(context, settings, summaries),
        figures=figures(summaries),
        tables=tables(context, settings, runs, summaries),
        plots=plots(context, settings, runs),
        findings=tuple(finding(context, claim, judge(summaries)) for claim, judge in _CLAIMS),
    )


def _load(context: Context) -> None:
    """Imports what takes seconds, and says meanwhile that it does."""

    def load() -> None:
        for module in ("torch", "sklearn.datasets", "sklearn.model_selection"):
            import_module(module)
        with reproducible():  # torch imports more when this is first asked for
            pass

    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(load)
        while not loading.done():
            context.progress(0.0, context.say("batchnorm_loading"))
            wait([loading], timeout=_PAUSE)
        loading.result()


def _check_cost(settings: Settings) -> None:
    """Refuses a run that would not end in time, with what would."""
    if seconds(settings) <= _LIMIT:
        return
    most = most_steps(settings, _LIMIT, *_STEPS)
    if most >= _STEPS[0]:
        raise ToolArgumentError(
            "batchnorm_too_long", steps=settings.steps, least=_STEPS[0], most=most
        )
    shortest = seconds(replace(settings, steps=_STEPS[0]))
    raise ToolArgumentError(
        "batchnorm_too_large",
        seeds=settings.seeds,
        steps=_STEPS[0],
        most=int(settings.seeds * _LIMIT / shortest),
    )


def _reporter(context: Context, settings: Settings) -> Callable[[float, Arm, int], None]:
    """Reports progress, not oftener than a user can see."""
    last = -_PAUSE

    def tell(share: float, arm: Arm, number: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _PAUSE:
            return
        last = now
        name = context.say(f"batchnorm_arm_{arm}")
        context.progress(
            share, context.say("batchnorm_progress", arm=name, number=number, seeds=settings.seeds)
        )

    return tell
