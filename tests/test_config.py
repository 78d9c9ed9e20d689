"""Settings: where they come from, which wins, and what a wrong one gets."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from mlqa.config import SETTINGS_FILE, Config, load_config
from mlqa.errors import ConfigError


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def settings_file(content: str | bytes) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    Path(SETTINGS_FILE).write_bytes(data)


def error_of(**flags: object) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_config(**flags)
    return caught.value


def test_defaults() -> None:
    config = load_config()
    assert config.index == Path("index")
    assert (config.language, config.top_k, config.keep_versions) == ("ko", 5, 3)
    assert config.host == "127.0.0.1"  # nothing is open to others unless somebody says so


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Config.model_fields.values())


def test_flags_win_over_environment_over_file_over_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load_config().top_k == 5
    settings_file('top_k = 7\nindex = "from-file"\ndense_weight = 0.5\n')
    assert load_config().top_k == 7
    monkeypatch.setenv("MLQA_TOP_K", "8")
    monkeypatch.setenv("MLQA_INDEX", "from-environment")
    assert load_config().top_k == 8
    config = load_config(top_k=9, index=None)
    assert (config.top_k, config.index) == (9, Path("from-environment"))
    assert config.dense_weight == 0.5


def test_settings_cannot_be_changed() -> None:
    config = load_config()
    with pytest.raises(ValidationError):
        setattr(config, "top_k", 3)  # noqa: B010 - the type checker refuses it otherwise
    assert config.top_k == 5


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("top_k", "0"),
        ("top_k", "101"),
        ("top_k", "many"),
        ("top_k", ""),
        ("dense_weight", "5.01"),
        ("late_weight", "-0.1"),
        ("late_weight", "nan"),
        ("chunk_characters", "49"),
        ("question_characters", "100001"),
        ("keep_versions", "0"),
        ("answer_cache", "0"),
        ("port", "65536"),
        ("language", "fr"),
    ],
)
def test_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"MLQA_{name.upper()}", value)
    error = error_of()
    assert error.key == "config_value"
    for language in ("ko", "en"):
        text = error.text(language)
        assert name in text
        assert repr(value) in text


def test_wrong_value_in_the_file_and_from_a_flag() -> None:
    assert error_of(top_k=-1).values["name"] == "top_k"
    settings_file("port = 99999\n")
    error = error_of()
    assert (error.values["name"], error.values["value"]) == ("port", "99999")
    assert load_config(port=80).port == 80


def test_unknown_setting_in_the_file_is_named() -> None:
    settings_file("topk = 3\n")
    error = error_of()
    assert (error.values["name"], error.values["value"]) == ("topk", "3")


@pytest.mark.parametrize("content", ["top_k = [", "top_k", b"\xff\xfe\x00", "top_k = 1\ntop_k = 2"])
def test_broken_file_is_named(content: str | bytes) -> None:
    settings_file(content)
    error = error_of()
    assert error.key == "config_file"
    assert SETTINGS_FILE in str(error)
