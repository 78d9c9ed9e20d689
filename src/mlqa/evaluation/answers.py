"""Does the reply say the answer: the chatbot asked the questions of a data set with answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from mlqa.chatbot import Chatbot
from mlqa.errors import DatasetError, QuestionError
from mlqa.evaluation.shapes import ShapeError, read_json
from mlqa.evaluation.speed import Wait, heard, wait_of
from mlqa.metrics import fact_coverage
from mlqa.schema import Answer
from mlqa.text.loading import normalise

MEASURES = ("answer_in_1", "answer_in_2", "answer_in_all")
_SENTENCES = {"answer_in_1": 1, "answer_in_2": 2, "answer_in_all": None}
_WARMING = 10  # first questions, which bring words into the caches

Answers = Mapping[str, tuple[str, ...]]
Progress = Callable[[Sequence[str]], Iterable[str]]


class Replies(NamedTuple):
    """What the chatbot said to the questions.

    Attributes:
        declined: Questions that it declined, or that cannot be asked.
        seconds: Time for all of them.
        first_sentence: Time from a new question to the first sentence of its answer.
    """

    declined: int
    seconds: float
    first_sentence: Wait

    def fields(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {**self._asdict(), "first_sentence": self.first_sentence._asdict()}


class _Row(BaseModel):
    """Frozen; what is not needed is passed over, numbers serve as ids."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)


class _Answer(_Row):
    text: str


class _Question(_Row):
    id: str = Field(validation_alias=AliasChoices("id", "guid"))
    answers: tuple[_Answer, ...] = ()


class _Paragraph(_Row):
    qas: tuple[_Question, ...]


class _Article(_Row):
    paragraphs: tuple[_Paragraph, ...]


class _Squad(_Row):
    data: tuple[_Article, ...]


def read_answers(path: Path) -> Answers:
    """The right answers of each question of a JSON file of the shape of SQuAD, as KorQuAD's.

    Raises:
        DatasetError: The data set is of another shape or holds no answers.
    """
    try:
        if path.suffix != ".json":
            raise DatasetError("bench_answers", path=path)
        parsed = _Squad.model_validate(read_json(path))
    except (OSError, ShapeError, ValidationError):
        raise DatasetError("bench_answers", path=path) from None
    found = {
        question.id: texts
        for article in parsed.data
        for paragraph in article.paragraphs
        for question in paragraph.qas
        if (texts := tuple(a.text for a in question.answers if a.text.strip()))
    }
    if not found:
        raise DatasetError("bench_answers", path=path)
    return found


def ask_all(
    bot: Chatbot, queries: Mapping[str, str], answers: Answers, progress: Progress = tuple
) -> tuple[Replies, dict[str, dict[str, float]]]:
    """Asks the questions that have an answer.

    Args:
        bot: Who is asked.
        queries: Texts by id.
        answers: What is right, by id; any one of several.
        progress: Wraps the ids of the queries as they are asked.

    Returns:
        How it went, and by measure and by query 1.0 where the answer stands in the first sentence,
        the first two, or the whole reply, white space and case aside, else 0.0. It does not stand
        in a reply that declines.
    """
    values: dict[str, dict[str, float]] = {name: {} for name in MEASURES}
    waits: list[float] = []
    declined = 0
    answer: Answer | None
    start = time.perf_counter()
    for query in progress(list(queries)):
        right = [normalise(text) for text in answers.get(query, ())]
        try:
            answer, wait = heard(bot.stream(queries[query]))
        except QuestionError:
            answer, wait = None, 0.0
        declined += answer is None or answer.abstained
        if answer and not answer.cached:
            waits.append(wait)
        for name, count in _SENTENCES.items():
            values[name][query] = _says(answer, right, count)
    seconds = time.perf_counter() - start
    return Replies(declined, seconds, wait_of(waits[_WARMING:] or waits)), values


def _says(answer: Answer | None, right: Sequence[str], count: int | None) -> float:
    if answer is None or answer.abstained or not right:
        return 0.0
    return fact_coverage(" ".join(s.text for s in answer.sentences[:count]), [right])
