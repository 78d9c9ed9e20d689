"""The line that runs of tools stand in: first come, first run, so many at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Condition, Event

_LOOK = 0.1


class Line:
    """Lets a number of runs go on at once, the others wait in the order in which they came."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting: deque[object] = deque()
        self._running = 0

    def enter(self, limit: int, cancelled: Event, tell: Callable[[int], None]) -> bool:
        """Waits for a place; whoever got one has to leave again.

        Args:
            limit: Runs that may go on at once, 1 or more.
            cancelled: Set when the place is not wanted any more.
            tell: Takes the number of runs ahead, first when there is one and at each change.

        Returns:
            Whether there is a place; False if it was cancelled.
        """
        ticket, told = object(), 0
        with self._changed:
            self._waiting.append(ticket)
            try:
                while self._waiting[0] is not ticket or self._running >= limit:
                    if cancelled.is_set():
                        return False
                    ahead = self._waiting.index(ticket) + self._running
                    if ahead != told:
                        tell(ahead)
                        told = ahead
                    self._changed.wait(_LOOK)
                if cancelled.is_set():
                    return False
                self._running += 1
                return True
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def leave(self) -> None:
        """Gives the place to the next."""
        with self._changed:
            self._running -= 1
            self._changed.notify_all()
