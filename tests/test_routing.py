"""Requests in Korean and English become a tool and its arguments, questions do not."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import Field

from mlqa.cli import run
from mlqa.errors import GoldError, ToolArgumentError
from mlqa.evaluation.routing import assess_routing
from mlqa.schema import ToolResult
from mlqa.tools import registry
from mlqa.tools.routing import Routed, Router
from mlqa.tools.routing.numbers import NUMBER, value

GOLD = Path(__file__).parent.parent / "eval" / "routing.jsonl"
QUESTIONS = GOLD.with_name("gold.jsonl")
ROUTER = Router()


def routed(request: str, *history: str) -> Routed:
    found = ROUTER.route(request, history)
    assert found is not None, request
    return found


def read(request: str, *history: str) -> tuple[str, dict[str, Any]]:
    found = routed(request, *history)
    assert not found.missing
    return found.tool, dict(found.arguments)


# -- the tool -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "tool"),
    [
        ("LRU 캐시 한번 돌려봐", "lru"),
        ("엘알유캐쉬 돌려죠", "lru"),
        ("run the LRU cache demo", "lru"),
        ("배치정규화실험돌려줘", "batchnorm"),
        ("배치놈 돌려", "batchnorm"),
        ("비엔 실험 좀 돌려줄래?", "batchnorm"),
        ("could you please execute batch normalisation", "batchnorm"),
        ("시그모이드랑 렐루 비교하는 실험 보고 싶어", "activation"),
        ("죽은 렐루 데모 보여줘", "activation"),
        ("잔차 연결 실험을 실행하여 주십시오.", "depth"),
        ("깊이 실험 ㄱㄱ", "depth"),
        ("배치 싸이즈 실험 돌려줘", "batch_size"),
        ("더블 디센트 재현 좀", "double_descent"),
        ("이중 하강 실험 돌려줄 수 있어?", "double_descent"),
        ("무작위로 연결한 신경망 실험을 실행해 주시기 바랍니다.", "random_wiring"),
        ("랜덤와이어링 ㄱㄱ", "random_wiring"),
        ("스케일링 실험 돌려봐", "standardize"),
        ("please run the input standardization demo", "standardize"),
        ("로지스틱 회귀와 다층 퍼셉트론을 비교하는 데모를 실행해 주세요", "mlp"),
        ("오토엠엘 돌려줘", "automl"),
        ("머신러닝 파이프라인 데모 실행", "automl"),
        ("타이타닉 그거 돌려봐", "ten_lines"),
        ("ten-line tutorial demo, please run", "ten_lines"),
    ],
)
def test_a_request_finds_its_tool(request_: str, tool: str) -> None:
    assert routed(request_) == Routed(tool=tool)


@pytest.mark.parametrize(
    ("request_", "tool"),
    [
        ("배치 정규하 실험 돌려줘", "batchnorm"),
        ("할성화함수 실험 돌려줘", "activation"),
        ("타이타닠 실험 돌려줘", "ten_lines"),
        ("run the standartization experiment", "standardize"),
    ],
)
def test_a_slip_of_the_pen_is_forgiven(request_: str, tool: str) -> None:
    assert routed(request_).tool == tool


@pytest.mark.parametrize(
    "request_",
    [
        "배치 정규화는 왜 잘 되나요?",
        "LRU 캐시가 뭐야?",
        "LRU 데모를 실행하는 방법 알려줘",
        "how do I run the LRU demo?",
        "should I run batchnorm with 3 seeds?",
        "시그모이드와 ReLU의 차이를 설명해 주세요.",
        "x^2는 립시츠 함수인가요?",
        "배치 크기를 32로 하면 어떤가요?",
        "배치 정규화 실험 결과 설명해줘",
        "이중 하강 실험은 누가 했어?",
        "배치 크기 실험은 GPU 없이도 돌릴 수 있나요?",
        "'LRU 돌려줘'라고 하면 뭐가 나와?",
        "LRU 캐시 코드 짜줘",
        "FIFO 캐시를 크기 3으로 1 2 3 돌려줘",
        "write me an LRU cache in Rust",
        "타이타닉 튜토리얼 파이썬 코드 그대로 보여 줘",
    ],
)
def test_a_question_about_a_thing_is_no_request(request_: str) -> None:
    assert ROUTER.route(request_) is None


@pytest.mark.parametrize(
    "request_",
    [
        "",
        "   ",
        "안녕",
        "고마워!",
        "커피 한 잔 시켜줘",
        "강화 학습 실험 돌려봐",
        "레이어 정규화 실험 돌려줘",
        "파이토치 튜토리얼 실행해줘",
        "이미지넷으로 ResNet 110층 학습시켜줘",
        "파이썬 코드 실행해줘: print(1+1)",
        "rm -rf / 실행해",
        "어떤 실험을 돌릴 수 있어?",
        "which experiments can you run?",
        "내 돈 돌려줘",
        "BN 실험 돌리지 말고 설명만 해줘",
        "don't run the LRU demo",
        "배치 정규화 실험 실행하지 마",
        "\x00\x01\ud7ff ⁂ 🦆" * 20,
        "((((([[[[{{{{<<<<",
        "ㅁㄴㅇㄹ ㅂㅈㄷㄱ",
    ],
)
def test_small_talk_unknown_demos_and_garbage_run_nothing(request_: str) -> None:
    assert ROUTER.route(request_) is None
    assert ROUTER.route(request_, ["LRU 캐시를 크기 2로 1 2 3 돌려줘"]) is None


@pytest.mark.parametrize(
    "request_",
    [
        "LRU 돌려줘 " + "1, " * 3_300,
        "립시츠 상수 구해줘 " + "x+" * 5_000,
        "mlp 돌려줘 은닉층 " + "2 " * 5_000,
        "배치 정규화 실험 " * 1_000,
        "automl run " + "two " * 2_500,
        "립시츠 " + "(" * 10_000 + " 구해줘",
        "lru 돌려줘 크기 " + "9" * 10_000,
        "lru 돌려줘" + " " * 10_000,
    ],
)
def test_ten_thousand_characters_are_read(request_: str) -> None:
    found = ROUTER.route(request_)
    assert found is None or found.tool in registry.BUILT_IN


@pytest.mark.parametrize(
    ("request_", "tool"),
    [
        ("네트워크를 깊게 쌓을수록 오류가 줄어드는지 견주어 봐 줘", "depth"),
        ("테스트 오류가 올라갔다가 다시 내려오는 현상을 재현해 주십시오.", "double_descent"),
        ("최근에 쓰지 않은 것부터 내보내는 캐시를 한번 굴려봐", "lru"),
        (
            "does the network still learn if I connect the neurons at random? try it",
            "random_wiring",
        ),
        ("입력의 단위를 맞춘 것과 그대로 둔 것의 차이를 모델별로 재 줘", "standardize"),
    ],
)
def test_a_tool_that_is_described_is_found_without_its_name(request_: str, tool: str) -> None:
    assert routed(request_).tool == tool


@pytest.mark.parametrize(
    "request_",
    [
        "내일 회의 자료를 정리해 줘",
        "데이터가 부족한데 늘려 줘",
        "compare python and java",
        "신경망 그림 좀 그려 줘",
        "대화 내용을 저장해 주세요",
    ],
)
def test_an_order_for_something_else_runs_nothing(request_: str) -> None:
    assert ROUTER.route(request_) is None


def test_a_request_that_is_explained_first_is_one() -> None:
    request = (
        "캐시에서 무엇이 왜 버려지는지 학생들이 묻더군요. LRU 캐시를 크기 2로 실행해 주시겠습니까?"
    )
    assert read(request) == ("lru", {"size": 2})


@pytest.mark.parametrize(
    "request_",
    [
        "제 생각에 배치 정규화 실험의 시드 3개는 적은 듯합니다. 선생님 의견이 궁금합니다.",
        "이중 하강 실험을 에폭 500으로 돌리면 시간이 얼마나 걸리나요?",
        "표준화 실험 5겹 선택 근거, 출처 요망.",
        "Translate 'please run the LRU demo' into Korean.",
        "'배치 크기 실험을 실행해 주세요'를 영어로 옮겨 줘",
        "이미지넷으로 레즈넷을 110층으로 학습시켜 줘",
    ],
)
def test_numbers_and_orders_of_others_make_no_request(request_: str) -> None:
    assert ROUTER.route(request_) is None


def test_no_question_of_the_gold_set_runs_anything() -> None:
    lines = map(json.loads, QUESTIONS.read_text(encoding="utf-8").splitlines())
    asked = [line["question"] for line in lines if line["part"] == "train"]
    assert len(asked) > 500
    assert [question for question in asked if ROUTER.route(question)] == []


def test_a_router_uses_the_encoder_that_it_is_given() -> None:
    seen: list[str] = []

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        seen.extend(texts)
        return np.ones((len(texts), 2), dtype=np.float32)

    router = Router(embed)
    router.warm_up()
    before = len(seen)
    assert before > 100
    router.route("네트워크를 깊게 쌓을수록 오류가 줄어드는지 견주어 봐 줘")
    assert len(seen) == before + 1


# -- arguments ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "size", "requests"),
    [
        ("LRU 캐시를 크기 3으로 1, 2, 3, 1, 4 순서로 실행해줘", 3, "12314"),
        ("run LRU cache of size 2 with a b a c", 2, "abac"),
        ("LRU캐시크기3으로1,2,3,1,4순서로실행해줘", 3, "12314"),
        ("크기３인 LRU에 1，2，3 넣어줘", 3, "123"),
        ("두 칸짜리 lru에 가 나 가 다 순서로 넣어봐", 2, "가나가다"),
        ("simulate lru with 3 slots: A B C A D", 3, "ABCAD"),
        ("lru 크기 셋 1→2→1→3 ㄱㄱ", 3, "1213"),
        ("could you run an LRU cache of capacity two for 3, 7 and 2?", 2, "372"),
        ("LRU(4)에 [1, 2, 3, 4, 5] 넣고 돌려줘", 4, "12345"),
        ("lru 3칸 abcabd 돌려줘", 3, "abcabd"),
        ("크기 2 lru에 3이랑 7이랑 3 넣어줘", 2, "373"),
        ("LRU 크기 3 1부터 5까지 넣어줘", 3, "12345"),
    ],
)
def test_requests_of_a_cache_are_read_in_any_notation(
    request_: str, size: int, requests: str
) -> None:
    assert read(request_) == ("lru", {"size": size, "requests": list(requests)})


def test_words_are_items_too() -> None:
    _, arguments = read("엘알유 캐시 네 칸짜리로 사과, 배, 사과, 귤 순서로 돌려 주세요")
    assert arguments == {"size": 4, "requests": ["사과", "배", "사과", "귤"]}


@pytest.mark.parametrize(
    "request_",
    [
        "크기가 5인 LRU 캐시에 [1, 2, 3, 4, 5]가 들어 있을 때 3, 7, 2를 차례로 넣어 주세요.",
        "put 3, 7 and 2 into an LRU cache of size 5 that holds [1, 2, 3, 4, 5]",
        "LRU cache starting with 1 2 3 4 5, size 5: request 3, 7, 2",
        "초기 내용 [1 2 3 4 5], 크기 5인 LRU에 3 7 2 요청해줘",
    ],
)
def test_what_a_cache_holds_is_told_from_what_is_requested(request_: str) -> None:
    assert read(request_) == (
        "lru",
        {"size": 5, "contents": list("12345"), "requests": list("372")},
    )


@pytest.mark.parametrize(
    ("request_", "contents", "requests"),
    [
        ("LRU 재현. 시작 항목 4, 5, 2. 요청 2, 9. 크기 4.", "452", "29"),
        (
            "캐시에 가와 나가 이미 들어 있을 때 나, 다, 가 순서로 요청하는 LRU를 크기 4로 돌려 줘",
            "가나",
            "나다가",
        ),
        ("LRU of size 4, initial contents x y z, requests: w x q, run it", "xyz", "wxq"),
    ],
)
def test_lists_are_told_apart_by_what_is_said_of_them(
    request_: str, contents: str, requests: str
) -> None:
    _, arguments = read(request_)
    assert arguments == {"size": 4, "contents": list(contents), "requests": list(requests)}


def test_a_sentence_with_a_comma_is_no_list() -> None:
    assert read("캐시를 다룰 예정인데, 적중을 보고 싶습니다. LRU를 작동시켜 주십시오.") == (
        "lru",
        {},
    )


@pytest.mark.parametrize(
    ("request_", "compare"),
    [
        ("LRU 돌려줘. 다른 방식과 견주는 것은 생략해 주세요.", False),
        ("다른 policy랑 comparison은 false로 해서 LRU run 해줘요", False),
        ("다른 교체 방식과도 견주면서 LRU를 돌려 주세요", True),
        ("FIFO와 비교해서 lru 돌려줘", True),
        ("Run the LRU demo and compare with FIFO", True),
        ("LRU 돌려줘, 비교는 하지 말고", False),
        ("run lru without comparing", False),
    ],
)
def test_a_named_comparison_is_read(request_: str, compare: bool) -> None:
    assert read(request_) == ("lru", {"compare": compare})


@pytest.mark.parametrize(
    ("request_", "formula", "interval"),
    [
        ("sin(x)의 립시츠 상수를 -1에서 1까지 구해 주세요.", "sin(x)", (-1, 1)),
        ("립시츠 상수 계산해줘 f(x) = x^3 - 2x, 구간은 -2~2", "x^3 - 2x", (-2, 2)),
        ("구간 [0, 3]에서 x^2의 립쉬츠 상수를 계산해 주세요", "x^2", (0, 3)),
        ("Lipschitz constant of ln(x) between 1 and 10", "ln(x)", (1, 10)),
        ("estimate the lipschitz K for |x|/2 from -pi to pi", "|x|/2", (-math.pi, math.pi)),
        ("x 제곱의 립시츠 상수를 0부터 3까지 구해줘", "x^2", (0, 3)),
        ("엑스 세제곱 빼기 x 립시츠 구해줘 ±2", "x^3 - x", (-2, 2)),
        ("max(0, x)의 립시츠 상수를 [-1, 1]에서 구해 주세요", "max(0, x)", (-1, 1)),
        ("what is the Lipschitz constant of exp(x) on [0, 1]?", "exp(x)", (0, 1)),
        ("립시츠 상수 구해줘 1/x 1부터 5까지", "1/x", (1, 5)),
    ],
)
def test_a_formula_and_its_interval_are_read(
    request_: str, formula: str, interval: tuple[float, float]
) -> None:
    tool, arguments = read(request_)
    assert tool == "lipschitz"
    assert arguments["formula"] == formula
    assert (arguments["low"], arguments["high"]) == pytest.approx(interval)


@pytest.mark.parametrize("formula", ["__import__('os').system('ls')", "foo(x)", "x.__class__"])
def test_what_is_no_formula_is_handed_on_and_refused_by_the_tool(formula: str) -> None:
    tool, arguments = read(f"립시츠 상수를 구해줘: {formula}")
    assert arguments == {"formula": formula}
    with pytest.raises(ToolArgumentError):
        registry.find(tool)(**arguments)


@pytest.mark.parametrize(
    ("request_", "tool", "arguments"),
    [
        (
            "배치 정규화 실험 배치 크기 64, 층 4개, 너비 32로 돌려줘",
            "batchnorm",
            {"batch_size": 64, "depth": 4, "width": 32},
        ),
        ("bn 시드 5로 ㄱㄱ", "batchnorm", {"seed": 5}),
        ("bn 시드 다섯 개로 ㄱㄱ", "batchnorm", {"seeds": 5}),
        ("run bn with lr 0.1 seeds 3", "batchnorm", {"learning_rate": 0.1, "seeds": 3}),
        ("run bn, 3 seeds, 100 steps, seed 4", "batchnorm", {"seeds": 3, "steps": 100, "seed": 4}),
        ("배치 정규화 실험을 세 번 되풀이해 주세요", "batchnorm", {"seeds": 3}),
        ("배치 정규화 실험 한 번만 돌려줘", "batchnorm", {}),
        ("배치 정규화 시드 3만 바꿔서 돌려줘", "batchnorm", {"seed": 3}),
        ("BN이랑 노이즈 BN만 비교하는 실험 돌려봐", "batchnorm", {"arms": ["bn", "noisy"]}),
        (
            "노이즈 BN만 빼고 배치 정규화 실험 돌려줘",
            "batchnorm",
            {"arms": ["standard", "bn"]},
        ),
        ("활성화 함수 실험 8층 200스텝", "activation", {"depth": 8, "steps": 200}),
        ("층수 실험 2층이랑 56층만 비교해봐", "depth", {"depths": [2, 56]}),
        ("층수 실험을 2층짜리와 56층짜리로 실행해 주세요", "depth", {"depths": [2, 56]}),
        (
            "run depth experiment with depths 2 8 20 and 3 runs",
            "depth",
            {"depths": [2, 8, 20], "runs": 3},
        ),
        ("배치 크기 실험 목표 손실 0.3 다섯 번 반복", "batch_size", {"target": 0.3, "runs": 5}),
        (
            "이중하강 실험 에폭 천번 노이즈 30퍼로 ㄱㄱ",
            "double_descent",
            {"epochs": 1000, "noise": 0.3},
        ),
        ("이중 하강 실험을 노이즈 없이 실행해 주세요", "double_descent", {"noise": 0.0}),
        (
            "double descent with 300 training rows and 15% wrong labels, run it",
            "double_descent",
            {"rows": 300, "noise": 0.15},
        ),
        ("무작위 연결 실험을 그래프 스무 개로 실행해 주십시오", "random_wiring", {"graphs": 20}),
        (
            "random wiring run with 8 graphs and margin 0.05 please",
            "random_wiring",
            {"graphs": 8, "margin": 0.05},
        ),
        (
            "입력 표준화 실험 와인이랑 아이리스로만, knn svm 트리만 돌려줘",
            "standardize",
            {"datasets": ["wine", "iris"], "models": ["knn", "svm", "tree"]},
        ),
        (
            "입력 표준화 실험의 5겹 교차 검증을 세 번 되풀이해 주세요",
            "standardize",
            {"folds": 5, "repeats": 3},
        ),
        (
            "run standardization experiment without digits",
            "standardize",
            {"datasets": ["iris", "wine", "breast_cancer", "diabetes"]},
        ),
        (
            "mlp 동심원으로 은닉층 16 8, 시그모이드, 학습률 0.5, 500단계 돌려줘",
            "mlp",
            {
                "shape": "circles",
                "hidden": [16, 8],
                "activation": "sigmoid",
                "rate": 0.5,
                "steps": 500,
            },
        ),
        ("mlp 은닉층 두 개를 8개씩 해서 돌려줘", "mlp", {"hidden": [8, 8]}),
        (
            "AutoML demo: wine, 25 trials, 15 seconds, drift 1.5, missing 20%",
            "automl",
            {"data": "wine", "trials": 25, "seconds": 15.0, "shift": 1.5, "missing": 0.2},
        ),
        ("AutoML 탐색을 0.5분 동안 실행해 주세요", "automl", {"seconds": 30.0}),
        ("예산 확인했으니 automl 바로 돌려줘", "automl", {"confirm": True}),
        (
            "타이타닉 열 줄 데모 돌려줘 아이리스로 20번 나눠서",
            "ten_lines",
            {"data": "iris", "splits": 20},
        ),
        ("run lru size=2 seed=9", "lru", {"size": 2, "seed": 9}),
        # by the tools' own labels
        ("층의 개수 실험, 난수 씨앗 7, 실행 횟수 3", "depth", {"seed": 7, "runs": 3}),
        ("활성화 함수 견주기, 학습 걸음 수 300", "activation", {"steps": 300}),
        # the number elsewhere in the clause
        (
            "배치 크기 실험을 목표 손실은 너무 까다롭지 않게 0.5로 두고 돌려 줘",
            "batch_size",
            {"target": 0.5},
        ),
        # the number before the name
        ("42를 시드로 해서 이중 하강 실험을 돌려 줘", "double_descent", {"seed": 42}),
        ("run batch norm with 0.2 as the learning rate", "batchnorm", {"learning_rate": 0.2}),
        # what is replaced, and what is no argument
        ("표준화 실험을 10겹 말고 5겹으로 돌려 줘", "standardize", {"folds": 5}),
        (
            "이중 하강 실험을 학습 횟수 말고 에폭 300 조건으로 진행",
            "double_descent",
            {"epochs": 300},
        ),
        ("작은 AutoML 파이프라인을 한 차례 진행해 주십시오.", "automl", {}),
        # both languages at once
        (
            "batch norm은 step을 천오백, seed 수는 2개로 잡고 go",
            "batchnorm",
            {"steps": 1500, "seeds": 2},
        ),
        # lists in words and with other signs
        ("층수 실험: 네 층이랑 마흔 층만 견줘봐", "depth", {"depths": [4, 40]}),
        ("층수 실험 / 2·10·40", "depth", {"depths": [2, 10, 40]}),
        (
            "mlp: 은닉 32-16, relu, 2천 걸음",
            "mlp",
            {"hidden": [32, 16], "activation": "relu", "steps": 2000},
        ),
        # a word for the argument of another tool
        (
            "활성화 함수 실험을 은닉층 수는 6, 시드 3으로 돌려 줘",
            "activation",
            {"depth": 6, "seed": 3},
        ),
        ("예산은 그대로 두고 다시 묻지 말고 automl 실행", "automl", {"confirm": True}),
    ],
)
def test_arguments_are_read(request_: str, tool: str, arguments: dict[str, Any]) -> None:
    assert read(request_) == (tool, arguments)
    registry.find(tool).check(arguments)


@pytest.mark.parametrize(
    ("request_", "arguments"),
    [
        ("lru 크기 0으로 돌려줘", {"size": 0}),
        ("lru 크기 -1로 돌려줘", {"size": -1}),
        ("크기 10^12로 lru 돌려줘", {"size": 10**12}),
        ("lru 크기 1조로 돌려줘", {"size": 10**12}),
        ("배치 정규화 시드 NaN으로 실행", {"seed": "nan"}),
        ("배치 정규화 학습률 무한대로 실행해줘", {"learning_rate": "inf"}),
        ("배치 정규화 실험을 시드 2.5개로 돌려줘", {"seeds": 2.5}),
        ("표준화 실험 100겹으로 돌려줘", {"folds": 100}),
        ("AutoML을 2분 동안 돌려줘", {"seconds": 120.0}),
        ("이중 하강 실험 노이즈 90%로 돌려줘", {"noise": 0.9}),
        ("립시츠 x^2 -∞부터 3까지 구해줘", {"formula": "x^2", "low": "-∞", "high": 3.0}),
    ],
)
def test_values_outside_the_limits_are_handed_on_for_the_tool_to_refuse(
    request_: str, arguments: dict[str, Any]
) -> None:
    tool, found = read(request_)
    assert found == arguments
    with pytest.raises(ToolArgumentError):
        registry.find(tool).check(found)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,000", 1000),
        ("-0.5", -0.5),
        ("30 %", 0.3),
        ("1e-3", 0.001),
        ("2^10", 1024),
        ("100만", 1_000_000),
        ("스무", 20),
        ("열다섯", 15),
        ("천이백", 1200),
        ("삼십", 30),
        ("twenty-five", 25),
        ("two thousand three hundred", 2300),
        ("10분의 1", 0.1),
        ("절반", 0.5),
        ("1천5백", 1500),
        ("1만 2천", 12_000),
        ("삼십 퍼센트", 0.3),
        ("ten percent", 0.1),
        ("영점오", 0.5),
        ("two hundred and fifty", 250),
    ],
)
def test_numbers_are_read_as_they_are_written(text: str, number: float) -> None:

    found = re.search(NUMBER, f"{text} 개")
    assert found is not None
    assert value(found[0]) == pytest.approx(number)


# -- what is to be asked for -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "missing"),
    [
        ("립시츠 상수 좀 구해줘", ("formula",)),
        ("내가 만든 함수로 립시츠 상수 추정해줘", ("formula",)),
        ("LRU 캐시 크기를 다르게 해서 실행해 주세요.", ("size",)),
        ("run lru with a different size", ("size",)),
        ("LRU 캐시 다음 순서로 실행해줘", ("requests",)),
        ("run the lru cache in this order", ("requests",)),
        ("LRU 크기랑 순서를 바꿔서 돌려줘", ("requests", "size")),
        ("LRU 캐시 돌려줘", ()),
        ("automl 돌려줘", ()),
    ],
)
def test_what_is_announced_but_not_given_is_asked_for(
    request_: str, missing: tuple[str, ...]
) -> None:
    found = routed(request_)
    assert (dict(found.arguments), found.missing) == ({}, missing)


def test_the_answer_to_what_was_asked_completes_the_request() -> None:
    assert read("x^2, 0에서 1까지", "립시츠 상수 구해줘") == (
        "lipschitz",
        {"formula": "x^2", "low": 0.0, "high": 1.0},
    )
    assert read("5", "LRU 크기를 다르게 해서 돌려줘") == ("lru", {"size": 5})
    assert routed("0에서 2까지요", "립시츠 상수 구해줘").missing == ("formula",)


# -- conversations ---------------------------------------------------------------------------

LRU = "LRU 캐시를 크기 2로 a b a 돌려봐"
BN = "배치 정규화 실험을 시드 7로 돌려 주세요."


@pytest.mark.parametrize(
    ("history", "request_", "tool", "arguments"),
    [
        ([LRU], "이번에는 크기를 4로 바꿔서", "lru", {"size": 4, "requests": ["a", "b", "a"]}),
        ([LRU], "how about size 5?", "lru", {"size": 5, "requests": ["a", "b", "a"]}),
        ([LRU], "다시 돌려줘", "lru", {"size": 2, "requests": ["a", "b", "a"]}),
        ([LRU], "try c d c instead", "lru", {"size": 2, "requests": ["c", "d", "c"]}),
        ([BN, "고마워"], "학습률만 0.1로 바꿔줘", "batchnorm", {"seed": 7, "learning_rate": 0.1}),
        ([BN], "배치 크기를 64로 바꿔서 다시", "batchnorm", {"seed": 7, "batch_size": 64}),
        ([BN], "시드를 7에서 9로 바꿔서 다시 실행해 주세요", "batchnorm", {"seed": 9}),
        (
            [BN, "시드 3개로 다시"],
            "단계는 800으로",
            "batchnorm",
            {"seed": 7, "seeds": 3, "steps": 800},
        ),
        ([BN], "이번에는 이중 하강 실험을 돌려 주세요", "double_descent", {}),
        (["mlp xor로 돌려봐"], "이번엔 렐루로 해봐", "mlp", {"shape": "xor", "activation": "relu"}),
        (["x^2 립시츠 상수 구해줘"], "sin(x)는?", "lipschitz", {"formula": "sin(x)"}),
        (
            ["x^2 립시츠 상수 구해줘"],
            "립시츠 상수를 [0, 2]에서 다시 구해줘",
            "lipschitz",
            {"formula": "x^2", "low": 0.0, "high": 2.0},
        ),
    ],
)
def test_a_request_goes_on_from_the_one_before(
    history: Sequence[str], request_: str, tool: str, arguments: dict[str, Any]
) -> None:
    assert read(request_, *history) == (tool, arguments)


@pytest.mark.parametrize(
    ("history", "request_"),
    [
        (LRU, "왜 b가 버려졌어?"),
        (LRU, "그럼 크기 3이면 적중률이 낮아지나요?"),
        (LRU, "what is the hit rate?"),
        (LRU, "강화 학습 실험 시드 3으로 돌려봐"),
        (LRU, "재미있었다"),
        (BN, "학습률은 왜 중요해?"),
        (BN, "결과가 무슨 뜻인지 설명해 주세요."),
        ("run automl on iris", "예를 들어 줘"),
        ("run automl on iris", "아니요"),
    ],
)
def test_a_question_about_a_run_runs_nothing(history: str, request_: str) -> None:
    assert ROUTER.route(request_, [history]) is None


@pytest.mark.parametrize(
    "agreement", ["yes, go ahead with that budget", "네, 동의합니다. 실행해 주세요.", "ㅇㅇ ㄱㄱ"]
)
def test_agreeing_confirms_the_budget(agreement: str) -> None:
    assert read(agreement, "run automl on iris with 5 trials") == (
        "automl",
        {"data": "iris", "trials": 5, "confirm": True},
    )


def test_another_budget_is_not_agreed_to_yet() -> None:
    history = ["run automl on iris with 5 trials", "yes"]
    assert read("이번엔 60번 시도로 다시 돌려줘", *history) == (
        "automl",
        {"data": "iris", "trials": 60},
    )


# -- tools of a user's own -------------------------------------------------------------------


@pytest.fixture
def garden(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A tool that a user has written in a module of their own."""
    before = dict(registry._registered)

    def water_garden(
        litres: Annotated[float, Field(gt=0, le=100)],
        beds: list[int] | None = None,
        mode: Literal["drip", "spray"] = "drip",
        night: bool = False,
        note: str = "",
    ) -> ToolResult:
        """Waters the garden."""
        return ToolResult(text=f"{litres} {beds} {mode} {night} {note}")

    module = ModuleType("own_garden")
    water_garden.__module__ = module.__name__
    monkeypatch.setitem(sys.modules, module.__name__, module)
    registry.tool(inline=True)(water_garden)
    yield
    registry._registered.clear()
    registry._registered.update(before)


