"""Requests to run an experiment, in the chat: run, cited, kept, told about beside essays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from llm_calls import calling
from llm_server import serving
from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.index.store import Index
from mlqa.schema import Answer, ToolCall
from mlqa.service.wire import answer_fields

ESSAY = "LRU 캐시를 크기 5로 [1, 2, 3, 4, 5]가 들어 있는 채로 3, 7, 2 순서로 실행해 줘"
TIDE = "sample_tide 실행해 줘"
QUESTION = "밀물과 썰물은 왜 생기나요?"


@pytest.fixture(scope="module")
def bot(project_index: Index, tmp_path_factory: pytest.TempPathFactory) -> Chatbot:
    config = Config(tool_results=tmp_path_factory.mktemp("results"))
    return Chatbot(project_index, config)


@pytest.fixture
def tides(small_index: Index, tmp_path: Path) -> Chatbot:
    config = Config(tool_results=tmp_path / "results", tool_modules=("chat_samples",))
    return Chatbot(small_index, config)


def call_of(answer: Answer) -> ToolCall:
    assert answer.tool is not None
    return answer.tool


def test_the_example_of_the_essay_ends_as_the_essay_says(bot: Chatbot) -> None:
    answer = bot.ask(ESSAY)
    call = call_of(answer)
    assert call.name == "lru"
    assert call.result.tables[0].rows[-1][-1] == "[4, 5, 3, 7, 2]"
    assert "[4, 5, 3, 7, 2]" in answer.text
    assert not answer.abstained


def test_what_a_run_says_is_cited(bot: Chatbot) -> None:
    answer = bot.ask(ESSAY)
    first, *others = answer.citations
    result = call_of(answer).result
    assert first.kind == "experiment"
    assert result.whole[first.start : first.end] == first.quote == result.text
    assert others
    for citation in others:
        assert citation.kind == "essay"
        text = bot.documents[citation.document_id].text
        assert text[citation.start : citation.end] == citation.quote
    for citation in answer.citations:
        assert f"[{citation.number}]" in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "LRU 캐시가 뭐예요?",
        "LRU 캐시를 파이썬으로 구현한 코드를 보여 주세요.",
        "노이즈 실험의 결론은 무엇인가요?",
        "배치 크기는 클수록 좋은가요?",
    ],
)
def test_a_question_about_a_thing_runs_nothing(bot: Chatbot, question: str) -> None:
    answer = bot.ask(question)
    assert answer.tool is None
    assert answer.citations[0].kind == "essay"


def test_a_missing_argument_is_asked_for(bot: Chatbot) -> None:
    answer = bot.ask("립시츠 상수를 계산해 줘")
    assert answer.tool is None
    assert "식" in answer.text
    assert "필요합니다" in answer.text
    answer = bot.ask("x^2을 0에서 3까지", history=["립시츠 상수를 계산해 줘"])
    assert call_of(answer).result.figures


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        ("LRU 캐시를 크기 0으로 a b c 순서로 실행해 줘", "1 이상"),
        ("LRU 캐시를 크기 -1로 a b c 순서로 실행해 줘", "1 이상"),
        ("LRU 캐시를 크기 1000000000000으로 a b c 순서로 실행해 줘", "1,000 이하"),
        ("1/x의 립시츠 상수를 -1에서 1까지 계산해 줘", ""),
    ],
)
def test_bad_arguments_get_one_clear_answer(bot: Chatbot, request_: str, says: str) -> None:
    answer = bot.ask(request_)
    assert says in answer.text
    assert "\n" not in answer.text or answer.tool
    assert call_of(bot.ask(ESSAY)).name == "lru"  # the next one works


def test_what_nobody_named_is_said(bot: Chatbot) -> None:
    answer = bot.ask("a b a c 순서로 LRU 캐시를 돌려 줘")
    assert "크기 3" in answer.note


def test_a_worker_tells_how_far_it_is_and_its_result_is_kept(tides: Chatbot) -> None:
    pieces = list(tides.stream(TIDE))
    told = [piece.progress for piece in pieces if piece.progress]
    assert told[-1].share == 1.0
    assert told[-1].text == "24시간째"
    answer = pieces[-1].answer
    assert answer is not None
    assert "".join(piece.text for piece in pieces) == answer.text
    assert answer.text.startswith("24시간 동안 밀물이 2번 들었습니다. [1]\n1. “밀물과 썰물은")
    assert "밀물을 2번 셌습니다. [2]" in answer.text
    again = tides.ask(TIDE)
    assert call_of(again).stored
    assert again.cached
    assert call_of(again).ran_at in again.note
    assert again.text == answer.text


def test_an_answer_from_an_essay_tells_of_the_experiment(tides: Chatbot) -> None:
    assert tides.ask(QUESTION).offers == ()  # nothing kept yet, nothing looked up
    tides.warm_up()
    before = tides.ask(QUESTION)
    assert before.offers == ("sample_tide",)
    call = call_of(tides.ask(TIDE))
    after = tides.ask(QUESTION)
    assert after.offers == ()
    assert after.text.startswith(before.text)
    last = after.citations[-1]
    assert last.kind == "experiment"
    assert last.document_id == f"experiment/sample_tide/{call.key}"
    found = tides.runner.find(call.key)
    assert found is not None
    assert found.result.whole[last.start : last.end] == last.quote == "밀물을 2번 셌습니다."
    assert f"[{last.number}]" in after.text


def test_a_run_with_other_arguments_is_no_source(tides: Chatbot) -> None:
    tides.warm_up()
    tides.ask("sample_tide 실행해 줘 hours=36")
    assert tides.ask(QUESTION).offers == ("sample_tide",)


def workers() -> Iterator[psutil.Process]:
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it may have ended meanwhile
            command = " ".join(child.cmdline())
            if ("mlqa" in command or "spawn" in command) and "resource_tracker" not in command:
                yield child


def test_who_stops_listening_ends_the_run(tides: Chatbot) -> None:
    stream = tides.stream("sample_tide 실행해 줘 pause=1")
    for piece in stream:
        if piece.progress and piece.progress.share > 0:
            break
    running = list(workers())
    assert running
    stream.close()
    gone, alive = psutil.wait_procs(running, timeout=20)
    assert gone
    assert not alive
    assert call_of(tides.ask("sample_tide 실행해 줘 hours=12")).result.figures["tides"] == 1


def test_without_tools_a_request_is_a_question(project_index: Index, tmp_path: Path) -> None:
    bot = Chatbot(project_index, Config(tools=False, tool_results=tmp_path))
    assert bot.ask(ESSAY).tool is None


def test_json_has_the_run(bot: Chatbot) -> None:
    fields = answer_fields(bot.ask(ESSAY))
    assert fields["tool"]["name"] == "lru"
    assert fields["tool"]["arguments"]["size"] == 5
    assert fields["tool"]["result"]["figures"]["hits"] == 2
    assert fields["citations"][0]["kind"] == "experiment"
    assert answer_fields(bot.ask("LRU 캐시가 뭐예요?"))["tool"] is None


def test_a_language_model_may_choose_the_tool(
    project_index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-this-key-is-nobodys")
    question = "캐시 칸이 두 개뿐인데 a b a c 손님이 오면 누가 쫓겨날까"
    assert Chatbot(project_index, Config(tool_results=tmp_path)).ask(question).tool is None
    call = ("lru", '{"requests": ["a", "b", "a", "c"], "size": 2}')
    with serving(calling(call)) as server:
        config = Config(
            tool_results=tmp_path, generator="openai:small", generator_base_url=server.url
        )
        answer = Chatbot(project_index, config).ask(question)
    assert call_of(answer).arguments["size"] == 2
    assert call_of(answer).result.tables[0].rows[-1][-1] == "[a, c]"


def test_a_call_outside_the_limits_is_said(
    project_index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-this-key-is-nobodys")
    with serving(calling(("lru", '{"requests": ["a"], "size": 0}'))) as server:
        config = Config(
            tool_results=tmp_path, generator="openai:small", generator_base_url=server.url
        )
        answer = Chatbot(project_index, config).ask("캐시 칸이 없으면 a 손님은 어떻게 될까")
    assert answer.tool is None
    assert "1 이상" in answer.text
