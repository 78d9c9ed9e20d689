"""What a document says about itself."""

from __future__ import annotations

import pytest

from mlqa.errors import CorpusError
from mlqa.text.front_matter import FrontMatter, part

PROSE = "캐시는 자주 쓰는 값을 가까이 두는 작은 저장 공간이다."


@pytest.mark.parametrize(
    "front",
    [
        "title: [끝나지 않는",
        "- 목록",
        "그냥 글",
        "title: {a: 1}",
        "title: true",
        "topics: 캐시",
        "topics: [[캐시]]",
        "questions: {a: b}",
        "source: 원글",
        "source: {date: [2020]}",
        "title: 1.5",
        "date: 2020-13-45",
        "? [a]\n: {b",
        "[" * 5000,
        "a: !!python/object/apply:os.getcwd []",
    ],
)
def test_wrong_front_matter_is_an_error(front: str) -> None:
    with pytest.raises(CorpusError) as caught:
        part(f"---\n{front}\n---\n{PROSE}", path="a.md")
    assert caught.value.key == "corpus_front_matter"
    assert "a.md" in caught.value.text("en")
    assert "\n" not in str(caught.value)


def test_front_matter_without_end_is_an_error() -> None:
    with pytest.raises(CorpusError):
        part(f"---\ntitle: 캐시\n\n{PROSE}", path="a.md")


@pytest.mark.parametrize(
    ("text", "strict"),
    [
        (PROSE, True),
        ("", True),
        (f"\n---\ntitle: 캐시\n---\n{PROSE}", True),
        (f"---\n\n{PROSE}\n\n---\n\n{PROSE}", True),
        (f"---\n{PROSE}", True),
        (f"---\n알림: 이 글은 [캐시\n---\n{PROSE}", False),
        (f"---\n알림: 캐시\n---\n{PROSE}", False),
        (f"---\ntitle: 캐시\n\n{PROSE}", False),
    ],
)
def test_ornaments_are_no_front_matter(text: str, strict: bool) -> None:
    assert part(text, path="a", strict=strict) == (FrontMatter(), text, 1)


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("gap", ["", "\n"])
def test_front_matter_is_parted_from_the_text(strict: bool, gap: str) -> None:
    text = f"---\n{gap}title: 캐시\n---\n{PROSE}"
    parted = part(text, path="a", strict=strict)
    assert (parted.front.title, parted.text.strip()) == ("캐시", PROSE)
    line = parted.first_line + parted.text.split("\n").index(PROSE)
    assert text.split("\n")[line - 1] == PROSE


@pytest.mark.parametrize(
    "front", ["", "# nothing", "license: CC-BY-4.0", "topics:", "source: {x: 1}"]
)
def test_unknown_and_empty_values_are_passed_over(front: str) -> None:
    assert part(f"---\n{front}\n---\n{PROSE}", path="a.md").front == FrontMatter()


@pytest.mark.parametrize(
    ("date", "iso"),
    [
        ("2020-09-02", "2020-09-02"),
        ("2020-09-02T03:04:05Z", "2020-09-02"),
        ("2020", "2020"),
        ("'2020년 9월'", "2020년 9월"),
    ],
)
def test_dates_become_iso_strings(date: str, iso: str) -> None:
    parted = part(f"---\nsource: {{date: {date}}}\n---\n{PROSE}", path="a.md")
    assert parted.front.source.date == iso
