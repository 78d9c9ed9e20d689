"""MCP with the SDK's own client, over streamable HTTP and over standard input and output."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import anyio
import psutil
import pytest
from mcp import Client, MCPError, StdioServerParameters

from mlqa.chatbot import Chatbot
from mlqa.messages import message
from mlqa.service.wire import answer_fields
from page_browser import ROOT, served
from processes import alive, pids_in, until

QUESTION = "무효화란 무엇인가요?"
# Over HTTP and over pipes, by the protocol of today and with the handshake of older clients.
EVERY_WAY = pytest.mark.parametrize(
    "connect", ["http", "http, legacy", "stdio", "stdio, legacy"], indirect=True
)
BOTH_WAYS = pytest.mark.parametrize("connect", ["http, legacy", "stdio"], indirect=True)

Connect = Callable[[], Any]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {
        "MLQA_TOOL_MODULES": '["tool_samples"]',
        "MLQA_TOOL_RESULTS": str(tmp_path_factory.mktemp("results")),
        "PYTHONPATH": str(ROOT / "tests"),
    }


@pytest.fixture(scope="module")
def address(saved_folder: Path, settings: dict[str, str]) -> Iterator[str]:
    with served("-m", "mlqa", "serve", "--index", str(saved_folder), **settings) as address:
        yield f"{address}mcp"


@pytest.fixture
def connect(
    request: pytest.FixtureRequest, address: str, saved_folder: Path, settings: dict[str, str]
) -> Connect:
    way, _, mode = str(request.param).partition(", ")
    server: str | StdioServerParameters = address
    if way == "stdio":
        arguments = ["-m", "mlqa", "mcp", "--index", str(saved_folder)]
        server = StdioServerParameters(command=sys.executable, args=arguments, env=settings)

    @asynccontextmanager
    async def connected() -> AsyncIterator[Client]:
        async with Client(server, mode="legacy" if mode else "auto") as client:
            yield client

    return connected


def run(connect: Connect, act: Callable[[Client], Awaitable[None]]) -> None:
    """Does something as a client, within a minute."""

    async def main() -> None:
        with anyio.fail_after(60):
            async with connect() as client:
                await act(client)

    anyio.run(main)


def text_of(result: Any) -> str:
    assert result.content[0].type == "text"
    return str(result.content[0].text)


@EVERY_WAY
def test_every_tool_is_listed_with_its_schema(connect: Connect) -> None:
    async def act(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert {"ask", "search", "lru", "batchnorm", "sample_dice"} <= set(tools)
        lru = tools["lru"]
        assert lru.title == message("tool_lru_title")
        assert lru.description == message("tool_lru_about")
        assert lru.input_schema["properties"]["size"]["minimum"] == 1
        assert lru.input_schema["additionalProperties"] is False
        assert lru.annotations is not None
        assert lru.annotations.open_world_hint is False
        assert tools["ask"].input_schema["required"] == ["question"]
        described = tools["search"].input_schema["properties"]["k"]["description"]
        assert described == message("tool_search_arg_k")
        assert client.instructions == message("mcp_instructions")

    run(connect, act)


@BOTH_WAYS
def test_a_tool_gives_text_numbers_and_pictures(connect: Connect) -> None:
    async def act(client: Client) -> None:
        arguments = {"requests": ["3", "7", "2"], "size": 5, "contents": ["1", "2", "3", "4", "5"]}
        result = await client.call_tool("lru", arguments)
        assert not result.is_error
        assert "4, 5, 3, 7, 2" in text_of(result)
        call = result.structured_content
        assert call["arguments"]["size"] == 5
        pictures = [part for part in result.content if part.type == "image"]
        assert len(pictures) == len(call["result"]["plots"]) > 0
        assert pictures[0].mime_type == "image/png"
        assert base64.b64decode(pictures[0].data).startswith(b"\x89PNG")

    run(connect, act)


@EVERY_WAY
def test_progress_comes_before_the_result_and_grows(connect: Connect) -> None:
    async def act(client: Client) -> None:
        shown: list[tuple[float, float | None, str | None]] = []

        async def note(
            progress: float, total: float | None = None, message: str | None = None
        ) -> None:
            shown.append((progress, total, message))

        seed = time.time_ns() % 2**31
        arguments = {"throws": 4, "seed": seed}
        result = await client.call_tool("sample_dice", arguments, progress_callback=note)
        figures = result.structured_content["result"]["figures"]
        assert figures["unknown"] is None
        shares = [share for share, _, _ in shown]
        assert len(shares) >= 2
        assert all(later > earlier for earlier, later in pairwise(shares))
        assert shown[0][2] == message("tools_starting")
        assert {total for _, total, _ in shown} == {1.0}

    run(connect, act)


@EVERY_WAY
def test_a_cancelled_call_ends_its_process_and_the_next_one_works(
    connect: Connect, tmp_path: Path
) -> None:
    async def act(client: Client) -> None:
        pids: list[int] = []
        async with anyio.create_task_group() as group:
            arguments = {"seconds": 60, "child": True, "folder": str(tmp_path)}
            group.start_soon(client.call_tool, "sample_sleep", arguments)
            while not pids:
                await anyio.sleep(0.05)
                pids = pids_in(tmp_path)
            assert alive(pids) == pids
            group.cancel_scope.cancel()
        while alive(pids):
            await anyio.sleep(0.05)
        result = await client.call_tool("sample_dice", {"seed": 3})
        assert not result.is_error

    run(connect, act)


DYING = """
import anyio, sys
from mcp import Client, StdioServerParameters

