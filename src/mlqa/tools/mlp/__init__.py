"""Logistic regression, then a small network: the essay's steps, written in numpy and checked."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mlqa.schema import Claim, ToolResult
from mlqa.tools import perceptron
from mlqa.tools.context import Context
from mlqa.tools.mlp import showing
from mlqa.tools.mlp.checking import check_gradients, equivalence
from mlqa.tools.mlp.learning import ARMS, Arm, Plan, Trained, train
from mlqa.tools.mlp.shapes import SHAPES, TEST_POINTS, Points, Shape, drawn
from mlqa.tools.perceptron import Activation
from mlqa.tools.registry import tool
from mlqa.tools.threads import one_thread

_ESSAY = "approaching-deep-learning"
REGRESSION = Claim(
    document_id=_ESSAY,
    quote=(
        "정보를 전달하는 원리인 로지스틱 회귀(logistic regression), 곧 선형 회귀와 "
        "활성화(activation)를 이해합니다."
    ),
)
ENSEMBLE = Claim(
    document_id=_ESSAY,
    quote=(
        "글쓴이는 인공 신경망을 수많은 회귀 모델의 앙상블(ensemble)로, 딥러닝을 인공 신경망과 "
        "다른 네트워크 구조의 앙상블로 설명합니다."
    ),
)
LAYERS = Claim(
    document_id=_ESSAY,
    quote=(
        "엄밀히는 앙상블이란 따로 학습한 여러 모델의 예측을 합치는 방법이므로, 신경망은 회귀 "
        "모델을 층층이 합성해 함께 학습하는 모델이라고 하는 편이 정확합니다."
    ),
)
BACK_PROPAGATION = Claim(
    document_id=_ESSAY,
    quote=(
        "엄밀히는 역전파는 기울기를 계산하는 절차이고, 매개변수는 경사 하강법 같은 최적화 "
        "알고리즘이 그 기울기로 갱신합니다."
    ),
)
CLAIMS = (REGRESSION, ENSEMBLE, LAYERS, BACK_PROPAGATION)
Width = Annotated[int, Field(ge=1, le=32)]


@tool(seconds=60, memory_mb=1024, claims=CLAIMS)
def mlp(
    context: Context,
    *,
    shape: Shape = "moons",
    hidden: Annotated[tuple[Width, ...], Field(min_length=1, max_length=2)] = (8,),
    activation: Activation = "tanh",
    points: Annotated[int, Field(ge=40, le=400)] = 200,
    noise: Annotated[float, Field(ge=0, le=0.5)] = 0.15,
    steps: Annotated[int, Field(ge=10, le=3000)] = 1000,
    rate: Annotated[float, Field(ge=0.001, le=2)] = 1.0,
    runs: Annotated[int, Field(ge=2, le=10)] = 5,
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0,
) -> ToolResult:
    """Trains a logistic regression and a small network in numpy and checks back-propagation.

    All three shapes are measured, ``shape`` is drawn. Verdicts: ``mlqa.tools.mlp.verdicts``.
    """
    seeds = [(seed + run) % 2**31 for run in range(runs)]
    later = [(number + 2**30) % 2**31 for number in seeds]
    plan = Plan(hidden, activation, steps, rate, seeds)
    total = len(SHAPES) * len(ARMS)
    trained: dict[Shape, dict[Arm, Trained]] = {}
    known: dict[Shape, Points] = {}
    with one_thread():
        for place, each in enumerate(SHAPES):
            known[each] = drawn(each, points, noise, seeds)
            test = drawn(each, TEST_POINTS, noise, later)
            trained[each] = {}
            for number, arm in enumerate(ARMS):
                share = (place * len(ARMS) + number) / total
                doing = f"{showing.shape(context, each)}, {showing.arm(context, arm)}"

                def tick(share: float = share, doing: str = doing) -> None:
                    context.progress(share, doing)

                trained[each][arm] = train(arm, plan, known[each], test, tick)
        context.progress(0.95, context.say("mlp_checking"))
        first = {each: Points(known[each].x[:1], known[each].y[:1]) for each in SHAPES}
        fresh = perceptron.made([2, *hidden, 1], seeds[:1])
        shown = showing.Measured(
            shape=shape,
            plan=plan,
            points=first[shape],
            trained=trained,
            checks={each: check_gradients(fresh, first[each], activation) for each in SHAPES},
            equal={each: equivalence(first[each]) for each in SHAPES},
        )
    return ToolResult(
        text=showing.text(context, shown),
        figures=showing.figures(shown),
        tables=showing.tables(context, shown),
        plots=showing.plots(context, shown),
        findings=showing.findings(context, shown, CLAIMS),
    )
