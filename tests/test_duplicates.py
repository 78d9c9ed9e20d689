"""Near-duplicate passages: the same but for small edits, in two documents."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from mlqa.index.store import Index
from mlqa.schema import Chunk, Span
from mlqa.text.duplicates import near_duplicates

TIDE = (
    "밀물과 썰물은 달이 바닷물을 끌어당겨서 생깁니다. 달을 향한 쪽과 그 반대쪽의 바닷물이 함께 "
    "부풀어 오르고, 지구가 하루에 한 바퀴 도는 동안 해안은 두 번씩 물이 차고 빠지는 일을 겪습니다."
)
EDITED = TIDE.replace("달이 바닷물을", "달의 중력이 바닷물을").replace("겪습니다", "겪게 됩니다")
CACHE = (
    "웹 캐시는 자주 찾는 쪽을 가까운 서버에 미리 담아 두는 저장 공간입니다. 먼 서버까지 다녀오지 "
    "않아도 되므로 쪽이 빨리 열리고, 원래 서버가 받는 요청도 크게 줄어듭니다."
)
MORE = "갯벌에 나갈 때는 물때표를 먼저 보고 장화를 챙기며, 혼자서는 멀리 나가지 않는 것이 좋습니다."


def chunks(*passages: tuple[str, str]) -> list[Chunk]:
    """Chunks from (document, text)."""
    return [
        Chunk(
            id=f"{name}#{number}",
            document_id=name,
            start=0,
            end=len(text),
            text=text,
            headings=(),
            sentences=(Span(0, len(text)),),
        )
        for number, (name, text) in enumerate(passages)
    ]


def test_same_passage_in_two_documents() -> None:
    assert near_duplicates(chunks(("a", TIDE), ("a", CACHE), ("b", TIDE))) == {0: (2,), 2: (0,)}


def test_small_edits_do_not_count() -> None:
    assert near_duplicates(chunks(("a", TIDE), ("b", EDITED))) == {0: (1,), 1: (0,)}
    spaced = TIDE.replace(" ", "\n").replace(".", " !!")
    assert near_duplicates(chunks(("a", TIDE), ("b", spaced))) == {0: (1,), 1: (0,)}


def test_passage_inside_a_longer_one() -> None:
    found = near_duplicates(chunks(("a", TIDE), ("b", f"{CACHE} {TIDE} {MORE}")))
    assert found == {0: (1,), 1: (0,)}


def test_all_copies_are_named() -> None:
    found = near_duplicates(chunks(("a", TIDE), ("b", EDITED), ("c", CACHE), ("d", TIDE)))
    assert found == {0: (1, 3), 1: (0, 3), 3: (0, 1)}


def test_what_is_no_duplicate() -> None:
    assert near_duplicates([]) == {}
    assert near_duplicates(chunks(("a", TIDE), ("b", CACHE), ("c", MORE))) == {}
    # In one document it is a repetition, not a copy.
    assert near_duplicates(chunks(("a", TIDE), ("a", TIDE))) == {}
    # Too short to tell.
    assert near_duplicates(chunks(("a", "그렇습니다."), ("b", "그렇습니다."))) == {}
    # One sentence in common among others.
    first = f"{TIDE} {MORE}"
    second = f"{CACHE} {MORE} 끝으로 이 글과 저 글은 서로 다른 이야기를 하고 있음을 밝혀 둡니다."
    assert near_duplicates(chunks(("a", first), ("b", second))) == {}


def test_essays_of_the_project_do_not_repeat_each_other(project_index: Index) -> None:
    assert dict(project_index.duplicates) == {}
    assert project_index.manifest.counts.duplicates == 0


def test_repeated_passage_of_the_small_corpus(small_index: Index) -> None:
    pairs = {
        (small_index.chunks[first].document_id, small_index.chunks[second].document_id)
        for first, others in small_index.duplicates.items()
        for second in others
    }
    assert pairs == {("바다/notes", "바다/tides"), ("바다/tides", "바다/notes")}
    assert small_index.manifest.counts.duplicates == 2


PASSAGES = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from([TIDE, EDITED, CACHE, MORE, "짧다.", ""])),
    max_size=8,
)


@given(PASSAGES)
def test_relation_is_symmetric_and_between_documents(passages: Sequence[tuple[str, str]]) -> None:
    made = chunks(*passages)
    found = near_duplicates(made)
    for first, others in found.items():
        assert list(others) == sorted(set(others))
        assert others
        for second in others:
            assert made[first].document_id != made[second].document_id
            assert first in found[second]
    for first, second in ((i, j) for i in range(len(made)) for j in range(i)):
        same = made[first].text == made[second].text and len(made[first].text) > 60
        if same and made[first].document_id != made[second].document_id:
            assert second in found[first]
