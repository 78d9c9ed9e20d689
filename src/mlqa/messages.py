"""The catalogue of everything that users read: Korean first, English one setting away.

The sentences live in ``locales/ko.toml`` and ``locales/en.toml``, those of a tool in files of its
own (``locales/lru.ko.toml``), one key each, with ``{placeholders}`` for values. Both languages hold
the same keys and placeholders (a test checks it).
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import resources
from typing import Literal

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Language = Literal["ko", "en"]


@cache
def catalogue(language: Language) -> dict[str, str]:
    """All sentences of one language, by key."""
    sentences: dict[str, str] = {}
    files = resources.files("mlqa.locales").iterdir()
    for file in sorted(files, key=lambda file: (file.name.count("."), file.name)):
        if file.name == f"{language}.toml" or file.name.endswith(f".{language}.toml"):
            sentences |= tomllib.loads(file.read_bytes().decode("utf-8"))
    return sentences


def message(key: str, language: Language = "ko", **values: object) -> str:
    """The sentence for ``key`` with its placeholders filled.

    Raises:
        KeyError: The catalogue has no such key, or a placeholder has no value.
    """
    return catalogue(language)[key].format(**values)
