"""The language model that a setting names."""

from __future__ import annotations

from mlqa.answer.local import LocalGenerator
from mlqa.answer.remote import WITHOUT, OpenAIGenerator
from mlqa.config import Config
from mlqa.errors import ModelError
from mlqa.protocols import Generator

__all__ = ["LocalGenerator", "OpenAIGenerator", "make_generator"]


def make_generator(config: Config) -> Generator | None:
    """The language model of the settings; None where there is to be none.

    ``openai:MODEL`` is a model behind an OpenAI-compatible server, ``local:MODEL`` one on this
    machine, by its name on the hub or its folder.

    Args:
        config: The settings.

    Raises:
        ModelError: The setting names nothing of the kind, or the model cannot be used.
    """
    if not config.generator:
        return None
    kind, _, name = config.generator.partition(":")
    if kind == "openai" and name:
        return OpenAIGenerator(name, config.generator_base_url)
    if kind == "local" and name:
        return LocalGenerator(name)
    raise ModelError("generator_setting", name=repr(config.generator), without=WITHOUT)
