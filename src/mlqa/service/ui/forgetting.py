"""Sessions whose page was closed, which Gradio would keep by the thousand, half a megabyte each."""

from __future__ import annotations

import gradio as gr
from gradio.queueing import Queue
from gradio.state_holder import StateHolder

# A page may come back: a telephone that slept, a connection that broke. One that was forgotten
# shows its saved conversation again.
_CLOSED = 20


def forget_closed(page: gr.Blocks, most: int = _CLOSED) -> int:
    """Forgets sessions of closed pages, those that were not used for the longest.

    Args:
        page: Is served.
        most: Closed ones that are kept.

    Returns:
        How many are gone.
    """
    holder = getattr(page, "state_holder", None)
    if not isinstance(holder, StateHolder) or len(holder.session_data) <= most:
        return 0
    with holder.lock:
        # The latest used one is the last.
        closed = [name for name, kept in list(holder.session_data.items()) if kept.is_closed]
        gone = [name for name in closed[: max(0, len(closed) - most)] if _is_quiet(page, name)]
        for name in gone:
            holder.session_data.pop(name, None)
            holder.time_last_used.pop(name, None)
    for name in gone:
        _forget_messages(page._queue, name)
    return len(gone)


def _is_quiet(page: gr.Blocks, session: str) -> bool:
    """Whether a session has no event under way."""
    queue = page._queue
    events = queue.pending_event_ids_session.get(session, set())
    return not any(event in queue.event_ids_to_events for event in events)


def _forget_messages(queue: Queue, session: str) -> None:
    """What nobody has read of a session's answers."""
    if session in queue.pending_messages_per_session:
        del queue.pending_messages_per_session[session]
    queue.pending_event_ids_session.pop(session, None)
