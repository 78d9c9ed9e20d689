"""``mlqa tool`` as the real command."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

COMMAND = Path(sys.executable).parent / "mlqa"
TESTS = Path(__file__).parent


def environment(**settings: str) -> dict[str, str]:
    own = {"PYTHONPATH": str(TESTS), "MLQA_TOOL_MODULES": '["tool_samples"]'}
    return {**os.environ, **own, **settings}


def tool(
    folder: Path, *arguments: str, code: int = 0, **settings: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [COMMAND, "tool", *arguments],
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == code, done.stderr
    return done


def fields(folder: Path, *arguments: str) -> Any:
    (line,) = tool(folder, *arguments, "--json").stdout.splitlines()
    return json.loads(line, parse_constant=pytest.fail)


def test_tools_are_listed_ours_and_those_of_the_settings(tmp_path: Path) -> None:
    listed = {row["name"]: row for row in fields(tmp_path, "list")["tools"]}
    assert {"lru", "sample_dice"} <= set(listed)
    assert listed["lru"]["title"] == "LRU 캐시 실행"
    assert "LRU 캐시 실행" in tool(tmp_path, "list").stdout


def test_a_tool_is_shown_with_ranges_and_defaults(tmp_path: Path) -> None:
    shown = tool(tmp_path, "show", "sample_sum").stdout
    assert "항목 수가 1 이상 5 이하인 목록(항목마다 정수) (꼭 필요)" in shown
    assert "plain, signed 가운데 하나 (기본값 plain)" in shown
    assert "주사위는 공평하다. (sample)" in shown
    described = fields(tmp_path, "show", "sample_sum")
    assert described["schema"]["properties"]["scale"]["default"] == 1.0
    assert [argument["name"] for argument in described["arguments"]] == [
        "numbers",
        "scale",
        "kind",
        "limit",
    ]


def test_a_run_prints_kept_ones_say_so(tmp_path: Path) -> None:
    first = tool(tmp_path, "run", "sample_dice", "--arg", "throws=3")
    assert first.stdout.startswith("평균")
    assert "seed=0" in first.stdout
    assert first.stderr == ""
    assert (
        "에 실행한 결과입니다" in tool(tmp_path, "run", "sample_dice", "--arg", "throws=3").stdout
    )
    assert fields(tmp_path, "run", "sample_dice", "--arg", "throws=3")["stored"] is True
    again = fields(tmp_path, "run", "sample_dice", "--arg", "throws=3", "--fresh")
    assert again["stored"] is False
    assert again["result"]["figures"]["worst"] is None


def test_plots_are_written(tmp_path: Path) -> None:
    done = fields(tmp_path, "run", "sample_dice", "--plots", "pictures/here")
    (path,) = done["files"]
    assert ET.parse(tmp_path / path).getroot().tag.endswith("svg")  # noqa: S314 - our own
    (tmp_path / "file").write_text("", encoding="utf-8")
    failed = tool(tmp_path, "run", "sample_dice", "--plots", "file", code=1)
    assert "--plots" in failed.stderr


def test_lists_are_typed_with_commas_or_as_json(tmp_path: Path) -> None:
    for typed in ("1,2,3,1", "[1, 2, 3, 1]", '["1", "2", "3", "1"]'):
        done = fields(tmp_path, "run", "lru", "--arg", f"requests={typed}", "--arg", "size=3")
        assert list(done["arguments"]["requests"]) == ["1", "2", "3", "1"]
        assert done["result"]["figures"]["hits"] == 1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["lru", "--arg", "size=0"], "1 이상"),
        (["lru", "--arg", "size=1000000000000"], "1 이상"),
        (["lru", "--arg", "sise=3"], "size"),
        (["lur"], "lru"),
        (["sample_break", "--arg", "how=exit"], "종료 코드 7"),
        (["sample_break", "--arg", "how=raise"], "KeyError"),
        (["sample_endless"], "0.5초"),
    ],
)
def test_what_goes_wrong_is_one_line_and_exit_code_1(
    tmp_path: Path, arguments: list[str], word: str
) -> None:
    done = tool(tmp_path, "run", *arguments, code=1)
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert word in line


def test_module_of_the_settings_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = tool(tmp_path, "list", code=1, MLQA_TOOL_MODULES='["no_such_module"]')
    assert "no_such_module" in done.stderr


@pytest.mark.parametrize("arguments", [["run"], ["run", "lru", "--arg", "size"], ["walk"], []])
def test_wrong_usage_is_exit_code_2(tmp_path: Path, arguments: list[str]) -> None:
    tool(tmp_path, *arguments, code=2)


def test_ctrl_c_ends_run_and_worker(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [COMMAND, "tool", "run", "sample_sleep", "--arg", f"folder={tmp_path}"],
        cwd=tmp_path,
        env=environment(),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    while not (found := list(tmp_path.glob("*.pids"))):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "")
    with pytest.raises(ProcessLookupError):
        os.kill(int(found[0].stem), 0)
