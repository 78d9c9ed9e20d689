"""Embedders of the user's choice, on small real models that are built here."""

from __future__ import annotations

import json
import logging
import pickle
import shutil
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlqa.errors import ModelError
from mlqa.index.probe import ENGLISH, KOREAN, Space, mean_similarity
from mlqa.index.transformer import (
    CollapsedSpace,
    SentenceTransformerEmbedder,
    load_embedding_model,
)
from mlqa.protocols import Embedder
from small_models import (
    LONGEST,
    SIZE,
    SUBJECTS,
    one_thread,
    save_backbone,
    save_embedder,
)

PROMPTS = {"query": "질문: ", "passage": "글: "}
TEXTS = [text for subject in SUBJECTS for text in subject]
OF_SUBJECT = [number for number, subject in enumerate(SUBJECTS) for _ in subject]


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    with one_thread():
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_embedder(tmp_path_factory.mktemp("models") / "small", prompts=PROMPTS)


@pytest.fixture(scope="module")
def embedder(folder: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(folder), device="cpu")


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    """A copy of the model, to be changed."""
    return Path(shutil.copytree(folder, tmp_path / "copied"))


def change(file: Path, **values: object) -> None:
    """Sets values in a JSON file."""
    file.write_text(json.dumps(json.loads(file.read_bytes()) | values), encoding="utf-8")


def change_weights(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def refused(folder: Path | str, device: str = "cpu") -> ModelError:
    """The error of a model that does not load, which is one line and names the model."""
    with pytest.raises(ModelError) as raised:
        SentenceTransformerEmbedder(str(folder), device=device)
    for text in (raised.value.text("ko"), raised.value.text("en")):
        assert "\n" not in text
        assert str(folder) in text
    assert "MLQA_EMBEDDER" in raised.value.text()
    return raised.value


def test_rows_are_unit_vectors(embedder: Embedder) -> None:
    for vectors in (embedder.embed(TEXTS), embedder.embed_questions(TEXTS)):
        assert vectors.shape == (len(TEXTS), SIZE) == (12, embedder.dimension)
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert embedder.embed([]).shape == (0, SIZE)
    assert embedder.embed_questions([]).dtype == np.float32


def test_what_the_model_learnt_is_there(embedder: SentenceTransformerEmbedder) -> None:
    similarities = embedder.embed_questions(TEXTS) @ embedder.embed(TEXTS).T
    np.fill_diagonal(similarities, -1)
    nearest = [OF_SUBJECT[row] for row in similarities.argmax(axis=1)]
    assert nearest == OF_SUBJECT


def test_prompts_are_put_before_texts(folder: Path, embedder: SentenceTransformerEmbedder) -> None:
    model, _ = load_embedding_model(str(folder), "cpu")
    plain = model.encode(TEXTS, normalize_embeddings=True)
    for prompt, vectors in (
        ("글: ", embedder.embed(TEXTS)),
        ("질문: ", embedder.embed_questions(TEXTS)),
    ):
        by_hand = model.encode([prompt + text for text in TEXTS], normalize_embeddings=True)
        assert vectors == pytest.approx(by_hand, abs=1e-5)
        assert np.abs(vectors - plain).max() > 0.05
    assert np.abs(embedder.embed(TEXTS) - embedder.embed_questions(TEXTS)).max() > 0.05


@pytest.mark.parametrize("name", ["document", "passage", "corpus"])
def test_each_name_of_the_passage_prompt_is_honoured(
    copied: Path, embedder: SentenceTransformerEmbedder, name: str
) -> None:
    change(copied / "config_sentence_transformers.json", prompts={"query": "", name: "글: "})
    other = SentenceTransformerEmbedder(str(copied), device="cpu")
    assert other.embed(TEXTS) == pytest.approx(embedder.embed(TEXTS), abs=1e-5)
    assert np.abs(other.embed(TEXTS) - other.embed_questions(TEXTS)).max() > 0.05


def test_without_prompts_questions_and_passages_are_alike(copied: Path) -> None:
    change(copied / "config_sentence_transformers.json", prompts={})
    plain = SentenceTransformerEmbedder(str(copied), device="cpu")
    assert (plain.embed(TEXTS) == plain.embed_questions(TEXTS)).all()


def test_a_text_longer_than_the_model_reads_is_cut(
    embedder: SentenceTransformerEmbedder,
) -> None:
    long = "고양이는 쥐를 잡는다. " * LONGEST
    first, second, other = embedder.embed([long, long + "바다는 짜다.", "바다는 짜다. " + long])
    assert first == pytest.approx(second, abs=1e-5)
    assert np.abs(first - other).max() > 1e-3


def test_vectors_do_not_depend_on_company_or_turn(folder: Path) -> None:
    embedder = SentenceTransformerEmbedder(str(folder), batch_size=2, device="cpu")
    alone = np.vstack([embedder.embed([text]) for text in TEXTS])
    assert embedder.embed(TEXTS) == pytest.approx(alone, abs=1e-5)
    assert embedder.embed(TEXTS[::-1])[::-1] == pytest.approx(alone, abs=1e-5)
    assert (embedder.embed(TEXTS) == embedder.embed(TEXTS)).all()


def test_many_threads_share_one_embedder(embedder: SentenceTransformerEmbedder) -> None:
    expected = [embedder.embed_questions([text]) for text in TEXTS]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda text: embedder.embed_questions([text]), TEXTS * 4))
    for number, vectors in enumerate(made):
        assert (vectors == expected[number % len(TEXTS)]).all()


