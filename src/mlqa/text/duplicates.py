"""Near-duplicate passages: the same text in two documents, but for small edits.

Two passages are near-duplicates when most of the shingles of the shorter one are in the longer
one (containment; Broder, On the resemblance and containment of documents, 1997).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from zlib import crc32

from mlqa.schema import Chunk

_SHINGLE = 12  # characters, white space not counted
_SAMPLE = 4  # one shingle of so many is kept, chosen by its hash
_CONTAINMENT = 0.6
_FEWEST = 5  # passages with fewer kept shingles are too short to tell
_COMMON = 50  # a shingle in more passages than this is a phrase, not a copy


def near_duplicates(chunks: Sequence[Chunk]) -> dict[int, tuple[int, ...]]:
    """Positions of the near-duplicates of each chunk in other documents.

    Returns:
        Only chunks that have some; the relation is symmetric.
    """
    shingles = [_shingles(chunk.text) for chunk in chunks]
    places: dict[int, list[int]] = defaultdict(list)
    for position, kept in enumerate(shingles):
        for shingle in kept:
            places[shingle].append(position)
    shared: Counter[tuple[int, int]] = Counter()
    for positions in places.values():
        if 1 < len(positions) <= _COMMON:
            for index, first in enumerate(positions):
                shared.update((first, second) for second in positions[index + 1 :])
    found: dict[int, list[int]] = defaultdict(list)
    for (first, second), count in shared.items():
        smaller = min(len(shingles[first]), len(shingles[second]))
        other_document = chunks[first].document_id != chunks[second].document_id
        if other_document and smaller >= _FEWEST and count >= _CONTAINMENT * smaller:
            found[first].append(second)
            found[second].append(first)
    return {position: tuple(sorted(others)) for position, others in sorted(found.items())}


def _shingles(text: str) -> frozenset[int]:
    letters = re.sub(r"\W+", "", text)
    hashes = (
        crc32(letters[start : start + _SHINGLE].encode("utf-8"))
        for start in range(len(letters) - _SHINGLE + 1)
    )
    return frozenset(value for value in hashes if value % _SAMPLE == 0)
