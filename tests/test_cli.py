"""The command line: every command, every bad input, in this process and as the real command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from conftest import write_small_corpus
from mlqa.cli import run
from mlqa.index import versions

COMMAND = Path(sys.executable).parent / "mlqa"
ASKED = "유효 시간이 60초이면 어떻게 되나요?"
GLOSSARY = """
[[term]]
ko = ["무효화"]
en = ["invalidation"]
misspellings = ["무효하"]
"""


class Result(NamedTuple):
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value that was printed."""
        (line,) = self.out.splitlines()
        return json.loads(line)

    @property
    def rows(self) -> list[Any]:
        """The JSON value of each line."""
        return [json.loads(line) for line in self.out.split("\n")[:-1]]


Command = Callable[..., Result]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def mlqa(here: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in this process, in an empty folder."""
    assert here == Path.cwd()

    def command(*arguments: Path | str) -> Result:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return command


@pytest.fixture
def index(saved_folder: Path, here: Path) -> Path:
    """A saved index in the usual place."""
    return Path(shutil.copytree(saved_folder, here / "index"))


def real(folder: Path, *arguments: Path | str, **options: Any) -> Result:
    """Runs the real command."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env=environment | {"PYTHONIOENCODING": "ascii"} | options.pop("env", {}),
        capture_output="stdout" not in options,
        encoding="utf-8",
        check=False,
        **options,
    )
    return Result(done.returncode, done.stdout or "", done.stderr or "")


def batch(folder: Path, *rows: object) -> Path:
    path = folder / "batch.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def is_one_line(result: Result, *parts: str, code: int = 1) -> None:
    """An error of ours: one line that names what is wrong, and no stack trace."""
    assert result.code == code
    assert result.out == ""
    (line,) = result.err.splitlines()
    assert "Traceback" not in line
    assert "Error" not in line
    for part in parts:
        assert part in line