@pytest.mark.usefixtures("garden")
@pytest.mark.parametrize(
    ("request_", "arguments"),
    [
        ("water_garden litres=3 돌려줘", {"litres": 3}),
        ("run water garden with litres 2.5 in spray mode", {"litres": 2.5, "mode": "spray"}),
        (
            "water_garden 실행해줘 litres는 7 beds=[1, 2] night=true note='Hello'",
            {"litres": 7, "beds": [1, 2], "night": True, "note": "Hello"},
        ),
        ("water_garden 돌려줘 litres=1000", {"litres": 1000}),
    ],
)
def test_a_tool_of_ones_own_is_called_by_its_name(request_: str, arguments: dict[str, Any]) -> None:
    assert read(request_) == ("water_garden", arguments)


@pytest.mark.usefixtures("garden")
def test_what_a_tool_of_ones_own_cannot_do_without_is_asked_for() -> None:
    assert routed("water_garden 돌려줘") == Routed(tool="water_garden", missing=("litres",))
    assert read("litres=4", "water_garden 돌려줘") == ("water_garden", {"litres": 4})
    assert ROUTER.route("water_garden이 뭐야?") is None


# -- how it is measured ----------------------------------------------------------------------


def test_the_requests_that_were_fitted_are_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "--routing", str(GOLD), "--part", "train", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["requests"] >= 800
    assert result["right"] >= 0.98 * result["requests"]
    assert sum(kind["right"] for kind in result["kinds"].values()) == result["right"]


