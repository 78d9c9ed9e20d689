"""Results that are kept: found again, run again where they must, cited by key."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from threading import Thread

import pytest

from mlqa.config import Config
from mlqa.errors import StorageError
from mlqa.schema import ToolCall, ToolResult
from mlqa.tools import store
from mlqa.tools.registry import Tool
from mlqa.tools.runner import Runner
from mlqa.tools.store import Store, code_version, key_of
from tool_samples import sample_dice, sample_sum


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(Config(tool_results=tmp_path / "deep" / "results"))


def test_asked_again_it_is_not_run_again_and_says_so(runner: Runner) -> None:
    first = runner.run("sample_dice", {"throws": 3})
    again = runner.run("sample_dice", {"throws": 3, "seed": 0})
    assert (first.stored, again.stored) == (False, True)
    assert again.ran_at == first.ran_at
    assert again.seconds == first.seconds
    assert repr(again.result) == repr(first.result)
    assert (first.defaulted, again.defaulted) == (("seed",), ())
    assert runner.run("sample_dice", {"throws": 3}, fresh=True).stored is False


def test_a_result_is_cited_by_its_key(runner: Runner) -> None:
    call = runner.run("sample_dice", {"throws": 3})
    found = Store(runner.config.tool_results).find(call.key)
    assert found is not None
    assert (found.name, found.arguments) == ("sample_dice", {"throws": 3, "seed": 0})
    for key in ("0" * 64, "", "../../etc/passwd", call.key[:-1], call.key.upper() + "\0"):
        assert runner.find(key) is None


def call_of(key: str) -> ToolCall:
    return ToolCall(name="sample_dice", arguments={}, result=ToolResult(text=key), key=key)


def aged(folder: Path, keys: Sequence[str], minutes: int) -> None:
    """Makes files look as if they had been used long ago, each a minute after the one before."""
    for place, key in enumerate(keys):
        when = time.time() - 60 * (minutes - place)
        os.utime(folder / f"{key}.json", (when, when))


KEYS = [f"{place:064x}" for place in range(10)]


def kept(folder: Path) -> set[str]:
    return {path.stem for path in folder.iterdir()}


def test_results_that_were_not_asked_for_the_longest_go(tmp_path: Path) -> None:
    store = Store(tmp_path, most=4)
    for key in KEYS[:4]:
        store.save(call_of(key))
    aged(tmp_path, KEYS[:4], 60)
    assert store.find(KEYS[0]) is not None
    store.save(call_of(KEYS[4]))
    assert kept(tmp_path) == {KEYS[0], *KEYS[2:5]}
    store.save(call_of(KEYS[5]))
    assert kept(tmp_path) == {KEYS[0], *KEYS[3:6]}
    assert Store(tmp_path, most=1).find(KEYS[3]) is not None


def test_files_of_others_stay_and_the_newest_result_does(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("{}", encoding="utf-8")
    store = Store(tmp_path, most=1)
    for key in KEYS[:3]:
        store.save(call_of(key))
    assert kept(tmp_path) == {"mine", KEYS[2]}


def test_as_many_results_are_kept_as_it_says(tmp_path: Path) -> None:
    keys = [f"{place:064x}" for place in range(503)]
    store = Store(tmp_path)
    for key in keys[:-1]:
        (tmp_path / f"{key}.json").write_text("{}", encoding="utf-8")
    aged(tmp_path, keys[:-1], 600)
    store.save(call_of(keys[-1]))
    assert kept(tmp_path) == set(keys[3:])


def test_many_stores_prune_one_folder_at_once(tmp_path: Path) -> None:
    faults: list[Exception] = []

    def fill(start: int) -> None:
        store = Store(tmp_path, most=3)
        try:
            for place in range(60):
                store.save(call_of(f"{start + place:064x}"))
                store.find(f"{start + place // 2:064x}")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            faults.append(error)

    threads = [Thread(target=fill, args=(1000 * start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    Store(tmp_path, most=3).save(call_of(KEYS[0]))
    assert len(kept(tmp_path)) == 3
    assert KEYS[0] in kept(tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda _: "",
        lambda _: "[]",
        lambda _: "[" * 100_000,
        lambda text: json.dumps({**json.loads(text), "key": "0" * 64}),
        lambda text: json.dumps({**json.loads(text), "result": {"text": 3}}),
        lambda text: json.dumps({"key": json.loads(text)["key"]}),
    ],
)
def test_a_damaged_file_is_run_again(runner: Runner, damage: Callable[[str], str]) -> None:
    call = runner.run("sample_dice", {"throws": 3})
    (path,) = runner.config.tool_results.iterdir()
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    again = runner.run("sample_dice", {"throws": 3})
    assert again.stored is False
    assert repr(again.result) == repr(call.result)
    assert runner.run("sample_dice", {"throws": 3}).stored is True


def test_key_depends_on_all_that_the_result_does() -> None:
    arguments = sample_dice.check({})
    keys = {
        key_of(sample_dice, arguments, "ko"),
        key_of(sample_dice, arguments, "en"),
        key_of(sample_dice, {**arguments, "seed": 1}, "ko"),
        key_of(sample_dice, {**arguments, "throws": 5}, "ko"),
        key_of(replace(sample_dice, name="other"), arguments, "ko"),
    }
    assert len(keys) == 5
    assert all(len(key) == 64 for key in keys)
    assert key_of(sample_sum, sample_sum.check({"numbers": [1], "scale": "2"}), "ko") == key_of(
        sample_sum, sample_sum.check({"numbers": ["1"], "scale": 2}), "ko"
    )


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    """A tool in a package with a helper that imports numpy, and a module that does not matter."""
    package = tmp_path / "own_pack"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "helper.py").write_text("def load():\n    import numpy\n", encoding="utf-8")
    (package / "unused.py").write_text("", encoding="utf-8")
    (package / "demo.py").write_text(
        "import mlqa\n\n@mlqa.tool(inline=True)\ndef own_pack_demo() -> mlqa.ToolResult:\n"
        "    from own_pack.helper import load\n    return mlqa.ToolResult(text='')\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.startswith("own_pack")]:
        del sys.modules[name]
    made = import_module("own_pack.demo").own_pack_demo
    assert isinstance(made, Tool)
    return made


def test_version_follows_the_code_that_a_tool_stands_on(
    own: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = [code_version(own)]
    assert code_version(own) == versions[0]
    for name in ("demo.py", "helper.py"):
        path = tmp_path / "own_pack" / name
        path.write_text(path.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
        versions.append(code_version(own))
    monkeypatch.setattr(store, "_version", lambda name: f"{name} of another day")
    versions.append(code_version(own))
    assert len(set(versions)) == 4
    (tmp_path / "own_pack/unused.py").write_text("x = 1\n", encoding="utf-8")
    assert code_version(own) == versions[-1]


def test_many_may_keep_the_same_at_once(runner: Runner) -> None:
    call = runner.run("sample_dice", {"throws": 3})
    threads = [Thread(target=runner.store.save, args=(call,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(runner.config.tool_results.iterdir())) == 1
    assert runner.find(call.key) is not None


def test_folder_that_cannot_be_written_is_named(tmp_path: Path, runner: Runner) -> None:
    call = runner.run("sample_dice", {"throws": 3})
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match="file"):
        Store(tmp_path / "file").save(call)


def test_inline_runs_are_kept_in_memory_up_to_a_number(tmp_path: Path, runner: Runner) -> None:
    few = Store(tmp_path, recent=2)
    calls = [runner.run("sample_sum", {"numbers": [number]}) for number in range(3)]
    for call in calls:
        few.remember(call)
    assert few.find(calls[0].key) is None
    assert few.find(calls[2].key) == replace(calls[2], stored=True)
    assert list(tmp_path.glob("*.json")) == []
