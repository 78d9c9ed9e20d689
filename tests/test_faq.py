"""The FAQ beside the documents: what is read, what is refused, what of it stands in an index."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from faq_samples import BELL, FAQ, HOURS, TOWER, WHEEL, entry, write_documents, write_faq
from mlqa.cli import run
from mlqa.config import Config
from mlqa.errors import FaqError
from mlqa.index import versions
from mlqa.index.faq import FaqIndex
from mlqa.index.store import Index
from mlqa.protocols import Embedder
from mlqa.schema import Document, FaqEntry
from mlqa.text.corpus import load_corpus
from mlqa.text.faq import load_faq

Command = Callable[..., tuple[int, str, str]]

OF_ALL = (entry(["등대?"], ("light", TOWER)), entry(["펑크?"], ("bikes", WHEEL)))
OF_TEA = entry(["찻물은?"], ("tea", "물은 뒷산 샘에서 길어 옵니다."))
GAP = entry(["언제 닫나요?"])


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> tuple[Document, ...]:
    return load_corpus(write_documents(tmp_path_factory.mktemp("faq") / "documents"))


@pytest.fixture(scope="module")
def index(documents: tuple[Document, ...], tmp_path_factory: pytest.TempPathFactory) -> Index:
    faq = write_faq(tmp_path_factory.mktemp("faq") / "faq.jsonl", *FAQ)
    return Index.build(documents, Config(glossary=faq.with_name("none.toml"), faq=faq))


def loaded(
    folder: Path, documents: tuple[Document, ...], *lines: dict[str, Any]
) -> tuple[FaqEntry, ...]:
    return load_faq(write_faq(folder / "faq.jsonl", *lines), documents)


def asked(entries: tuple[FaqEntry, ...]) -> list[str]:
    return [question for found in entries for question in found.questions]


# -- reading --------------------------------------------------------------------------------


def test_quotes_are_found_in_their_documents(
    tmp_path: Path, documents: tuple[Document, ...]
) -> None:
    texts = {document.id: document.text for document in documents}
    entries = loaded(tmp_path, documents, *FAQ)
    assert len(entries) == len(FAQ)
    for read, line in zip(entries, FAQ, strict=True):
        assert list(read.questions) == line["questions"]
        quotes = [(a.document_id, texts[a.document_id][slice(*a.span)]) for a in read.answers]
        assert quotes == [(one["document_id"], one["quote"]) for one in line["evidence"]]


def test_quotes_stay_in_their_order(tmp_path: Path, documents: tuple[Document, ...]) -> None:
    line = entry(["무엇이 있나요?"], ("light", BELL), ("light", TOWER), ("bikes", WHEEL))
    (read,) = loaded(tmp_path, documents, line)
    assert [answer.document_id for answer in read.answers] == ["light", "light", "bikes"]
    assert read.answers[0].span.start > read.answers[1].span.start


def test_decomposed_file_is_the_same(tmp_path: Path, documents: tuple[Document, ...]) -> None:
    path = write_faq(tmp_path / "faq.jsonl", *FAQ)
    composed = load_faq(path, documents)
    text = path.read_text(encoding="utf-8")
    path.write_text(unicodedata.normalize("NFD", text), encoding="utf-8")
    assert load_faq(path, documents) == composed


def test_mark_line_ends_and_empty_lines_do_not_count(
    tmp_path: Path, documents: tuple[Document, ...]
) -> None:
    path = write_faq(tmp_path / "faq.jsonl", *FAQ)
    plain = load_faq(path, documents)
    rows = path.read_text(encoding="utf-8").splitlines()
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n \r\n\r\n".join(rows).encode())
    assert load_faq(path, documents) == plain


def test_file_that_is_not_there_is_an_empty_faq(
    tmp_path: Path, documents: tuple[Document, ...]
) -> None:
    assert load_faq(tmp_path / "faq.jsonl", documents) == ()
    assert load_faq(tmp_path, documents) == ()
    assert loaded(tmp_path, documents) == ()


@pytest.mark.parametrize(
    "place",
    [("light", "등대는 붉은 벽돌로 쌓은 탑입니다."), ("tea", BELL), ("gone", BELL)],
    ids=["changed", "of another document", "missing document"],
)
def test_entry_whose_quote_is_not_there_is_left_out(
    tmp_path: Path, documents: tuple[Document, ...], place: tuple[str, str]
) -> None:
    half = entry(["절반만?"], ("light", TOWER), place)
    entries = loaded(tmp_path, documents, OF_ALL[0], entry(["없나?"], place), half, OF_ALL[1])
    assert asked(entries) == ["등대?", "펑크?"]


def test_questions_without_an_answer_stay_where_others_have_one(
    tmp_path: Path, documents: tuple[Document, ...]
) -> None:
    whole = (*OF_ALL, OF_TEA, GAP)
    assert asked(loaded(tmp_path, documents, *whole))[-1] == "언제 닫나요?"
    assert loaded(tmp_path, documents, *whole)[-1].answers == ()
    assert asked(loaded(tmp_path, documents[1:], *whole)) == ["등대?", "찻물은?", "언제 닫나요?"]
    # A FAQ that answers nothing from these documents is one of others.
    assert loaded(tmp_path, documents, GAP) == ()


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("not json", "JSON"),
        ('{"questions": ["등대?"], "evidence": []', "JSON"),
        ("[]", "object"),
        ('{"questions": ["등대?"], "evidence": [], "answer": "탑"}', "answer"),
        ('{"questions": [], "evidence": []}', "questions"),
        ('{"evidence": []}', "questions"),
        ('{"questions": "등대?", "evidence": []}', "questions"),
        ('{"questions": [1], "evidence": []}', "questions.0"),
        ('{"questions": ["등대?"]}', "evidence"),
        (
            '{"questions": ["등대?"], "evidence": [{"document_id": "light", "quote": ""}]}',
            "evidence.0.quote",
        ),
        ('{"questions": ["등대?"], "evidence": [{"quote": "탑"}]}', "evidence.0.document_id"),
        (
            '{"questions": ["등대?"], "evidence": [{"document_id": "a", "quote": "b", "at": 1}]}',
            "evidence.0.at",
        ),
    ],
)
def test_what_is_no_faq(
    tmp_path: Path, documents: tuple[Document, ...], bad: str, reason: str
) -> None:
    path = tmp_path / "faq.jsonl"
    good = json.dumps(OF_TEA, ensure_ascii=False)
    path.write_text(f"{good}\n\n{bad}\n{good}\n", encoding="utf-8")
    with pytest.raises(FaqError) as caught:
        load_faq(path, documents)
    told = {language: caught.value.text(language) for language in ("ko", "en")}
    assert "3째 줄" in told["ko"]
    assert "Line 3 " in told["en"]
    for text in told.values():
        assert str(path) in text
        assert reason in text
        assert "`mlqa index build`" in text
        assert "\n" not in text


def test_file_that_is_not_utf_8(tmp_path: Path, documents: tuple[Document, ...]) -> None:
    path = tmp_path / "faq.jsonl"
    path.write_bytes(json.dumps(OF_TEA, ensure_ascii=False).encode("cp949"))
    with pytest.raises(FaqError) as caught:
        load_faq(path, documents)
    for text in (caught.value.text("ko"), caught.value.text("en")):
        assert str(path) in text
        assert "utf-8" in text
        assert "\n" not in text


# -- the command line -----------------------------------------------------------------------


@pytest.fixture
def mlqa(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs a command in an empty folder; the three documents stand in ``corpus``."""
    monkeypatch.chdir(tmp_path)
    write_documents(tmp_path / "corpus")

    def command(*arguments: Path | str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


def built(mlqa: Command, *arguments: str) -> dict[str, Any]:
    code, out, err = mlqa("index", "build", *arguments, "--json")
    assert (code, err) == (0, "")
    result: dict[str, Any] = json.loads(out)
    return result


def test_faq_of_the_folder_comes_before_that_of_the_setting(
    mlqa: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert built(mlqa, "corpus")["faq"] == 0
    monkeypatch.setenv("MLQA_FAQ", str(write_faq(tmp_path / "other.jsonl", OF_TEA)))
    assert built(mlqa, "corpus")["faq"] == 1
    write_faq(tmp_path / "corpus/faq.jsonl", *FAQ)
    assert built(mlqa, "corpus")["faq"] == len([q for line in FAQ for q in line["questions"]])
    assert Index.load("index").faq.entries[0].questions == tuple(FAQ[0]["questions"])


def test_changed_faq_alone_makes_a_version_and_embeds_no_passage_again(
    mlqa: Command, tmp_path: Path
) -> None:
    faq = write_faq(tmp_path / "corpus/faq.jsonl", *OF_ALL)
    first = built(mlqa, "corpus")
    assert (first["changed"], first["faq"]) == (True, 2)
    faq.write_text("\n" + faq.read_text(encoding="utf-8"), encoding="utf-8")
    same = built(mlqa, "corpus")
    assert (same["changed"], same["version"]) == (False, first["version"])
    write_faq(faq, *OF_ALL, OF_TEA)
    more = built(mlqa, "corpus")
    assert (more["changed"], more["faq"]) == (True, 3)
    assert (more["embedded"], more["reused"]) == (0, first["chunks"])
    faq.unlink()
    none = built(mlqa, "corpus")
    assert (none["changed"], none["faq"]) == (True, 0)
    assert len({first["version"], more["version"], none["version"]}) == 3


def test_questions_of_the_faq_are_counted_in_the_information(mlqa: Command, tmp_path: Path) -> None:
    write_faq(tmp_path / "corpus/faq.jsonl", *OF_ALL)
    built(mlqa, "corpus")
    _, out, _ = mlqa("index", "info", "--json")
    assert json.loads(out)["counts"]["faq"] == 2
    _, out, _ = mlqa("index", "info")
    assert ["faq", "2"] in [line.split() for line in out.splitlines()]


def test_damaged_faq_of_an_index_is_told(mlqa: Command, tmp_path: Path) -> None:
    write_faq(tmp_path / "corpus/faq.jsonl", *OF_ALL)
    name = built(mlqa, "corpus")["version"]
    path = versions.version_folder(Path("index"), name) / "faq.npz"
    content = path.read_bytes()
    for damaged in (content[:-1], content[:100] + b"\x00" + content[101:], b""):
        path.write_bytes(damaged)
        for command in (["index", "verify"], ["ask", "등대는 높나요?"]):
            code, out, err = mlqa(*command)
            assert (code, out) == (1, "")
            (line,) = err.splitlines()
            assert "faq.npz" in line
            assert "mlqa index build" in line
    assert built(mlqa, "corpus")["changed"] is True
    assert mlqa("index", "verify")[0] == 0


def test_broken_faq_ends_the_build_and_leaves_the_old_index(mlqa: Command, tmp_path: Path) -> None:
    faq = write_faq(tmp_path / "corpus/faq.jsonl", *OF_ALL)
    before = built(mlqa, "corpus")["version"]
    with faq.open("a", encoding="utf-8") as file:
        file.write('{"questions": []}\n')
    code, out, err = mlqa("index", "build", "corpus")
    assert (code, out) == (1, "")
    (line,) = err.splitlines()
    assert "corpus/faq.jsonl" in line
    assert "3째 줄" in line
    assert versions.current_name(Path("index")) == before
    assert versions.version_names(Path("index")) == [before]
    assert mlqa("index", "verify")[0] == 0


# -- likeness -------------------------------------------------------------------------------


def test_question_of_the_faq_is_the_likest_to_itself(index: Index) -> None:
    faq = index.faq
    for at, question in enumerate(faq.questions):
        likeness = faq.likeness(question, index.embedder.embed_questions([question])[0])
        for like in likeness:
            assert like.shape == (len(faq.questions),)
            assert int(like.argmax()) == at
            assert like.max() <= 1 + 1e-5
        assert likeness.meaning[at] == pytest.approx(1, abs=1e-3)
        assert likeness.letters.min() >= 0
        # A pair of letters that stands twice counts a little differently on the two sides.
        assert likeness.letters[at] == pytest.approx(1, abs=0.02)


def test_letters_count_where_they_are_shared(index: Index) -> None:
    question = "찻집은 언제까지 문을 여나요?"
    vector = index.embedder.embed_questions([question])[0]
    likeness = index.faq.likeness(question, vector)
    letters = dict(zip(index.faq.questions, likeness.letters, strict=True))
    assert 0.3 < letters["찻집은 몇 시에 문을 닫나요?"] < 1
    assert letters["등대가 얼마나 커요?"] == 0


def test_faq_without_questions(index: Index) -> None:
    empty = FaqIndex.build((), index.embedder)
    again = FaqIndex.from_bytes(empty.to_bytes())
    for faq in (empty, again):
        assert (faq.entries, faq.questions) == ((), ())
        assert faq.vectors.shape == (0, index.embedder.dimension)
        meaning, letters = faq.likeness("등대?", index.embedder.embed_questions(["등대?"])[0])
        assert (meaning.shape, letters.shape) == ((0,), (0,))


def test_saved_faq_is_the_same(index: Index, tmp_path: Path) -> None:
    index.save(tmp_path / "index")
    again = Index.load(tmp_path / "index").faq
    assert again.entries == index.faq.entries
    assert again.vectors.dtype == np.float32
    for question in ("앞이 흐리면 무엇을 듣나요?", "How tall is the tower?", "😀"):
        vector = index.embedder.embed_questions([question])[0]
        before, after = index.faq.likeness(question, vector), again.likeness(question, vector)
        assert np.array_equal(after.letters, before.letters)
        # Vectors are kept in half precision.
        assert after.meaning == pytest.approx(before.meaning, abs=1e-3)


class Counting:
    """An embedder that remembers which questions it was given; their vectors have a length."""

    def __init__(self, embedder: Embedder, length: float = 1) -> None:
        self._embedder, self._length = embedder, np.float32(length)
        self.identity, self.dimension = embedder.identity, embedder.dimension
        self.questions: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._embedder.embed(texts)

    def embed_questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.questions += texts
        vectors = self._embedder.embed_questions(texts)
        return np.asarray(vectors * self._length, dtype=np.float32)


def test_only_new_questions_are_embedded(index: Index) -> None:
    new = FaqEntry(
        questions=("새로 묻는 것은?", index.faq.questions[0], "새로 묻는 것은?"), answers=()
    )
    embedder = Counting(index.embedder)
    made = FaqIndex.build([new, *index.faq.entries], embedder, index.faq)
    assert embedder.questions == ["새로 묻는 것은?"]
    assert np.array_equal(made.vectors[3:], index.faq.vectors)
    assert np.array_equal(made.vectors[1], index.faq.vectors[0])
    assert np.array_equal(made.vectors[2], made.vectors[0])
    assert np.linalg.norm(made.vectors[0]) == pytest.approx(1, abs=1e-3)


def test_new_index_takes_over_vectors_of_questions(index: Index, tmp_path: Path) -> None:
    short = FaqIndex.build(index.faq.entries, Counting(index.embedder, 0.5))
    faq = write_faq(tmp_path / "faq.jsonl", entry(["새로 묻는 것은?"], ("light", TOWER)), *FAQ)
    config = Config(glossary=tmp_path / "none.toml", faq=faq)
    documents = tuple(index.documents.values())
    again = Index.build(documents, config, replace(index, faq=short))
    lengths = np.linalg.norm(again.faq.vectors, axis=1)
    assert lengths == pytest.approx([1.0] + [0.5] * len(short.questions), abs=1e-3)


def test_faq_stays_with_its_documents_when_one_is_added(index: Index, tmp_path: Path) -> None:
    folder = write_documents(tmp_path / "documents")
    (folder / "hours.md").write_text(HOURS, encoding="utf-8")
    faq = write_faq(tmp_path / "faq.jsonl", *FAQ)
    config = Config(glossary=tmp_path / "none.toml", faq=faq)
    again = Index.build(load_corpus(folder), config, index)
    assert again.faq.entries == index.faq.entries
    assert again.manifest.counts.faq == len(again.faq.questions)
