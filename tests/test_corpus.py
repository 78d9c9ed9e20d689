"""Files and folders to documents."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlqa.errors import CorpusError, MlqaError
from mlqa.schema import Document, Source
from mlqa.text.corpus import load_corpus

PROSE = "캐시는 자주 쓰는 값을 가까이 두는 작은 저장 공간이다."


def write(path: Path, content: str | bytes = PROSE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def load_one(path: Path) -> Document:
    (document,) = load_corpus(path)
    return document


def key_of(*roots: Path | str) -> str:
    with pytest.raises(CorpusError) as caught:
        load_corpus(*roots)
    for language in ("ko", "en"):
        assert caught.value.text(language)
    return caught.value.key


def test_folder_is_read_in_order_with_ids_below_it(tmp_path: Path) -> None:
    for name in ("b.md", "a/z.txt", "a-b.html", "a/가/나.MARKDOWN", "v1.2.md", "c.htm"):
        write(tmp_path / name, f"<p>{PROSE}</p>" if "htm" in name else PROSE)
    ids = [document.id for document in load_corpus(tmp_path)]
    assert ids == ["a/z", "a/가/나", "a-b", "b", "c", "v1.2"]


def test_folder_passes_over_what_is_no_document(tmp_path: Path) -> None:
    for name in ("README.md", "sub/readme.md", ".hidden.md", ".git/a.md", "x.py", "glossary.toml"):
        write(tmp_path / name)
    write(tmp_path / "a.md")
    (tmp_path / "folder.md").mkdir()
    assert [document.id for document in load_corpus(str(tmp_path))] == ["a"]


def test_pipes_are_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    write(tmp_path / "a.md")
    assert len(load_corpus(tmp_path)) == 1


def test_single_files_are_read_even_if_a_folder_would_hide_them(tmp_path: Path) -> None:
    paths = [write(tmp_path / name) for name in ("README.md", "sub/.notes.TXT")]
    assert [document.id for document in load_corpus(*paths)] == ["README", ".notes"]


def test_roots_keep_their_order_and_a_file_is_read_once(tmp_path: Path) -> None:
    first, second = write(tmp_path / "one/b.md"), write(tmp_path / "two/a.md")
    documents = load_corpus(first.parent, second.parent, first, first.parent)
    assert [document.id for document in documents] == ["b", "a"]


def test_offsets_are_true_and_front_matter_is_no_text(tmp_path: Path) -> None:
    content = (
        "---\r\ntitle: 캐시의 원리\r\ntopics: [캐시, 2024]\r\nquestions:\r\n"
        "  - 캐시란 무엇인가요?\r\nsource:\r\n"
        "  title: 원글\r\n  original_title: Caches\r\n  author: 홍길동\r\n  date: 2020-09-02\r\n"
        f"  url: https://a.kr\r\nlicense: CC-BY-4.0\r\n---\r\n\r\n"
        f"# 첫 제목\r\n\r\n==\r\n\r\n{PROSE}\r\n"
    )
    document = load_one(write(tmp_path / "a.md", content))
    assert document.title == "캐시의 원리"
    assert document.topics == ("캐시", "2024")
    assert document.questions == ("캐시란 무엇인가요?",)
    assert document.source == Source(
        title="원글",
        original_title="Caches",
        author="홍길동",
        date="2020-09-02",
        url="https://a.kr",
    )
    assert document.text == f"\n# 첫 제목\n\n\n{PROSE}\n"
    assert [(gone.line, gone.text) for gone in document.removed] == [(17, "==")]
    assert [document.text[b.start : b.end] for b in document.blocks] == ["첫 제목", PROSE]


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        ("a.md", f"## **캐시**의 `값`\n\n{PROSE}", "캐시의 값"),
        ("캐시 글.md", PROSE, "캐시 글"),
        ("a.md", f"---\ntitle:\n---\n# 제목\n\n{PROSE}", "제목"),
        ("a.txt", f"캐시 \u00a0이야기\n\n{PROSE}", "캐시 이야기"),
        ("a.html", f"<title>쪽 제목</title><p>{PROSE}</p>", "쪽 제목"),
        ("a.html", f"<h2>글 제목</h2><p>{PROSE}</p>", "글 제목"),
    ],
)
def test_title(tmp_path: Path, name: str, content: str, title: str) -> None:
    assert load_one(write(tmp_path / name, content)).title == title


def test_byline_fills_what_the_front_matter_leaves_open(tmp_path: Path) -> None:
    content = f"---\nsource: {{author: 원저자}}\n---\n2021. 3. 4.\n\n{PROSE}"
    assert load_one(write(tmp_path / "a.md", content)).source == Source(
        author="원저자", date="2021-03-04"
    )


def test_wrong_front_matter_is_an_error_in_markdown_only(tmp_path: Path) -> None:
    content = f"---\ntitle: [캐시\n---\n{PROSE}"
    assert key_of(write(tmp_path / "a.md", content)) == "corpus_front_matter"
    document = load_one(write(tmp_path / "a.txt", content))
    assert document.text == f"title: [캐시\n{PROSE}"
    assert [gone.line for gone in document.removed] == [1, 3]


def test_text_and_names_become_nfc(tmp_path: Path) -> None:
    name = unicodedata.normalize("NFD", "캐시 글.md")
    document = load_one(write(tmp_path / name, unicodedata.normalize("NFD", PROSE)))
    assert (document.id, document.title, document.text) == ("캐시 글", "캐시 글", PROSE)


def test_name_that_is_no_utf8_can_be_shown(tmp_path: Path) -> None:
    write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.md")))
    (document,) = load_corpus(tmp_path)
    assert document.id.encode()


@pytest.mark.parametrize("data", [PROSE.encode("cp949"), b"\xef\xbb\xbf" + PROSE.encode()])
def test_encodings(tmp_path: Path, data: bytes) -> None:
    assert load_one(write(tmp_path / "a.txt", data)).text == PROSE


def test_page_is_read_and_cleaned(tmp_path: Path) -> None:
    page = (
        "<html><head><meta charset=euc-kr></head><body><article><h2>캐시</h2><script>x()</script>"
        f"<p>{PROSE}</p><figcaption>Photo by Jane Doe on Unsplash</figcaption><pre>x = 1</pre>"
        "</article></body></html>"
    )
    document = load_one(write(tmp_path / "a.html", page.encode("cp949")))
    kinds = [(b.kind, document.text[b.start : b.end]) for b in document.blocks]
    assert kinds == [("heading", "캐시"), ("paragraph", PROSE), ("code", "x = 1")]
    assert [gone.reason for gone in document.removed] == ["photo_credit"]


@pytest.mark.parametrize("name", ["no/such", "no.md", "with\0nul", "x" * 5000])
def test_missing_root(tmp_path: Path, name: str) -> None:
    assert key_of(tmp_path / name) == "corpus_missing"


def test_nothing_to_read(tmp_path: Path) -> None:
    write(tmp_path / "README.md")
    assert key_of(tmp_path) == "corpus_empty"
    assert key_of() == "corpus_empty"


@pytest.mark.parametrize(
    "content", ["", " \n\t\n", "==\n반응형\n", "---\ntitle: 캐시\n---\n", "…!?"]
)
def test_document_without_text(tmp_path: Path, content: str) -> None:
    assert key_of(write(tmp_path / "a.md", content)) == "corpus_no_text"


@pytest.mark.parametrize(
    ("data", "key"),
    [(b"a\0b", "corpus_binary"), (b"\xa4\xa4\xa4\xff", "corpus_encoding")],
)
@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html"])
def test_unreadable_content(tmp_path: Path, name: str, data: bytes, key: str) -> None:
    assert key_of(write(tmp_path / name, data)) == key


def test_named_file_of_another_kind(tmp_path: Path) -> None:
    assert key_of(write(tmp_path / "a.hwp")) == "corpus_kind"


@pytest.mark.parametrize("names", [("a.md", "a.txt"), ("가.md", "\u1100\u1161.md")])
def test_same_id_in_one_folder(tmp_path: Path, names: tuple[str, str]) -> None:
    for name in names:
        write(tmp_path / name)
    if len(list(tmp_path.iterdir())) < 2:
        pytest.skip("this file system makes the two names one")
    assert key_of(tmp_path) == "corpus_same_id"


def test_same_id_in_two_roots(tmp_path: Path) -> None:
    roots = [write(tmp_path / root / "a.md").parent for root in ("one", "two")]
    with pytest.raises(CorpusError) as caught:
        load_corpus(*roots)
    assert caught.value.values["id"] == "a"
    assert "one" in str(caught.value)
    assert "two" in str(caught.value)


def test_links_that_lead_in_circles(tmp_path: Path) -> None:
    write(tmp_path / "z/a.md")
    (tmp_path / "z/up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "alias").symlink_to(tmp_path / "z", target_is_directory=True)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    assert [document.id for document in load_corpus(tmp_path)] == ["z/a"]


def test_linked_folder_is_read(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere/a.md")
    (tmp_path / "root").mkdir()
    (tmp_path / "root/link").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert [document.id for document in load_corpus(tmp_path / "root")] == ["link/a"]


def test_broken_link_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to(tmp_path / "gone.md")
    assert key_of(tmp_path) == "corpus_unreadable"
    assert key_of(tmp_path / "a.md") == "corpus_unreadable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_forbidden_file_and_folder(tmp_path: Path) -> None:
    path = write(tmp_path / "sub/a.md")
    path.chmod(0)
    assert key_of(tmp_path) == "corpus_unreadable"
    path.parent.chmod(0)
    assert key_of(tmp_path) == "corpus_unreadable"
    path.parent.chmod(0o700)


@pytest.mark.parametrize("name", ["read_bytes", "iterdir"])
def test_errors_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    write(tmp_path / "a.md")

    def fail(_: Path) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, name, fail)
    assert key_of(tmp_path) == "corpus_unreadable"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.one_of(st.binary(max_size=80), st.text(max_size=80).map(str.encode)),
    st.sampled_from([b"", b"---\n", b"```\n", b"<p>"]),
    st.sampled_from(["a.md", "a.txt", "a.html"]),
)
def test_loading_never_fails_but_with_an_error_of_ours(
    tmp_path: Path, data: bytes, opening: bytes, name: str
) -> None:
    path = write(tmp_path / name, opening + data)
    try:
        document = load_one(path)
    except MlqaError:
        return
    behind = 0
    for block in document.blocks:
        assert behind <= block.start < block.end <= len(document.text)
        behind = block.end
