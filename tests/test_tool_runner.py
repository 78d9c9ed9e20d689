"""Runs in real worker processes: results, progress, ends of every kind, the line, nothing left."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import mlqa
import tool_samples
from mlqa.config import Config
from mlqa.errors import (
    MlqaError,
    MlqaWarning,
    ToolArgumentError,
    ToolCancelled,
    ToolCrashed,
    ToolError,
    ToolOutOfMemory,
    ToolTimeout,
    UnknownTool,
)
from mlqa.schema import ToolCall
from mlqa.tools.events import Progress, ToolEvent, Waiting
from mlqa.tools.process import _alive
from mlqa.tools.runner import Run, Runner
from processes import pids_in, until

TESTS = Path(__file__).parent
LONG = 60.0


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    yield Runner(Config(tool_results=tmp_path / "results"))
    assert not list(_alive)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE and pid not in {
            child.pid for child in psutil.Process().children(recursive=True)
        }
    except psutil.NoSuchProcess:
        return True


def started(run: Run, folder: Path, count: int = 1) -> list[int]:
    """Takes events of a sleeper until it has begun."""
    for event in run:
        assert isinstance(event, Progress)
        if len(pids_in(folder)) == count:
            return pids_in(folder)
    raise AssertionError("it ended")


def still_works(runner: Runner) -> None:
    assert runner.run("sample_dice", {"throws": 2}, fresh=True).result.text.startswith("평균")


def test_progress_comes_first_and_the_result_last(runner: Runner) -> None:
    events = list(runner.start("sample_dice", {"throws": 5}))
    *before, call = events
    assert all(isinstance(event, Progress) for event in before)
    assert Progress(1.0, "5/5") in before
    assert isinstance(call, ToolCall)
    assert (call.name, call.arguments) == ("sample_dice", {"throws": 5, "seed": 0})
    assert call.defaulted == ("seed",)
    assert call.stored is False
    assert call.seconds > 0
    assert call.ran_at.endswith("+00:00")
    here = tool_samples.sample_dice(throws=5)
    assert repr(call.result) == repr(here)


def test_a_silent_tool_is_told_about_again_and_again(runner: Runner) -> None:
    *before, call = runner.start("sample_still", {})
    again = [
        event
        for event in before
        if isinstance(event, Progress) and re.fullmatch(r"조용히 \(\d+초째\)", event.text)
    ]
    assert len(again) >= 2
    assert {event.share for event in again} == {0.4}
    assert isinstance(call, ToolCall)


def test_a_silent_tool_is_cancelled_while_it_is_told_about(runner: Runner) -> None:
    run = runner.start("sample_still", {"seconds": 50})
    for event in run:
        assert isinstance(event, Progress)
        if event.text.startswith("조용히 ("):
            break
    run.cancel()
    with pytest.raises(ToolCancelled):
        list(run)
    still_works(runner)


def test_same_seed_gives_the_same_figures(runner: Runner) -> None:
    first = runner.run("sample_dice", {"seed": 5, "throws": 50})
    again = runner.run("sample_dice", {"seed": 5, "throws": 50}, fresh=True)
    other = runner.run("sample_dice", {"seed": 6, "throws": 50})
    assert first.result.tables == again.result.tables
    assert first.key == again.key != other.key
    assert first.result.tables != other.result.tables


def test_language_reaches_the_worker(runner: Runner) -> None:
    assert runner.run("sample_dice", {}, language="en").result.text.startswith("mean")


def test_arguments_are_checked_before_anything_starts(runner: Runner) -> None:
    with pytest.raises(ToolArgumentError):
        runner.start("sample_dice", {"throws": 0})
    with pytest.raises(UnknownTool):
        runner.start("sample_nothing", {})


@pytest.mark.parametrize("in_c", [False, True])
def test_out_of_time_is_ended(runner: Runner, in_c: bool) -> None:
    with pytest.raises(ToolTimeout, match=r"0\.5초"):
        runner.run("sample_endless", {"in_c": in_c})
    still_works(runner)


@pytest.mark.parametrize("how", ["slowly", "at once", "untouched"])
def test_out_of_memory_is_ended(runner: Runner, how: str) -> None:
    with pytest.raises(ToolOutOfMemory, match="200MB"):
        runner.run("sample_hog", {"how": how})
    still_works(runner)


@pytest.mark.parametrize(
    ("how", "word"),
    [
        ("exit", "7"),
        ("kill", "-9"),
        ("quit", "3"),
        ("raise", "KeyError"),
        ("no result", "str"),
        ("gap", "row"),
        ("huge", "5,000,000"),
        ("odd", "object"),
    ],
)
def test_crash_is_told_and_the_next_run_works(runner: Runner, how: str, word: str) -> None:
    with pytest.raises(ToolCrashed, match=word) as caught:
        runner.run("sample_break", {"how": how})
    assert "\n" not in str(caught.value)
    still_works(runner)


def test_error_of_ours_comes_as_it_was_raised(runner: Runner) -> None:
    with pytest.raises(ToolArgumentError, match="3 이상만") as caught:
        runner.run("sample_break", {"how": "ours"})
    assert "at least 3" in caught.value.text("en")


def test_cancelled_from_another_thread(runner: Runner, tmp_path: Path) -> None:
    run = runner.start("sample_sleep", {"folder": str(tmp_path), "child": True})
    (worker, child) = started(run, tmp_path, 2)
    threading.Thread(target=run.cancel).start()
    with pytest.raises(ToolCancelled):
        list(run)
    assert list(run) == []
    until(lambda: is_gone(worker) and is_gone(child))
    still_works(runner)


def test_closed_half_way_leaves_no_process(runner: Runner, tmp_path: Path) -> None:
    with runner.start("sample_sleep", {"folder": str(tmp_path), "child": True}) as run:
        (worker, child) = started(run, tmp_path, 2)
    assert is_gone(worker)
    until(lambda: is_gone(child))
    assert list(run) == []


def test_forgotten_run_ends(runner: Runner, tmp_path: Path) -> None:
    run = runner.start("sample_sleep", {"folder": str(tmp_path)})
    (worker,) = started(run, tmp_path)
    del run
    until(lambda: is_gone(worker))
    until(lambda: not list(_alive))


def test_cancelled_before_it_began(runner: Runner) -> None:
    for name, arguments in (("sample_sleep", {}), ("sample_sum", {"numbers": [1]})):
        run = runner.start(name, arguments)
        run.cancel()
        with pytest.raises(ToolCancelled):
            next(run)


def collected(run: Run, into: list[ToolEvent | MlqaError]) -> threading.Thread:
    def collect() -> None:
        try:
            into.extend(run)
        except MlqaError as error:
            into.append(error)

    thread = threading.Thread(target=collect)
    thread.start()
    return thread


def test_others_wait_in_line_and_are_told(runner: Runner, tmp_path: Path) -> None:
    first = runner.start("sample_sleep", {"folder": str(tmp_path)})
    started(first, tmp_path)
    second: list[ToolEvent | MlqaError] = []
    third: list[ToolEvent | MlqaError] = []
    run = runner.start("sample_dice", {})
    waiting = collected(run, second)
    until(lambda: second == [Waiting(1)])
    given_up = runner.start("sample_dice", {"seed": 2})
    giving_up = collected(given_up, third)
    until(lambda: third == [Waiting(2)])
    given_up.cancel()
    giving_up.join(LONG)
    assert isinstance(third[-1], ToolCancelled)
    assert second == [Waiting(1)]
    first.close()
    waiting.join(LONG)
    assert isinstance(second[-1], ToolCall)


def test_as_many_run_at_once_as_the_setting_says(tmp_path: Path) -> None:
    runner = Runner(Config(tool_results=tmp_path / "results", tool_workers=2))
    with (
        runner.start("sample_sleep", {"folder": str(tmp_path)}) as first,
        runner.start("sample_sleep", {"folder": str(tmp_path), "seconds": 29}) as second,
    ):
        started(first, tmp_path, 1)
        started(second, tmp_path, 2)


def test_the_same_asked_twice_at_once_runs_once(runner: Runner, tmp_path: Path) -> None:
    arguments = {"folder": str(tmp_path), "seconds": 1}
    events: tuple[list[ToolEvent | MlqaError], ...] = ([], [])
    threads = [collected(runner.start("sample_sleep", arguments), into) for into in events]
    for thread in threads:
        thread.join(LONG)
    calls = [into[-1] for into in events]
    assert sorted(isinstance(call, ToolCall) and call.stored for call in calls) == [False, True]
    assert len(pids_in(tmp_path)) == 1


def test_inline_tool_runs_in_this_process(runner: Runner) -> None:
    (call,) = runner.start("sample_sum", {"numbers": [1, 2, 3]})
    assert isinstance(call, ToolCall)
    assert call.result.figures["sum"] == 6
    assert not (runner.config.tool_results).exists()
    found = runner.find(call.key)
    assert found is not None
    assert found.result == call.result


def test_what_a_tool_prints_stays_out_of_our_output(
    runner: Runner, capfd: pytest.CaptureFixture[str]
) -> None:
    assert runner.run("sample_printing", {}).result.text == "2"
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "raw" in captured.err


def test_result_that_cannot_be_kept_is_given_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    runner = Runner(Config(tool_results=tmp_path / "file"))
    with pytest.warns(MlqaWarning, match="보관하지 못했습니다"):
        call = runner.run("sample_dice", {})
    assert call.result.text.startswith("평균")


def test_run_tool_is_the_short_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert mlqa.run_tool("sample_dice", throws=3).arguments == {"throws": 3, "seed": 0}
    assert mlqa.run_tool(tool_samples.sample_sum, numbers=[4]).result.figures["sum"] == 4
    assert len(list((tmp_path / "results").iterdir())) == 1
    with pytest.raises(ToolError):
        mlqa.run_tool("sample_dice", throws=-1)


SCRIPT = """
import mlqa