def test_the_identity_is_that_of_the_files(
    folder: Path, embedder: SentenceTransformerEmbedder, tmp_path: Path
) -> None:
    moved = shutil.copytree(folder, tmp_path / "elsewhere" / folder.name)
    same = SentenceTransformerEmbedder(str(moved), device="cpu").identity
    assert same == embedder.identity
    assert f"{folder.name}@" in same

    def nudge(weights: dict[str, Any]) -> None:
        weights["embeddings.word_embeddings.weight"][7] += 0.01

    change_weights(moved, nudge)
    assert SentenceTransformerEmbedder(str(moved), device="cpu").identity != same
    named = shutil.copytree(folder, tmp_path / "prompted" / folder.name)
    change(named / "config_sentence_transformers.json", prompts={"query": "물음: "})
    assert (
        SentenceTransformerEmbedder(str(named), device="cpu").identity.split("@")[1]
        != (same.split("@")[1])
    )


def test_weights_of_half_precision_are_read_as_32_bits(
    copied: Path, embedder: SentenceTransformerEmbedder
) -> None:
    import torch

    change_weights(
        copied,
        lambda weights: weights.update(
            {name: weight.to(torch.bfloat16) for name, weight in weights.items()}
        ),
    )
    change(copied / "config.json", dtype="bfloat16")
    model, _ = load_embedding_model(str(copied), "cpu")
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    halved = SentenceTransformerEmbedder(str(copied), device="cpu")
    assert halved.embed(TEXTS) == pytest.approx(embedder.embed(TEXTS), abs=0.05)


def test_a_plain_transformer_is_an_embedder(tmp_path: Path) -> None:
    plain = SentenceTransformerEmbedder(str(save_backbone(tmp_path / "plain")), device="cpu")
    assert plain.embed(TEXTS).shape == (12, SIZE)


def test_a_model_that_knows_no_korean_is_warned_of(tmp_path: Path) -> None:
    english = save_embedder(tmp_path / "english", hangul=False)
    with pytest.warns(CollapsedSpace) as caught:
        embedder = SentenceTransformerEmbedder(str(english), device="cpu")
    warning = caught[0].message
    assert isinstance(warning, CollapsedSpace)
    assert warning.space == embedder.space
    assert embedder.space.korean > embedder.space.english + 0.1
    assert embedder.space.korean == pytest.approx(mean_similarity(embedder.embed(KOREAN)))
    assert str(warning) == warning.text("ko")
    assert str(english) in str(warning)
    assert f"{embedder.space.korean:.2f}" in str(warning)
    assert "`MLQA_EMBEDDER=BAAI/bge-m3`" in warning.text("ko")
    assert "does not seem to know Korean" in warning.text("en")


def test_a_model_that_knows_korean_is_not(embedder: SentenceTransformerEmbedder) -> None:
    # Loading it would have failed: warnings are errors here.
    assert not embedder.space.collapsed
    assert embedder.space.korean < 0.9


@pytest.mark.parametrize(
    ("korean", "english", "collapsed"),
    [
        (0.996, 0.429, True),  # measured: no Hangul in the tokenizer
        (0.917, 0.465, True),  # bytes
        (0.908, 0.544, True),  # letters
        (0.982, 0.912, True),  # letters, low temperature
        (0.593, 0.599, False),  # both languages
        (0.939, 0.916, False),  # both languages, low temperature
        (0.300, 0.999, False),  # Korean alone
        (1.0, 1.0, True),  # one spot for everything
        (0.995, 0.995, True),
    ],
)
def test_what_counts_as_collapsed(korean: float, english: float, collapsed: bool) -> None:
    assert Space(korean, english).collapsed is collapsed


