"""Event streams that stay open between events, so that none is lost, and that say nothing twice.

Gradio ends a session's stream with its last event. The browser may hear of that after it has begun
the next event on the stream it takes for open, and then waits for it in vain. Here a stream ends
only when the session was quiet for a while, and an event that begins in that very moment is
acknowledged after the browser has heard of the end. It also saves a connection for each event.

At the end of a generator's values Gradio sends the last of them once more, whole: each question
would cost the conversation twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.queueing import Queue
from gradio.server_messages import ProcessCompletedMessage

from mlqa.service.ui.forgetting import forget_closed

# Seconds. Short: a stream takes one of the six connections that a browser has to a server, for all
# its tabs, and one that breaks with the server's end is not opened anew by Gradio's client.
_QUIET = 1.0
_NEWS_TRAVEL = 0.1
_FORGOTTEN = 60.0
# Stands among the events of a session that are not over.
_OPEN = "open"
# What the end of a stream is called; no event, so nothing is taken from those that are open.
_QUIET_NOW = "quiet"

_P = ParamSpec("_P")
_T = TypeVar("_T")


def keep_streams_open(page: gr.Blocks, quiet: float = _QUIET) -> None:
    """Lets the streams of a page's sessions end only after some quiet.

    Args:
        page: Its queue is made already.
        quiet: Seconds without an event after which a stream ends.
    """
    queue = page._queue
    streams = Streams(queue, quiet)
    forget = partial(forget_closed, page)
    queue.push = _then_stay(queue.push, streams, forget)  # type: ignore[method-assign, assignment]


def say_nothing_twice(page: gr.Blocks) -> None:
    """Lets the end of a generator's values bring none."""
    told = page.handle_streaming_diffs

    # As Gradio calls it, by keywords.
    def told_once(
        block_fn: BlockFunction,
        data: list[Any],
        *,
        run: str | None,
        final: bool,
        **how: Any,  # noqa: ANN401 - what this does not look at
    ) -> list[Any]:
        values = told(block_fn, data, run=run, final=final, **how)
        return [gr.skip() for _ in values] if final and run else values

    page.handle_streaming_diffs = told_once  # type: ignore[method-assign, assignment]


def _then_stay(
    push: Callable[_P, Awaitable[_T]], streams: Streams, forget: Callable[[], object]
) -> Callable[_P, Awaitable[_T]]:
    """Gradio's ``Queue.push``, acknowledged when it is sure that its stream is open."""

    async def push_and_stay(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        forget()
        pushed = await push(*args, **kwargs)
        await streams.stay(str(getattr(kwargs.get("body"), "session_hash", "")))
        return pushed

    return push_and_stay


class Streams:
    """Who keeps which stream open."""

    def __init__(self, queue: Queue, quiet: float) -> None:
        self._queue = queue
        self._quiet = quiet
        self._ends: dict[str, asyncio.TimerHandle] = {}
        self._ended: dict[str, float] = {}

    async def stay(self, session: str) -> None:
        """Keeps a session's stream open; waits where the browser may not know yet that it ended."""
        if session not in self._queue.pending_event_ids_session:
            return
        loop = asyncio.get_running_loop()
        self._queue.pending_event_ids_session[session].add(_OPEN)
        self._end_later(session)
        if session in self._ended:
            await asyncio.sleep(self._ended[session] + _NEWS_TRAVEL - loop.time())

    def _end_later(self, session: str) -> None:
        if session in self._ends:
            self._ends[session].cancel()
        loop = asyncio.get_running_loop()
        self._ends[session] = loop.call_later(self._quiet, self._end, session)

    def _end(self, session: str) -> None:
        queue = self._queue
        open_events = queue.pending_event_ids_session.get(session, set())
        if any(event in queue.event_ids_to_events for event in open_events):
            self._end_later(session)
            return
        del self._ends[session]
        open_events.clear()
        messages = queue.pending_messages_per_session.get(session)
        if messages is not None:
            messages.put_nowait(
                ProcessCompletedMessage(event_id=_QUIET_NOW, output={}, success=True)
            )
        loop = asyncio.get_running_loop()
        self._ended[session] = loop.time()
        loop.call_later(_NEWS_TRAVEL, self._ended.pop, session, None)
        loop.call_later(_FORGOTTEN, self._forget, session)

    def _forget(self, session: str) -> None:
        """Of a session that has gone nothing stays."""
        if not self._queue.pending_event_ids_session.get(session, True):
            del self._queue.pending_event_ids_session[session]