@mlqa.tool
def own_script(size: int = 3) -> mlqa.ToolResult:
    "Gives its size."
    return mlqa.ToolResult(text=f"{size} {__name__}")

if __name__ == "__main__":
    print(mlqa.run_tool("own_script", size=4).result.text)
"""


def python(folder: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """A fresh Python that finds the tools for the tests."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_tool_of_a_script_runs_in_a_worker(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    done = python(tmp_path, "script.py")
    assert (done.stdout, done.stderr) == ("4 __mp_main__\n", "")


UNGUARDED = SCRIPT.replace('if __name__ == "__main__":', "if True:")


@pytest.mark.parametrize("how", ["-c", "-", ""])
def test_tool_from_the_prompt_is_told_what_to_do(tmp_path: Path, how: str) -> None:
    arguments = [how] * bool(how) + [UNGUARDED] * (how == "-c")
    done = python(tmp_path, *arguments, typed=UNGUARDED)
    assert "ToolCrashed" in done.stderr.splitlines()[-1]
    assert "inline=True" in done.stderr.splitlines()[-1]


def test_script_that_runs_its_own_tool_when_imported_is_told_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(UNGUARDED, encoding="utf-8")
    done = python(tmp_path, "script.py")
    assert "ToolCrashed" in done.stderr.splitlines()[-1]
    assert '`if __name__ == "__main__":`' in done.stderr.splitlines()[-1]


