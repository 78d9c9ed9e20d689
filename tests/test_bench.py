"""``mlqa bench``: data sets of others read, retrieval measured on them, settings compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from mlqa.cli import run
from mlqa.config import Config
from mlqa.errors import DatasetError
from mlqa.evaluation.benchmark import BenchmarkReport, benchmark, compare, measure
from mlqa.evaluation.datasets import RetrievalSet, read_dataset
from mlqa.evaluation.shapes import Passage
from mlqa.evaluation.significance import intervals, p_values

PASSAGES = {
    "서울": "서울은 한강을 끼고 있는 대한민국의 수도이다. 인구는 구백만 명이 넘는다.",
    "부산": "부산은 바다를 낀 항구 도시로, 해운대 해수욕장이 이름나 있다.",
    "김치": "김치는 배추를 소금에 절여 고춧가루와 젓갈로 버무려 삭힌 음식이다.",
    "한글": "한글은 세종이 만든 글자이다. 처음 이름은 훈민정음이었다.",
    "거북선": "거북선은 이순신이 임진왜란 때 쓴 배로, 지붕에 쇠못을 박았다.",
    "제주": "제주는 화산이 만든 섬이다. 한라산 꼭대기에는 백록담이 있다.",
    "장기": "장기는 나무 말을 번갈아 움직여 왕을 잡는 놀이이다.",
    "씨름": "씨름은 샅바를 잡고 상대를 넘어뜨리는 겨루기이다.",
    "해금": "해금은 두 줄을 활로 문질러 소리를 내는 악기이다.",
    "온돌": "온돌은 아궁이에 불을 때어 방바닥을 데우는 난방이다.",
    "인삼": "인삼은 뿌리를 약으로 쓰는 풀로, 여섯 해를 기른다.",
    "첨성대": "첨성대는 경주에 있는 신라의 천문대이다.",
}
QUESTIONS = {
    "서울": "대한민국의 수도는 어디인가?",
    "부산": "해운대 해수욕장은 어느 도시에 있는가?",
    "김치": "배추를 소금에 절여 만드는 음식은?",
    "한글": "훈민정음은 누가 만들었는가?",
    "거북선": "이순신이 임진왜란 때 쓴 배는?",
    "제주": "백록담은 어느 섬에 있는가?",
}


def write_json(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def write_lines(path: Path, rows: list[dict[str, str]]) -> None:
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def korquad(folder: Path) -> Path:
    articles = [
        {
            "title": f"{title}_이야기",
            "paragraphs": [
                {
                    "context": text,
                    "qas": [
                        {"id": f"{title}-0", "question": QUESTIONS[title], "answers": []}
                        for _ in range(title in QUESTIONS)
                    ],
                }
            ],
        }
        for title, text in PASSAGES.items()
    ]
    return write_json(folder / "KorQuAD.json", {"version": "KorQuAD", "data": articles})


def beir(folder: Path) -> Path:
    (folder / "qrels").mkdir(parents=True)
    rows = [{"_id": i, "title": f"{i} 이야기", "text": text} for i, text in PASSAGES.items()]
    write_lines(folder / "corpus.jsonl", rows)
    asked = {**QUESTIONS, "남음": "다른 부분의 질문"}
    write_lines(folder / "queries.jsonl", [{"_id": i, "text": q} for i, q in asked.items()])
    for part, wrong in (("test", 0), ("dev", 1)):
        lines = ["query-id\tcorpus-id\tscore"]
        for number, query in enumerate(QUESTIONS):
            if number >= 3 * wrong:
                lines += [f"{query}\t{query}\t2", f"{query}\t온돌\t0"]
        (folder / "qrels" / f"{part}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def autorag(folder: Path) -> Path:
    folder.mkdir(parents=True)
    corpus = {"doc_id": [*PASSAGES], "contents": [*PASSAGES.values()], "metadata": [{"a": 1}] * 12}
    golds = [[[query]] for query in QUESTIONS]
    golds[0] = [["서울", "부산"], ["제주"]]  # either of two, and a third
    qa = {
        "qid": [*QUESTIONS],
        "query": [*QUESTIONS.values()],
        "retrieval_gt": golds,
        "generation_gt": [["답"]] * 6,
    }
    parquet.write_table(pa.table(corpus), folder / "corpus.parquet")
    parquet.write_table(pa.table(qa), folder / "qa.parquet")
    return folder


def embedding(folder: Path) -> Path:
    write_json(folder / "test_corpus.json", PASSAGES)
    write_json(folder / "test_queries.json", QUESTIONS)
    write_json(folder / "test_relevant_docs.json", {query: [query] for query in QUESTIONS})
    write_json(folder / "train_corpus.json", PASSAGES)
    write_json(folder / "train_queries.json", {"질문": "방바닥을 데우는 난방은?"})
    write_json(folder / "train_relevant_docs.json", {"질문": ["온돌"]})
    return folder


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> RetrievalSet:
    return read_dataset(korquad(tmp_path_factory.mktemp("korquad")))


@pytest.fixture(scope="module")
def report(dataset: RetrievalSet) -> BenchmarkReport:
    return benchmark(dataset, Config())


def a_set(qrels: dict[str, dict[str, int]], **more: Any) -> RetrievalSet:
    return RetrievalSet(
        name="small",
        passages={},
        queries=dict.fromkeys(qrels, ""),
        qrels=qrels,
        total=len(qrels),
        **more,
    )


# -- reading --------------------------------------------------------------------------------


@pytest.mark.parametrize("build", [korquad, beir, autorag, embedding])
def test_every_shape_gives_the_same_passages_and_questions(
    build: Callable[[Path], Path], tmp_path: Path
) -> None:
    found = read_dataset(build(tmp_path / "set"))
    assert [passage.text for passage in found.passages.values()] == list(PASSAGES.values())
    assert list(found.queries.values()) == list(QUESTIONS.values())
    for query, text in found.queries.items():
        right = {found.passages[passage].text for passage in found.qrels[query]}
        assert PASSAGES[next(key for key, asked in QUESTIONS.items() if asked == text)] in right
    titles = {passage.title for passage in found.passages.values()}
    assert ("서울 이야기" in titles) == (build in {korquad, beir})


def test_equal_paragraphs_of_korquad_are_one_passage(tmp_path: Path) -> None:
    paragraph = {"context": "같은 글이다.", "qas": [{"id": "a", "question": "무엇?"}]}
    again = {"context": "같은 글이다.", "qas": [{"guid": "b", "question": "누구?"}]}
    none = {
        "context": "다른 글이다.",
        "qas": [{"id": "c", "question": "?", "is_impossible": True}],
    }
    content = {"data": [{"title": "글", "paragraphs": [paragraph, again, none]}]}
    found = read_dataset(write_json(tmp_path / "set.json", content))
    assert found.passages == {
        "글/1": Passage("같은 글이다.", "글"),
        "글/3": Passage("다른 글이다.", "글"),
    }
    assert found.qrels == {"a": {"글/1": 1}, "b": {"글/1": 1}}


def test_another_part_is_named_by_its_file(tmp_path: Path) -> None:
    dev = read_dataset(beir(tmp_path / "beir") / "qrels" / "dev.tsv")
    assert dev.name == "beir/dev"
    assert dev.qrels == {query: {query: 2} for query in list(QUESTIONS)[3:]}
    train = read_dataset(embedding(tmp_path / "welfare") / "train_queries.json")
    assert (train.name, train.qrels) == ("welfare/train", {"질문": {"온돌": 1}})


def test_alternatives_of_autorag_count_as_one(tmp_path: Path) -> None:
    found = read_dataset(autorag(tmp_path / "set"))
    assert found.qrels["서울"] == {"서울": 1, "제주": 1}
    assert found.alternatives == {"서울": {"부산": "서울"}}
    values = measure(found, {"서울": ["부산", "서울", "제주"]})
    # 부산 stands for 서울, so 제주 is the second, not the third.
    assert values["recall@1"]["서울"] == 0.5
    assert values["ndcg@10"]["서울"] == 1
    # A list and a single id, which AutoRAG takes as well.
    for golds in (["서울", "제주"], "서울"):
        qa = {"qid": ["1"], "query": ["무엇?"], "retrieval_gt": [golds]}
        parquet.write_table(pa.table(qa), tmp_path / "set" / "qa.parquet")
        right = read_dataset(tmp_path / "set").qrels["1"]
        assert list(right) == (golds if isinstance(golds, list) else [golds])


def test_a_sample_is_seeded_and_keeps_the_passages(dataset: RetrievalSet) -> None:
    first, again, other = (dataset.sample(3, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert len(first.queries) == len(first.qrels) == 3
    assert (first.passages, first.total) == (dataset.passages, 6)
    assert dataset.sample(99, 1) == dataset


# -- what is wrong ---------------------------------------------------------------------------


def test_a_missing_right_passage_is_named(tmp_path: Path) -> None:
    for number, build in enumerate([beir, autorag, embedding]):
        folder = build(tmp_path / f"my set {number}")
        if build is beir:
            rows = (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
            (folder / "corpus.jsonl").write_text("\n".join(rows[1:]), encoding="utf-8")
        elif build is autorag:
            rest = parquet.read_table(folder / "corpus.parquet").slice(1)
            parquet.write_table(rest, folder / "corpus.parquet")
        else:
            write_json(folder / "test_corpus.json", dict(list(PASSAGES.items())[1:]))
        with pytest.raises(DatasetError) as caught:
            read_dataset(folder)
        said = str(caught.value)
        assert "'서울'" in said
        assert "corpus." in said
        assert f"mlqa bench '{folder}'" in said
        assert "\n" not in said


def test_a_file_of_the_wrong_shape_is_named_with_its_line(tmp_path: Path) -> None:
    folder = beir(tmp_path / "beir")
    corpus = (folder / "corpus.jsonl").read_text(encoding="utf-8")
    for content, place, reason in (
        (corpus.replace('"text"', '"body"'), ":1", "text: Field required"),
        (corpus + "{\n", ":13", "Expecting property name"),
        (corpus + corpus, ":13", "id '서울' is not unique"),
        (corpus + "[1]\n", ":13", "valid dictionary"),
    ):
        (folder / "corpus.jsonl").write_text(content, encoding="utf-8")
        assert_said(folder, f"corpus.jsonl{place}", reason)
    (folder / "corpus.jsonl").write_bytes(corpus.encode("cp949"))
    assert_said(folder, "corpus.jsonl", "codec can't decode")
    (folder / "corpus.jsonl").write_text(corpus, encoding="utf-8")
    test = folder / "qrels" / "test.tsv"
    for line, place, reason in (
        ("서울 서울 1", ":1", "query-id, corpus-id, score"),
        ("서울\t서울\t많이", ":1", "'많이'"),
        ("없음\t서울\t1", "", "'없음'"),
        ("서울\t서울\t0", "", "no query has a right passage"),
    ):
        test.write_text(line, encoding="utf-8")
        assert_said(folder, f"test.tsv{place}", reason)
    test.unlink()
    (folder / "qrels" / "train.tsv").write_text("서울\t서울\t1", encoding="utf-8")
    assert_said(folder, "test.tsv", "No such file")


def test_other_wrong_shapes_are_named(tmp_path: Path) -> None:
    assert_said(tmp_path / "none.json", "none.json", "mlqa bench")
    assert_said(write_json(tmp_path / "list.json", [1]), "list.json", "KorQuAD", "BEIR", "AutoRAG")
    (tmp_path / "notes.txt").write_text("글", encoding="utf-8")
    assert_said(tmp_path / "notes.txt", "notes.txt", "KorQuAD")
    assert_said(tmp_path, str(tmp_path), "KorQuAD")
    (tmp_path / "cut.json").write_text('{"data": [', encoding="utf-8")
    assert_said(tmp_path / "cut.json", "cut.json", "Expecting value")
    wrong = {"data": [{"paragraphs": [{"text": "글"}]}]}
    reason = "data.0.paragraphs.0.context: Field required"
    assert_said(write_json(tmp_path / "squad.json", wrong), "squad.json", reason)
    folder = embedding(tmp_path / "welfare")
    write_json(folder / "test_queries.json", ["질문"])
    assert_said(folder, "test_queries.json", "queries: Input should be a valid dictionary")


def test_wrong_parquet_files_are_named(tmp_path: Path) -> None:
    folder = autorag(tmp_path / "set")
    whole = parquet.read_table(folder / "corpus.parquet")
    parquet.write_table(whole.rename_columns(["id", "contents", "metadata"]), folder / "c.parquet")
    (folder / "c.parquet").replace(folder / "corpus.parquet")
    assert_said(folder, "corpus.parquet", "doc_id")
    (folder / "corpus.parquet").write_bytes(b"no parquet")
    assert_said(folder, "corpus.parquet", "Parquet")
    (folder / "corpus.parquet").unlink()
    assert_said(folder, "corpus*.parquet", "none")


def assert_said(path: Path, *parts: str) -> None:
    with pytest.raises(DatasetError) as caught:
        read_dataset(path)
    said = caught.value.text("ko")
    assert [part for part in parts if part not in said] == []
    assert "mlqa bench" in said
    assert "mlqa bench" in caught.value.text("en")


# -- measures and statistics ------------------------------------------------------------------


def test_measures_agree_with_a_calculation_by_hand() -> None:
    dataset = a_set({"q": {"a": 1, "b": 2}, "none": {"a": 1}})
    values = measure(dataset, {"q": ["x", "b", "y", "a"], "none": []})
    found = {name: of_query["q"] for name, of_query in values.items()}
    ideal = 2 / np.log2(2) + 1 / np.log2(3)
    assert found == pytest.approx(
        {
            "recall@1": 0,
            "recall@3": 1 / 2,
            "recall@5": 1,
            "recall@10": 1,
            "mrr@10": 1 / 2,
            "ndcg@10": (2 / np.log2(3) + 1 / np.log2(5)) / ideal,
        }
    )
    assert {of_query["none"] for of_query in values.values()} == {0.0}


def test_a_right_passage_behind_the_tenth_counts_nothing() -> None:
    dataset = a_set({"q": {"a": 1}})
    for rank, recall in ((10, 1.0), (11, 0.0)):
        values = measure(dataset, {"q": [*map(str, range(rank - 1)), "a"]})
        assert values["recall@10"]["q"] == recall
        assert values["mrr@10"]["q"] == pytest.approx(recall / 10)


def test_intervals_cover_the_mean_as_often_as_they_say() -> None:
    random = np.random.default_rng(5)
    samples = (random.random((200, 120)) < 0.8).astype(float)
    covered = [low <= 0.8 <= high for low, high in intervals(samples, 0)]
    assert 0.90 <= np.mean(covered) <= 0.99
    assert intervals(np.ones((1, 4)), 0) == [(1.0, 1.0)]
    spread = random.random((1, 50))
    assert intervals(spread, 3) == intervals(spread, 3) != intervals(spread, 4)


def test_p_values_agree_with_a_count_of_all_signs() -> None:
    # Of the 16 ways to give 1, 2, 3, 4 a sign, 2 have a sum of 10 or -10.
    assert p_values(np.asarray([[1.0, 2, 3, 4, 0]]), 0) == [2 / 16]
    assert p_values(np.zeros((1, 5)), 0) == [1.0]
    assert p_values(np.asarray([[0.0, 1]]), 0) == [1.0]
    random = np.random.default_rng(5)
    alike = p_values(random.normal(0, 1, (60, 40)), 0)
    assert 1 <= sum(p < 0.05 for p in alike) <= 8
    assert max(p_values(random.normal(0.8, 1, (3, 40)), 0)) < 0.001


# -- the benchmark ------------------------------------------------------------------------------


def test_plain_questions_find_their_passages(
    dataset: RetrievalSet, report: BenchmarkReport
) -> None:
    assert report.figures["recall@10"].value == 1
    assert report.figures["recall@1"].value >= 5 / 6
    assert (report.passages, report.queries, report.total, report.refused) == (12, 6, 6, 0)
    assert report.settings == {}
    assert list(report.values["mrr@10"]) == list(dataset.queries)
    for name, figure in report.figures.items():
        assert figure.value == pytest.approx(np.mean(list(report.values[name].values())))
        assert figure.low <= figure.value <= figure.high
    assert min(report.speed) > 0
    assert report.speed.query_ms <= report.speed.query_p95_ms
    assert json.loads(json.dumps(report.fields()))["figures"]["mrr@10"]["value"] > 0


def test_a_passage_of_many_parts_ranks_once_and_copies_stand_behind() -> None:
    near = "해금은 두 줄을 활로 문질러 소리를 내는 악기이다. " * 3
    passages = {
        "길다": Passage(
            "\n".join(f"서울의 {n}번째 골목에는 오래된 가게가 있다." for n in range(90))
        ),
        "원본": Passage(near + PASSAGES["제주"] * 3),
        "사본": Passage(near + PASSAGES["제주"] * 3 + " 그렇다."),
        **{name: Passage(text) for name, text in PASSAGES.items()},
    }
    queries = {
        "a": "서울 골목의 오래된 가게",
        "b": "두 줄을 활로 문지르는 악기",
        "c": "?!",
        "d": "글" * 3000,
    }
    dataset = replace(
        a_set(
            {
                "a": {"길다": 1, "서울": 1},
                "b": {"원본": 1, "사본": 1},
                "c": {"제주": 1},
                "d": {"제주": 1},
            }
        ),
        passages=passages,
        queries=queries,
    )
    report = benchmark(dataset, Config(chunk_characters=100))
    # A question that cannot be asked finds nothing and ends nothing.
    assert report.refused == 2
    assert {values["c"] for values in report.values.values()} == {0.0}
    # More than ten parts of the long one are better than the next passage.
    assert report.values["recall@1"]["a"] == 0.5
    assert report.values["recall@3"]["a"] == 1
    assert report.values["recall@3"]["b"] == 1
    assert report.settings == {"chunk_characters": 100}


def test_titles_and_settings_are_what_was_asked_for(dataset: RetrievalSet) -> None:
    asked = {query: query.partition("-")[0] + " 이야기" for query in dataset.queries}
    bare = {
        i: passage._replace(text=f"글 {n}.")
        for n, (i, passage) in enumerate(dataset.passages.items())
    }
    by_title = replace(dataset, passages=bare, queries=asked)
    with_titles = benchmark(by_title, Config(), limit=5)
    without = benchmark(by_title, Config(), limit=5, titles=False)
    assert with_titles.figures["recall@1"].value == 1
    assert without.figures["recall@1"].value <= 0.4
    found = compare(with_titles, without)
    gain = with_titles.figures["recall@1"].value - without.figures["recall@1"].value
    assert found.differences["recall@1"].value == pytest.approx(gain)
    assert found.queries == 5
    # Five queries at the most can differ: no sign test can give less than 2 / 32.
    assert found.differences["recall@1"].p >= 2 / 32


def test_only_equal_queries_are_compared(report: BenchmarkReport) -> None:
    same = compare(report, report)
    assert {(found.value, found.p) for found in same.differences.values()} == {(0.0, 1.0)}
    fewer = {name: dict(list(of.items())[1:]) for name, of in report.values.items()}
    with pytest.raises(ValueError, match="not the same queries"):
        compare(report, replace(report, values=fewer))


# -- the command ----------------------------------------------------------------------------------


def test_the_command_prints_a_table_and_compares(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(korquad(tmp_path))
    options = ["--limit", "4", "--set", "late_weight=0.4", "--against", "dense_weight=0"]
    assert run(["bench", path, *options, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["queries"], result["total"], result["settings"]) == (4, 6, {"late_weight": 0.4})
    assert result["against"]["settings"] == {"dense_weight": 0.0}
    assert set(result["differences"]["ndcg@10"]) == {"value", "low", "high", "p"}
    assert run(["bench", path, "--limit", "4", "--no-titles"]) == 0
    printed = capsys.readouterr()
    assert "질문 6개 가운데 무작위로 고른 4개(시드 0)" in printed.out
    assert "A: titles=False" in printed.out
    rows = [line.split()[0] for line in printed.out.splitlines() if "[" in line]
    assert rows == ["recall@1", "recall@3", "recall@5", "recall@10", "mrr@10", "ndcg@10"]
    assert printed.err == ""


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(korquad(tmp_path))
    for arguments, status, said in (
        (["none.json"], 1, "none.json"),
        ([path, "--set", "dense_weight=7"], 1, "dense_weight"),
        ([path, "--against", "weight=1"], 1, "weight"),
        ([path, "--set", "dense_weight"], 2, "KEY=VALUE"),
        ([path, "--set", "glossary=a.toml"], 2, "glossary"),
        ([path, "--limit", "0"], 2, "--limit"),
    ):
        assert run(["bench", *arguments]) == status
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1
