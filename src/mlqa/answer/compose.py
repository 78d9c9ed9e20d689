"""Sentences to the text that a user reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlqa.messages import Language, message
from mlqa.schema import AnswerSentence

_TOPICS_NAMED = 5


def pieces(sentences: Sequence[AnswerSentence]) -> Iterator[str]:
    """The answer sentence by sentence; joined, the pieces are its text.

    Each sentence is followed by the number of its citation. Items of a list and listings stand on
    lines of their own.
    """
    for position, sentence in enumerate(sentences):
        text = f"{sentence.text} [{sentence.citation.number}]"
        if sentence.layout == "item":
            text = f"- {text}"
        elif sentence.layout == "listing":
            text = f"{sentence.text}\n[{sentence.citation.number}]"
        if position:
            # A running sentence behind an item goes on with it.
            joins = sentence.layout == "running" and sentences[position - 1].layout != "listing"
            text = (" " if joins else "\n") + text
        yield text


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
