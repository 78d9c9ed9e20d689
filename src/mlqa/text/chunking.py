"""Documents to chunks: whole sentences under one heading, about the usual length.

A heading starts a new chunk. Blocks under it are put together until the usual length is reached;
a paragraph that is much longer is divided between sentences. A listing or a formula is one
sentence and never cut, and stays with the text that introduces it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from mlqa.schema import Block, Chunk, Document, Span

# Raised when chunking changes, so that an index made before is built again.
CHUNKING_VERSION = 1
# A chunk may be this many times the usual length before it is divided.
_TOLERANCE = 1.5
_LONGEST_QUOTATION = 300  # characters
_FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)

SentenceSplitter = Callable[[str], Sequence[Span]]


def chunk_document(
    document: Document, split_sentences: SentenceSplitter, usual_length: int
) -> tuple[Chunk, ...]:
    """The chunks of a document, in order.

    Args:
        document: What to divide.
        split_sentences: Gives the sentences of a paragraph as offsets in it.
        usual_length: Characters of a usual chunk.
    """
    chunks: list[Chunk] = []
    for headings, blocks in _sections(document):
        sentences = [_block_sentences(document.text, b, split_sentences) for b in blocks]
        for group in _groups(sentences, usual_length):
            start, end = group[0].start, group[-1].end
            chunks.append(
                Chunk(
                    id=f"{document.id}#{len(chunks)}",
                    document_id=document.id,
                    start=start,
                    end=end,
                    text=document.text[start:end],
                    headings=headings,
                    sentences=tuple(group),
                )
            )
    return tuple(chunks)


def _sections(document: Document) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """Runs of blocks under the same headings, with the titles of these headings."""
    path: list[Block] = []
    blocks: list[Block] = []
    for block in document.blocks:
        if block.kind != "heading":
            blocks.append(block)
            continue
        if blocks:
            yield _titles(document.text, path), blocks
        path = [*(above for above in path if above.level < block.level), block]
        blocks = []
    if blocks:
        yield _titles(document.text, path), blocks


def _titles(text: str, path: Sequence[Block]) -> tuple[str, ...]:
    return tuple(text[heading.start : heading.end] for heading in path)


def _block_sentences(text: str, block: Block, split_sentences: SentenceSplitter) -> list[Span]:
    if block.kind in {"code", "formula"}:
        return [Span(block.start, block.end)]
    content = text[block.start : block.end]
    formulas = [match.span() for match in _FORMULA.finditer(content)]
    sentences: list[Span] = []
    for start, end in split_sentences(content):
        inside = any(a < start < b for a, b in formulas)
        if sentences and (inside or _is_open(text, sentences[-1])):
            sentences[-1] = Span(sentences[-1].start, block.start + end)
        else:
            sentences.append(Span(block.start + start, block.start + end))
    return sentences


def _is_open(text: str, sentence: Span) -> bool:
    """Whether a quotation goes on behind the sentence; a stray quotation mark ends none."""
    said = text[sentence.start : sentence.end]
    if len(said) > _LONGEST_QUOTATION:
        return False
    return said.count('"') % 2 == 1 or said.count("“") > said.count("”")


def _groups(blocks: Sequence[Sequence[Span]], usual_length: int) -> Iterator[list[Span]]:
    """Sentences put together to chunks, dividing between blocks where that is possible."""
    group: list[Span] = []
    for number, block in enumerate(blocks):
        for piece in _pieces(block, usual_length):
            if group and piece[-1].end - group[0].start > usual_length * _TOLERANCE:
                yield group
                group = []
            group = [*group, *piece]
        rest_is_short = number + 1 < len(blocks) and _length(blocks[number + 1]) < usual_length / 4
        if group and _length(group) >= usual_length and not rest_is_short:
            yield group
            group = []
    if group:
        yield group


def _pieces(block: Sequence[Span], usual_length: int) -> Iterator[list[Span]]:
    """A block whole, or in even parts between sentences where it is too long."""
    length = _length(block)
    parts = max(1, round(length / usual_length)) if length > usual_length * _TOLERANCE else 1
    piece: list[Span] = []
    for sentence in block:
        if piece and sentence.end - piece[0].start > length / parts * 1.1:
            yield piece
            piece = []
        piece.append(sentence)
    if piece:
        yield piece


def _length(sentences: Sequence[Span]) -> int:
    return sentences[-1].end - sentences[0].start if sentences else 0
