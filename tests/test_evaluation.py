"""Figures of an evaluation with intervals, runs kept and compared, thresholds, the command."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlqa.chatbot import Chatbot
from mlqa.cli import run as command
from mlqa.config import Config, load_config
from mlqa.errors import ConfigError, RunError
from mlqa.evaluation.comparing import compare
from mlqa.evaluation.evaluate import assess, evaluate
from mlqa.evaluation.figures import FIGURES, curve, figures, intervals_of, summarise
from mlqa.evaluation.gold import GoldQuestion
from mlqa.evaluation.misses import misses_of
from mlqa.evaluation.runs import Outcome, load_run, save_run
from mlqa.evaluation.significance import Values, interval_of, intervals, p_value_of, p_values
from mlqa.evaluation.thresholds import Shortfall, shortfalls
from mlqa.index.store import Index
from small_runs import MIXED, a_run, outcome

# -- figures --------------------------------------------------------------------------------


def test_declining_as_a_detector() -> None:
    """Five declined, three of them right; four questions have no answer."""
    found = figures(MIXED)
    assert found["questions"] == 8
    assert found["hit@1"] == 0.5
    assert found["abstention_precision"] == 3 / 5
    assert found["abstention_recall"] == 3 / 4
    assert found["abstention_f1"] == pytest.approx(2 * 0.6 * 0.75 / 1.35)
    assert found["rouge_l"] is None
    assert "judge" not in found
    assert figures([*MIXED, outcome("i", values={"judge": 0.5})])["judge"] == 0.5


def test_area_of_a_run_is_that_of_its_curve() -> None:
    of_run = curve(a_run(*MIXED))
    assert of_run["area"] == pytest.approx(figures(MIXED)["aurc"])
    # Answered in turn: right, wrong, wrong, right, then four that are wrong, the last two together.
    risks = [0, 1 / 2, 2 / 3, 2 / 4, 3 / 5, 4 / 6, 6 / 8, 6 / 8]
    assert of_run["area"] == pytest.approx(np.mean(risks))
    assert of_run["best_area"] == pytest.approx(np.mean([max(0, n - 2) / n for n in range(1, 9)]))
    assert (of_run["full_risk"], of_run["threshold"]) == (0.75, 0.5)
    assert [point[1] for point in of_run["points"]] == [n / 8 for n in (1, 2, 3, 4, 5, 6, 8)]


def test_figures_of_one_kind_only() -> None:
    summary = summarise(a_run(*MIXED))
    essay, near_miss = (summary["kinds"][kind] for kind in ("essay", "near_miss"))
    for found in (essay, near_miss):
        assert found["abstention_f1"] is found["abstention_precision"] is None
    assert near_miss["aurc"] is near_miss["hit@1"] is None
    # Right, wrong, right, wrong.
    assert essay["aurc"] == pytest.approx(np.mean([0, 1 / 2, 1 / 3, 2 / 4]))
    assert summary["intervals"]["kinds"]["near_miss"]["aurc"] is None


def test_intervals_hold_the_figure_and_are_seeded() -> None:
    found, ends = figures(MIXED), intervals_of(MIXED, seed=0)
    for name, interval in ends.items():
        value = found[name]
        if interval is None or value is None:
            assert interval is None
            assert value is None
        else:
            assert 0 <= interval[0] <= value <= interval[1] <= 1
            assert interval[0] < interval[1]
    assert intervals_of(MIXED, seed=0) == ends
    assert intervals_of(MIXED, seed=1) != ends
    alike = intervals_of([outcome(name, values={"rouge_l": 0.5}) for name in "ab"], seed=0)
    assert alike["rouge_l"] == [0.5, 0.5]
    assert intervals_of([outcome("a", values={"rouge_l": 0.5})], seed=0)["rouge_l"] == [0.5, 0.5]


def mean_of(values: Values) -> Callable[[Values], Values]:
    def statistic(times: Values) -> Values:
        found: Values = (times @ values) / times.sum(axis=-1)
        return found

    return statistic


def test_intervals_of_a_mean_are_those_of_scipy() -> None:
    values = np.random.default_rng(3).random(60)
    (expected,) = intervals(values[None], seed=0)
    assert interval_of(mean_of(values), 60, seed=0) == pytest.approx(expected, abs=0.005)


def test_paired_test_of_a_mean_is_the_sign_test_of_differences() -> None:
    first, second = np.random.default_rng(4).random((2, 12))
    (exact,) = p_values((first - second)[None], seed=0)  # all 4,096 changes of sign
    found = p_value_of(mean_of(np.concatenate([first, second])), 12, seed=0)
    assert found == pytest.approx(exact)
    assert p_value_of(mean_of(np.concatenate([first, first])), 12, seed=0) == 1


# -- runs -----------------------------------------------------------------------------------

GOLD: list[dict[str, Any]] = [
    {
        "id": "a",
        "part": "train",
        "kind": "essay",
        "question": "유효 시간이 60초이면 어떻게 되나요?",
        "answerable": True,
        "evidence": [{"document_id": "cache", "quote": "1분이 지난 글은 다시 받아 옵니다."}],
        "key_facts": [["1분"]],
    },
    {
        "id": "b",
        "part": "train",
        "kind": "unanswerable",
        "question": "김치찌개는 어떻게 끓이나요?",
        "answerable": False,
    },
    {
        "id": "c",
        "part": "train",
        "kind": "essay",
        "question": "썰물은 왜 생기나요?",
        "answerable": True,
        "evidence": [{"document_id": "바다/tides", "quote": "달이 바닷물을 끌어당겨서 생깁니다."}],
        "key_facts": [["끌어당겨서"]],
    },
]


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(map(json.dumps, GOLD)), encoding="utf-8")
    return path


def test_a_bot_is_measured(small_index: Index, small_config: Config, gold: Path) -> None:
    bot = Chatbot(small_index, small_config)
    run = assess(bot, gold)
    first, other, tides = run.outcomes
    assert (first.rank, first.abstained, first.correct) == (1, False, True)
    assert first.values["key_facts"] == first.values["grounded"] == first.values["verbatim"] == 1
    assert first.found[0].right
    assert first.sentences[0].quote in small_index.documents["cache"].text
    assert (other.abstained, other.correct, other.values) == (True, False, {"declined_right": 1})
    assert tides.values["citation_recall"] == 1
    assert run.settings["chunk_characters"] == 120
    summary = evaluate(bot, gold)
    assert json.loads(json.dumps(summary)) == summary == summarise(run)
    assert summary["all"]["abstention_f1"] == 1
    assert list(summary["all"]) == ["questions", *(name for name in FIGURES if name != "judge")]
    judged = evaluate(bot, gold, judge=lambda *asked: float("1분" in asked[1]))
    assert judged["all"]["judge"] == 0.5


def test_what_a_bot_would_have_said(small_index: Index, small_config: Config, gold: Path) -> None:
    """A bot that declines everything has the same curve: it is asked what it would have said."""
    silent = small_config.model_copy(update={"answer_threshold": 1.0})
    run = assess(Chatbot(small_index, silent), gold)
    usual = assess(Chatbot(small_index, small_config), gold)
    assert all(outcome.abstained for outcome in run.outcomes)
    assert run.outcomes[0].values["declined_wrong"] == 1
    assert run.outcomes[0].sentences == usual.outcomes[0].sentences != ()
    assert curve(run)["points"] == curve(usual)["points"]
    assert [miss.reasons for miss in misses_of(run)] == [("declined",), ("declined",)]


def test_a_run_comes_back_from_its_file(tmp_path: Path) -> None:
    run = a_run(*MIXED)
    path = tmp_path / "new/folder/run.json"
    save_run(run, summarise(run), path)
    assert load_run(path) == run
    assert json.loads(path.read_text("utf-8"))["figures"]["all"]["hit@1"] == 0.5


@pytest.mark.parametrize(
    "change",
    [
        lambda _: [],
        lambda _: {},
        lambda content: {**content, "format": "other"},
        lambda content: {**content, "version": 2},
        lambda content: {**content, "outcomes": []},
        lambda content: {**content, "outcomes": [{**content["outcomes"][0], "confidence": 2}]},
    ],
)
def test_a_file_that_is_no_run(tmp_path: Path, change: Callable[[Any], object]) -> None:
    path = tmp_path / "run.json"
    save_run(a_run(*MIXED), {}, path)
    path.write_text(json.dumps(change(json.loads(path.read_text("utf-8")))), encoding="utf-8")
    with pytest.raises(RunError) as caught:
        load_run(path)
    assert caught.value.key == "run_format"
    assert "run.json" in str(caught.value)


def test_files_out_of_reach(tmp_path: Path) -> None:
    with pytest.raises(RunError) as missing:
        load_run(tmp_path / "none.json")
    assert missing.value.key == "run_missing"
    with pytest.raises(RunError) as folder:
        save_run(a_run(*MIXED), {}, tmp_path)
    assert folder.value.key == "run_unwritable"
    assert str(tmp_path) in folder.value.text("en")


# -- two runs -------------------------------------------------------------------------------


def test_a_run_does_not_differ_from_itself() -> None:
    result = compare(a_run(*MIXED), a_run(*reversed(MIXED)))
    assert result["questions"] == 8
    found = [difference for difference in result["all"].values() if difference]
    assert len(found) == 5
    for difference in found:
        assert (difference["value"], difference["p"]) == (0, 1)
        assert difference["low"] == difference["high"] == 0
    assert result["all"]["rouge_l"] is None


def test_two_runs_compared() -> None:
    names = [f"q{n}" for n in range(24)]
    worse = [
        outcome(n, confidence=0.5, values={"rouge_l": 0.2 + i % 2 / 50})
        for i, n in enumerate(names)
    ]
    better = [
        outcome(n, confidence=i / 24, correct=True, values={"rouge_l": 0.5 + i / 100})
        for i, n in enumerate(names)
    ]
    result = compare(a_run(*better), a_run(*worse))
    rouge, aurc = result["all"]["rouge_l"], result["all"]["aurc"]
    assert rouge["value"] == pytest.approx(rouge["first"] - rouge["second"]) == pytest.approx(0.405)
    assert 0.35 < rouge["low"] < rouge["value"] < rouge["high"] < 0.45
    assert rouge["p"] < 0.001
    assert (aurc["first"], aurc["second"], aurc["value"]) == (0, 1, -1)
    assert aurc["p"] < 0.001
    assert result["kinds"]["essay"]["rouge_l"] == rouge
    back = compare(a_run(*worse), a_run(*better))["all"]["rouge_l"]
    assert (back["value"], back["p"]) == (pytest.approx(-rouge["value"]), rouge["p"])


@pytest.mark.parametrize(
    "others",
    [
        MIXED[1:],
        (*MIXED, outcome("z")),
        (MIXED[0].model_copy(update={"gold": GoldQuestion(**GOLD[0])}), *MIXED[1:]),
    ],
)
def test_runs_of_other_questions(others: tuple[Outcome, ...]) -> None:
    for first, second in ((MIXED, others), (others, MIXED)):
        with pytest.raises(RunError) as caught:
            compare(a_run(*first), a_run(*second))
        assert caught.value.key == "run_gold"
        assert caught.value.values["id"] in {"a", "z"}


# -- thresholds -----------------------------------------------------------------------------

SUMMARY = {
    "all": {"hit@5": 0.9, "aurc": 0.2, "declined_wrong": 0.1, "judge": None},
    "kinds": {"typo": {"hit@5": 0.7}, "near_miss": {"hit@5": None}},
}


@pytest.mark.parametrize(
    ("name", "threshold", "is_past"),
    [
        ("hit@5", 0.9, False),
        ("hit@5", 0.91, True),
        ("typo/hit@5", 0.7, False),
        ("typo/hit@5", 0.8, True),
        ("near_miss/hit@5", 0.0, True),  # nothing to measure is no pass
        ("judge", 0.5, True),
        ("aurc", 0.2, False),
        ("aurc", 0.19, True),
        ("declined_wrong", 0.2, False),
        ("declined_wrong", 0.05, True),
    ],
)
def test_thresholds(name: str, threshold: float, is_past: bool) -> None:
    found = shortfalls(SUMMARY, {name: threshold})
    assert bool(found) is is_past
    assert all(isinstance(shortfall, Shortfall) and shortfall.name == name for shortfall in found)


@pytest.mark.parametrize("name", ["hit@7", "", "typo", "essay/hit@5", "typo/", "/hit@7"])
def test_a_threshold_that_names_nothing(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        shortfalls(SUMMARY, {name: 0.5})
    assert "eval_thresholds" in str(caught.value)
    assert "hit@5" in str(caught.value)


def test_thresholds_in_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_config().eval_thresholds == {}
    Path("mlqa.toml").write_text('[eval_thresholds]\n"hit@5" = 0.9\naurc = 0.3\n', encoding="utf-8")
    assert load_config().eval_thresholds == {"hit@5": 0.9, "aurc": 0.3}
    monkeypatch.setenv("MLQA_EVAL_THRESHOLDS", '{"typo/hit@5": 1}')
    assert load_config().eval_thresholds["typo/hit@5"] == 1
    for wrong in ('{"hit@5": 1.5}', '{"hit@5": "high"}', "[1]", "hit@5=1"):
        monkeypatch.setenv("MLQA_EVAL_THRESHOLDS", wrong)
        with pytest.raises(ConfigError) as caught:
            load_config()
        assert caught.value.values["name"] in {"eval_thresholds", "eval_thresholds.hit@5"}


# -- the command ----------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, saved_folder: Path, monkeypatch: pytest.MonkeyPatch, gold: Path) -> Path:
    """A working folder with an index and a gold set."""
    assert gold.parent == tmp_path
    shutil.copytree(saved_folder, tmp_path / "index")
    monkeypatch.chdir(tmp_path)
    return tmp_path


EVAL = ("eval", "--gold", "gold.jsonl", "--part", "train")


def test_command_writes_runs_and_compares_them(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command([*EVAL, "--out", "a.json", "--report", "out/a.html"]) == 0
    printed = capsys.readouterr()
    rows = {
        line.split()[0]: line.split()[1:] for line in printed.out.splitlines() if line[:1] != " "
    }
    assert rows["questions"] == ["3", "2", "1"]
    assert rows["hit@5"] == ["1.000", "[1.000,", "1.000]", "1.000", "-"]
    assert "out/a.html" in printed.out.splitlines()[-1]
    assert (here / "out/a.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert command([*EVAL, "--json", "--out", "b.json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert load_run("b.json").outcomes == load_run("a.json").outcomes
    assert json.loads(Path("b.json").read_text("utf-8"))["figures"] == summary
    assert command(["eval", "--compare", "a.json", "b.json"]) == 0
    table = capsys.readouterr().out
    assert "+0.000 [+0.000, +0.000]  1.000" in table
    assert command(["eval", "--compare", "a.json", "b.json", "--json", "--out", "ab.json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(Path("ab.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("thresholds", "said"),
    [
        ('{"hit@5": 1, "declined_wrong": 0, "essay/key_facts": 0.9}', []),
        ('{"hit@5": 1, "korquad_em": 0.4, "aurc": 0.01}', ["korquad_em", "aurc"]),
        ('{"hit@55": 1}', ["hit@55"]),
    ],
)
def test_command_fails_past_a_threshold(
    here: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    thresholds: str,
    said: list[str],
) -> None:
    assert here == Path.cwd()
    monkeypatch.setenv("MLQA_EVAL_THRESHOLDS", thresholds)
    assert command([*EVAL, "--json"]) == bool(said)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(said)
    assert all(name in line for name, line in zip(said, lines, strict=True))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--compare", "a.json"], 2),
        (["--compare", "a.json", "b.json", "--report", "a.html"], 2),
        (["--perturb", "--report", "a.html"], 2),
        (["--compare", "none.json", "none.json"], 1),
        (["--compare", "gold.jsonl", "gold.jsonl"], 1),
        ([*EVAL[1:], "--out", "index"], 1),
    ],
)
def test_command_used_wrongly(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int
) -> None:
    before = sorted(here.rglob("*"))
    assert command(["eval", *arguments]) == code
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert sorted(here.rglob("*")) == before
