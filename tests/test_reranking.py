"""Rerankers of the user's choice, on small real models that are built here."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from mlqa.errors import ModelError
from mlqa.index.transformer import load_cross_encoder
from mlqa.protocols import Reranker
from mlqa.retrieval.reranking import CrossEncoderReranker
from small_models import (
    LONGEST,
    QUESTIONS,
    SUBJECTS,
    one_thread,
    save_backbone,
    save_embedder,
    save_reranker,
)

PASSAGES = [subject[1] for subject in SUBJECTS]


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    with one_thread():
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_reranker(tmp_path_factory.mktemp("models") / "small")


@pytest.fixture(scope="module")
def reranker(folder: Path) -> CrossEncoderReranker:
    return CrossEncoderReranker(str(folder), batch_size=3, device="cpu")


def refused(folder: Path) -> ModelError:
    """The error of a model that does not load, which is one line and names the model."""
    with pytest.raises(ModelError) as raised:
        CrossEncoderReranker(str(folder), device="cpu")
    for text in (raised.value.text("ko"), raised.value.text("en")):
        assert "\n" not in text
        assert str(folder) in text
        assert "MLQA_RERANKER" in text
    return raised.value


def test_the_passage_that_fits_the_question_comes_first(reranker: Reranker) -> None:
    for fitting, question in enumerate(QUESTIONS):
        scores = reranker.scores(question, PASSAGES)
        assert scores.shape == (len(PASSAGES),)
        assert scores.dtype == np.float32
        assert scores.argmax() == fitting
        turned = reranker.scores(question, PASSAGES[::-1])
        assert turned[::-1] == pytest.approx(scores, abs=1e-4)
    assert reranker.scores(QUESTIONS[0], []).shape == (0,)


def test_scores_are_not_squeezed(folder: Path, reranker: Reranker) -> None:
    scores = reranker.scores(QUESTIONS[0], PASSAGES)
    assert scores.min() < 0
    assert scores.max() > 1
    model, _ = load_cross_encoder(str(folder), "cpu")
    squeezed = model.predict([(QUESTIONS[0], passage) for passage in PASSAGES])
    assert 1 / (1 + np.exp(-scores)) == pytest.approx(squeezed, abs=1e-5)


def test_of_two_labels_the_second_is_the_relevant_one(tmp_path: Path) -> None:
    reranker = CrossEncoderReranker(str(save_reranker(tmp_path / "two", labels=2)), device="cpu")
    for fitting, question in enumerate(QUESTIONS):
        scores = reranker.scores(question, PASSAGES)
        assert scores.shape == (len(PASSAGES),)
        assert scores.argmax() == fitting


def test_long_passages_are_cut_and_the_question_stays(reranker: Reranker) -> None:
    long = [f"{passage} {'그리고 또 그렇다. ' * LONGEST}" for passage in PASSAGES]
    longer = [f"{passage} 끝." for passage in long]
    scores = [reranker.scores(question, long) for question in QUESTIONS[:2]]
    assert reranker.scores(QUESTIONS[0], longer) == pytest.approx(scores[0], abs=1e-4)
    assert np.abs(scores[0] - scores[1]).max() > 0.1


def test_many_threads_share_one_reranker(reranker: Reranker) -> None:
    expected = [reranker.scores(question, PASSAGES) for question in QUESTIONS]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda question: reranker.scores(question, PASSAGES), QUESTIONS * 4))
    for number, scores in enumerate(made):
        assert (scores == expected[number % len(QUESTIONS)]).all()


def test_the_identity_is_that_of_the_files(
    folder: Path, reranker: Reranker, tmp_path: Path
) -> None:
    moved = Path(shutil.copytree(folder, tmp_path / folder.name))
    assert CrossEncoderReranker(str(moved), device="cpu").identity == reranker.identity
    other = save_backbone(tmp_path / "other" / folder.name, labels=1, seed=5)
    assert CrossEncoderReranker(str(other), device="cpu").identity != reranker.identity


def test_an_embedder_is_no_reranker(tmp_path: Path) -> None:
    error = refused(save_embedder(tmp_path / "embedder"))
    assert error.key == "model_kind"
    assert "`MLQA_RERANKER=BAAI/bge-reranker-v2-m3`" in error.text()


def test_a_model_that_has_not_learnt_to_score_is_refused(tmp_path: Path) -> None:
    bare = save_backbone(tmp_path / "bare")
    config = json.loads((bare / "config.json").read_text())
    config |= {"architectures": ["BertForSequenceClassification"]}
    (bare / "config.json").write_text(json.dumps(config), encoding="utf-8")
    error = refused(bare)
    assert error.key == "model_parts"
    assert "classifier" in error.text()


def test_three_labels_are_no_order(tmp_path: Path) -> None:
    error = refused(save_backbone(tmp_path / "three", labels=3))
    assert error.key == "model_labels"
    assert "점수 3개" in error.text()


def test_a_folder_without_weights(folder: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(folder, tmp_path / "copied"))
    (copied / "model.safetensors").unlink()
    assert refused(copied).key == "model_weights"
