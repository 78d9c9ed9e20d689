"""The HTTP API over a real socket: ``mlqa serve`` on a small index, and a program that asks it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from mlqa.chatbot import Chatbot
from mlqa.messages import message
from mlqa.service.wire import answer_fields
from page_browser import ROOT, served
from processes import alive, pids_in, until
from program_client import Client

QUESTION = "무효화란 무엇인가요?"


@pytest.fixture(scope="module")
def api(saved_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with served(
        *("-m", "mlqa", "serve", "--index", str(saved_folder)),
        MLQA_TOOL_MODULES='["tool_samples"]',
        MLQA_TOOL_RESULTS=str(tmp_path_factory.mktemp("results")),
        PYTHONPATH=str(ROOT / "tests"),
    ) as address:
        yield Client(address)


def sleeping(folder: Path) -> list[int]:
    """Processes of a run of ``sample_sleep``, once it sleeps."""
    until(lambda: list(folder.glob("*.pids")))
    return pids_in(folder)


def test_health_says_what_is_known(api: Client, saved_folder: Path) -> None:
    reply = api.get("/api/health")
    assert reply.status == 200
    assert reply.json["status"] == "ok"
    assert reply.json["documents"] == 4
    assert reply.json["index_version"] == Chatbot.load(saved_folder).version


def test_the_page_is_there_as_well(api: Client) -> None:
    assert b"gradio" in api.get("/").body


def test_documents_are_listed_and_read(api: Client) -> None:
    listed = api.get("/api/documents").json["documents"]
    assert {document["id"] for document in listed} == {"cache", "bread", "바다/tides", "바다/notes"}
    assert all("text" not in document for document in listed)
    read = api.get("/api/documents/%EB%B0%94%EB%8B%A4/tides").json
    assert "달의 힘" in read["text"]
    assert read["characters"] == len(read["text"])
    assert api.get("/api/documents/none").problem == (404, "not_found")


def test_an_answer_is_that_of_the_command_line(api: Client, saved_folder: Path) -> None:
    answer = api.post("/api/ask", {"question": QUESTION}).json
    same = json.loads(json.dumps(answer_fields(Chatbot.load(saved_folder).ask(QUESTION))))
    for changing in ("seconds", "cached"):
        assert changing in answer
        del answer[changing], same[changing]
    assert answer == same
    first = answer["citations"][0]
    document = api.get(f"/api/documents/{first['document_id']}").json
    assert document["text"][first["start"] : first["end"]] == first["quote"]


def test_a_follow_up_is_understood_by_the_history(api: Client) -> None:
    body = {"question": "그건 왜 생기나요?", "history": ["밀물과 썰물은 무엇인가요?"]}
    assert api.post("/api/ask", body).json["resolved"] != body["question"]


def test_an_answer_streams_in_pieces_that_are_its_text(api: Client) -> None:
    with api.streamed("/api/ask/stream", {"question": "사리와 조금은 어떻게 생기나요?"}) as events:
        told = list(events)
    *pieces, last = told
    assert last.name == "answer"
    assert pieces
    assert {piece.name for piece in pieces} == {"piece"}
    text = "".join(piece.data["text"] for piece in pieces)
    assert last.data["text"].startswith(text)
    assert last.data["citations"]


def test_a_request_to_run_a_tool_streams_its_result_with_the_answer(api: Client) -> None:
    body = {"question": "LRU 캐시를 크기 3으로 1, 2, 3, 1, 4 순서로 실행해줘"}
    with api.streamed("/api/ask/stream", body) as events:
        last = list(events)[-1]
    assert last.name == "answer"
    assert last.data["tool"]["name"] == "lru"
    assert last.data["tool"]["arguments"]["size"] == 3
    kept = api.get(f"/api/tools/results/{last.data['tool']['key']}")
    assert kept.json["result"] == last.data["tool"]["result"]


@pytest.mark.parametrize("path", ["/api/ask", "/api/ask/stream", "/api/search"])
@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"question": "  "}, (422, "question")),
        ({"question": "가" * 5000}, (422, "question")),
        ({}, (422, "field")),
        ({"question": 3}, (422, "field")),
        ({"question": QUESTION, "temperature": 1}, (422, "field")),
        (b"{", (400, "body")),
        (b"", (400, "body")),
        (b"[" * 100_000, (400, "body")),
        (b"\xff\xfe", (400, "body")),
        ([QUESTION], (400, "body")),
    ],
)
def test_wrong_requests_get_one_sentence(
    api: Client, path: str, body: Any, problem: tuple[int, str]
) -> None:
    assert api.post(path, body).problem == problem


def test_half_a_letter_is_dropped(api: Client) -> None:
    reply = api.post("/api/ask", {"question": "\ud800" + QUESTION})
    assert reply.json["question"] == QUESTION


def test_errors_name_the_field_and_what_it_takes(api: Client) -> None:
    said = api.post("/api/search", {"question": QUESTION, "k": 0}).json["error"]["message"]
    assert "k" in said
    assert "1 이상 100 이하" in said
    said = api.post("/api/ask", {"question": QUESTION, "history": "앞"}).json["error"]["message"]
    assert "history" in said


def test_json_under_another_name_is_not_taken(api: Client) -> None:
    """A page of another site may send text without being asked first, but not JSON."""
    headers = {"Content-Type": "text/plain"}
    reply = api.post("/api/ask", json.dumps({"question": QUESTION}).encode(), headers)
    assert reply.problem == (400, "body")


def test_a_search_gives_as_many_passages_as_are_asked_for(api: Client) -> None:
    found = api.post("/api/search", {"question": QUESTION, "k": 2}).json
    assert [hit["rank"] for hit in found["hits"]] == [1, 2]
    assert found["hits"][0]["document_id"] == "cache"
    assert len(api.post("/api/search", {"question": QUESTION}).json["hits"]) == 5


@pytest.mark.parametrize(
    ("method", "path", "problem"),
    [
        ("GET", "/api/nothing", (404, "not_found")),
        ("GET", "/api/ask", (405, "method")),
        ("PUT", "/api/health", (405, "method")),
        ("OPTIONS", "/api/ask", (405, "method")),
        ("GET", "/api/tools/nothing", (404, "unknown_tool")),
        ("GET", "/api/tools/results/none", (404, "not_found")),
        ("GET", f"/api/tools/results/{'0' * 64}/plots/a.svg", (404, "not_found")),
        ("GET", "/api/tools/results/..%2F..%2Fpyproject.toml", (404, "not_found")),
    ],
)
def test_wrong_addresses_get_one_sentence(
    api: Client, method: str, path: str, problem: tuple[int, str]
) -> None:
    assert api.ask(method, path).problem == problem


def test_too_much_is_refused_whether_announced_or_not(api: Client) -> None:
    assert api.post("/api/ask", {"question": "가" * 1_000_000}).problem == (413, "too_large")
    parts = (b"x" * 100_000 for _ in range(11))
    assert api.post("/api/ask", parts).problem == (413, "too_large")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:7860"},
        {"Host": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
    ],
)
@pytest.mark.parametrize("path", ["/api/health", "/mcp"])
def test_requests_of_other_sites_are_refused(
    api: Client, path: str, headers: dict[str, str]
) -> None:
    assert api.get(path, headers).problem == (403, "foreign")


def test_no_other_site_may_read(api: Client) -> None:
    for origin in ("http://localhost:3000", api.address.rstrip("/")):
        reply = api.get("/api/health", {"Origin": origin})
        assert reply.status == 200
        assert not any(name.lower().startswith("access-control") for name in reply.headers)


def test_the_tools_are_listed_and_described(api: Client) -> None:
    listed = api.get("/api/tools").json["tools"]
    names = [tool["name"] for tool in listed]
    assert {"lru", "batchnorm", "sample_dice"} <= set(names)
    lru = api.get("/api/tools/lru").json
    assert lru["title"] == message("tool_lru_title")
    assert lru["schema"]["properties"]["size"]["maximum"] >= 5
    assert lru["claims"]


def test_a_tool_runs_and_its_result_and_plot_are_kept(api: Client) -> None:
    arguments = {"requests": ["3", "7", "2"], "size": 5, "contents": ["1", "2", "3", "4", "5"]}
    call = api.post("/api/tools/lru/run", {"arguments": arguments}).json
    assert call["arguments"]["size"] == 5
    assert "4, 5, 3, 7, 2" in call["result"]["text"]
    kept = api.get(f"/api/tools/results/{call['key']}").json
    assert kept["stored"] is True
    assert kept["result"] == call["result"]
    name = call["result"]["plots"][0]["name"]
    picture = api.get(f"/api/tools/results/{call['key']}/plots/{name}.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert "default-src 'none'" in picture.headers["content-security-policy"]
    assert picture.body.startswith(b"<svg")
    dark = api.get(f"/api/tools/results/{call['key']}/plots/{name}.svg?dark=true")
    assert dark.body != picture.body
    missing = api.get(f"/api/tools/results/{call['key']}/plots/none.svg")
    assert missing.problem == (404, "not_found")
    assert name in missing.json["error"]["message"]


def test_a_run_streams_its_progress_and_then_its_result(api: Client) -> None:
    body = {"arguments": {"throws": 3, "seed": 5}}
    with api.streamed("/api/tools/sample_dice/run/stream", body) as events:
        *before, last = list(events)
    assert {event.name for event in before} == {"progress"}
    shares = [event.data["share"] for event in before]
    assert shares == sorted(shares)
    assert last.name == "result"
    assert last.data["arguments"] == {"throws": 3, "seed": 5}
    assert last.data["result"]["figures"]["unknown"] is None
    again = api.post("/api/tools/sample_dice/run", body).json
    assert again["stored"] is True
    assert api.post("/api/tools/sample_dice/run", {**body, "fresh": True}).json["stored"] is False


@pytest.mark.parametrize("path", ["run", "run/stream"])
@pytest.mark.parametrize(
    ("tool", "body", "problem"),
    [
        ("lru", {"arguments": {"size": 0}}, (422, "argument")),
        ("lru", {"arguments": {"size": 10**12}}, (422, "argument")),
        ("lru", {"arguments": {"nothing": 1}}, (422, "argument")),
        ("lru", {"arguments": {"requests": ["\ud800"]}}, (422, "argument")),
        ("sample_sum", None, (422, "argument")),
        ("sample_sum", b'{"arguments": {"numbers": [1], "scale": NaN}}', (422, "argument")),
        ("lru", {"arguments": [1]}, (422, "field")),
        ("lru", {"fresh": "maybe"}, (422, "field")),
        ("nothing", None, (404, "unknown_tool")),
    ],
)
def test_wrong_runs_get_one_sentence(
    api: Client, path: str, tool: str, body: Any, problem: tuple[int, str]
) -> None:
    assert api.post(f"/api/tools/{tool}/{path}", body).problem == problem


@pytest.mark.parametrize(
    ("tool", "arguments", "problem"),
    [
        ("sample_endless", {}, (422, "timeout")),
        ("sample_break", {"how": "exit"}, (500, "failed")),
        ("sample_break", {"how": "raise"}, (500, "failed")),
    ],
)
def test_runs_that_fail_get_one_sentence_and_the_next_one_works(
    api: Client, tool: str, arguments: dict[str, Any], problem: tuple[int, str]
) -> None:
    assert api.post(f"/api/tools/{tool}/run", {"arguments": arguments}).problem == problem
    assert api.post("/api/tools/sample_dice/run", {"fresh": True}).status == 200


def test_a_run_that_fails_on_the_way_ends_its_stream_with_an_error(api: Client) -> None:
    with api.streamed("/api/tools/sample_endless/run/stream", {}) as events:
        last = list(events)[-1]
    assert (last.name, last.data["kind"]) == ("error", "timeout")


def test_questions_are_answered_while_a_tool_runs(api: Client, tmp_path: Path) -> None:
    body = {"arguments": {"seconds": 60, "folder": str(tmp_path)}}
    with api.streamed("/api/tools/sample_sleep/run/stream", body) as events:
        sleeping(tmp_path)
        assert next(events).name == "progress"
        assert api.post("/api/ask", {"question": QUESTION}).status == 200


@pytest.mark.parametrize("path", ["run", "run/stream"])
def test_a_client_that_hangs_up_ends_its_run(api: Client, tmp_path: Path, path: str) -> None:
    body = json.dumps(
        {"arguments": {"seconds": 60, "child": True, "folder": str(tmp_path)}}
    ).encode()
    with ExitStack() as stack:
        connection = stack.enter_context(hanging_up(api, f"/api/tools/sample_sleep/{path}", body))
        pids = sleeping(tmp_path)
        assert alive(pids) == pids
        assert connection
    until(lambda: not alive(pids))
    assert api.post("/api/tools/sample_dice/run", {"fresh": True}).status == 200


def hanging_up(api: Client, path: str, body: bytes) -> Any:
    """A connection that sends a request and never reads."""
    import socket
    from contextlib import closing
    from urllib.parse import urlsplit

    address = urlsplit(api.address)
    connection = socket.create_connection((address.hostname or "", address.port or 0))
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    return closing(connection)


def test_too_many_runs_at_once_are_refused_until_one_ends(api: Client, tmp_path: Path) -> None:
    body = {"arguments": {"seconds": 60, "folder": str(tmp_path)}}
    with ExitStack() as stack:
        for _ in range(16):
            events = stack.enter_context(api.streamed("/api/tools/sample_sleep/run/stream", body))
            next(events)
        refused = api.post("/api/tools/sample_dice/run")
        assert refused.problem == (429, "busy")
        assert refused.headers["retry-after"] == "1"
        assert api.post("/api/ask", {"question": QUESTION}).status == 200
    until(lambda: api.post("/api/tools/sample_dice/run").status == 200)


def test_the_description_is_served_and_loads_nothing_from_elsewhere(api: Client) -> None:
    described = api.get("/api/openapi.json").json
    assert "/ask" in described["paths"]
    assert api.get("/api/docs").status == 404


def test_errors_speak_english_where_that_is_set(saved_folder: Path) -> None:
    with served("-m", "mlqa", "serve", "--index", str(saved_folder), "--language", "en") as address:
        said = Client(address).post("/api/ask", {}).json["error"]["message"]
    assert said.isascii()
    assert "question" in said


def test_a_taken_port_is_one_clear_line(api: Client, saved_folder: Path) -> None:
    import subprocess
    import sys

    port = api.address.rstrip("/").rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "mlqa", "serve", "--index", str(saved_folder), "--port", port],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=os.environ,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert port in done.stderr
