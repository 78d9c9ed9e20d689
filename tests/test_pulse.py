"""What is told while a worker is silent: the last progress with the seconds since, now and then."""

from __future__ import annotations

import itertools

from mlqa.tools.events import Progress
from mlqa.tools.pulse import Pulse


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def told(pulse: Pulse, clock: Clock, seconds: float, step: float = 0.05) -> list[tuple[float, str]]:
    """When and what it says, looked at in steps."""
    start = clock.now
    found = []
    while clock.now < start + seconds:
        clock.now += step
        again = pulse.beat()
        if again is not None:
            found.append((clock.now - start, again.text))
    return found


def test_the_last_progress_is_told_again_at_least_every_second() -> None:
    clock = Clock()
    pulse = Pulse(Progress(0.0, "시작"), "ko", clock)
    clock.now += 0.3
    pulse.hear(Progress(0.25, "불러오는 중"))
    found = told(pulse, clock, 5)
    assert [text for _, text in found[:4]] == [f"불러오는 중 ({n}초째)" for n in (1, 2, 3, 3)]
    times = [0.0, *(when for when, _ in found), 5.0]
    assert max(after - before for before, after in itertools.pairwise(times)) < 1
    clock.now += 1
    again = pulse.beat()
    assert again is not None
    assert again.share == 0.25


def test_nothing_is_told_again_while_the_worker_speaks() -> None:
    clock = Clock()
    pulse = Pulse(Progress(0.0, "시작"), "ko", clock)
    for place in range(20):
        assert told(pulse, clock, 0.5) == []
        pulse.hear(Progress(place / 20, f"{place}"))


def test_seconds_count_from_what_was_told_last() -> None:
    clock = Clock()
    pulse = Pulse(Progress(0.0, "The tool is starting."), "en", clock)
    told(pulse, clock, 4)
    pulse.hear(Progress(0.5, "Halfway."))
    assert told(pulse, clock, 1)[0][1] == "Halfway. (1 s so far)"
