"""Speed of what a user waits for; prints medians and ratios taken in one run.

    python benchmarks/speed.py [--index index] [--runs 5] [--json]

- import: ``import mlqa`` beside ``import numpy``, in processes of their own;
- cold: one ``mlqa ask`` beside a process that imports kiwipiepy and makes one ``Kiwi()``, in turn;
- warm: a new question and one asked before, in one process, over the gold set's questions;
- build: indexing the essays anew, beside Kiwi's tokenisation of the same text.
"""

from __future__ import annotations

import argparse
import json
import os

# As the command line does, see mlqa.cli.run; before NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from kiwipiepy import Kiwi

from mlqa import Chatbot, Index, load_corpus, load_gold
from mlqa.evaluation.speed import first_sentence

KIWI = "from kiwipiepy import Kiwi; Kiwi()"
QUESTION = "배치 정규화는 왜 잘되나요?"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = {**_imports(options.runs), **_cold(options.index, options.runs)}
    figures |= {**_warm(options.index), **_build()}
    if options.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:36} {value:10.4f}")


def _imports(runs: int) -> dict[str, float]:
    times = _in_turn(runs, [["-c", "import mlqa"], ["-c", "import numpy"], ["-c", ""]])
    ours, numpy, nothing = (median(row) for row in times)
    return {
        "import mlqa, s": ours - nothing,
        "import numpy, s": numpy - nothing,
        "import mlqa minus numpy, s": ours - numpy,
    }


def _cold(index: Path, runs: int) -> dict[str, float]:
    ask = ["-m", "mlqa", "ask", "--index", str(index), QUESTION]
    ours, kiwi = _in_turn(runs, [ask, ["-c", KIWI]])
    ratio = median(a / b for a, b in zip(ours, kiwi, strict=True))
    return {
        "cold ask, s": median(ours),
        "Kiwi() alone, s": median(kiwi),
        "cold ask / Kiwi()": ratio,
    }


def _warm(index: Path) -> dict[str, float]:
    bot = Chatbot.load(index)
    questions = load_gold("eval/gold.jsonl").part("train").questions
    # The first half brings the passages into the caches, as a running server has them.
    half = len(questions) // 2
    for gold in questions[:half]:
        bot.ask(gold.question, gold.history)
    new, again = (
        [_seconds(partial(bot.ask, gold.question, gold.history)) for gold in questions[half:]]
        for _ in range(2)
    )
    asked = [(gold.question, gold.history) for gold in questions]
    wait = first_sentence(Chatbot.load(index), asked)
    return {
        "warm, new question, ms": median(new) * 1e3,
        "warm, cached, ms": median(again) * 1e3,
        "first sentence, median, ms": wait.median_ms,
        "first sentence, p95, ms": wait.p95_ms,
    }


def _build() -> dict[str, float]:
    documents = load_corpus("corpus")
    kiwi = Kiwi()
    kiwi.tokenize("")
    texts = [document.text for document in documents]
    analysis = _seconds(lambda: [kiwi.tokenize(text) for text in texts])
    with TemporaryDirectory() as folder:
        whole = _seconds(lambda: Index.build(documents).save(folder))
    return {"build seven essays, s": whole, "Kiwi tokenisation of them, s": analysis}


def _in_turn(runs: int, commands: list[list[str]]) -> list[list[float]]:
    """Wall-clock seconds of Python commands, run in turn after one round that does not count."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    times: list[list[float]] = [[] for _ in commands]
    for _ in range(runs + 1):
        for row, command in zip(times, commands, strict=True):
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, *command], check=True, capture_output=True, env=environment
            )
            row.append(time.perf_counter() - start)
    return [row[1:] for row in times]


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
