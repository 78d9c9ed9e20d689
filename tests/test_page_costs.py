"""What an answer and a session cost the page's server: no more with every question or visitor."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio.queueing import Event
from gradio.state_holder import StateHolder

from mlqa.service.pump import read_along
from mlqa.service.ui.forgetting import forget_closed
from mlqa.service.ui.serving import _listeners
from page_browser import FAKE, served

SESSION = "0123456789"


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with served(FAKE) as url, httpx.Client(base_url=url, timeout=20) as opened:
        yield opened


def messages_of(client: httpx.Client, question: str) -> list[dict[str, Any]]:
    """What the server says of a question, values only."""
    config = client.get("/config").json()
    box = next(
        component["id"]
        for component in config["components"]
        if component["props"].get("elem_id") == "mlqa-box"
    )
    at, asking = next(
        (at, event)
        for at, event in enumerate(config["dependencies"])
        if [box, "submit"] in event["targets"]
    )
    data = [question, *(None for _ in asking["inputs"][1:])]
    body = {"data": data, "fn_index": at, "session_hash": SESSION}
    client.post("/gradio_api/queue/join", json=body).raise_for_status()
    found = []
    params = {"session_hash": SESSION}
    with client.stream("GET", "/gradio_api/queue/data", params=params) as stream:
        for line in stream.iter_lines():
            if not line.startswith("data: "):
                continue
            told = json.loads(line.removeprefix("data: "))
            if told["msg"] == "close_stream":
                break
            if told["msg"] in {"process_generating", "process_completed"} and told.get("output"):
                found.append(told)
    return [told for told in found if told["output"].get("data")]


def new_page() -> gr.Blocks:
    page: gr.Blocks

    async def make() -> None:
        nonlocal page
        with gr.Blocks() as page:
            gr.State([])

    asyncio.run(make())
    return page


def size(told: dict[str, Any]) -> int:
    return len(json.dumps(told["output"]["data"]))


def test_what_follows_the_first_word_of_an_answer_does_not_repeat_the_conversation(
    client: httpx.Client,
) -> None:
    asked = [messages_of(client, f"{n}번째 질문인가요?") for n in range(1, 7)]
    whole, again = size(asked[0][0]), size(asked[-1][0])
    assert again > 5 * whole, "the first message holds all turns"
    pieces = [max(map(size, told[1:])) for told in asked]
    assert pieces[-1] < 1.2 * pieces[0]
    ends = [told[-1] for told in asked]
    assert all(end["msg"] == "process_completed" for end in ends)
    assert all(value == gr.skip() for end in ends for value in end["output"]["data"])


def test_what_comes_while_nobody_reads_is_read_at_once() -> None:
    goes_on, done = threading.Event(), threading.Event()

    def letters() -> Iterator[str]:
        yield "a"
        goes_on.wait(10)
        yield from "bcd"
        done.set()

    def begin() -> Any:
        return letters()

    read = read_along(begin, join=lambda before, after: before + after)
    assert next(item for item in read if item) == "a"
    goes_on.set()
    assert done.wait(10)
    assert [item for item in read if item] == ["bcd"]


def test_sessions_of_closed_pages_are_forgotten_the_longest_unused_first() -> None:
    page = new_page()
    holder = StateHolder()  # type: ignore[no-untyped-call]
    holder.set_blocks(page)
    names = [f"session {n}" for n in range(10)]
    for name in names:
        holder[name].is_closed = name not in {"session 0", "session 5"}
        page._queue.pending_event_ids_session[name] = {f"event of {name}"}
    under_way = object.__new__(Event)
    page._queue.event_ids_to_events["event of session 2"] = under_way
    holder["session 1"].is_closed = True  # it was used again
    assert forget_closed(page, most=3) == 4
    kept = {"session 0", "session 5", "session 2", "session 8", "session 9", "session 1"}
    assert set(holder.session_data) == kept
    assert set(page._queue.pending_event_ids_session) == kept
    assert forget_closed(page, most=20) == 0


def test_gradio_keeps_no_list_of_past_events() -> None:
    queue = new_page()._queue
    assert queue.ANALYTICS_MAX_EVENTS == 1
    queue.events_recorded = 100_000
    found = queue.compute_analytics_summary([{"function": "f"}])  # type: ignore[no-untyped-call]
    assert found == {"functions": {}}, "nothing was counted"


def test_events_are_sent_without_waiting_for_more() -> None:
    (listener, *others) = _listeners("127.0.0.1", 0)
    assert not others
    with listener:
        # asyncio sets TCP_NODELAY on sockets of this protocol only.
        assert listener.proto == socket.IPPROTO_TCP
