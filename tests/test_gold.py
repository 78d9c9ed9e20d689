"""The gold set, its reader, the measures, and a small evaluation."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import mlqa
from mlqa.config import Config
from mlqa.errors import GoldError
from mlqa.evaluation.evaluate import evaluate
from mlqa.evaluation.gold import Gold, check_evidence, load_gold
from mlqa.index.store import Index
from mlqa.metrics import fact_coverage, hit_at, mean, overlap, reciprocal_rank
from mlqa.schema import Document, Span

ROOT = Path(__file__).parents[1]
GOOD: dict[str, Any] = {
    "id": "a",
    "part": "train",
    "kind": "essay",
    "question": "립시츠 함수란 무엇인가요?",
    "answerable": True,
    "evidence": [
        {
            "document_id": "lipschitz-and-batch-normalization",
            "quote": "두 점의 거리를 정해진 비율보다 더 크게 벌려 놓지 않는 함수입니다",
        }
    ],
    "key_facts": [["정해진 비율"]],
}


@pytest.fixture(scope="module")
def gold() -> Gold:
    return load_gold(ROOT / "eval/gold.jsonl")


def write(folder: Path, *lines: object) -> Path:
    path = folder / "gold.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def folded(text: str) -> str:
    return "".join(text.split()).casefold()


# -- the gold set of the project ------------------------------------------------------------


def test_enough_questions_of_every_kind(gold: Gold) -> None:
    assert len(gold.questions) >= 80
    kinds = Counter(question.kind for question in gold.questions)
    assert set(kinds) >= {
        "essay",
        "paraphrase",
        "english",
        "typo",
        "followup",
        "near_miss",
        "unanswerable",
    }
    assert sum(not question.answerable for question in gold.questions) >= 20
    assert kinds["near_miss"] >= 5


def test_parts_are_apart(gold: Gold) -> None:
    parts = {name: gold.part(name).questions for name in ("train", "test", "all")}
    assert parts["all"] == gold.questions
    assert len(parts["train"]) + len(parts["test"]) == len(gold.questions)
    asked = [
        {(folded(q.question), tuple(q.history)) for q in parts[name]} for name in ("train", "test")
    ]
    assert not asked[0] & asked[1]
    for questions in parts.values():
        assert sum(not question.answerable for question in questions) >= 10
        assert len({question.kind for question in questions}) >= 7


def test_quotes_stand_in_the_essays(gold: Gold, project_documents: tuple[Document, ...]) -> None:
    texts = {document.id: document.text for document in project_documents}
    check_evidence(gold, texts)
    used = {e.document_id for question in gold.questions for e in question.evidence}
    assert used == set(texts)  # every essay is asked about


def test_questions_are_whole(gold: Gold) -> None:
    for question in gold.questions:
        assert question.question.strip() == question.question != ""
        assert bool(question.evidence) == bool(question.key_facts) == question.answerable
        assert question.answerable == (question.kind not in {"near_miss", "unanswerable"})
        assert bool(question.history) >= (question.kind == "followup")
        assert all(wording.strip() for fact in question.key_facts for wording in fact)


def test_key_facts_are_in_the_evidence(gold: Gold) -> None:
    for question in gold.questions:
        evidence = folded(" ".join(e.quote for e in question.evidence))
        for fact in question.key_facts:
            assert any(folded(wording) in evidence for wording in fact), question.id


# -- reading --------------------------------------------------------------------------------


def test_reading(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD, "", {**GOOD, "id": "b", "history": ["앞 질문"]})
    loaded = load_gold(path)
    assert [question.id for question in loaded.questions] == ["a", "b"]
    assert loaded.questions[1].history == ("앞 질문",)
    assert loaded.questions[0].key_facts == (("정해진 비율",),)
    assert loaded.path == path


def test_line_separators_inside_a_string_end_no_line(tmp_path: Path) -> None:
    row = json.dumps({**GOOD, "question": "하나\u2028둘\u0085셋"}, ensure_ascii=False)
    (question,) = load_gold(write(tmp_path, row)).questions
    assert question.question == "하나\u2028둘\u0085셋"


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "null",
        "[" * 100_000,
        {**GOOD, "id": 3},
        {**GOOD, "kinds": "essay"},
        {**GOOD, "answerable": "maybe"},
        {**GOOD, "evidence": [{"document_id": "a"}]},
        {**GOOD, "key_facts": ["fact"]},
        {key: value for key, value in GOOD.items() if key != "question"},
        GOOD,  # a second time
    ],
)
def test_broken_line_is_named(tmp_path: Path, line: object) -> None:
    with pytest.raises(GoldError) as caught:
        load_gold(write(tmp_path, GOOD, "", line))
    assert caught.value.values["line"] == 3
    assert "3번째" in caught.value.text("ko")
    assert "Line 3" in caught.value.text("en")
    assert "gold.jsonl" in str(caught.value)


@pytest.mark.parametrize("content", [None, b"", b"\n\n", b"\xff\xfe"])
def test_file_without_questions(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "gold.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(GoldError) as caught:
        load_gold(path)
    assert caught.value.key == "gold_missing"
    assert str(path) in str(caught.value)


def test_quote_that_is_not_there_is_named_with_its_line(tmp_path: Path) -> None:
    wrong = {"document_id": "a", "quote": "없는 말"}
    path = write(tmp_path, GOOD, "", {**GOOD, "id": "b", "part": "test", "evidence": [wrong]})
    texts = {"a": "있는 말", GOOD["evidence"][0]["document_id"]: GOOD["evidence"][0]["quote"]}
    check_evidence(load_gold(path).part("train"), texts)
    for part in ("test", "all"):
        with pytest.raises(GoldError) as caught:
            check_evidence(load_gold(path).part(part), texts)
        assert caught.value.values["line"] == 3
        assert "없는 말" in str(caught.value)
    with pytest.raises(GoldError):
        check_evidence(load_gold(path), {})


# -- measures -------------------------------------------------------------------------------


def test_ranks() -> None:
    assert [hit_at(rank, 5) for rank in (1, 5, 6, None)] == [1, 1, 0, 0]
    assert [reciprocal_rank(rank) for rank in (1, 2, 4, 10, 11, None)] == [1, 0.5, 0.25, 0.1, 0, 0]
    assert reciprocal_rank(3, depth=2) == 0


def test_overlap_needs_a_character_in_common() -> None:
    assert overlap(Span(0, 5), Span(4, 9))
    assert overlap(Span(2, 3), Span(0, 9))
    assert not overlap(Span(0, 5), Span(5, 9))
    assert not overlap(Span(5, 9), Span(0, 5))


def test_fact_coverage() -> None:
    answer = "배치 정규화(Batch Normalization)는 지형을 매끄럽게 만듭니다."
    facts = [["매끄럽게", "smooth"], ["batch\nnormalization"], ["배치정규화"], ["노이즈"]]
    assert fact_coverage(answer, facts) == 0.75
    assert fact_coverage(answer, []) == 1
    assert fact_coverage("", facts) == 0
    assert fact_coverage(answer, [[]]) == 0


def test_mean() -> None:
    assert mean([1, 0, 0.5]) == 0.5
    assert mean(iter([2.0])) == 2
    assert mean([]) is None


# -- evaluation -----------------------------------------------------------------------------


def test_small_evaluation(project_index: Index, project_config: Config, tmp_path: Path) -> None:
    nobody = {"answerable": False, "evidence": [], "key_facts": []}
    elsewhere = {**GOOD["evidence"][0], "document_id": "lru-cache", "quote": "캐시"}
    path = write(
        tmp_path,
        GOOD,
        {**GOOD, "id": "b", "part": "test", "kind": "english", "evidence": [elsewhere]},
        {**GOOD, **nobody, "id": "c", "kind": "unanswerable", "question": "김치찌개 조리법은?"},
    )
    bot = mlqa.Chatbot(project_index, project_config)
    result = evaluate(bot, path)
    assert json.loads(json.dumps(result)) == result
    assert (result["part"], result["questions"]) == ("all", 3)
    assert result["index_version"] == project_index.version
    assert list(result["kinds"]) == ["essay", "english", "unanswerable"]
    essay, english, other = result["kinds"].values()
    assert (essay["questions"], essay["hit@1"], essay["hit@5"], essay["mrr@10"]) == (1, 1, 1, 1)
    assert essay["declined_right"] is None
    # Its evidence is in another essay than the one that is asked about.
    assert english["hit@1"] == 0
    assert english["mrr@10"] < 1
    assert result["all"]["hit@1"] == 0.5
    assert result["all"]["mrr@10"] == pytest.approx((1 + english["mrr@10"]) / 2)
    assert (other["hit@1"], other["key_facts"], other["declined_wrong"]) == (None, None, None)
    assert other["declined_right"] == 1
    assert result["all"]["verbatim"] == 1
    assert evaluate(bot, load_gold(path), "test")["all"] == english
    with pytest.raises(GoldError, match="none"):
        evaluate(bot, path, "none")


def test_gold_set_of_other_essays(
    project_index: Index, project_config: Config, tmp_path: Path
) -> None:
    wrong = {"document_id": "nowhere", "quote": "없는 말"}
    path = write(tmp_path, GOOD, {**GOOD, "id": "b", "evidence": [wrong]})
    with pytest.raises(GoldError) as caught:
        evaluate(mlqa.Chatbot(project_index, project_config), path)
    assert caught.value.values["line"] == 2
