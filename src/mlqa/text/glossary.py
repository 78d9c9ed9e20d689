"""The glossary: which forms of a term mean the same.

An entry of ``glossary.toml``::

    [[term]]
    ko = ["배치 정규화"]                 # the canonical form first, then true synonyms
    en = ["batch normalization"]        # English forms
    short = ["BN"]                      # abbreviations
    variants = ["뱃치 정규화"]            # other accepted spellings
    misspellings = ["베치 정규화"]        # common errors

Case, white space and hyphens do not count when a form is matched.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from mlqa.errors import GlossaryError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_KEYS = ("ko", "en", "short", "variants", "misspellings")
_IGNORED = re.compile(r"[\s\-‐–·_']+")


@lru_cache(maxsize=65_536)  # asked for every word of every passage
def normalise_form(form: str) -> str:
    """What two spellings of a form have in common: NFC, lower case, no spaces or hyphens."""
    return _IGNORED.sub("", unicodedata.normalize("NFC", form)).lower()


@dataclass(frozen=True, slots=True)
class Entry:
    """One term.

    Attributes:
        forms: All forms; the first is canonical: its index terms stand for all forms.
    """

    forms: tuple[str, ...]

    @property
    def canonical(self) -> str:
        """The form whose index terms stand for all forms."""
        return self.forms[0]


@dataclass(frozen=True, slots=True)
class Glossary:
    """All entries, and the look-up from a normalised form to its entry.

    Attributes:
        entries: The terms.
        words: Korean words that the analyser does not know by itself.
        by_form: Normalised form to entry.
    """

    entries: tuple[Entry, ...] = ()
    words: tuple[str, ...] = ()
    by_form: Mapping[str, Entry] = field(default_factory=dict, repr=False, compare=False)

    @property
    def identity(self) -> str:
        """Changes when any form of any entry does; ``words`` follow from the entries."""
        forms = json.dumps([entry.forms for entry in self.entries], ensure_ascii=False)
        return hashlib.sha256(forms.encode("utf-8")).hexdigest()[:16]

    @property
    def longest_form(self) -> int:
        """Length of the longest normalised form, in characters."""
        return max(map(len, self.by_form), default=0)

    def korean_words(self) -> tuple[str, ...]:
        """The words in Hangul of all forms, each once, verbs in dictionary form left out."""
        words = (word for entry in self.entries for form in entry.forms for word in form.split())
        return tuple(
            dict.fromkeys(w for w in words if re.fullmatch("[가-힣]+", w) and not w.endswith("다"))
        )

    def to_json(self) -> str:
        """The entries and words as JSON, for the index."""
        content = {"entries": [entry.forms for entry in self.entries], "words": self.words}
        return json.dumps(content, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Glossary:
        """What ``to_json`` wrote."""
        content = json.loads(text)
        entries = [Entry(tuple(forms)) for forms in content["entries"]]
        return replace(_glossary(entries, Path("glossary.json")), words=tuple(content["words"]))


def load_glossary(path: Path) -> Glossary:
    """Reads a glossary; a file that is not there is an empty glossary.

    Raises:
        GlossaryError: The file is not TOML of the shape above, or a form stands in two entries.
    """
    if not path.is_file():
        return Glossary()
    try:
        rows = tomllib.loads(path.read_bytes().decode("utf-8-sig")).get("term", [])
        entries = [_entry(row) for row in rows]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise GlossaryError("glossary_file", path=path, reason=error) from None
    return _glossary(entries, path)


def _entry(row: Mapping[str, Any]) -> Entry:
    unknown = sorted(set(row) - set(_KEYS))
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}")
    lists: dict[str, list[str]] = {key: row.get(key, []) for key in _KEYS}
    for key, forms in lists.items():
        if not isinstance(forms, list) or not all(isinstance(f, str) and f.strip() for f in forms):
            raise ValueError(f"{key} = {forms!r}")
    if not lists["ko"]:
        raise ValueError(f"ko = [] ({row!r})")
    return Entry(tuple(unicodedata.normalize("NFC", form) for key in _KEYS for form in lists[key]))


def _glossary(entries: Sequence[Entry], path: Path) -> Glossary:
    by_form: dict[str, Entry] = {}
    for entry in entries:
        for form in entry.forms:
            other = by_form.setdefault(normalise_form(form), entry)
            if other is not entry:
                raise GlossaryError(
                    "glossary_duplicate",
                    path=path,
                    form=repr(form),
                    first=other.canonical,
                    second=entry.canonical,
                )
    return Glossary(tuple(entries), by_form=by_form)
