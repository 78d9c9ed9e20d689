"""The catalogue of messages: both languages whole, every key that the program uses there."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from mlqa import errors
from mlqa.errors import MlqaError
from mlqa.messages import Language, catalogue, message

SOURCE = Path(errors.__file__).parent
LANGUAGES: tuple[Language, Language] = ("ko", "en")
ERRORS = {
    name: value
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, MlqaError)
}


class Use(NamedTuple):
    """A call that names a message; names are None where they cannot be read off."""

    place: str
    called: str
    keys: tuple[str, ...]
    names: frozenset[str] | None


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def filled(key: str, language: Language) -> dict[str, object]:
    """A value for every placeholder of a message."""
    sentence = catalogue(language)[key]
    return {name: 0.5 if f"{{{name}:" in sentence else "값" for name in placeholders(sentence)}


def constants(node: ast.expr) -> tuple[str, ...]:
    """The strings that an expression can be: a constant, or one of two."""
    if isinstance(node, ast.IfExp):
        return constants(node.body) + constants(node.orelse)
    return (node.value,) if isinstance(node, ast.Constant) and isinstance(node.value, str) else ()


def uses() -> Iterator[Use]:
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if called != "message" and called not in ERRORS:
                continue
            given = [word.arg for word in node.keywords]
            names = None if None in given else frozenset(str(name) for name in given)
            place = f"{path.name}:{node.lineno}"
            yield Use(place, called, constants(node.args[0]), names)


USES = [use for use in uses() if use.keys]


def test_enough_uses_are_seen() -> None:
    assert len(USES) > 40
    assert {use.called for use in USES} > {"message", "CorpusError", "QuestionError", "GoldError"}


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    korean, english = (catalogue(language) for language in LANGUAGES)
    assert list(korean) == list(english)
    for key, sentence in korean.items():
        assert placeholders(sentence) == placeholders(english[key]), key


def test_each_sentence_is_in_its_language() -> None:
    for key, sentence in catalogue("en").items():
        assert not re.search("[가-힣]", sentence), key
    words = re.compile(r"\{.*?\}|`.*?`|[^\w{`]+")
    for key, sentence in catalogue("ko").items():
        is_name = sentence == catalogue("en")[key] and " " not in sentence  # ReLU
        assert re.search("[가-힣]", sentence) or is_name or not words.sub("", sentence), key


@pytest.mark.parametrize("use", USES, ids=lambda use: f"{use.place}-{use.keys[0]}")
def test_every_message_that_is_used_exists_and_gets_its_values(use: Use) -> None:
    for key in use.keys:
        for language in LANGUAGES:
            assert key in catalogue(language)
            if use.names is not None:
                wanted = placeholders(catalogue(language)[key])
                assert wanted <= use.names - {"language"}, f"{use.place} leaves some out"


def test_every_sentence_is_used() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    composed = tuple(re.findall(r'f"([a-z]+(?:_[a-z]+)*_)\{', source))
    unused = [
        key for key in catalogue("ko") if f'"{key}"' not in source and not key.startswith(composed)
    ]
    assert unused == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ERRORS)
def test_every_error_says_what_is_wrong(name: str, language: Language) -> None:
    keys = {key for use in USES if use.called == name for key in use.keys}
    # The base classes stand for all of theirs.
    known = {key for use in USES if use.called in ERRORS for key in use.keys}
    for key in (keys or known) & set(catalogue(language)):
        error = ERRORS[name](key, **filled(key, language))
        text = error.text(language)
        assert text == message(key, language, **filled(key, language))
        assert not re.search(r"\{\w*\}", text)
        assert "\n" not in text
        assert text.endswith((".", "요.", "다."))
    assert issubclass(ERRORS[name], Exception)


@pytest.mark.parametrize("language", LANGUAGES)
def test_braces_in_a_value_are_only_text(language: Language) -> None:
    error = errors.IndexMissing("index_missing", path="{command}", command="{0}")
    assert "{command}" in error.text(language)
    assert "{0}" in error.text(language)


def test_an_error_in_a_log_is_the_korean_sentence() -> None:
    error = errors.QuestionError("question_too_long", length=12, limit=10)
    assert str(error) == error.text("ko") == message("question_too_long", length=12, limit=10)
    assert "12" in str(error)
    assert "10" in str(error)


def test_tree_in_the_docstring_is_the_tree() -> None:
    drawn = re.findall(r"^\s*[│├└─\s]*([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)
    assert set(ERRORS) <= set(drawn)
    assert issubclass(errors.IndexDamaged, errors.IndexProblem)
    assert not issubclass(errors.StorageError, errors.IndexProblem)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("꿀벌.md", "꿀벌.md를 넣었습니다."),
        ("보고서.pdf", "보고서.pdf를 넣었습니다."),
        ("책", "책을 넣었습니다."),
        ("BN", "BN을 넣었습니다."),
        ("은(는)과 {x}", "은(는)과 {x}를 넣었습니다."),
    ],
)
def test_a_josa_behind_a_value_is_the_one_that_it_wants(name: str, said: str) -> None:
    assert message("documents_added", name=name) == said
