"""How good an answer each sentence of the hits is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from mlqa.answer.asking import Asking, gives
from mlqa.answer.reading import SentenceReading
from mlqa.schema import Span

_LONGEST_LIST = 12
_FEWEST_NEW = 2  # terms that a sentence must add to those of the question
# Openings that can go without harm: what follows is a sentence by itself.
_CONNECTIVE = re.compile(
    r"^(하지만|그러나|그런데도?|따라서|그래서|그러므로|즉|또한|게다가|더구나|더욱이|반면에?|한편|물론|"
    r"다만|결국|그리고|그래도|오히려|그렇지만|마찬가지로|아울러|그럼에도 불구하고|왜냐하면|"
    r"심지어|또|사실|실제로|[첫둘셋넷]째|마지막으로),? (?=\S)"
)
# Openings that lean on the sentence before.
_LEANS = re.compile(
    r"^(이는|이것|이런|이러한|이렇게|이처럼|이 |그 |그는|그런 |그것|그렇게|이때|여기|이를|이로|"
    r"엄밀히는|하나는|다른 하나|이제 |그만큼)"
)
# A question inside a sentence (왜 필요한지 이해하기를 바랍니다) names the subject, no more.
_EMBEDDED = re.compile(r"(왜|어떻게|무엇|누가|언제|얼마나)[^.]{0,30}(는지|은지|한지|인지|할지|까 )")
_INTRODUCES = re.compile(r"다음|아래|다음과 같|여섯|가지")


class Features(NamedTuple):
    """What speaks for a sentence as the answer, or against it; each 0 to 1.

    Attributes:
        own: Share of the question that it meets by itself.
        context: The same, with its headings and the sentence before it.
        headings: Share of the question that its headings meet.
        passage: Score of its passage.
        form: How far it has the form of what was asked for.
        has_list: Whether it introduces a list, where a list or reasons were asked for.
        code: Whether it introduces a listing, where code was asked for.
        no_names: Share of the question's names that it does not meet in its context.
        leans: Whether its opening leans on the sentence before.
        asks: Whether it is a question itself.
        echoes: Whether it only names the question, or says nothing that the question does not.
        loose_item: Whether it is an item of a list.
        bare: Whether it promises something that does not follow.
    """

    own: float
    context: float
    headings: float
    passage: float
    form: float
    has_list: float
    code: float
    no_names: float
    leans: float
    asks: float
    echoes: float
    loose_item: float
    bare: float


# Found by training/fit_sentences.py on the training questions (docs/decisions/0006).
WEIGHTS = Features(
    own=0.25,
    context=0.25,
    headings=0.1,
    passage=0.3,
    form=0.15,
    has_list=0.1,
    code=0.4,
    no_names=-0.25,
    leans=-0.12,
    asks=-0.3,
    echoes=-0.15,
    loose_item=-0.1,
    bare=-0.25,
)


class SentenceAsked(NamedTuple):
    """What a question asks for, as far as sentences show it."""

    asking: Asking
    wants_code: bool


def features(
    reading: SentenceReading,
    text: str,
    terms: Collection[str],
    asked: SentenceAsked,
    follows: Sequence[SentenceReading],
) -> Features:
    """Features of a sentence.

    Args:
        reading: The sentence beside the question.
        text: What would be said of it.
        terms: Terms of the text.
        asked: What the question asks for.
        follows: What it introduces.
    """
    exact = [term for term, credit in reading.credits.items() if credit == 1.0]
    has_listing = bool(follows) and follows[0].is_listing
    has_list = len(follows) > 1
    wants_list = asked.asking in {"list", "reason", "how"}
    return Features(
        own=reading.coverage,
        context=reading.in_context,
        headings=reading.headings,
        passage=reading.hit.score,
        form=gives(asked.asking, text, list(reading.credits)),
        has_list=float(has_list and wants_list),
        code=float(asked.wants_code and has_listing),
        no_names=1 - reading.names,
        leans=float(bool(_LEANS.match(text))),
        asks=float(text.endswith("?")),
        echoes=float(bool(_EMBEDDED.search(text)) or len(set(terms) - set(exact)) < _FEWEST_NEW),
        loose_item=float(reading.is_item),
        bare=float("다음과 같" in text and not has_list and not has_listing),
    )


def score(found: Features, weights: Features = WEIGHTS) -> float:
    """How good an answer a sentence with these features is; larger is better."""
    return sum(weight * value for weight, value in zip(weights, found, strict=True))


def following(
    reading: SentenceReading, readings: Sequence[SentenceReading]
) -> list[SentenceReading]:
    """The items or the listing right behind a sentence that introduces them."""
    if reading.is_item or reading.is_listing or not _INTRODUCES.search(reading.text):
        return []
    behind = [r for r in readings if r.hit is reading.hit and r.position > reading.position]
    if behind and behind[0].is_listing:
        return behind[:1]
    items: list[SentenceReading] = []
    for other in behind:
        if not other.is_item and not (items and _same_item(items[-1], other)):
            break
        items.append(other)
    return items[:_LONGEST_LIST]


def _same_item(item: SentenceReading, other: SentenceReading) -> bool:
    """Whether a sentence goes on in the paragraph of the item before it."""
    chunk = item.hit.chunk
    between = chunk.text[item.span.end - chunk.start : other.span.start - chunk.start]
    return "\n" not in between


def trim(span: Span, text: str) -> Span:
    """The span without a connective that leans on the sentence before."""
    match = _CONNECTIVE.match(text)
    return Span(span.start + match.end(), span.end) if match else span
