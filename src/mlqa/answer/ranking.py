"""How good an answer each sentence of the hits is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from mlqa.answer.asking import Asking, defines, gives
from mlqa.answer.discourse import Opening
from mlqa.answer.lists import promises
from mlqa.answer.reading import SentenceReading

_WHOLE = 0.6  # share of the question that a definition meets by itself
_FEWEST_NEW = 2  # terms that a sentence must add to those of the question
# A question inside a sentence (왜 필요한지 이해하기를 바랍니다) names the subject, no more.
_EMBEDDED = re.compile(r"(왜|어떻게|무엇|누가|언제|얼마나)[^.]{0,30}(는지|은지|한지|인지|할지|까 )")
# A sentence about the text itself: 이 글에서는 …을 다룹니다.
_ABOUT_THE_TEXT = re.compile(
    r"글을 (썼|쓰|정리|시작)|다룹니다|다루겠|다루었|소개합니다|봅시다|살펴보|알아보|이야기하겠|"
    r"다음 기회|앞선 글|다른 글에서"
)


class Features(NamedTuple):
    """What speaks for a sentence as the answer, or against it; each 0 to 1.

    Attributes:
        own: Share of the question that it meets by itself.
        context: The same, with its headings and the sentence before it.
        headings: Share of the question that its headings meet.
        meaning: How near it is to the question in meaning.
        unsaid: The same, the less the words of the question are met by any sentence: where it is
            asked in other words, meaning is all there is.
        passage: Score of its passage.
        form: How far it has the form of what was asked for.
        defines: Whether it says what a thing is, where that was asked, and speaks of that alone.
        has_list: Whether it introduces a list, where a list or reasons were asked for.
        code: Whether it introduces a listing, where code was asked for.
        no_names: Share of the question's names that it does not meet in its context.
        leans: Whether its opening leans on the sentence before.
        asks: Whether it is a question itself.
        echoes: Whether it only names the question, or says nothing that the question does not.
        loose_item: Whether it is an item of a list.
        bare: Whether it promises something that does not follow.
        about_text: Whether it speaks of the text rather than of its subject.
        asked: How like the question those of the FAQ are that it answers.
    """

    own: float
    context: float
    headings: float
    meaning: float
    unsaid: float
    passage: float
    form: float
    defines: float
    has_list: float
    code: float
    no_names: float
    leans: float
    asks: float
    echoes: float
    loose_item: float
    bare: float
    about_text: float
    asked: float


# Found by training/fit_sentences.py on the training questions (docs/decisions/0006).
WEIGHTS = Features(
    own=0.25,
    context=0.25,
    headings=0.1,
    meaning=0.2,
    unsaid=4.0,
    passage=0.3,
    form=0.15,
    defines=0.3,
    has_list=0.1,
    code=0.4,
    no_names=-0.25,
    leans=-0.12,
    asks=-0.3,
    echoes=-0.15,
    loose_item=-0.3,
    bare=-0.25,
    about_text=-0.15,
    asked=4.0,
)


class SentenceAsked(NamedTuple):
    """What a question asks for, as far as sentences show it.

    Attributes:
        asking: The form of answer that it asks for.
        wants_code: Whether it asks for a listing.
        covered: Share of it that the best sentence meets in its context, 0 to 1.
    """

    asking: Asking
    wants_code: bool
    covered: float


def features(
    reading: SentenceReading,
    opening: Opening,
    terms: Collection[str],
    asked: SentenceAsked,
    follows: Sequence[SentenceReading],
) -> Features:
    """Features of a sentence.

    Args:
        reading: The sentence beside the question.
        opening: What would be said of it, and whether that leans on the sentence before.
        terms: Terms of what would be said.
        asked: What the question asks for.
        follows: What it introduces.
    """
    text = opening.text
    exact = [term for term, credit in reading.credits.items() if credit == 1.0]
    has_listing = bool(follows) and follows[0].is_listing
    has_list = len(follows) > 1 and not has_listing
    wants_list = asked.asking in {"list", "reason", "how"}
    return Features(
        own=reading.coverage,
        context=reading.in_context,
        headings=reading.headings,
        meaning=reading.meaning,
        unsaid=reading.meaning * (1 - asked.covered) ** 2,
        passage=reading.hit.score,
        form=gives(asked.asking, text, list(reading.credits)),
        defines=float(
            asked.asking == "definition"
            and reading.coverage >= _WHOLE
            and defines(text, list(reading.credits))
        ),
        has_list=float(has_list and wants_list),
        code=float(asked.wants_code and has_listing),
        no_names=1 - reading.names,
        leans=float(opening.needs_previous),
        asks=float(text.endswith("?")),
        echoes=float(bool(_EMBEDDED.search(text)) or len(set(terms) - set(exact)) < _FEWEST_NEW),
        loose_item=float(reading.is_item),
        bare=float(promises(text) and not follows),
        about_text=float(bool(_ABOUT_THE_TEXT.search(text))),
        asked=reading.asked,
    )


def score(found: Features, weights: Features = WEIGHTS) -> float:
    """How good an answer a sentence with these features is; larger is better."""
    return sum(weight * value for weight, value in zip(weights, found, strict=True))