def listing(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


# -- the real command -----------------------------------------------------------------------


def test_a_first_session_with_the_real_command(tmp_path: Path) -> None:
    corpus = write_small_corpus(tmp_path / "corpus")
    (corpus / "glossary.toml").write_text(GLOSSARY, encoding="utf-8")

    built = real(tmp_path, "index", "build", "--json")
    assert (built.code, built.err) == (0, "")
    made = built.json
    assert (made["index"], made["changed"], made["documents"]) == ("index", True, 4)
    assert made["embedded"] == made["chunks"] > 4
    assert made["duplicates"] == 2
    assert made["version"] == versions.current_name(tmp_path / "index")

    # The glossary of the folder is used: its misspelling is understood.
    rows: list[dict[str, object]] = [
        {"id": "z", "question": "무효하란 무엇인가요?"},
        {"id": 2, "question": "What is invalidation?", "history": []},
        {"question": "그럼 그건 왜 하나요?", "history": ["무효화란 무엇인가요?"]},
    ]
    lines = "\n".join(json.dumps(row) for row in rows)
    answered = real(tmp_path, "ask", "--batch", "-", input=lines)
    assert (answered.code, answered.err) == (0, "")
    assert [row["id"] for row in answered.rows] == ["z", 2, 3]
    assert [row["question"] for row in answered.rows] == [row["question"] for row in rows]
    assert all("cache" in {c["document_id"] for c in row["citations"]} for row in answered.rows)


@pytest.mark.parametrize("arguments", [(), ("index",), ("ask",), ("ask", "가", "--batch", "f")])
def test_real_wrong_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    is_one_line(real(tmp_path, *arguments), "--help", code=2)
    assert listing(tmp_path) == []


def test_real_errors(tmp_path: Path) -> None:
    is_one_line(real(tmp_path, "ask", ASKED), "index", "`mlqa index build`")
    environment = {"MLQA_TOP_K": "many"}
    result = real(tmp_path, "ask", ASKED, "--language", "en", env=environment)
    is_one_line(result, "top_k", "'many'", "Check")
    assert listing(tmp_path) == []


def test_output_that_nobody_reads_or_that_does_not_fit(index: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        result = real(index.parent, "index", "info", stdout=closed, stderr=subprocess.PIPE)
    assert result == Result(0, "", "")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        result = real(index.parent, "index", "info", stdout=full, stderr=subprocess.PIPE)
    is_one_line(result, "No space left")


def test_module_is_the_command(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mlqa", "--help"], cwd=tmp_path, capture_output=True, check=True
    )
    out = done.stdout.decode()
    assert all(command in out for command in ("index", "search", "ask", "eval", "serve"))


# -- index ----------------------------------------------------------------------------------


def test_build_again_and_again(mlqa: Command, index: Path, small_folder: Path) -> None:
    # A damaged index says so, and is built anew.
    first = versions.current_name(index)
    next(index.rglob("vectors.faiss")).write_bytes(b"x")
    is_one_line(mlqa("ask", ASKED), "vectors.faiss", "`mlqa index build`")
    built = mlqa("index", "build", small_folder, "--json").json
    second = built["version"]
    assert (built["changed"], built["reused"], built["documents"]) == (True, 0, 4)
    assert mlqa("index", "verify").code == 0

    same = mlqa("index", "build", small_folder)
    assert (same.code, same.err) == (0, "")
    assert "그대로" in same.out
    assert versions.version_names(index) == [first, second]

    assert mlqa("index", "versions").out == f"  {first}\n* {second}\n"
    assert mlqa("index", "rollback", "--json").json == {"current": first}
    listed = {"current": first, "versions": [first, second]}
    assert mlqa("index", "versions", "--json").json == listed
    is_one_line(mlqa("index", "rollback"), "index", "mlqa index versions")
    is_one_line(mlqa("index", "info"), "vectors.faiss")


def test_info_and_verify(mlqa: Command, index: Path) -> None:
    info = mlqa("index", "info")
    assert (info.code, info.err) == (0, "")
    for word in ("analyser", "embedder", "chunks", versions.current_name(index)):
        assert word in info.out
    verified = mlqa("index", "verify", "--json").json
    assert verified["intact"] is True
    assert verified["files"] == len(mlqa("index", "info", "--json").json["checksums"])
    assert str(verified["files"]) in mlqa("index", "verify", "--language", "en").out
    next(index.rglob("chunks.json")).unlink()
    for action in ("info", "verify"):
        is_one_line(mlqa("index", action), "chunks.json", "`mlqa index build`")


def test_missing_index(mlqa: Command, here: Path) -> None:
    for command in (("info",), ("verify",), ("versions",), ("rollback",)):
        is_one_line(mlqa("index", *command), "index", "`mlqa index build`")
    is_one_line(mlqa("search", "가", "--index", "other"), "`mlqa index build --index other`")
    assert listing(here) == []


CORPORA: list[tuple[str, dict[str, bytes], str]] = [
    ("missing", {}, "no/such"),
    ("empty", {}, "texts"),
    ("readme", {"README.md": "읽어 두기".encode()}, "texts"),
    ("binary", {"a.md": "글이다.".encode(), "b.md": b"%PDF-1.7\x00"}, "b.md"),
    ("zeros", {"a.txt": bytes(100)}, "a.txt"),
    ("encoding", {"a.md": "글이다.".encode("utf-16-be")[1:] + b"\xff\xff\xa4"}, "a.md"),
    ("broken", {"a.md": b"\xa4\xa4\xa4\xff"}, "a.md"),
    ("blank", {"a.md": b" \n \n"}, "a.md"),
    ("front", {"a.md": "---\ntitle: [캐시\n---\n글이다.\n".encode()}, "a.md"),
    ("glossary", {"a.md": "글이다.".encode(), "glossary.toml": b"[[term]\n"}, "glossary.toml"),
    (
        "twice",
        {
            "a.md": "글이다.".encode(),
            "glossary.toml": b'[[term]]\nko=["A"]\n[[term]]\nko=["a"]',
        },
        "glossary.toml",
    ),
]


@pytest.mark.parametrize(("name", "files", "said"), CORPORA, ids=[row[0] for row in CORPORA])
def test_bad_corpus(
    mlqa: Command, index: Path, name: str, files: dict[str, bytes], said: str
) -> None:
    texts = index.parent / "texts"
    texts.mkdir()
    for file, content in files.items():
        (texts / file).write_bytes(content)
    before = listing(index)
    path = "no/such" if name == "missing" else "texts"
    is_one_line(mlqa("index", "build", path), said, "mlqa index build")
    assert listing(index) == before
    assert mlqa("index", "verify").code == 0


# -- questions ------------------------------------------------------------------------------


def test_search(mlqa: Command, index: Path) -> None:
    result = mlqa("search", ASKED, "-k", "2")
    assert (result.code, result.err) == (0, "")
    place, text, why, *others = result.out.splitlines()
    assert place.startswith("1. 웹 캐시 이야기 > ")
    assert " > 무효화 (cache " in place
    assert "1분이 지난 글은 다시 받아 옵니다." in text
    assert "유효" in why
    assert [line[:3] for line in others if line[0].isdigit()] == ["2. "]
    assert index.exists()


def test_ask(mlqa: Command, index: Path) -> None:
    asked, before = "그건 왜 미리 담아 두나요?", "웹 캐시란 무엇인가요?"
    result = mlqa("ask", asked, "--history", before, "--json")
    assert (result.code, result.err) == (0, "")
    answer = result.json
    assert answer["question"] == asked
    assert "캐시" in answer["resolved"]
    assert set(answer) >= {"text", "abstained", "citations", "tool", "cached", "seconds"}
    assert (answer["abstained"], answer["tool"], answer["cached"]) == (False, None, False)
    documents = json.loads(next(index.rglob("documents.json")).read_text(encoding="utf-8"))
    texts = {document["id"]: document["text"] for document in documents}
    assert [citation["number"] for citation in answer["citations"]] == list(
        range(1, len(answer["citations"]) + 1)
    )
    for citation in answer["citations"]:
        assert set(citation) >= {"number", "kind", "document_id", "start", "end", "quote"}
        text = texts[citation["document_id"]]
        assert citation["quote"] == text[citation["start"] : citation["end"]]
        assert f"[{citation['number']}]" in answer["text"]


def test_search_batch(mlqa: Command, index: Path) -> None:
    question = "사리는 언제 생기나요?"
    file = batch(
        index.parent,
        '\ufeff{"id": "b", "question": "사리는 언제 생기나요?"}\r',
        "",
        {"id": "a", "question": unicodedata.normalize("NFD", question), "extra": 1},
        {"question": ASKED, "history": None},
        {"id": None, "question": "하나\u2028둘\u0085 캐시"},
        {"id": [1], "question": "그럼 조금은요?", "history": [question, ""]},
    )
    result = mlqa("search", "--batch", file, "-k", "2")
    assert (result.code, result.err) == (0, "")
    rows = result.rows
    assert [row["id"] for row in rows] == ["b", "a", 4, None, [1]]
    assert all(len(row["hits"]) == 2 for row in rows)
    assert rows[0]["hits"] == rows[1]["hits"]  # NFD is answered like NFC
    assert rows[2]["hits"][0]["document_id"] == "cache"
    assert rows[4]["hits"][0]["document_id"].startswith("바다/")
    wanted = {"rank", "score", "document_id", "title", "start", "end", "text"}
    for hits in (row["hits"] for row in rows):
        assert all(set(hit) >= wanted for hit in hits)
        assert all(hit["end"] - hit["start"] == len(hit["text"]) for hit in hits)
        assert [hit["rank"] for hit in hits] == [1, 2]
        assert hits[0]["score"] >= hits[1]["score"]


BAD_QUESTIONS = ["", " \t\u3000", "\x00\x01\x1b", "😀🎉", "?!", "가" * 100_000]


def test_ask_batch_with_questions_that_cannot_be_asked(mlqa: Command, index: Path) -> None:
    question = "사리는 언제 생기나요?"
    rows = [
        {"id": 1, "question": question},
        *({"id": 2, "question": bad} for bad in BAD_QUESTIONS),
        {"id": 3, "question": unicodedata.normalize("NFD", question)},
        {"id": 4, "question": question, "history": BAD_QUESTIONS},
        {"id": 5, "question": "캐\udcff시란 무엇인가요?"},
    ]
    file = index.parent / "batch.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    result = mlqa("ask", "--batch", file)
    assert result.code == 1  # something was wrong
    assert result.err == ""  # and is said where the answer would stand
    found = result.rows
    assert [row["id"] for row in found] == [row["id"] for row in rows]
    for row, asked in zip(found[1:-3], BAD_QUESTIONS, strict=True):
        assert set(row) == {"id", "question", "error"}
        assert row["question"] == asked
        assert "질문" in row["error"]
    assert "100000자" in found[-4]["error"]
    good = [found[0], found[-3], found[-2]]
    assert len({row["text"] for row in good}) == 1
    assert all(not row["abstained"] and row["citations"] for row in good)
    assert found[-1]["question"] == "캐시란 무엇인가요?"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("\x01\x02\x7f", "비어"),
        ("😀🎉", "낱말"),
        ("가" * 100_000, "100000자"),
    ],
)
def test_question_that_cannot_be_asked(
    mlqa: Command, index: Path, question: str, said: str
) -> None:
    assert index.exists()
    is_one_line(mlqa("ask", question), said)


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        '{"question": "가", "history": [1]}',
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_broken_batch(mlqa: Command, index: Path, line: str) -> None:
    file = batch(index.parent, "", line)
    is_one_line(mlqa("search", "--batch", file), "batch.jsonl", "2번째")


