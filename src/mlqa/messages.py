"""The catalogue of everything that users read: Korean first, English one setting away.

The sentences live in ``locales/ko.toml`` and ``locales/en.toml``, those of a tool in files of its
own (``locales/lru.ko.toml``), one key each, with ``{placeholders}`` for values; a josa behind one
is written 을(를) and becomes the one that the value wants. Both languages hold the same keys and
placeholders (a test checks it).
"""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib import resources
from typing import Literal

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from mlqa.josa import Josa, josa_for

Language = Literal["ko", "en"]

# How the catalogue writes a josa behind a value.
_PAIRS: dict[str, Josa] = {
    "은(는)": "은/는",
    "이(가)": "이/가",
    "을(를)": "을/를",
    "와(과)": "과/와",
    "(으)로": "으로/로",
    "(이)라": "이라/라",
}
_PAIR = re.compile(f"({'|'.join(map(re.escape, _PAIRS))})")


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
    written = ""
    for part in _parts(catalogue(language)[key]):
        josa = _PAIRS.get(part)
        written += josa_for(written, josa) if josa else part.format(**values)
    return written


@cache
def _parts(sentence: str) -> tuple[str, ...]:
    """A sentence cut at the josa that depend on a value; values are never looked into."""
    return tuple(part for part in _PAIR.split(sentence) if part)