CALL = """
import mlqa, tool_samples
print("once", mlqa.run_tool("sample_dice", throws=3).arguments["throws"])
"""


@pytest.mark.parametrize("how", ["-c", "-", "", "file", "-m"])
def test_tool_of_a_module_runs_however_the_program_came_in(tmp_path: Path, how: str) -> None:
    (tmp_path / "script.py").write_text(CALL, encoding="utf-8")
    arguments = {"-c": ["-c", CALL], "-": ["-"], "": [], "file": ["script.py"]}
    done = python(tmp_path, *arguments.get(how, ["-m", "script"]), typed=CALL)
    assert (done.stdout, done.stderr) == ("once 3\n", "")


PARENT = """
import sys, tool_samples
from pathlib import Path
from mlqa.config import Config
from mlqa.tools.runner import Runner
run = Runner(Config()).start("sample_sleep", {"folder": sys.argv[1], "child": True})
for event in run:
    if list(Path(sys.argv[1]).glob("*.pids")):
        print("begun", flush=True)
        if sys.argv[2] == "leave":
            break
"""


@pytest.mark.parametrize("end", ["leave", "SIGTERM", "SIGKILL", "SIGINT"])
def test_nothing_is_left_when_the_parent_is_gone(tmp_path: Path, end: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), end],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "begun\n"
        worker, child = pids_in(tmp_path)
        if end != "leave":
            parent.send_signal(getattr(signal, end))
        parent.wait(LONG)
    until(lambda: is_gone(worker) and is_gone(child))


def test_this_process_answers_while_a_tool_runs(runner: Runner, tmp_path: Path) -> None:
    with runner.start("sample_sleep", {"folder": str(tmp_path)}) as run:
        started(run, tmp_path)
        call = runner.run("sample_sum", {"numbers": [1]})
        assert call.result.figures["sum"] == 1
        assert isinstance(next(run), Progress)