def test_batch_stops_at_a_broken_line_with_what_was_found(mlqa: Command, index: Path) -> None:
    file = batch(index.parent, {"id": 1, "question": "캐시"}, "{", {"id": 3, "question": "캐시"})
    result = mlqa("search", "--batch", file, "--language", "en")
    assert result.code == 1
    assert [row["id"] for row in result.rows] == [1]
    assert "Line 2" in result.err


def test_batch_file_that_cannot_be_read(mlqa: Command, index: Path) -> None:
    (index.parent / "binary").write_bytes(b"\xff\xfe\x00")
    is_one_line(mlqa("ask", "--batch", "binary"), "binary")


@pytest.mark.parametrize("count", ["0", "-1", "x", "1.5", "", "²"])
def test_wrong_count(mlqa: Command, count: str) -> None:
    is_one_line(mlqa("search", "가", "-k", count), "-k", code=2)


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("index", "burn"),
        ("ask", "가", "나"),
        ("ask", "가", "--language", "fr"),
        ("eval", "--part", "dev"),
        ("index", "build", "--keep"),
    ],
)
def test_wrong_usage(mlqa: Command, here: Path, arguments: tuple[str, ...]) -> None:
    is_one_line(mlqa(*arguments), "--help", code=2)
    assert listing(here) == []


