"""Tools as users write and find them: signature to schema, limits in words, errors that help."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

import mlqa
import tool_samples
from mlqa.errors import ToolArgumentError, ToolCrashed, ToolDefinitionError, UnknownTool
from mlqa.schema import Plot, Series, Table, ToolResult
from mlqa.tools import registry
from mlqa.tools.context import Context
from mlqa.tools.jsonable import check_result, dump_result, load_result, result_fields
from mlqa.tools.plain import to_text, width
from mlqa.tools.registry import Tool, tool
from tool_samples import sample_break, sample_dice, sample_sum


def test_the_example_of_the_documentation_is_a_tool() -> None:
    assert isinstance(sample_sum, Tool)
    assert sample_sum.description == "Adds up numbers."
    assert sample_dice.description == "Throws dice."
    assert sample_sum(numbers=[1, 2]).figures["sum"] == 3
    assert sample_sum.function(numbers=[1, 2], scale=2.0).figures["sum"] == 6
    assert sample_dice.function(Context(), throws=3).text.startswith("평균")
    assert registry.find("sample_sum") is sample_sum
    assert "sample_sum" in registry.names()


def test_tool_without_brackets_takes_the_usual_budget() -> None:
    @mlqa.tool
    def sample_plain(size: int = 3) -> mlqa.ToolResult:
        """Gives its size."""
        return mlqa.ToolResult(text=str(size))

    assert (sample_plain.seconds, sample_plain.inline) == (60, False)
    assert sample_plain(size="5").text == "5"
    assert sample_plain.title("ko") == "sample_plain"
    assert sample_plain.about("en") == "Gives its size."


def test_schema_holds_types_limits_and_defaults() -> None:
    schema = sample_sum.schema("en")
    assert json.loads(json.dumps(schema)) == schema
    assert schema["required"] == ["numbers"]
    assert schema["additionalProperties"] is False
    numbers, kind = schema["properties"]["numbers"], schema["properties"]["kind"]
    assert (numbers["type"], numbers["minItems"], numbers["maxItems"]) == ("array", 1, 5)
    assert kind["enum"] == ["plain", "signed"]
    assert kind["default"] == "plain"
    assert "above 0 and at most 10" in schema["properties"]["scale"]["description"]
    assert "context" not in sample_dice.schema()["properties"]


@pytest.mark.parametrize(
    ("arguments", "shown", "allowed"),
    [
        ({"numbers": []}, "항목 0개", "항목 수가 1 이상 5 이하인 목록"),
        ({"numbers": range(10**6)}, "range(0, 1000000)", "항목 수가 1 이상 5 이하인 목록"),
        ({"numbers": [0] * 10**6}, "항목 1,000,000개", "항목 수가 1 이상 5 이하인 목록"),
        ({"numbers": [1, "둘"]}, "2번째 값: 둘", "정수"),
        ({"numbers": [1], "scale": 0}, "받은 값: 0", "0 초과 10 이하의 수"),
        ({"numbers": [1], "scale": float("nan")}, "nan", "0 초과 10 이하의 수"),
        ({"numbers": [1], "scale": float("inf")}, "inf", "0 초과 10 이하의 수"),
        ({"numbers": [1], "scale": True}, "True", "0 초과 10 이하의 수"),
        ({"numbers": [1], "limit": -1}, "-1", "0 이상의 정수"),
        ({"numbers": [1], "kind": "other"}, "other", "plain, signed 가운데 하나"),
    ],
)
def test_wrong_value_is_told_with_what_is_allowed(
    arguments: dict[str, Any], shown: str, allowed: str
) -> None:
    with pytest.raises(ToolArgumentError) as caught:
        sample_sum.check(arguments)
    text = caught.value.text("ko")
    assert shown in text
    assert allowed in text
    assert text.count("습니다") == 1
    assert caught.value.text("en").endswith(".")


@pytest.mark.parametrize(
    "value",
    [0, -1, 10**12, 1 << 20_000, "abc", "1e999", None, [1], 2.5],
    ids=lambda value: f"{value!r:.20}" if isinstance(value, str) else type(value).__name__,
)
def test_bad_sizes_get_one_short_sentence(value: object) -> None:
    with pytest.raises(ToolArgumentError) as caught:
        sample_dice.check({"throws": value})
    assert "1 이상 1,000 이하의 정수" in str(caught.value)
    assert len(str(caught.value)) < 200


def test_missing_and_unknown_arguments_are_named() -> None:
    with pytest.raises(ToolArgumentError, match="numbers"):
        sample_sum.check({})
    with pytest.raises(ToolArgumentError, match=r"scael.*: scale, numbers"):
        sample_sum.check({"numbers": [1], "scael": 1})
    with pytest.raises(ToolArgumentError, match="받지 않습니다"):
        tool_samples.sample_printing.check({"a": 1})


def test_unknown_tool_names_the_near_ones() -> None:
    with pytest.raises(UnknownTool) as caught:
        registry.find("sample_dise")
    assert "sample_dice" in str(caught.value).split("?")[0]
    with pytest.raises(UnknownTool, match="lru"):
        registry.find("화성 탐사")


def test_typed_text_becomes_arguments() -> None:
    typed = {"numbers": " 1, 2,3", "scale": "2", "limit": "", "kind": "signed"}
    assert sample_sum.check(sample_sum.from_texts(typed)) == {
        "numbers": [1, 2, 3],
        "scale": 2.0,
        "kind": "signed",
        "limit": None,
    }
    assert sample_sum.from_texts({"numbers": "[4, 5]"}) == {"numbers": [4, 5]}
    for broken in ("[4, 5", "[" * 100_000, "", "{}"):
        with pytest.raises(ToolArgumentError):
            sample_sum.check(sample_sum.from_texts({"numbers": broken}))


def broken_annotation(size) -> ToolResult:  # type: ignore[no-untyped-def]  # noqa: ANN001
    return ToolResult(text=str(size))


def broken_star(*sizes: int) -> ToolResult:
    return ToolResult(text=str(sizes))


def broken_default(size: Annotated[int, Field(ge=1, le=9)] = 10) -> ToolResult:
    return ToolResult(text=str(size))


def broken_type(size: Missing) -> ToolResult:  # type: ignore[name-defined]  # noqa: F821
    return ToolResult(text=str(size))


def broken_object(size: Callable[[int], type[object]]) -> ToolResult:
    return ToolResult(text=str(size))


def sample_sum_again() -> ToolResult:
    return ToolResult(text="")


@pytest.mark.parametrize(
    ("function", "word"),
    [
        (broken_annotation, "size: int = 3"),
        (broken_star, "sizes"),
        (broken_default, "1 이상 9 이하의 정수"),
        (broken_type, "Missing"),
        (broken_object, "broken_object"),
    ],
)
def test_what_a_signature_leaves_open_is_told_at_once(
    function: Callable[..., ToolResult], word: str
) -> None:
    with pytest.raises(ToolDefinitionError, match=word):
        tool(function)
    assert function.__name__ not in registry.names()


def test_names_are_given_once() -> None:
    with pytest.raises(ToolDefinitionError, match="tool_samples"):
        tool(name="sample_sum")(sample_sum_again)
    with pytest.raises(ToolDefinitionError, match=r"mlqa\.tools\.lru"):
        tool(name="lru")(sample_sum_again)
    for name in ("Großes", "1a", "a b", "../a", ""):
        with pytest.raises(ToolDefinitionError):
            tool(name=name or "_")(sample_sum_again)
    with pytest.raises(ToolDefinitionError, match="seconds"):
        tool(seconds=0)(sample_sum_again)
    # A module that is loaded anew registers the same function anew.
    assert tool(name="sample_sum", inline=True)(sample_sum.function) is not sample_sum
    registry._registered["sample_sum"] = sample_sum


def test_module_of_the_settings_is_imported_or_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_demos.py").write_text(
        "import mlqa\n\n@mlqa.tool(inline=True)\ndef own_demo(size: int = 3) -> mlqa.ToolResult:\n"
        "    return mlqa.ToolResult(text=str(size))\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    registry.use(["own_demos"])
    assert registry.find("own_demo")(size=4).text == "4"
    with pytest.raises(ToolDefinitionError, match="no_such_module"):
        registry.use(["no_such_module"])


def test_names_are_listed_without_loading_a_tool() -> None:
    code = (
        "import sys; from mlqa.tools import registry; assert 'lru' in registry.names(); "
        "heavy = {'numpy', 'torch', 'sklearn', 'matplotlib', 'psutil', 'mlqa.tools.lru'}; "
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", registry.BUILT_IN)
def test_every_tool_of_ours_has_limits_words_and_claims_that_stand(name: str) -> None:
    found = registry.find(name)
    corpus = Path(__file__).parents[1] / "corpus"
    for language in ("ko", "en"):
        assert found.title(language) != name
        assert found.about(language) != found.description or language == "en"
    for argument in found.arguments("ko"):
        assert argument.label != argument.name, argument.name
        bounded = argument.low is not None and argument.high is not None
        assert bounded or argument.kind in {"choice", "boolean", "string", "list"}, argument.name
        if argument.kind in {"string", "list"}:
            assert argument.high is not None, argument.name
    for claim in found.claims:
        text = (corpus / f"{claim.document_id}.md").read_text(encoding="utf-8")
        assert claim.quote in text


@pytest.mark.parametrize("name", registry.BUILT_IN)
def test_listing_a_tool_of_ours_loads_nothing_heavy(name: str) -> None:
    code = (
        "import sys; from mlqa.tools import registry; registry.find(sys.argv[1]).schema(); "
        "heavy = {'torch', 'sklearn', 'optuna', 'matplotlib', 'scipy.stats'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code, name], check=True)


def test_result_survives_json_with_what_is_not_finite() -> None:
    result = sample_dice(throws=3)
    again = load_result(dump_result(result))
    assert repr(again) == repr(result)  # NaN is not equal to itself
    fields = json.loads(json.dumps(result_fields(result), allow_nan=False))
    assert fields["figures"]["worst"] is None
    assert fields["figures"]["mean"] == result.figures["mean"]
    assert fields["tables"][0]["rows"][0] == [1, result.tables[0].rows[0][1], "−½"]


def test_numbers_of_numpy_become_plain() -> None:
    numpy = pytest.importorskip("numpy")
    result = ToolResult(text="", figures={"a": numpy.float32(0.5), "b": numpy.int64(3)})
    assert load_result(dump_result(result)).figures == {"a": 0.5, "b": 3.0}


def table(name: str = "t", rows: tuple[tuple[int, ...], ...] = ((1,),)) -> Table:
    return Table(name=name, title="표", columns=("가",), rows=rows)


def plot(**changed: Any) -> Plot:
    fields: dict[str, Any] = {
        "name": "p",
        "title": "그림",
        "kind": "lines",
        "x_label": "",
        "y_label": "",
        "table": "t",
        "series": (Series(label="s", x=(1, 2), y=(1.0, 2.0)),),
    }
    return Plot(**{**fields, **changed})


@pytest.mark.parametrize(
    ("result", "word"),
    [
        (ToolResult(text="", tables=(table(rows=((1, 2),)),)), "row"),
        (ToolResult(text="", tables=(table(), table())), "same name"),
        (ToolResult(text="", plots=(plot(),)), "no table"),
        (
            ToolResult(
                text="",
                tables=(table(),),
                plots=(plot(series=(Series(label="s", x=(1, 2), y=(1.0,)),)),),
            ),
            "not whole",
        ),
        (
            ToolResult(
                text="",
                tables=(table(),),
                plots=(plot(series=(Series(label="s", x=("a",), y=(1.0,)),)),),
            ),
            "without number",
        ),
        (
            ToolResult(
                text="",
                tables=(table(),),
                plots=(plot(series=(Series(label="s", x=(1,), y=(1.0,), low=(0.0,)),)),),
            ),
            "not whole",
        ),
    ],
)
def test_result_that_is_not_whole_is_told(result: ToolResult, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        check_result(result)
    check_result(ToolResult(text="", tables=(table(),), plots=(plot(),)))


def test_what_is_no_result_is_told() -> None:
    with pytest.raises(ToolCrashed, match="str"):
        sample_break(how="no result")


def test_text_of_a_result_is_aligned_by_columns_of_the_terminal() -> None:
    text = to_text(sample_dice(throws=12), "ko", rows=10)
    lines = text.splitlines()
    rule = next(line for line in lines if line.startswith("─"))
    rows = lines[lines.index(rule) - 1 : lines.index(rule) + 11]
    assert {width(line) for line in rows} == {width(rule)}
    assert "[판단할 수 없음] “주사위는 공평하다.” (sample)" in text
    assert "2줄은 생략" in text
    verdict: Literal["supported"] = "supported"
    assert f"[{verdict}]" in to_text(sample_dice(throws=100), "en")
    assert width("한a\u0301글") == 5
