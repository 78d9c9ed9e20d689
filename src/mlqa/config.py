"""Every setting, with default, unit and range: one table.

Read from the environment (``MLQA_TOP_K=8``) and from ``mlqa.toml`` in the working directory
(``top_k = 8``); the command line's flags come on top. The environment wins over the file.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from mlqa.errors import ConfigError
from mlqa.messages import Language

SETTINGS_FILE = "mlqa.toml"


class Config(BaseSettings):
    """The settings; immutable."""

    model_config = SettingsConfigDict(
        env_prefix="MLQA_", toml_file=SETTINGS_FILE, frozen=True, extra="forbid"
    )

    language: Language = Field(
        default="ko", description="language of messages and of the page: ko, en"
    )
    index: Path = Field(default=Path("index"), description="folder of the index")
    corpus: Path = Field(
        default=Path("corpus"), description="folder of documents indexed by default"
    )
    bases: Path = Field(
        default=Path("bases"),
        description="folder of the knowledge bases, and of files added to them on the page",
    )
    glossary: Path = Field(
        default=Path("corpus/glossary.toml"),
        description="glossary used where the indexed folder has no glossary.toml of its own",
    )
    faq: Path = Field(
        default=Path("corpus/faq.jsonl"),
        description="questions with their answers, used where the indexed folder has no faq.jsonl "
        "of its own",
    )
    keep_versions: int = Field(
        default=3, ge=1, le=100, description="versions of the index that are kept"
    )
    document_megabytes: int = Field(
        default=50, ge=1, le=2000, description="largest file that is read, MB"
    )
    document_seconds: float = Field(
        default=300, gt=0, le=3600, description="time for reading a PDF, DOCX or HWPX file, seconds"
    )
    document_memory: int = Field(
        default=1024, ge=128, le=65536, description="memory for reading such a file, MB"
    )
    chunk_characters: int = Field(
        default=550, ge=50, le=4000, description="usual length of a passage"
    )
    embedder: str = Field(
        default="static",
        min_length=1,
        description="embedder: static, or a sentence-transformers model (hub name or folder)",
    )
    top_k: int = Field(default=5, ge=1, le=100, description="passages found for a question")
    words_weight: float = Field(
        default=1, ge=0, le=5, description="times the fitted weight of shared terms (BM25)"
    )
    pairs_weight: float = Field(
        default=1, ge=0, le=5, description="times the fitted weight of shared pairs of terms"
    )
    letters_weight: float = Field(
        default=1, ge=0, le=5, description="times the fitted weight of shared pairs of letters"
    )
    dense_weight: float = Field(
        default=1, ge=0, le=5, description="times the fitted weight of the embedding"
    )
    late_weight: float = Field(
        default=1, ge=0, le=5, description="times the fitted weight of late interaction"
    )
    reranker: str = Field(
        default="",
        description="CrossEncoder model that orders the best passages: hub name or folder",
    )
    rerank_passages: int = Field(
        default=20, ge=1, le=200, description="passages that the reranker reads for a question"
    )
    question_characters: int = Field(
        default=2000, ge=10, le=100_000, description="longest question, in characters"
    )
    history_questions: int = Field(
        default=5, ge=0, le=100, description="earlier questions that are looked at"
    )
    answer_sentences: int = Field(
        default=4, ge=1, le=20, description="longest answer, in sentences"
    )
    answer_threshold: float = Field(
        default=0.3, ge=0, le=1, description="confidence below which the bot declines to answer"
    )
    generator: str = Field(
        default="",
        description="language model that words answers: openai:MODEL of an OpenAI-compatible "
        "server (key in OPENAI_API_KEY), local:MODEL (hub name or folder), or none",
    )
    generator_base_url: str = Field(
        default="",
        description="address of the server of openai:MODEL; if empty OPENAI_BASE_URL, then OpenAI",
    )
    generator_timeout: float = Field(
        default=30, gt=0, le=600, description="time for an answer of the language model, seconds"
    )
    generator_tokens: int = Field(
        default=512, ge=16, le=16384, description="longest answer of the language model, in tokens"
    )
    unsupported: Literal["drop", "mark"] = Field(
        default="drop", description="sentences of the language model that no passage proves"
    )
    embedding_cache: int = Field(default=4096, ge=1, description="embedded questions that are kept")
    answer_cache: int = Field(default=1024, ge=1, description="answers that are kept")
    tools: bool = Field(
        default=True, description="whether a request to run an experiment runs it: true, false"
    )
    tool_workers: int = Field(
        default=1, ge=1, le=16, description="tools that run at once; others wait in line"
    )
    tool_results: Path = Field(
        default=Path("results"), description="folder where results of tools are kept"
    )
    tool_modules: tuple[str, ...] = Field(
        default=(), description="modules with tools of your own, imported where tools are used"
    )
    data: Path = Field(
        default=Path("data"), description="folder of saved conversations and of feedback"
    )
    conversations: int = Field(
        default=500,
        ge=1,
        le=100_000,
        description="saved conversations of one browser; beyond, the longest unused one goes",
    )
    conversation_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="days after which an unused saved conversation is deleted, 0 for never",
    )
    eval_thresholds: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(
        default={},
        description="least values of figures of `mlqa eval`, for those of which smaller is better "
        "the largest, all questions (hit@5) or one kind (typo/hit@5); past one it exits with 1",
    )
    reports: Path = Field(
        default=Path("reports"),
        description="folder of reports of `mlqa eval` that the page shows",
    )
    host: str = Field(default="127.0.0.1", description="address that the page listens on")
    port: int = Field(
        default=7860, ge=0, le=65535, description="port of the page, 0 for any free one"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is given
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags first, then the environment, then the settings file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_config(**flags: object) -> Config:
    """The settings from file, environment and flags.

    Args:
        **flags: Settings given on the command line; None means not given.

    Raises:
        ConfigError: A value is out of its range, or the settings file is broken.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Config(**given)  # type: ignore[arg-type]  # pydantic checks the types
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            "config_value", name=name, value=repr(first["input"]), reason=first["msg"]
        ) from None
    except SettingsError as error:  # a table in the environment that is not JSON
        name = str(error).split('"')[1]
        value = os.environ.get(f"MLQA_{name.upper()}", "")
        raise ConfigError(
            "config_value", name=name, value=repr(value), reason='not JSON such as {"hit@5": 0.9}'
        ) from None
    except (OSError, ValueError) as error:  # a settings file that is broken or out of reach
        raise ConfigError("config_file", file=SETTINGS_FILE, reason=error) from None
