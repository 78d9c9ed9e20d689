"""The Lipschitz tool: known constants, unbounded slopes, deep chains, verdicts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from mlqa.errors import ToolArgumentError
from mlqa.schema import Table, ToolResult
from mlqa.tools.context import Context
from mlqa.tools.jsonable import check_result
from mlqa.tools.lipschitz import explosion_verdict, lipschitz
from mlqa.tools.lipschitz.chain import chains
from mlqa.tools.lipschitz.estimate import Estimate, estimate
from mlqa.tools.lipschitz.formula import parse
from mlqa.tools.lipschitz.presenting import number


def estimated(text: str, low: float, high: float) -> Estimate:
    return estimate(parse(text), low, high)


def table(result: ToolResult, name: str) -> Table:
    return next(each for each in result.tables if each.name == name)


@pytest.mark.parametrize(
    ("text", "low", "high", "constant"),
    [
        ("x^2", -1, 1, 2),
        ("x^2", -3, 1, 6),
        ("3x+1", -5, 5, 3),
        ("sin(x)", -10, 10, 1),
        ("sin(1000x)", 0, 10, 1000),
        ("|x|", -1, 1, 1),
        ("sqrt(x^2)", -1, 1, 1),
        ("relu(x)", -1, 1, 1),
        ("max(x, -x/2)", -1, 1, 1),
        ("|x-0.333| + |x+0.5|", -1, 1, 2),
        ("exp(x)/2", 0, 1, math.e / 2),
        ("sigmoid(4x)", -3, 3, 1),
        ("sigmoid(x)", -3, 3, 0.25),
        ("tanh(50(x-0.37))", -1, 1, 50),
        ("1/x", 0.1, 1, 100),
        ("sqrt(x)", 0.01, 1, 5),
        ("x log(x)", 0.1, 1, math.log(10) - 1),
        ("sin(x)/x", -1, 1, math.sin(1) - math.cos(1)),
        ("x^3", -1e6, 1e6, 3e12),
        ("5", 0, 1, 0),
        # Largest at the point of inflexion, 1 / sqrt(3) of the width away.
        ("1/(1+100000000(x-0.1234)^2)", -1, 1, 1e4 * 3 * math.sqrt(3) / 8),
        ("(x+100000000)-100000000", 0, 1, 1),
    ],
)
def test_known_constants(text: str, low: float, high: float, constant: float) -> None:
    found = estimated(text, low, high)
    assert found.constant == pytest.approx(constant, rel=1e-9)
    assert found.secant <= constant * (1 + 2e-5)
    assert found.secant >= constant * 0.999


@pytest.mark.parametrize(
    ("text", "low", "high", "place"),
    [
        ("sqrt(x)", 0, 1, 0),
        ("cbrt(x)", -1, 1, 0),
        ("x^0.9", 0, 1, 0),
        ("asin(x)", -1, 0, -1),
        ("1/x", -1, 1, 0),
        ("1/x", -1, 2, 0),
        ("1/(x-0.3)", -1, 1, 0.3),
        ("log(x)", 0, 1, 0),
        ("x log(x)", 0, 1, 0),
        ("tan(x)", 0, 2, math.pi / 2),
        ("x sin(1/x)", -1, 1, 0),
        ("x/|x|", -1, 1, 0),
        ("atan(1/(x-0.3))", -1, 1, 0.3),
    ],
)
def test_slopes_without_bound_are_recognised_where_they_are(
    text: str, low: float, high: float, place: float
) -> None:
    found = estimated(text, low, high)
    assert found.constant is None
    assert found.tight[0][0] == pytest.approx(place, abs=1e-6)
    slopes = [level.slope for level in found.growth]
    assert slopes == sorted(slopes)
    assert slopes[-1] > 2 * slopes[0]


@pytest.mark.parametrize(
    ("text", "low", "high"), [("1/x", 1e-6, 1), ("x^2 sin(1/x)", -1, 1), ("1/(x^2+1e-8)", -1, 1)]
)
def test_steep_is_not_without_bound(text: str, low: float, high: float) -> None:
    assert estimated(text, low, high).constant is not None


def test_jumps_are_told_from_steep_slopes() -> None:
    assert estimated("x/|x|", -1, 1).jump
    assert estimated("atan(1/x)", -1, 1).jump
    assert not estimated("sqrt(x)", 0, 1).jump
    assert not estimated("1/x", -1, 1).jump


@pytest.mark.parametrize(
    ("text", "low", "high", "continuous"),
    [
        ("sqrt(x)", 0, 1, True),
        ("cbrt(x)", -1, 1, True),
        ("x^2", -1, 1, True),
        ("1/x", -1, 1, False),
        ("1/(x-0.3)", -1, 1, False),
        ("atan(1/x)", -1, 1, False),
        ("log(x)", 0, 1, False),
    ],
)
def test_continuity_on_the_closed_interval(
    text: str, low: float, high: float, continuous: bool
) -> None:
    assert estimated(text, low, high).continuous is continuous


@pytest.mark.parametrize(
    ("text", "low", "high", "tight"),
    [
        ("x^2", -1, 1, [(-1, -1), (1, 1)]),
        ("x^2", -1, 2, [(2, 2)]),
        ("3x", -5, 5, [(-5, 5)]),
        ("|x|", -1, 1, [(-1, 1)]),
        ("relu(x)", -1, 1, [(0, 1)]),
        ("sin(x)", -1, 4, [(0, 0), (math.pi, math.pi)]),
        ("tanh(50(x-0.37))", -1, 1, [(0.37, 0.37)]),
    ],
)
def test_where_the_bound_is_tight(
    text: str, low: float, high: float, tight: Sequence[tuple[float, float]]
) -> None:
    found = [end for stretch in estimated(text, low, high).tight for end in stretch]
    assert found == pytest.approx([end for stretch in tight for end in stretch], abs=2e-7)


def test_kinks_are_found_and_smooth_bends_are_none() -> None:
    assert estimated("|x-0.333| + |x+0.5|", -1, 1).kinks == (-0.5, 0.333)
    assert estimated("relu(x)", -1, 1).kinks == (0.0,)
    assert estimated("tanh(50x)", -1, 1).kinks == ()
    assert estimated("x^2", -1, 1).kinks == ()


def test_single_places_without_a_value_are_named() -> None:
    found = estimated("sin(x)/x", -1, 1)
    assert found.gaps == (0.0,)
    assert "x = 0에서는 값이 정해지지 않아" in lipschitz(formula="sin(x)/x").text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"formula": "sqrt(x)"}, "-1에서 0까지는 실수로"),
        ({"formula": "log(x)"}, "-1에서 0까지는 실수로"),
        ({"formula": "sqrt(x-0.5) + sqrt(-x)"}, "-1에서 1까지는 실수로"),
        ({"formula": "exp(1000x)"}, "0.709"),
        ({"formula": "1/0"}, "0으로 나누고"),
        ({"formula": "x.real"}, "쓸 수 없는 글자"),
        ({"formula": "foo(x)"}, "이름 foo"),
        ({"formula": "x" * 201}, "200"),
        ({"low": 1, "high": 0}, "[1, 0]"),
        ({"low": 1, "high": 1}, "[1, 1]"),
        ({"low": 1e6 - 1e-6, "high": 1e6}, "너무 좁거나"),
        ({"low": float("nan")}, "low"),
        ({"high": 1e9}, "high"),
        ({"depth": 0}, "1 이상 100 이하"),
        ({"depth": 101}, "1 이상 100 이하"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(ToolArgumentError) as caught:
        lipschitz(**arguments)
    assert said in caught.value.text("ko")
    assert "\n" not in caught.value.text("en")


def test_plain_chain_has_the_slope_of_the_composed_function() -> None:
    # x^2 put into itself n times is x^(2^n), whose slope at 1 is 2^n.
    found = chains(parse("x^2"), -1, 1, 2.0, 10)
    assert found.plain.slopes == pytest.approx([2.0**n for n in range(1, 11)])
    assert set(found.plain.inside) == {1.0}


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("sin(3x)", -1, 1), ("4x(1-x)", 0, 1), ("exp(x)/2", 0, 1), ("3x", 1, 2), ("x^3 - 2x", -2, 1)],
)
def test_bounds_hold_where_they_are_promised(text: str, low: float, high: float) -> None:
    constant = estimated(text, low, high).constant
    assert constant is not None
    found = chains(parse(text), low, high, constant, 12)
    for n, held in enumerate(found.plain.held, start=1):
        assert held <= constant**n * (1 + 1e-9)
    assert max(found.rescaled.slopes) <= 1 + 1e-9
    assert set(found.rescaled.inside) == {1.0}
    assert len(found.rescaled.slopes) == 12


def test_standardised_chain_of_a_straight_line_keeps_slopes_at_one() -> None:
    found = chains(parse("3x+1"), -1, 1, 3.0, 8)
    assert found.standardised.slopes == pytest.approx([1.0] * 8)
    # Of a bent one it does not: the first layer of x^2 has slope s / std(x^2) * 2 at the ends.
    bent = chains(parse("x^2"), -1, 1, 2.0, 8).standardised.slopes
    assert bent[0] == pytest.approx(2 * math.sqrt(1 / 3) / math.sqrt(1 / 5 - 1 / 9), rel=0.02)


def test_chains_that_leave_the_numbers_end_there() -> None:
    result = lipschitz(formula="exp(x)", low=0, high=2, depth=50)
    assert "층까지만 따라갈 수 있었고" in result.text
    assert "plain_slope" not in result.figures
    check_result(result)


def test_explosion_is_judged_by_the_slopes() -> None:
    assert explosion_verdict(1e6, 1.0) == "supported"
    assert explosion_verdict(1e6, 1.01) == "not_supported"
    assert explosion_verdict(1.5, 1.0) == "undecided"


@pytest.mark.parametrize(
    ("formula", "low", "expected"),
    [
        ("sin(3x)", -1, {"기울기 폭발": "supported"}),
        ("x/2", -1, {"기울기 폭발": "undecided"}),
        ("|x|", -1, {"기울기 폭발": "undecided", "미분 가능": "supported"}),
        ("sqrt(x)", 0, {"반드시": "supported"}),
        ("1/x", -1, {}),
        ("7", -1, {}),
    ],
)
def test_claims_are_judged_where_the_formula_bears_on_them(
    formula: str, low: float, expected: dict[str, str]
) -> None:
    findings = lipschitz(formula=formula, low=low, high=1).findings
    assert len(findings) == len(expected)
    for finding, (words, verdict) in zip(findings, expected.items(), strict=True):
        assert words in finding.claim.quote
        assert finding.verdict == verdict
        assert finding.claim in lipschitz.claims


def test_claims_stand_in_the_essay(project_documents: Sequence[object]) -> None:
    texts = {getattr(d, "id", ""): getattr(d, "text", "") for d in project_documents}
    for claim in lipschitz.claims:
        assert claim.quote in texts[claim.document_id]


def test_the_result_says_what_was_read_and_found() -> None:
    result = lipschitz(formula="ｘ²×２", low=0, high=1)
    assert "f(x) = x^2*2의 립시츠 상수를 어림하면 K = 4" in result.text
    assert result.figures["lipschitz_constant"] == 4
    assert result.figures["bound"] == 4.0**20
    check_result(result)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"formula": "1/x"},
        {"formula": "sqrt(x)", "low": 0},
        {"formula": "5"},
        {"formula": "sin(1/x)", "depth": 100},
        {"formula": "x^100", "low": -1000, "high": 1000, "depth": 100},
        {"formula": "x/1e10", "depth": 100},
        {"formula": "sqrt(x-x)"},
        {"formula": "x/|x|"},
    ],
)
def test_results_are_whole_and_small_and_the_same_each_time(arguments: dict[str, object]) -> None:
    result = lipschitz(**arguments)
    check_result(result)
    assert len(repr(result)) < 100_000
    assert result == lipschitz(**arguments)
    assert all(math.isfinite(figure) for figure in result.figures.values())
    english = lipschitz.run_here(Context(language="en"), arguments)
    assert english.figures == result.figures


def test_numbers_are_easy_to_read() -> None:
    assert number(2.0) == "2"
    assert number(1.23456789) == "1.2346"
    assert number(159063.2) == "159,063"
    assert number(3.4868e9) == "3.49×10⁹"
    assert number(-2.5e-7) == "-2.50×10⁻⁷"
    assert number(0.0) == "0"


def test_chain_table_has_a_row_for_each_layer() -> None:
    rows = table(lipschitz(formula="2x", depth=7), "chain").rows
    assert [row[0] for row in rows] == list(range(1, 8))
    assert [row[1] for row in rows] == ["2", "4", "8", "16", "32", "64", "128"]
