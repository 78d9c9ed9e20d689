"""An index and a chatbot on models of the user's choice, as a user sets them up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import write_small_corpus
from faq_samples import BELL, BELL_QUESTIONS, FAQ, write_documents, write_faq
from mlqa.chatbot import Chatbot
from mlqa.cli import run
from mlqa.config import Config
from mlqa.index.store import Index
from mlqa.text.corpus import load_corpus
from small_models import SIZE, one_thread, save_embedder, save_reranker

ASKED = "유효 시간이 60초이면 어떻게 되나요?"


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    with one_thread():
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with documents and models."""
    folder = tmp_path_factory.mktemp("user")
    write_small_corpus(folder / "corpus")
    save_embedder(folder / "embedder")
    save_reranker(folder / "reranker")
    return folder


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    return folder


def test_an_index_with_an_embedder(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLQA_EMBEDDER", str(here / "embedder"))
    assert run(["index", "build", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["embedded"] > 4
    assert run(["index", "info", "--json"]) == 0
    info = json.loads(capsys.readouterr().out)
    assert info["embedder"].startswith("sentence-transformer-")
    assert info["dimension"] == SIZE
    assert run(["ask", ASKED, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert "60초" in answer["text"]

    # Nothing has changed, so nothing is built; with the default embedder it is another index.
    assert run(["index", "build", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changed"] is False
    monkeypatch.delenv("MLQA_EMBEDDER")
    assert run(["ask", ASKED]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "embedder" in line
    assert "mlqa index build" in line


def test_vectors_of_questions_and_passages_are_the_models(here: Path) -> None:
    config = Config(embedder=str(here / "embedder"), glossary=here / "none.toml")
    index = Index.build(load_corpus(here / "corpus"), config)
    assert index.dense.dimension == index.embedder.dimension == SIZE
    question = index.embedder.embed_questions([ASKED])[0]
    hits = Chatbot(index, config).retriever.retrieve(ASKED)
    place = index.chunks.index(hits[0].chunk)
    assert hits[0].dense_score == pytest.approx(index.dense.vectors()[place] @ question, abs=1e-4)


def test_a_reranker_orders_the_hits(here: Path) -> None:
    plain = Config(glossary=here / "none.toml")
    index = Index.build(load_corpus(here / "corpus"), plain)
    config = plain.model_copy(update={"reranker": str(here / "reranker"), "rerank_passages": 4})
    without = Chatbot(index, plain).retriever.retrieve(ASKED, 4)
    reranked = Chatbot(index, config).retriever.retrieve(ASKED, 4)
    assert {hit.chunk.id for hit in reranked} == {hit.chunk.id for hit in without}
    scores = [hit.score for hit in reranked]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert scores != [hit.score for hit in without]


@pytest.mark.parametrize(
    ("name", "value"), [("MLQA_EMBEDDER", "no-such-folder/model"), ("MLQA_RERANKER", "./nowhere")]
)
@pytest.mark.usefixtures("here")
def test_a_model_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert run(["index", "build", "--force", "--index", "plain"]) == 0
    monkeypatch.setenv(name, value)
    capsys.readouterr()
    assert run(["ask", ASKED, "--index", "plain"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert value in line
    assert name in line


def test_a_collapsed_space_is_said_in_one_line(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save_embedder(here / "english", hangul=False)
    monkeypatch.setenv("MLQA_EMBEDDER", str(here / "english"))
    assert run(["index", "build", "--index", "collapsed"]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert "english" in line
    assert "Warning" not in line


def test_a_faq_is_read_by_the_own_encoder_whatever_embeds_passages(here: Path) -> None:
    documents = write_documents(here / "town")
    config = Config(
        embedder=str(here / "embedder"),
        glossary=here / "none.toml",
        faq=write_faq(here / "faq.jsonl", *FAQ),
    )
    index = Index.build(load_corpus(documents), config)
    assert index.embedder.dimension == SIZE
    assert index.faq.vectors.shape[1] == index.encoder.dimension != SIZE
    bot = Chatbot(index, config)
    asked = BELL_QUESTIONS[0]
    first = bot.retriever.retrieve(asked)[0]
    assert max(match.nearest for match in first.faq) == pytest.approx(1, abs=0.02)
    assert bot.ask(asked).citations[0].quote == BELL
