"""Finding a model: folders, the hub, what is downloaded and what is plainly wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from mlqa.errors import ModelError
from mlqa.index.models import (
    EMBEDDER,
    RERANKER,
    Use,
    check_dimension,
    find_model,
    wanted_files,
)
from small_hub import COMMIT, SmallHub, running_hub

SENTENCES = {"architectures": ["BertModel"], "model_type": "bert"}
PAIRS = {"architectures": ["BertForSequenceClassification"], "model_type": "bert"}


def write_model(
    folder: Path, config: object = SENTENCES, saved_as: str = "", weights: bytes = b"1234"
) -> Path:
    """The files of a model, too small to be loaded.

    Args:
        folder: Where they are written.
        config: What config.json holds.
        saved_as: Class that saved the model; none means that it came from transformers.
        weights: What the file of weights holds.
    """
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "model.safetensors").write_bytes(weights)
    (folder / "vocab.txt").write_text("가\n나\n", encoding="utf-8")
    (folder / "README.md").write_text("# A model\n", encoding="utf-8")
    if saved_as:
        (folder / "modules.json").write_text("[]", encoding="utf-8")
        (folder / "config_sentence_transformers.json").write_text(
            json.dumps({"model_type": saved_as}), encoding="utf-8"
        )
    return folder


def refused(name: str, use: Use = EMBEDDER) -> ModelError:
    """The error that a model gives, which is one line and names the model."""
    with pytest.raises(ModelError) as raised:
        find_model(name, use)
    for text in (raised.value.text("ko"), raised.value.text("en")):
        assert "\n" not in text
        assert Path(name).name in text
    return raised.value


def test_only_what_loading_reads_is_wanted() -> None:
    wanted = [
        "0_Transformer/config.json",
        "0_Transformer/model-00001-of-00002.safetensors",
        "1_Dense/pytorch_model.bin",
        "chat_template.jinja",
        "modules.json",
        "sentencepiece.bpe.model",
        "vocab.txt",
    ]
    others = [
        ".gitattributes",
        "0_Transformer/pytorch_model.bin",
        "README.md",
        "flax_model.msgpack",
        "modeling_own.py",
        "onnx/config.json",
        "onnx/model.onnx",
        "openvino/openvino_model.bin",
        "tf_model.h5",
        "training_args.bin",
    ]
    assert wanted_files([*others, *wanted]) == wanted


def test_a_folder_is_named_by_what_it_holds(tmp_path: Path) -> None:
    first = find_model(str(write_model(tmp_path / "one/bert")), EMBEDDER)
    assert first.path == tmp_path / "one/bert"
    assert first.identity.startswith("bert@")
    moved = write_model(tmp_path / "two/bert")
    assert find_model(str(moved), EMBEDDER).identity == first.identity
    (moved / "README.md").write_text("# Said otherwise\n", encoding="utf-8")
    (moved / "onnx").mkdir()
    (moved / "onnx/model.onnx").write_bytes(b"1")
    (moved / ".cache").mkdir()
    (moved / ".cache/x.json").write_text("{}", encoding="utf-8")
    assert find_model(str(moved), EMBEDDER).identity == first.identity


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "vocab.txt"])
def test_a_changed_file_is_another_model(tmp_path: Path, file: str) -> None:
    folder = write_model(tmp_path / "bert")
    before = find_model(str(folder), EMBEDDER).identity
    content = (folder / file).read_bytes()
    (folder / file).write_bytes(content + b" ")
    after = find_model(str(folder), EMBEDDER).identity
    assert after != before
    (folder / file).write_bytes(content)
    assert find_model(str(folder), EMBEDDER).identity == before


def test_a_folder_in_the_working_directory_needs_no_dot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_model(tmp_path / "models/bert")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    expected = find_model(str(tmp_path / "models/bert"), EMBEDDER).identity
    for name in ("models/bert", "./models/bert", "models/bert/", "~/models/bert"):
        assert find_model(name, EMBEDDER).identity == expected


@pytest.mark.parametrize(
    "name", ["./none", "../none/", "/none/at/all", "~/none", "~nobody/none", "C:\\models\\none"]
)
def test_a_path_that_leads_nowhere_is_not_looked_for_on_the_hub(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")
    error = refused(name)
    assert error.key == "model_folder"
    assert "모델 폴더" in error.text()
    assert "`MLQA_EMBEDDER=static`" in error.text()


def test_a_file_is_no_model(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"1234")
    assert refused(str(file), RERANKER).key == "model_folder"


def test_a_name_too_long_for_a_path_is_an_error_of_ours() -> None:
    assert refused("긴" * 3000).key in {"model_load", "model_unknown"}


@pytest.mark.parametrize(
    ("missing", "key", "says"),
    [
        ("config.json", "model_settings", "config.json"),
        ("model.safetensors", "model_weights", "가중치 파일(model.safetensors"),
    ],
)
def test_a_folder_that_lacks_a_part(tmp_path: Path, missing: str, key: str, says: str) -> None:
    folder = write_model(tmp_path / "bert")
    (folder / missing).unlink()
    error = refused(str(folder))
    assert error.key == key
    assert says in error.text()
    assert "MLQA_EMBEDDER" in error.text()


def test_settings_that_are_not_json(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "bert")
    (folder / "config.json").write_text("{", encoding="utf-8")
    error = refused(str(folder))
    assert error.key == "model_load"
    assert "config.json" in error.text()


@pytest.mark.parametrize(
    ("config", "saved_as", "use", "found"),
    [
        (SENTENCES, "", EMBEDDER, ""),
        (SENTENCES, "SentenceTransformer", EMBEDDER, ""),
        ({}, "SentenceTransformer", EMBEDDER, ""),
        ({"architectures": ["Qwen3ForCausalLM"]}, "", EMBEDDER, ""),
        (PAIRS, "", EMBEDDER, "BertForSequenceClassification"),
        (PAIRS, "CrossEncoder", EMBEDDER, "CrossEncoder"),
        (SENTENCES, "SparseEncoder", EMBEDDER, "SparseEncoder"),
        (PAIRS, "", RERANKER, ""),
        (PAIRS, "CrossEncoder", RERANKER, ""),
        ({"architectures": ["Qwen3ForCausalLM"]}, "", RERANKER, ""),
        (SENTENCES, "", RERANKER, "BertModel"),
        ({"model_type": "bert"}, "", RERANKER, "bert"),
        (SENTENCES, "SentenceTransformer", RERANKER, "SentenceTransformer"),
    ],
)
def test_a_model_of_another_kind_is_refused(
    tmp_path: Path, config: object, saved_as: str, use: Use, found: str
) -> None:
    folder = write_model(tmp_path / "bert", config, saved_as)
    if not found:
        assert find_model(str(folder), use).path == folder
        return
    error = refused(str(folder), use)
    assert error.key == "model_kind"
    assert f"{found} 모델이어서 {use.setting}에 쓸 수 없습니다" in error.text()
    assert f"`{use.setting}={use.example}`" in error.text()


def test_vectors_of_another_length_are_refused(tmp_path: Path) -> None:
    check_dimension("bert", 32, 32, tmp_path, "mlqa index build")
    with pytest.raises(ModelError) as raised:
        check_dimension("bert", 32, 256, tmp_path, "mlqa index build")
    text = raised.value.text()
    assert "32차원" in text
    assert "256차원" in text
    assert "`mlqa index build`" in text


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallHub]:
    """A hub with one model, o/bert, and an empty cache."""
    with running_hub() as hub:
        template = hub.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "ENDPOINT", hub.url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        folder = write_model(tmp_path / "hub/bert", saved_as="SentenceTransformer")
        (folder / "pytorch_model.bin").write_bytes(b"1234")
        (folder / "onnx").mkdir()
        (folder / "onnx/model.onnx").write_bytes(b"1234")
        hub.models["o/bert"] = folder
        yield hub


def test_a_model_is_downloaded_once_and_needs_no_network_then(hub: SmallHub) -> None:
    found = find_model("o/bert", EMBEDDER)
    assert found.identity == f"o/bert@{COMMIT[:12]}"
    assert (found.path / "model.safetensors").read_bytes() == b"1234"
    assert hub.downloads() == {
        "config.json",
        "config_sentence_transformers.json",
        "model.safetensors",
        "modules.json",
        "vocab.txt",
    }
    asked = len(hub.asked)
    assert find_model("o/bert", EMBEDDER) == found
    assert len(hub.asked) == asked


@pytest.mark.usefixtures("hub")
def test_a_copy_that_is_not_whole_is_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_model("o/bert", EMBEDDER)
    (found.path / "config_sentence_transformers.json").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(constants, "HF_HUB_OFFLINE", True)
        assert refused("o/bert").key == "model_network"
    assert find_model("o/bert", EMBEDDER) == found
    assert (found.path / "config_sentence_transformers.json").exists()


def test_a_name_without_an_owner(hub: SmallHub, tmp_path: Path) -> None:
    hub.models["sentence-transformers/bert"] = hub.models["o/bert"]
    assert find_model("bert", EMBEDDER).identity.startswith("sentence-transformers/bert@")
    hub.models["cross-encoder/bert"] = write_model(tmp_path / "pairs", PAIRS)
    assert find_model("bert", RERANKER).identity.startswith("cross-encoder/bert@")


@pytest.mark.parametrize("name", ["no-such/model", "no-such-model", "이름/모델", "빈 칸/모델"])
def test_a_name_that_the_hub_does_not_know(hub: SmallHub, name: str) -> None:
    error = refused(name)
    assert error.key == "model_unknown"
    assert "허브에서 찾지 못했습니다" in error.text()
    assert "MLQA_EMBEDDER" in error.text()
    assert all("bert" not in path for path in hub.asked)


def test_a_model_behind_a_gate(hub: SmallHub) -> None:
    hub.gated.add("o/bert")
    error = refused("o/bert")
    assert error.key == "model_gated"
    assert "`hf auth login`" in error.text()


def test_a_model_of_another_kind_on_the_hub(hub: SmallHub) -> None:
    assert refused("o/bert", RERANKER).key == "model_kind"
    assert hub.downloads()


@pytest.mark.parametrize(
    ("use", "without"), [(EMBEDDER, "MLQA_EMBEDDER=static"), (RERANKER, "MLQA_RERANKER=")]
)
@pytest.mark.parametrize("offline", [True, False])
def test_without_a_network_the_error_says_how_to_go_on(
    use: Use, without: str, offline: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", offline)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")  # nobody listens there
    error = refused("no-such/model", use)
    assert error.key == "model_network"
    text = error.text()
    assert "`hf download no-such/model --local-dir 폴더`" in text
    assert use.setting in text
    assert f"`{without}`" in text


def test_a_folder_can_be_taken_to_a_machine_without_a_network(
    hub: SmallHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(find_model("o/bert", EMBEDDER).path, tmp_path / "carried")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    asked = len(hub.asked)
    assert find_model(str(tmp_path / "carried"), EMBEDDER).path == tmp_path / "carried"
    assert len(hub.asked) == asked