def test_the_figure_is_the_mean_of_different_pairs() -> None:
    vectors = np.asarray([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32)
    assert mean_similarity(vectors) == pytest.approx((0 + 0.6 + 0.8) / 3)
    assert len(set(KOREAN)) == len(set(ENGLISH)) == 8


def test_loading_is_silent_and_leaves_things_as_they_were(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from transformers.utils.logging import is_progress_bar_enabled

    names = ("transformers", "transformers.modeling_utils", "sentence_transformers")
    loggers = [logging.getLogger(name) for name in names]
    before = [(each.level, each.propagate, list(each.handlers)) for each in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        SentenceTransformerEmbedder(str(folder), device="cpu").embed(TEXTS)
    assert [(each.level, each.propagate, list(each.handlers)) for each in loggers] == before
    assert is_progress_bar_enabled()
    assert capfd.readouterr() == ("", "")


def test_a_cut_off_weights_file(copied: Path) -> None:
    content = (copied / "model.safetensors").read_bytes()
    (copied / "model.safetensors").write_bytes(content[: len(content) // 2])
    error = refused(copied)
    assert error.key == "model_load"
    assert "불러오지 못했습니다(" in error.text()


def test_pickled_weights_that_would_run_code(copied: Path) -> None:
    ran = copied / "ran"

    class Trap:
        def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
            return Path.touch, (ran,)  # type: ignore[return-value]

    (copied / "model.safetensors").unlink()
    (copied / "pytorch_model.bin").write_bytes(pickle.dumps(Trap()))
    error = refused(copied)
    assert error.key == "model_load"
    assert "weights_only" not in error.text()  # the library's advice to switch the guard off
    assert not ran.exists()


def test_a_weights_file_that_is_something_else(copied: Path) -> None:
    (copied / "model.safetensors").write_text("<html>Not found</html>", encoding="utf-8")
    assert refused(copied).key == "model_load"


def test_weights_that_lack_a_part_are_not_drawn_at_random(copied: Path) -> None:
    part = "encoder.layer.1.output.dense.weight"
    change_weights(copied, lambda weights: weights.pop(part))
    error = refused(copied)
    assert error.key == "model_parts"
    assert part in error.text()


def test_weights_of_another_size(copied: Path) -> None:
    change(copied / "config.json", intermediate_size=48)
    assert refused(copied).key == "model_load"


def test_weights_that_are_not_numbers(copied: Path) -> None:
    def spoil(weights: dict[str, Any]) -> None:
        weights["encoder.layer.0.output.dense.weight"][:] = float("nan")

    change_weights(copied, spoil)
    error = refused(copied)
    assert error.key == "model_values"
    assert "NaN" in error.text()


def test_code_of_a_model_is_not_run(copied: Path) -> None:
    trap = copied / "own.py"
    trap.write_text(f"open({str(copied / 'run')!r}, 'w')\nclass Own: ...\n", encoding="utf-8")
    modules = json.loads((copied / "modules.json").read_text())
    for changed in (
        lambda: change(
            copied / "config.json",
            model_type="own",
            auto_map={"AutoConfig": "own.Own", "AutoModel": "own.Own"},
        ),
        lambda: (copied / "modules.json").write_text(
            json.dumps([modules[0] | {"type": "own.Own"}, *modules[1:]]), encoding="utf-8"
        ),
    ):
        changed()
        error = refused(copied)
        assert error.key == "model_code"
        assert "실행하지 않습니다" in error.text()
    assert not (copied / "run").exists()


def test_a_device_that_is_not_there(folder: Path) -> None:
    assert refused(folder, device="cuda:99").key == "model_load"


def test_what_goes_wrong_inside_the_model_is_an_error_of_ours(folder: Path) -> None:
    embedder = SentenceTransformerEmbedder(str(folder), device="cpu")
    with pytest.raises(ModelError) as raised:
        embedder.embed(["홀로 선 대리 부호 \ud800"])
    assert raised.value.key == "model_run"
    assert "\n" not in raised.value.text()
    assert embedder.embed(TEXTS).shape == (12, SIZE)
