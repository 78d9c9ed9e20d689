"""A draft becomes an answer: what is not proven goes, and what is not known is declined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlqa.answer.compose import decline, pieces
from mlqa.answer.extractive import proven
from mlqa.config import Config
from mlqa.index.store import Index
from mlqa.schema import Answer, AnswerPiece, Draft, Hit, Query


def finish(
    query: Query, hits: tuple[Hit, ...], draft: Draft, index: Index, config: Config
) -> Answer:
    """The answer, not yet with what experiments found.

    Args:
        query: The question.
        hits: Its passages, best first.
        draft: What is to be said.
        index: Of these passages.
        config: The settings.
    """
    sentences = proven(draft.sentences, index.documents)
    abstained = draft.confidence < config.answer_threshold or not sentences
    if abstained:
        sentences = proven([draft.near], index.documents) if draft.near else ()
        text = decline(_topics_near(hits, index), config.language, sentences)
    else:
        text = "".join(pieces(sentences))
    return Answer(
        question=query.question,
        resolved=query.resolved,
        text=text,
        sentences=sentences,
        hits=hits,
        abstained=abstained,
        confidence=draft.confidence,
        repairs=query.repairs,
        generator=draft.generator,
        note=draft.note,
        index_version=index.version,
    )


def last_pieces(answer: Answer, said: int) -> Iterator[AnswerPiece]:
    """What is still to be said of an answer, the last piece with the answer.

    Args:
        answer: The whole answer.
        said: How many of its sentences have been said.
    """
    texts = [answer.text] if answer.abstained else list(pieces(answer.sentences))[said:]
    for text in texts[:-1]:
        yield AnswerPiece(text=text)
    yield AnswerPiece(text=texts[-1] if texts else "", answer=answer)


def _topics_near(hits: Sequence[Hit], index: Index) -> tuple[str, ...]:
    """One topic of each document, those of the hits first."""
    ids = dict.fromkeys([*(hit.chunk.document_id for hit in hits), *index.documents])
    documents = (index.documents[document_id] for document_id in ids)
    return tuple(dict.fromkeys((d.topics or (d.title,))[0] for d in documents))
