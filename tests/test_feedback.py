"""What users think of answers, declined questions, and what becomes of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mlqa.cli import run
from mlqa.config import Config
from mlqa.evaluation.gold import check_evidence, load_gold
from mlqa.schema import Answer
from mlqa.service.database import Database
from mlqa.service.feedback import Counts, Feedback
from page_bot import DOCUMENT, FakeBot


def answered(question: str) -> Answer:
    *_, last = FakeBot(Config()).stream(question)
    assert last.answer
    return replace(last.answer, index_version="v7")


GOOD = answered("LRU 캐시는 무엇을 먼저 버리나요?")
NONE = answered("오늘 날씨는 어떤가요?")


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLQA_DATA", str(tmp_path / "data"))


@pytest.fixture
def feedback(tmp_path: Path) -> Iterator[Feedback]:
    database = Database(tmp_path / "data")
    yield Feedback(database)
    database.close()


def test_an_opinion_is_kept_with_what_it_is_about(feedback: Feedback) -> None:
    feedback.judge("k1", GOOD, ("앞선 질문?",), liked=False)
    feedback.explain("k1", "  묻지 않은 것을 답했습니다\n")
    (opinion,) = feedback.opinions()
    assert (opinion.liked, opinion.reason) == (False, "묻지 않은 것을 답했습니다")
    assert (opinion.question, opinion.history) == (GOOD.question, ("앞선 질문?",))
    assert (opinion.text, opinion.index_version) == (GOOD.text, "v7")
    assert opinion.citations[0]["quote"] == GOOD.citations[0].quote


def test_the_last_opinion_counts(feedback: Feedback) -> None:
    feedback.judge("k1", GOOD, (), liked=False)
    feedback.explain("k1", "아쉽습니다")
    feedback.judge("k1", GOOD, (), liked=False)
    assert feedback.opinions()[0].reason == "아쉽습니다"
    feedback.judge("k1", GOOD, (), liked=True)
    (opinion,) = feedback.opinions()
    assert (opinion.liked, opinion.reason) == (True, ""), "the reason was of the other opinion"
    assert feedback.counts() == Counts(liked=1, disliked=0)
    feedback.withdraw("k1")
    assert feedback.opinions() == ()
    assert feedback.counts() == Counts(liked=0, disliked=0)


def test_declined_questions_are_counted_however_they_are_written(feedback: Feedback) -> None:
    for question in ("오늘 날씨?", "오늘  날씨", "오늘 날씨!", "내일 날씨?"):
        feedback.decline(replace(NONE, question=question, resolved=question))
    first, second = feedback.declined(10)
    assert (first.question, first.times, first.index_version) == ("오늘 날씨!", 3, "v7")
    assert (second.question, second.times) == ("내일 날씨?", 1)
    assert len(feedback.declined(1)) == 1


def test_export_writes_one_json_object_a_line(
    feedback: Feedback, capsys: pytest.CaptureFixture[str]
) -> None:
    feedback.judge("k1", GOOD, (), liked=True)
    feedback.judge("k2", NONE, (), liked=False)
    assert run(["feedback", "export"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["turn"], first["liked"], first["text"]) == ("k1", True, GOOD.text)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", first["said"])
    assert (second["abstained"], second["citations"]) == (True, [])


def test_opinions_become_candidates_for_the_gold_set(
    feedback: Feedback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feedback.judge("k1", GOOD, (), liked=False)
    feedback.judge("k2", GOOD, (), liked=True)  # the same question, later
    feedback.judge("k3", GOOD, ("앞선 질문?",), liked=False)
    feedback.judge("k4", NONE, (), liked=True)
    file = tmp_path / "candidates.jsonl"
    assert run(["feedback", "gold", "--out", str(file)]) == 0
    assert "3개" in capsys.readouterr().out
    gold = load_gold(file)
    liked, disliked, unanswerable = gold.questions
    assert {question.part for question in gold.questions} == {"review"}
    assert [e.quote for e in liked.evidence] == [c.quote for c in GOOD.citations]
    check_evidence(gold, {"lru": DOCUMENT.text})
    assert (disliked.kind, disliked.answerable, disliked.evidence) == ("followup", True, ())
    assert disliked.history == ("앞선 질문?",)
    assert (unanswerable.kind, unanswerable.answerable) == ("unanswerable", False)


def test_what_an_experiment_found_is_no_evidence(
    feedback: Feedback, capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = GOOD.sentences[0]
    ran = replace(sentence, citation=replace(sentence.citation, kind="experiment"))
    feedback.judge("k1", replace(GOOD, sentences=(ran, GOOD.sentences[1])), (), liked=True)
    assert run(["feedback", "gold"]) == 0
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert [evidence["quote"] for evidence in line["evidence"]] == [GOOD.citations[1].quote]


def test_declined_questions_are_listed(
    feedback: Feedback, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["feedback", "declined"]) == 0
    assert "아직 없습니다" in capsys.readouterr().out
    feedback.decline(NONE)
    feedback.judge("k1", GOOD, (), liked=True)
    assert run(["feedback", "declined"]) == 0
    assert NONE.question in capsys.readouterr().out
    assert run(["feedback", "declined", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["liked"], found["declined"][0]["times"]) == (1, 1)


def test_a_file_that_cannot_be_written_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["feedback", "export", "--out", str(tmp_path / "none" / "file")]) == 1
    assert "쓸 수 없습니다" in capsys.readouterr().err