def line(name: str, part: str, request_: str, tool: str | None, **arguments: Any) -> str:
    fields = {"id": name, "part": part, "kind": "korean", "request": request_, "history": []}
    return json.dumps({**fields, "tool": tool, "arguments": arguments, "asks_for": []})


def test_misread_requests_are_shown_for_the_train_part_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "routing.jsonl"
    lines = [
        line("right", "train", "lru 크기 2로 돌려줘", "lru", size=2),
        line("default", "train", "lru 크기 3으로 돌려줘", "lru"),
        line("same", "train", "x² 립시츠 상수 구해줘", "lipschitz", formula="x^2"),
        line("wrong", "train", "lru 크기 2로 돌려줘", "lru", size=4),
        line("hidden", "test", "lru 크기 2로 돌려줘", None),
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    result = assess_routing(path, "all")
    assert (result["right"], result["requests"]) == (3, 5)
    assert [miss["id"] for miss in result["wrong"]] == ["wrong"]
    assert run(["eval", "--routing", str(path), "--part", "all"]) == 0
    out = capsys.readouterr().out
    assert "wrong" in out
    assert "hidden" not in out


def test_a_routing_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "routing.jsonl"
    with pytest.raises(GoldError):
        assess_routing(path)
    path.write_text('{"id": "x"}\n', encoding="utf-8")
    with pytest.raises(GoldError):
        assess_routing(path)
    path.write_text(line("x", "train", "lru 돌려줘", "lru"), encoding="utf-8")
    with pytest.raises(GoldError):
        assess_routing(path, "test")
