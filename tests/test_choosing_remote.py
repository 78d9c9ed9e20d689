"""A model behind a server chooses a tool, and whatever else servers do."""

from __future__ import annotations

from typing import Any

import pytest

from llm_calls import calling, calling_on, calling_whole
from llm_server import (
    Behaviour,
    breaking_off,
    closed_url,
    dripping,
    ending_early,
    flooding,
    hanging,
    refusing,
    saying,
    sending,
    serving,
    telling,
)
from mlqa.answer.choosing import choose_tool
from mlqa.answer.generators import OpenAIGenerator
from mlqa.answer.prompting import NO_TOOL
from mlqa.schema import ToolChoice
from mlqa.tools.registry import find
from small_callers import HERMES
from tool_choices import ASKED, GIVEN, JSON, KEY, TOOLS, WANTED, choose, fails

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(autouse=True)
def _no_server_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def answered(behave: Behaviour, **limits: Any) -> ToolChoice | None:
    with serving(behave) as served:
        return choose(OpenAIGenerator("small", served.url), **limits)


# Behind a server


def test_a_call_comes_in_pieces() -> None:
    with serving(calling(("lru", JSON))) as served:
        choice = choose(OpenAIGenerator("small", served.url), tokens=99)
    assert choice == WANTED
    checked = find("lru").check(choice.arguments)
    assert find("lru")(**checked).figures == find("lru")(**GIVEN).figures
    (asked,) = served.asked
    assert asked.body["tools"] == list(TOOLS)
    assert (asked.body["tool_choice"], asked.body["max_tokens"]) == ("auto", 99)


RIGHT: dict[str, Behaviour] = {
    "all at once": calling(("lru", JSON), size=1000),
    "a character at a time": calling(("lru", JSON), size=1),
    "words before": calling(("lru", JSON), text="실행하겠습니다."),
    "not streamed": calling_whole(("lru", JSON)),
    "not streamed, arguments as an object": calling_whole(("lru", GIVEN)),
    "unknown tool first": calling(("rm", "{}"), ("lru", JSON)),
    "arguments broken first": calling(("lru", '{"size": '), ("lru", JSON)),
    "another later": calling(("lru", JSON), ("depth", "{}")),
    "written out": saying(HERMES),
    "written out, not streamed": calling_whole(text=HERMES),
}


@pytest.mark.parametrize("form", RIGHT)
def test_the_first_call_that_can_be_read_counts(form: str) -> None:
    assert answered(RIGHT[form]) == WANTED


def test_servers_that_number_calls_in_their_own_way() -> None:
    def parts(*found: dict[str, Any]) -> Behaviour:
        deltas = [{"delta": {"tool_calls": [part]}, "finish_reason": None} for part in found]
        last = {"delta": {}, "finish_reason": "stop"}
        return telling(*({"choices": [choice]} for choice in (*deltas, last)))

    broken = {"name": "lru", "arguments": "{"}
    whole = {"name": "lru", "arguments": JSON}
    alike = parts(
        {"index": 0, "id": "a", "function": broken}, {"index": 0, "id": "b", "function": whole}
    )
    none = parts({"function": broken}, {"function": whole})
    pieces = parts(
        {"function": {"name": "lru", "arguments": JSON[:4]}}, {"function": {"arguments": JSON[4:]}}
    )
    for behave in (alike, none, pieces):
        assert answered(behave) == WANTED


def test_a_call_without_arguments() -> None:
    for arguments in ("", "{}", "null"):
        assert answered(calling(("lru", arguments))) == ToolChoice(name="lru", arguments={})


NONE: dict[str, Behaviour] = {
    "no tool": saying(NO_TOOL),
    "silence": saying(""),
    "tools ignored": saying("LRU는 가장 오래 쓰이지 않은 항목을 버립니다."),
    "arguments no JSON": calling(("lru", "크기 2")),
    "arguments cut": calling(("lru", '{"size": ')),
    "arguments a list": calling(("lru", "[2]")),
    "unknown tool": calling(("rm_rf", "{}")),
    "not streamed, no tool": calling_whole(text=NO_TOOL),
    "not streamed, unknown tool": calling_whole(("rm_rf", "{}")),
}