def test_wrong_settings(mlqa: Command, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "mlqa.toml").write_text("top_k = 0\n", encoding="utf-8")
    is_one_line(mlqa("ask", "가"), "top_k", "0")
    (here / "mlqa.toml").write_text("top_k = \n", encoding="utf-8")
    is_one_line(mlqa("ask", "가"), "mlqa.toml")
    (here / "mlqa.toml").unlink()
    monkeypatch.setenv("MLQA_PORT", "port")
    is_one_line(mlqa("ask", "가", "--language", "en"), "port", "'port'", "not valid")


# -- evaluation -----------------------------------------------------------------------------


def test_eval(mlqa: Command, index: Path) -> None:
    gold = {
        "id": "a",
        "part": "train",
        "kind": "essay",
        "question": ASKED,
        "answerable": True,
        "evidence": [{"document_id": "cache", "quote": "1분이 지난 글은 다시 받아 옵니다."}],
        "key_facts": [["1분"]],
    }
    path = index.parent / "gold.jsonl"
    path.write_text(json.dumps(gold), encoding="utf-8")
    is_one_line(mlqa("eval", "--gold", path), "test", "--part")
    result = mlqa("eval", "--gold", path, "--part", "train")
    assert (result.code, result.err) == (0, "")
    table = [line.split() for line in result.out.splitlines()]
    assert table[1] == ["all", "essay"]
    assert ["questions", "1", "1"] in table
    assert ["hit@1", "1.000", "[1.000,", "1.000]", "1.000"] in table


def test_eval_without_a_usable_gold_set(mlqa: Command, index: Path) -> None:
    path = index.parent / "gold.jsonl"
    path.write_text("{}\n", encoding="utf-8")
    is_one_line(mlqa("eval", "--gold", "gold.jsonl"), "gold.jsonl", "1번째")
