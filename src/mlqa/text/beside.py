"""What a folder of documents may bring along beside them: its own glossary and FAQ."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mlqa.config import Config

_FILES = {"glossary": "glossary.toml", "faq": "faq.jsonl"}


def with_own_files(config: Config, folders: Sequence[Path]) -> Config:
    """The settings with the glossary and the FAQ that the folders of documents bring along.

    Args:
        config: The settings, whose files are used where no folder has its own.
        folders: Where documents are read from; the first that has a file counts.
    """
    files = {
        setting: next((folder / name for folder in folders if (folder / name).is_file()), None)
        for setting, name in _FILES.items()
    }
    return config.model_copy(update={setting: file for setting, file in files.items() if file})
