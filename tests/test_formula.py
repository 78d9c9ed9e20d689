"""Formulas typed by a user: what is read, what is refused, values and derivatives."""

from __future__ import annotations

import ast
import inspect
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlqa.errors import ToolArgumentError
from mlqa.tools.lipschitz import dual, formula
from mlqa.tools.lipschitz.dual import evaluate
from mlqa.tools.lipschitz.formula import FUNCTIONS, LONGEST, parse, shown


def value(text: str, x: float) -> float:
    return float(evaluate(parse(text), np.array([x])).value[0])


def slope(text: str, x: float) -> float:
    return float(evaluate(parse(text), np.array([x])).slope[0])


@pytest.mark.parametrize(
    ("text", "x", "expected"),
    [
        ("x^2", 3, 9),
        ("x**2", 3, 9),
        ("x²", 3, 9),
        ("x⁻²", 2, 0.25),
        ("ｘ＾２　＋　１", 3, 10),
        ("2×x÷4", 3, 1.5),
        ("x−1", 3, 2),
        ("2x", 3, 6),
        ("2x^2", 3, 18),
        ("2(x+1)(x-1)", 3, 16),
        ("x(x+1)", 3, 12),
        ("xsin(x)", 0.5, 0.5 * math.sin(0.5)),
        ("x sin(x)", 0.5, 0.5 * math.sin(0.5)),
        ("sin(x)cos(x)", 0.5, math.sin(0.5) * math.cos(0.5)),
        ("sin²(x)", 0.5, math.sin(0.5) ** 2),
        ("|x|", -3, 3),
        ("2|x|", -3, 6),
        ("||x|-5|", -3, 2),
        ("|x(|x|-1)|", -3, 6),
        ("|x||x|", -3, 9),
        ("√x", 9, 3),
        ("√(x+7)", 9, 4),
        ("2√x", 9, 6),
        ("∛x", -8, -2),
        ("exp(x)/2", 1, math.e / 2),
        ("e^x", 2, math.e**2),
        ("2πx", 1, 2 * math.pi),
        ("pi*x", 1, math.pi),
        ("ln(x)", 3, math.log(3)),
        ("log2(x)+log10(x)", 100, math.log2(100) + 2),
        ("-x^2", 3, -9),
        ("(-x)^2", 3, 9),
        ("2^-x", 3, 0.125),
        ("2^3^x", 2, 512),
        ("x-1-1", 5, 3),
        ("x/2/2", 8, 2),
        ("1/2x", 8, 4),
        ("½x", 8, 4),
        ("--x", 8, 8),
        ("+x", 8, 8),
        ("1e3x", 2, 2000),
        (".5x + 1.", 2, 2),
        ("max(x, -x/2)", -4, 2),
        ("min(x,1)", 4, 1),
        ("relu(x-1)", 3, 2),
        ("[x+1]{x}", 2, 6),
        ("x[2]", 3, 6),
        ("f(x) = x+1", 2, 3),
        ("y = SIN(X)", 0.5, math.sin(0.5)),
        ("x^x", 2, 4),
        ("sigmoid(x)", 0, 0.5),
        ("arctan(x)", 1, math.pi / 4),
    ],
)
def test_formulas_mean_what_people_mean(text: str, x: float, expected: float) -> None:
    assert value(text, x) == pytest.approx(expected, rel=1e-12)
    assert value(shown(parse(text)), x) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "비어"),
        ("   ", "비어"),
        ("x" * (LONGEST + 1), "200자 이하"),
        ("__import__('os')", "__import__"),
        ("eval(x)", "eval"),
        ("open(x)", "open"),
        ("x.real", "‘.’"),
        ("x.__class__", "‘.’"),
        ("y", "y"),
        ("나", "나"),
        ("nan", "nan"),
        ("inf*x", "inf"),
        ("lambda x: x", "lambda"),
        ("x if x else 1", "if"),
        ("x;x", "‘;’"),
        ("x=3", "‘=’"),
        ("x%2", "‘%’"),
        ("'x'", "‘'’"),
        ("sin x", "괄호"),
        ("sin", "괄호"),
        ("sin⁻¹(x)", "괄호"),
        ("sin()", "‘)’"),
        ("sin(x, x)", "1개 필요한데 2개"),
        ("max(x)", "2개 필요한데 1개"),
        ("(x", "끝나지"),
        ("|x", "끝나지"),
        ("x+", "끝나지"),
        ("x)", "‘)’"),
        ("2 3", "‘3’"),
        ("x 3", "‘3’"),
        ("*x", "‘*’"),
        ("x,x", "‘,’"),
        ("(" * 31 + "x" + ")" * 31, "30겹"),
        ("^".join(["x"] * 40), "30겹"),
        ("√" * 40 + "x", "30겹"),
    ],
)
def test_what_is_no_formula_is_refused_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(ToolArgumentError) as caught:
        parse(text)
    assert said in caught.value.text("ko")
    assert "\n" not in caught.value.text("ko")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1/0", "0으로 나누고"),
        ("x/(2-2)", "0으로 나누고"),
        ("0/0", "0으로 나누고"),
        ("9**9**9", "지수"),
        ("x^101", "지수"),
        ("x^-101", "지수"),
        ("2^(2^(2^(2^(2^9))))", "지수"),
        ("x^(1e400)", "지수"),
    ],
)
def test_constants_that_cannot_be_are_refused(text: str, said: str) -> None:
    with pytest.raises(ToolArgumentError) as caught:
        evaluate(parse(text), np.array([0.5]))
    assert said in caught.value.text("ko")


