"""Sentences to the text that a user reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlqa.messages import Language, message
from mlqa.schema import AnswerSentence

_TOPICS_NAMED = 5


def pieces(sentences: Sequence[AnswerSentence]) -> Iterator[str]:
    """The answer sentence by sentence; joined, the pieces are its text.

    Each sentence is followed by the number of its citation. Items of a list are numbered and stand
    on lines of their own, as listings and the names of those whose views follow do.
    """
    items = 0
    for position, sentence in enumerate(sentences):
        items = items + 1 if sentence.layout == "item" else items
        text = f"{sentence.text} [{sentence.citation.number}]"
        if sentence.layout == "item":
            text = f"{items}. {text}"
        elif sentence.layout == "listing":
            text = f"{sentence.text}\n[{sentence.citation.number}]"
        if sentence.heading:
            text = f"{sentence.heading}:\n{text}"
        yield (_joint(sentences[position - 1], sentence) if position else "") + text


def _joint(previous: AnswerSentence, sentence: AnswerSentence) -> str:
    """What stands between two sentences; a running sentence behind an item goes on with it."""
    if sentence.heading:
        return "\n\n"
    joins = sentence.layout == "running" and previous.layout != "listing"
    return " " if joins else "\n"


def decline(topics: Sequence[str], language: Language, near: Sequence[AnswerSentence] = ()) -> str:
    """Says politely that the sources hold no answer, and what they do say.

    Args:
        topics: What the sources know about, nearest to the question first.
        language: Language of the sentence.
        near: What they say on the subject of the question, if anything.
    """
    if near:
        return message("declined_near", language, near="".join(pieces(near)))
    if not topics:
        return message("declined_no_topics", language)
    return message("declined", language, topics=", ".join(topics[:_TOPICS_NAMED]))