@pytest.mark.parametrize("form", NONE)
def test_a_question_that_no_tool_is_called_for(form: str) -> None:
    assert answered(NONE[form]) is None


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "small does not support tools"),
        (422, "Unexpected fields in the request: {'tools'}"),
        (500, "tools param requires --jinja flag"),
        (404, "No endpoints found that support tool use"),
    ],
)
def test_a_server_that_refuses_tools_is_not_asked_again(status: int, said: str) -> None:
    with serving(refusing(status, said, retry_after_ms="5")) as served:
        generator = OpenAIGenerator("small", served.url)
        assert choose(generator) is None
        times = len(served.asked)
        assert choose(generator) is None
        assert len(served.asked) == times


def test_a_model_that_answers_by_itself_is_not_heard_to_the_end() -> None:
    with serving(flooding("LRU 캐시는 가장 오래 쓰이지 않은 항목을 버립니다. ")) as served:
        assert choose(OpenAIGenerator("small", served.url), tokens=4000) is None
        assert served.left.wait(20)


def test_a_model_that_calls_the_same_for_ever_is_heard_once() -> None:
    with serving(flooding(f"{HERMES}\n")) as served:
        assert choose(OpenAIGenerator("small", served.url), tokens=4000) == WANTED
        assert served.left.wait(20)


FAULTS: dict[str, tuple[Behaviour, str, dict[str, Any]]] = {
    "no first byte": (hanging(), "generator_timeout", {"timeout": 0.6}),
    "stuck": (hanging("실행"), "generator_timeout", {"timeout": 0.6}),
    "drips": (dripping("{"), "generator_timeout", {"timeout": 0.6}),
    "busy": (refusing(429, "slow down", Retry_After="60"), "generator_timeout", {"timeout": 0.6}),
    "always busy": (refusing(429, "no tools left", retry_after_ms="5"), "generator_busy", {}),
    "always 500": (refusing(500, "boom", retry_after_ms="5"), "generator_status", {}),
    "key refused": (refusing(401, f"no tools for {KEY}"), "generator_denied", {}),
    "no such model": (refusing(404, f"no model for {KEY}"), "generator_status", {}),
    "cut off": (breaking_off("<tool_call>"), "generator_cut", {}),
    "ends early": (ending_early("<tool_call>"), "generator_cut", {}),
    "error in the stream": (telling({"error": {"message": KEY}}), "generator_cut", {}),
    "no JSON": (sending(b"data: {nothing\n\n"), "generator_malformed", {}),
    "broken JSON, whole": (
        sending(b'{"choices": [', kind="application/json"),
        "generator_malformed",
        {},
    ),
    "other JSON": (sending(b'["x"]', kind="application/json"), "generator_malformed", {}),
    "calls of another shape": (
        telling({"choices": [{"delta": {"tool_calls": "lru"}, "finish_reason": None}]}),
        "generator_malformed",
        {},
    ),
    "a web page": (sending(b"<html>hello</html>", kind="text/html"), "generator_malformed", {}),
    "endless thoughts": (flooding("<think>아 "), "generator_length", {}),
    "endless arguments": (calling_on("lru", '{"requests": ["a", '), "generator_length", {}),
    "limit": (calling_whole(text="<tool_call>", finish="length"), "generator_length", {}),
    "filtered": (calling_whole(text="음", finish="content_filter"), "generator_cut", {}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_a_server_does_is_one_clear_line(fault: str) -> None:
    behave, key, limits = FAULTS[fault]
    with serving(behave) as served:
        error = fails(OpenAIGenerator("small", served.url), **limits)
    assert error.key.startswith(key)


def test_a_server_that_is_not_there() -> None:
    assert fails(OpenAIGenerator("small", closed_url())).key == "generator_unreachable"


def test_leaving_ends_the_request() -> None:
    with serving(dripping("{")) as served:
        generator = OpenAIGenerator("small", served.url)
        asking = choose_tool(generator, ASKED, (), TOOLS, timeout=60, tokens=4000)
        while not served.asked:
            next(asking)
        asking.close()
        assert served.left.wait(20)