@settings(max_examples=300)
@given(st.text(alphabet="x123+-*/^()|√², sincoexp.π_", max_size=40))
def test_whatever_is_typed_ends_in_values_or_in_an_error_of_ours(text: str) -> None:
    try:
        found = evaluate(parse(text), np.linspace(-2, 2, 7))
    except ToolArgumentError:
        return
    assert found.value.shape == found.slope.shape == (7,)
    assert not math.isnan(value(shown(parse(text)), 0.5)) or math.isnan(value(text, 0.5))


def test_the_longest_formulas_are_read() -> None:
    assert value("-" * (LONGEST - 1) + "x", 2) == -2
    assert value("+".join("x" * 100), 2) == 200
    assert value("x" * LONGEST, 1) == 1


@pytest.mark.parametrize("name", [name for name, count in FUNCTIONS.items() if count == 1])
def test_derivatives_agree_with_finite_differences(name: str) -> None:
    # Away from kinks and inside every domain.
    for inner, x in (("x", 0.3), ("x", 0.7), ("x^2/2 + 0.1", 0.8), ("sin(x)", 0.4)):
        text, step = f"{name}({inner})", 1e-6
        expected = (value(text, x + step) - value(text, x - step)) / (2 * step)
        assert slope(text, x) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "x^3",
        "x^-2",
        "x^0.5",
        "2^x",
        "x^x",
        "x/(1+x)",
        "x sin(1/x)",
        "max(x, x^2)",
        "-x^2",
        "3",
        "x^0",
    ],
)
def test_derivatives_of_operations(text: str) -> None:
    step = 1e-6
    for x in (0.3, 0.8):
        expected = (value(text, x + step) - value(text, x - step)) / (2 * step)
        assert slope(text, x) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_outside_its_domain_a_formula_has_no_value() -> None:
    assert math.isnan(value("sqrt(x)", -1))
    assert math.isnan(value("log(x)", -1))
    assert math.isinf(value("1/x", 0))
    assert math.isnan(value("sin(x)/x", 0))
    assert math.isinf(value("exp(1000x)", 1))


def test_formulas_are_never_run_as_python() -> None:
    for module in (formula, dual):
        tree = ast.parse(inspect.getsource(module))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert not names & {"eval", "exec", "compile", "__import__", "getattr", "open"}
