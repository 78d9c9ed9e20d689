"""What people at the chat page wait for, and what the server's memory does; prints a table.

    python benchmarks/page.py [PART ...] [--index index] [--runs 5] [--people 20]

- open: the page until it can be typed into, until its first event is answered, and until the first
  question, sent at once, has some answer, in Chromium;
- start: ``mlqa serve`` until it is up, beside a process that imports gradio and makes a ``Kiwi()``
  that analyses a word, in turn;
- text: from the key that sends a question to the first text of its answer, in Chromium;
- crowd: people who chat at once, over HTTP as the page does it;
- memory: of the server, over questions in one conversation and over sessions that come and go.

Questions are those of the gold set's training part and, where more are needed, about the terms of
the glossary. Each row says how busy the machine was in the minute before (load).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import page_chromium
import page_load
from page_chromium import load_average
from page_load import Crowd, Memory

from mlqa import load_gold
from mlqa.text.glossary import load_glossary

_PATTERNS = ("{}의 뜻을 알려 주세요.", "{}은 왜 쓰나요?", "{}의 한계는 무엇인가요?")
_BASELINE = "import gradio; from kiwipiepy import Kiwi; Kiwi().tokenize('가')"
_SETTLED = 200  # questions after which memory should not grow


class Server(NamedTuple):
    """A server of the page.

    Attributes:
        url: Of the page.
        pid: Of the process.
        seconds: From its start until it was up.
    """

    url: str
    pid: int
    seconds: float


def main() -> None:
    """Measures and prints."""
    parts: dict[str, Callable[[argparse.Namespace], None]] = {
        "open": _open,
        "start": _start,
        "text": _text,
        "crowd": _crowd,
        "memory": _memory,
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=" ".join(parts))
    parser.add_argument("--index", default="index")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--people", type=int, default=20)
    options = parser.parse_args()
    for name in options.parts or parts:
        if name in {"open", "text"} and not page_chromium.is_there():
            print(f"{name}: no Chromium", file=sys.stderr)
            continue
        parts[name](options)


def _row(name: str, value: str) -> None:
    print(f"{name:62} {value:44} load {load_average():.2f}", flush=True)


@contextmanager
def _server(options: argparse.Namespace, **settings: str) -> Iterator[Server]:
    start = time.perf_counter()
    with (
        TemporaryDirectory(ignore_cleanup_errors=True) as data,
        subprocess.Popen(
            [sys.executable, "-m", "mlqa", "serve", "--index", options.index],
            env={**os.environ, "MLQA_PORT": "0", "MLQA_DATA": data, **settings},
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        ) as process,
    ):
        try:
            found = re.search(r"http://\S+", process.stdout.readline() if process.stdout else "")
            if not found:
                raise RuntimeError("the server said no address")
            yield Server(found[0], process.pid, time.perf_counter() - start)
        finally:
            process.terminate()


def _open(options: argparse.Namespace) -> None:
    rows = []
    with page_chromium.chromium() as browser:
        for question in _gold()[: options.runs]:
            with _server(options) as server:
                rows.append(page_chromium.open_page(browser, server.url, question))
    names = ("box can be typed into", "first event answered", "first question, sent at once")
    for name, times in zip(names, zip(*rows, strict=True), strict=True):
        _row(f"open: {name}, s", f"median {median(times):.2f}  most {max(times):.2f}")


def _start(options: argparse.Namespace) -> None:
    ours, theirs = [], []
    for at in range(options.runs + 1):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", _BASELINE], check=True)
        seconds = time.perf_counter() - start
        with _server(options) as server:
            pass
        if at:  # the first pair brings files into memory
            theirs.append(seconds)
            ours.append(server.seconds)
    _row("start: mlqa serve is up, s", f"median {median(ours):.2f}")
    _row("start: import gradio, Kiwi(), s", f"median {median(theirs):.2f}")
    more = [a - b for a, b in zip(ours, theirs, strict=True)]
    _row("start: difference of a pair, s", f"median {median(more):.2f}  most {max(more):.2f}")


def _text(options: argparse.Namespace) -> None:
    gold = _gold()
    new, known = gold[:40], gold[:20]
    with page_chromium.chromium() as browser, _server(options) as server:
        for name, questions, clear_each in (
            ("new, conversations of 10", new, 10),
            ("cached, conversations of 1", known, 1),
            ("cached, the same again", known, 1),
            ("new, one conversation of 45", gold[40:85], 45),
        ):
            waits = page_chromium.ask_all(browser, server.url, questions, clear_each)
            count = f"{waits.cached} of {len(questions)} cached"
            _row(f"text: {name}, ms", f"{_spread(waits.text)}  {count}")
            _row(f"text: {name}, painted, ms", _spread(waits.painted))


def _crowd(options: argparse.Namespace) -> None:
    for name, questions in (("new", _many()), ("of 30", _some(30))):
        with _server(options) as server:
            found: Crowd = asyncio.run(page_load.crowd(server.url, questions, options.people, 15))
        label = f"crowd: {options.people} people, questions {name}"
        _row(f"{label}, whole, s", _spread([each.whole for each in found.told], 3))
        _row(f"{label}, text, s", _spread([each.first for each in found.told], 3))
        _row(f"{label}, errors", f"{len(found.errors)} of {len(found.told)}")
        for error in sorted(set(found.errors)):
            print(f"  {error}")


def _memory(options: argparse.Namespace) -> None:
    small = {"MLQA_ANSWER_CACHE": "64", "MLQA_EMBEDDING_CACHE": "64"}
    for name, questions, settings in (
        ("one page, new questions", _many(), {}),
        ("one page, 200 again and again, small caches", _some(200), small),
    ):
        with _server(options, **settings) as server:
            found = asyncio.run(
                page_load.one_conversation(server.url, server.pid, questions, 1000, clear_each=20)
            )
        _show_memory(name, found)
    with _server(options) as server:
        found = asyncio.run(page_load.many_sessions(server.url, server.pid, _many(), 200, 5))
    _show_memory("200 pages", found)


def _show_memory(name: str, memory: Memory) -> None:
    slope = memory.slope(_SETTLED)
    _row(f"memory: {name}, kB a question", f"{slope:.1f} after {_SETTLED}")
    print("  MB", " ".join(f"{value:.0f}" for value in memory.megabytes))
    _row(f"memory: {name}, errors", f"{len(memory.errors)}")


def _gold() -> list[str]:
    questions = load_gold("eval/gold.jsonl").part("train").questions
    return [gold.question for gold in questions if not gold.history]


def _many() -> Iterator[str]:
    """Different questions, more than a thousand."""
    terms = [entry.forms[0] for entry in load_glossary(Path("corpus/glossary.toml")).entries]
    yield from dict.fromkeys([*_gold(), *(p.format(t) for p in _PATTERNS for t in terms)])


def _some(count: int) -> Iterator[str]:
    questions = _gold()[:count]
    while True:
        yield from questions


def _spread(values: Sequence[float], digits: int = 0) -> str:
    middle, late = np.percentile(values, [50, 95])
    return f"median {middle:.{digits}f}  p95 {late:.{digits}f}  most {max(values):.{digits}f}"


if __name__ == "__main__":
    main()
