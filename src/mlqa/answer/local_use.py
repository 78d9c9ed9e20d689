"""What a language model on this machine is for, and errors in these words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from mlqa.answer.streaming import NobodyReads
from mlqa.errors import ModelError
from mlqa.index.models import ModelFolder, Use, reason

GENERATOR = Use(
    kind="CausalLM",
    setting="MLQA_GENERATOR",
    without="MLQA_GENERATOR=",
    example="local:Qwen/Qwen3-4B-Instruct-2507",
    organization="Qwen",
)
_WRITES = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")


def check_kind(folder: ModelFolder) -> None:
    """Refuses a model that does not write, before seconds are spent on loading it."""
    try:
        config = json.loads((folder.path / "config.json").read_text(encoding="utf-8"))
        architecture = str((config.get("architectures") or [""])[0])
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(
            "model_load", name=folder.name, reason=reason(error), setting=GENERATOR.setting
        ) from error
    if architecture and not architecture.endswith(_WRITES):
        raise ModelError(
            "generator_kind",
            name=folder.name,
            found=architecture,
            setting=GENERATOR.setting,
            example=GENERATOR.example,
        )


@contextmanager
def running(name: str) -> Iterator[None]:
    """Whatever goes wrong inside a model becomes an error of ours."""
    try:
        yield
    except (ModelError, NobodyReads):
        raise
    except Exception as error:
        raise ModelError(
            "model_run",
            name=name,
            reason=reason(error),
            setting=GENERATOR.setting,
            without=GENERATOR.without,
        ) from error