async def main():
    kind, place, folder, *environment = sys.argv[1:]
    server = place
    if kind == "stdio":
        arguments = ["-m", "mlqa", "mcp", "--index", place]
        pairs = dict(pair.split("=", 1) for pair in environment)
        server = StdioServerParameters(command=sys.executable, args=arguments, env=pairs)
    async with Client(server) as client:
        await client.call_tool("sample_sleep", {"seconds": 60, "folder": folder})

anyio.run(main)
"""


@pytest.mark.parametrize("kind", ["http", "stdio"])
def test_a_client_that_dies_ends_its_run(
    kind: str, address: str, saved_folder: Path, settings: dict[str, str], tmp_path: Path
) -> None:
    place = address if kind == "http" else str(saved_folder)
    environment = [f"{name}={value}" for name, value in settings.items()]
    command = [sys.executable, "-c", DYING, kind, place, str(tmp_path), *environment]
    said = tmp_path / "said.txt"
    with said.open("w") as errors, subprocess.Popen(command, stderr=errors) as client:
        until(lambda: bool(list(tmp_path.glob("*.pids"))))
        pids = pids_in(tmp_path)
        assert alive(pids) == pids
        server = [child.pid for child in psutil.Process(client.pid).children()]
        assert len(server) == (kind == "stdio")
        client.kill()
    until(lambda: not alive(pids + server))
    assert "Traceback" not in said.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("tool", "arguments", "part"),
    [
        ("lru", {"size": 0}, "1 이상 1,000 이하"),
        ("lru", {"nothing": 1}, "nothing"),
        ("sample_sum", {}, "numbers"),
        ("sample_endless", {}, "제한 시간"),
        ("sample_break", {"how": "raise"}, "KeyError"),
        ("ask", {}, "question"),
        ("ask", {"question": " "}, "비어"),
        ("ask", {"question": "가" * 5000}, "2000"),
        ("search", {"question": QUESTION, "k": 0}, "1 이상 100 이하"),
    ],
)
def test_what_goes_wrong_is_one_sentence_for_the_model(
    address: str, tool: str, arguments: dict[str, Any], part: str
) -> None:
    async def act(client: Client) -> None:
        result = await client.call_tool(tool, arguments)
        assert result.is_error
        assert len(result.content) == 1
        assert part in text_of(result).replace(",", "") or part in text_of(result)
        assert "\n" not in text_of(result)
        assert result.structured_content["error"]["message"] == text_of(result)

    run(lambda: Client(address), act)


@BOTH_WAYS
def test_an_unknown_tool_is_named_with_those_there_are(connect: Connect) -> None:
    async def act(client: Client) -> None:
        with pytest.raises(MCPError, match=r"lrv.*lru"):
            await client.call_tool("lrv", {})

    run(connect, act)


@BOTH_WAYS
def test_an_answer_is_that_of_the_command_line_with_its_quotes(
    connect: Connect, saved_folder: Path
) -> None:
    expected = json.loads(json.dumps(answer_fields(Chatbot.load(saved_folder).ask(QUESTION))))

    async def act(client: Client) -> None:
        result = await client.call_tool("ask", {"question": QUESTION, "history": []})
        answer = dict(result.structured_content)
        for changing in ("seconds", "cached"):
            expected.pop(changing, None)
            del answer[changing]
        assert answer == expected
        text = text_of(result)
        assert text.startswith(answer["text"])
        assert answer["citations"]
        for citation in answer["citations"]:
            assert " ".join(citation["quote"].split()) in text

    run(connect, act)


def test_an_answer_that_ran_a_tool_brings_its_pictures(address: str) -> None:
    async def act(client: Client) -> None:
        question = "LRU 캐시를 크기 3으로 1, 2, 3, 1, 4 순서로 실행해줘"
        result = await client.call_tool("ask", {"question": question})
        call = result.structured_content["tool"]
        assert call["name"] == "lru"
        pictures = [part for part in result.content if part.type == "image"]
        assert len(pictures) == len(call["result"]["plots"])

    run(lambda: Client(address), act)


def test_passages_are_found(address: str) -> None:
    async def act(client: Client) -> None:
        result = await client.call_tool("search", {"question": QUESTION, "k": 2})
        hits = result.structured_content["hits"]
        assert [hit["rank"] for hit in hits] == [1, 2]
        assert all(hit["text"] in text_of(result) for hit in hits)

    run(lambda: Client(address), act)


@BOTH_WAYS
def test_documents_are_resources(connect: Connect, saved_folder: Path) -> None:
    documents = Chatbot.load(saved_folder).documents

    async def act(client: Client) -> None:
        listed = (await client.list_resources()).resources
        assert {resource.name for resource in listed} == set(documents)
        for resource in listed:
            read = await client.read_resource(resource.uri)
            assert getattr(read.contents[0], "text", "") == documents[resource.name].text
        with pytest.raises(MCPError, match="없습니다"):
            await client.read_resource("mlqa://documents/..%2F..%2Fetc%2Fpasswd")

    run(connect, act)


def test_several_clients_at_once_get_their_own_answers(address: str) -> None:
    async def main() -> None:
        async def one(throws: int) -> None:
            async with Client(address) as client:
                result = await client.call_tool("sample_sum", {"numbers": [throws]})
                assert result.structured_content["result"]["figures"]["sum"] == throws

        with anyio.fail_after(60):
            async with anyio.create_task_group() as group:
                for throws in range(8):
                    group.start_soon(one, throws)

    anyio.run(main)


def test_a_tool_that_prints_does_not_disturb_the_line(
    saved_folder: Path, settings: dict[str, str]
) -> None:
    arguments = ["-m", "mlqa", "mcp", "--index", str(saved_folder)]
    server = StdioServerParameters(command=sys.executable, args=arguments, env=settings)

    async def act(client: Client) -> None:
        assert not (await client.call_tool("sample_printing", {})).is_error
        assert not (await client.call_tool("sample_dice", {})).is_error

    run(lambda: Client(server), act)


def test_without_an_index_there_is_one_clear_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mlqa", "mcp", "--index", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=os.environ,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "색인이 없습니다" in done.stderr
