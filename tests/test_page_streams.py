"""What the page's server tells a browser session: one stream for events that follow each other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio.server_messages import EventMessage

from mlqa.service.ui.streams import Streams
from page_browser import FAKE, served

SESSION = "abcdefghij"


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with served(FAKE) as url, httpx.Client(base_url=url, timeout=20) as opened:
        yield opened


@pytest.fixture(scope="module")
def function(client: httpx.Client) -> int:
    """What the stop button calls: the session in, nothing out."""
    config = client.get("/config").json()
    stop = next(
        component["id"]
        for component in config["components"]
        if component["props"].get("elem_id") == "mlqa-stop"
    )
    return next(
        at for at, event in enumerate(config["dependencies"]) if [stop, "click"] in event["targets"]
    )


def join(client: httpx.Client, function: int) -> str:
    body = {"data": [None], "fn_index": function, "session_hash": SESSION}
    return str(
        client.post("/gradio_api/queue/join", json=body).raise_for_status().json()["event_id"]
    )


def messages(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def test_an_event_that_follows_comes_on_the_same_stream(
    client: httpx.Client, function: int
) -> None:
    open_event = join(client, function)
    begun, completed = 1, 0
    params = {"session_hash": SESSION}
    with client.stream("GET", "/gradio_api/queue/data", params=params) as stream:
        for told in messages(stream.iter_lines()):
            if told["msg"] == "close_stream":
                break
            if told["msg"] == "process_completed" and told["event_id"] == open_event:
                completed += 1
                if begun < 5:
                    open_event = join(client, function)
                    begun += 1
    assert (begun, completed) == (5, 5), "the stream ends when nothing is under way any more"


def test_an_event_that_begins_as_the_stream_ends_is_acknowledged_after_it() -> None:
    async def ends_and_begins() -> tuple[list[str], float]:
        with gr.Blocks() as page:
            gr.Markdown()
        queue = page._queue
        queue.pending_event_ids_session[SESSION] = {"an event that is over"}
        messages: asyncio.Queue[EventMessage] = asyncio.Queue()
        queue.pending_messages_per_session[SESSION] = messages
        streams = Streams(queue, quiet=0.01)
        await streams.stay(SESSION)
        told = await messages.get()
        end = asyncio.get_running_loop().time()
        assert not queue.pending_event_ids_session[SESSION], "Gradio ends the stream now"
        queue.pending_event_ids_session[SESSION].add("begun meanwhile")
        await streams.stay(SESSION)
        return [told.msg.value], asyncio.get_running_loop().time() - end

    told, waited = asyncio.run(ends_and_begins())
    assert told == ["process_completed"]
    assert waited > 0.08, "the browser has heard of the end by now"
