"""What a document says about itself in the YAML between its first two ``---`` lines."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml
from frontmatter.default_handlers import YAMLHandler

from mlqa.errors import CorpusError
from mlqa.schema import Source

_KEYS = frozenset({"title", "topics", "questions", "source"})
_OPENED = re.compile(rf"-{{3,}}[ \t]*\n(?:{'|'.join(sorted(_KEYS))}):")
_ORNAMENT = re.compile(r"-{3,}[ \t]*\n[ \t]*\n")
_SOURCE_KEYS = ("title", "original_title", "author", "date", "url")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """Title, topics, example questions and origin of a document; empty where not given."""

    title: str = ""
    topics: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    source: Source = field(default_factory=Source)


class Parted(NamedTuple):
    """A text parted from its front matter.

    Attributes:
        front: The front matter.
        text: What stands behind it.
        first_line: Number of the text's first line in the file, from 1.
    """

    front: FrontMatter
    text: str
    first_line: int


def part(text: str, *, path: str, strict: bool = True) -> Parted:
    """Parts a text from its front matter.

    Args:
        text: Normalised text of a file.
        path: The file, for the message of an error.
        strict: Whether two ``---`` lines always enclose front matter. In plain text they may as
            well be ornaments: what they enclose is text there unless it is a valid mapping.

    Raises:
        CorpusError: The front matter is no YAML, or a value is of the wrong type.
    """
    # A blank line below the first rule: an ornament in Markdown, too.
    strict = strict and not _ORNAMENT.match(text)
    handler = YAMLHandler()
    whole = Parted(FrontMatter(), text, 1)
    if not handler.detect(text):
        return whole
    try:
        raw, rest = handler.split(text)
    except ValueError:
        if strict and _OPENED.match(text):
            raise CorpusError("corpus_front_matter", path=path, reason="no second ---") from None
        return whole  # one rule at the top and no second one
    try:
        values = _load(raw)
        if not strict and not _KEYS & values.keys():
            return whole
        front = _front_matter(values)
    except _InvalidError as error:
        if strict:
            raise CorpusError("corpus_front_matter", path=path, reason=str(error)) from error
        return whole
    return Parted(front, rest, text.count("\n") - rest.count("\n") + 1)


class _InvalidError(ValueError):
    """Front matter that is not what it should be."""


def _load(raw: str) -> dict[Any, Any]:
    try:
        values = yaml.safe_load(raw)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise _InvalidError(f"{error.problem}{line}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # ValueError: a date such as 2020-13-45.
        raise _InvalidError(str(error).split("\n", maxsplit=1)[0]) from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise _InvalidError(type(values).__name__)
    return values


def _front_matter(values: dict[Any, Any]) -> FrontMatter:
    source = values.get("source")
    if source is None:
        source = {}
    if not isinstance(source, dict):
        raise _wrong_type("source", source)
    fields = {key: _string(f"source.{key}", source.get(key)) for key in _SOURCE_KEYS}
    return FrontMatter(
        title=_string("title", values.get("title")),
        topics=_strings("topics", values.get("topics")),
        questions=_strings("questions", values.get("questions")),
        source=Source(**fields),
    )


def _string(name: str, value: object) -> str:
    """A value as text; YAML reads a year as a number and a day as a date."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return " ".join(str(value).split())
    raise _wrong_type(name, value)


def _strings(name: str, value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _wrong_type(name, value)
    return tuple(filter(None, (_string(name, entry) for entry in value)))


def _wrong_type(name: str, value: object) -> _InvalidError:
    return _InvalidError(f"{name}: {type(value).__name__}")
