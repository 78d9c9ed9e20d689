"""Files that are not what they say, or are made to do harm: one clear sentence, nothing done."""

from __future__ import annotations

import os
import unicodedata
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import docx
import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlqa.config import Config
from mlqa.errors import CorpusError
from mlqa.text.corpus import load_corpus, load_document
from mlqa.text.limits import Limits
from mlqa.text.uploads import KINDS, TEXTS, check_upload
from office_files import Put, column, hwpx_p, raw_pdf, repacked, write_hwpx, write_pdf

PROSE = "캐시는 자주 쓰는 값을 가까이 두는 작은 저장 공간이다."
SMALL = Limits(megabytes=1, seconds=20, memory_mb=512)
ELF = b"\x7fELF\x02\x01\x01" + bytes(64)
EXE = b"MZ\x90\x00" + bytes(64)
LAUGHS = (
    '<!DOCTYPE s [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)


def said(refused: Callable[[], object]) -> CorpusError:
    """The error, whose sentences are one line each, in both languages."""
    with pytest.raises(CorpusError) as caught:
        refused()
    for language in ("ko", "en"):
        text = caught.value.text(language)
        assert len(text.splitlines()) == 1
        assert text.isprintable()
    return caught.value


def write_docx(path: Path, text: str = PROSE) -> Path:
    word = docx.Document()
    word.add_paragraph(text)
    word.save(str(path))
    return path


def write_kind(folder: Path, suffix: str) -> Path:
    path = folder / f"문서{suffix}"
    if suffix == ".pdf":
        return write_pdf(path, [column([PROSE])])
    if suffix == ".docx":
        return write_docx(path)
    if suffix == ".hwpx":
        return write_hwpx(path, [hwpx_p(PROSE)])
    path.write_text(PROSE, encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", KINDS)
def test_every_kind_can_be_uploaded_and_read(tmp_path: Path, suffix: str) -> None:
    path = write_kind(tmp_path, suffix)
    stored = path.rename(tmp_path / "upload.tmp")
    safe = check_upload(stored, unicodedata.normalize("NFD", f"내 문서{suffix.upper()}"))
    assert safe == (f"내 문서{suffix}", "내 문서", suffix, stored.stat().st_size)
    document = load_document(stored, safe.stem, suffix=safe.suffix, shown=safe.name)
    assert PROSE in document.text
    assert document.title == "내 문서"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        *(
            (name, "loading_name")
            for name in ("../a.md", "a/b.md", "..\\a.md", "C:\\a.md", "/a.md")
        ),
        *((name, "loading_name") for name in ("a\nb.md", "a\0.md", "a\u202egpj.md", "a\u2028.md")),
        *((name, "loading_name") for name in ("CON.md", "nul.pdf", "com1.x.txt", ".a.md", " .md")),
        *(
            (name, "loading_kind")
            for name in ("a.exe", "a", "", "a.md.exe", "a.hwp", "..", "a.md ")
        ),
        ("가" * 80 + ".md", "loading_name_long"),
        ("가" * 5000 + ".md", "loading_name_long"),
    ],
)
def test_bad_names_are_refused(tmp_path: Path, name: str, key: str) -> None:
    path = tmp_path / "upload.tmp"
    path.write_text(PROSE, encoding="utf-8")
    expected = "loading_name" if name == ".." else key
    assert said(lambda: check_upload(path, name)).key == expected


def test_harmless_names_are_kept_or_made_safe(tmp_path: Path) -> None:
    path = tmp_path / "upload.tmp"
    path.write_text(PROSE, encoding="utf-8")
    for name, safe in (
        ("왜 배우나요?.md", "왜 배우나요_.md"),
        ("<b>.MD", "_b_.md"),
        ("컨.v1.2.md", "컨.v1.2.md"),
        ("👩\u200d💻.md", "👩\u200d💻.md"),
        ("console.md", "console.md"),
    ):
        assert check_upload(path, name).name == safe


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.characters(exclude_categories=()), max_size=60), st.sampled_from(TEXTS))
def test_a_safe_name_stays_in_its_folder(tmp_path: Path, name: str, suffix: str) -> None:
    path = tmp_path / "upload.tmp"
    path.write_text(PROSE, encoding="utf-8")
    try:
        safe = check_upload(path, name + suffix)
    except CorpusError:
        return
    assert (tmp_path / safe.name).resolve().parent == tmp_path.resolve()
    assert os.fsencode(safe.name)
    assert not set(safe.name) & set("\n\r\0\u202e\u2028/\\")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    with path.open("wb") as file:
        file.truncate(500 * 2**20)
    error = said(lambda: check_upload(path, "a.md"))
    assert error.key == "loading_too_large"
    assert "500.0MB" in error.text()
    assert "50MB 이하" in error.text()
    assert said(lambda: load_corpus(tmp_path)).key == "loading_too_large"
    limits = Limits.of(Config(document_megabytes=2))
    write_docx(tmp_path / "a.docx")
    assert check_upload(tmp_path / "a.docx", "a.docx", limits).size < 2**20
    with path.open("wb") as file:
        file.truncate(2 * 2**20 + 1)
    assert "2MB 이하" in said(lambda: load_document(path, "a", limits)).text()


@pytest.mark.parametrize(
    "data", [ELF, EXE, b"\x89PNG\r\n\x1a\n", b"#!/bin/sh\n", b"", b"PK\x03\x04"]
)
@pytest.mark.parametrize("suffix", [".pdf", ".docx", ".hwpx"])
def test_other_files_under_a_documents_name_are_refused(
    tmp_path: Path, suffix: str, data: bytes
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data)
    for refused in (lambda: check_upload(path, path.name), lambda: load_document(path, "a")):
        assert said(refused).key in {"loading_pretends", "loading_broken"}


@pytest.mark.parametrize("data", [ELF, EXE, b"%PDF-1.7\n", b"PK\x03\x04" + bytes(9)])
def test_programs_under_a_texts_name_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(data)
    assert said(lambda: check_upload(path, "a.md")).key == "corpus_binary"


@pytest.mark.parametrize(("real", "named"), [(".docx", ".hwpx"), (".hwpx", ".docx")])
def test_one_kind_under_the_name_of_the_other_is_refused(
    tmp_path: Path, real: str, named: str
) -> None:
    path = write_kind(tmp_path, real).rename(tmp_path / f"a{named}")
    error = said(lambda: check_upload(path, path.name))
    assert error.key == "loading_pretends"
    assert named in error.text()


@pytest.mark.parametrize("suffix", [".docx", ".hwpx"])
@pytest.mark.parametrize(
    ("name", "size", "key"),
    [
        ("bomb.bin", 11 * 2**20, "loading_unpacked"),
        ("media/a.xml", 11 * 2**20, "loading_unpacked"),
        ("../../etc/passwd", 3, "loading_broken"),
        ("/etc/passwd", 3, "loading_broken"),
    ],
)
def test_bombs_and_ways_out_are_refused(
    tmp_path: Path, suffix: str, name: str, size: int, key: str
) -> None:
    path = repacked(write_kind(tmp_path, suffix), {name: bytes(size)})
    for refused in (
        lambda: check_upload(path, path.name, SMALL),
        lambda: load_document(path, "a", SMALL),
    ):
        error = said(refused)
        assert error.key == key
        assert key != "loading_unpacked" or "10MB" in error.text()


def test_a_bomb_within_the_size_is_known_by_its_ratio(tmp_path: Path) -> None:
    path = repacked(write_docx(tmp_path / "a.docx"), {"word/bomb.xml": bytes(40 * 2**20)})
    assert said(lambda: check_upload(path, "a.docx")).key == "loading_ratio"


def test_a_bomb_in_a_bomb_is_never_unpacked(tmp_path: Path) -> None:
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(100 * 2**20))
    path = repacked(write_docx(tmp_path / "a.docx"), {"word/embed.zip": inner.read_bytes()})
    assert check_upload(path, "a.docx").suffix == ".docx"
    assert load_document(path, "a").text == f"{PROSE}\n"


def test_a_container_that_lies_about_a_size_is_refused(tmp_path: Path) -> None:
    path = repacked(write_hwpx(tmp_path / "a.hwpx", [hwpx_p(PROSE)]), {})
    with zipfile.ZipFile(path) as archive:
        section = archive.getinfo("Contents/section0.xml")
    size = section.file_size.to_bytes(4, "little")
    data = path.read_bytes()
    path.write_bytes(data.replace(size, (9).to_bytes(4, "little")))
    assert said(lambda: load_document(path, "a")).key == "loading_broken"


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    path = repacked(write_docx(tmp_path / "a.docx"), {f"x/{n}": b"" for n in range(10_001)})
    error = said(lambda: check_upload(path, "a.docx"))
    assert error.key == "loading_entries"
    assert "10,000" in error.text()


@pytest.mark.parametrize("suffix", [".docx", ".hwpx"])
@pytest.mark.parametrize(
    "prolog",
    [
        LAUGHS,
        '<!DOCTYPE s [<!ENTITY i SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE s SYSTEM "http://127.0.0.1:9/evil.dtd">',
        '<!DOCTYPE s [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>',
    ],
    ids=["billion laughs", "file", "dtd", "parameter entity"],
)
def test_entities_are_refused(tmp_path: Path, suffix: str, prolog: str) -> None:
    path = write_kind(tmp_path, suffix)
    part = {".docx": "word/document.xml", ".hwpx": "Contents/section0.xml"}[suffix]
    body = f"{prolog}<s><p><r><t>&i;</t></r></p></s>".encode()
    repacked(path, {part: body})
    assert said(lambda: load_document(path, "a", SMALL)).key == "loading_entities"


@pytest.mark.parametrize("suffix", [".docx", ".hwpx"])
def test_broken_parts_are_an_error(tmp_path: Path, suffix: str) -> None:
    part = {".docx": "word/document.xml", ".hwpx": "Contents/section0.xml"}[suffix]
    for body in (b"<a><b></a>", b"", b"\xff\xfe\xff", b'<?xml version="1.0" encoding="x"?><a/>'):
        path = repacked(write_kind(tmp_path, suffix), {part: body})
        assert said(partial(load_document, path, "a")).key == "loading_broken"


@pytest.mark.parametrize("suffix", [".docx", ".hwpx"])
def test_nesting_without_end_is_survived(tmp_path: Path, suffix: str) -> None:
    part = {".docx": "word/document.xml", ".hwpx": "Contents/section0.xml"}[suffix]
    body = {".docx": b"<d><body>%s</body></d>", ".hwpx": b"<s><p><r>%s</r></p></s>"}[suffix]
    deep = b"<tbl><tr><tc><subList><p><r><t>x</t>" * 20_000
    deep += b"</r></p></subList></tc></tr></tbl>" * 20_000
    path = repacked(write_kind(tmp_path, suffix), {part: body % deep})
    assert load_document(path, "a", Limits(seconds=60)).text.count("x") == 20_000


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_pdf_with_a_password_is_refused(tmp_path: Path, algorithm: str) -> None:
    plain = write_kind(tmp_path, ".pdf")
    for user, key in (("비밀", "loading_password"), ("", "")):
        writer = pypdf.PdfWriter(clone_from=str(plain))
        writer.encrypt(user, "owner", algorithm=algorithm)
        path = tmp_path / f"locked{len(user)}.pdf"
        with path.open("wb") as file:
            writer.write(file)
        if key:
            assert said(partial(load_document, path, "a")).key == key
        else:  # printing is forbidden, reading is not
            assert load_document(path, "a").text == f"{PROSE}\n"


def test_office_files_with_a_password_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    path.write_bytes(ole + "EncryptedPackage".encode("utf-16-le") + bytes(600))
    assert said(lambda: check_upload(path, "a.docx")).key == "loading_password"
    path.write_bytes(ole)
    assert said(lambda: check_upload(path, "a.docx")).key == "loading_pretends"
    odf = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    locked = f'<m xmlns:o="{odf}"><o:file-entry><o:encryption-data/></o:file-entry></m>'
    hangul = write_hwpx(
        tmp_path / "a.hwpx", [hwpx_p(PROSE)], parts={"META-INF/manifest.xml": locked}
    )
    assert said(lambda: load_document(hangul, "a")).key == "loading_password"


def test_a_scan_has_no_text(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [[], []])
    error = said(lambda: load_document(path, "a"))
    assert error.key == "loading_scan"
    assert "글자가 없는 PDF(스캔)" in error.text()


def test_broken_pdfs_are_an_error(tmp_path: Path) -> None:
    whole = write_kind(tmp_path, ".pdf").read_bytes()
    path = tmp_path / "a.pdf"
    for data in (b"%PDF-1.7\n", whole[: len(whole) // 3], b"%PDF-1.7\n" + os.urandom(5000)):
        path.write_bytes(data)
        assert said(lambda: load_document(path, "a", SMALL)).key in {
            "loading_broken",
            "loading_scan",
        }


def test_a_pdf_that_takes_for_ever_is_ended(tmp_path: Path) -> None:
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    path = tmp_path / "a.pdf"
    path.write_bytes(raw_pdf(b"q Q\n" * 12_000_000, font))
    error = said(lambda: load_document(path, "a", Limits(megabytes=99, seconds=2)))
    assert error.key == "loading_slow"
    assert "2초" in error.text()


def test_a_page_tree_that_leads_to_itself_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    data = raw_pdf(b"BT ET", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    path.write_bytes(data.replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"))
    assert said(lambda: load_document(path, "a", SMALL)).key in {"loading_broken", "loading_scan"}


def test_a_document_that_takes_all_memory_is_ended(tmp_path: Path) -> None:
    paragraphs = "<p><r><t>a</t></r></p>" * 800_000
    body = f"<d><body>{paragraphs}</body></d>".encode()
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(write_docx(path)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["word/document.xml"] = body
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    error = said(lambda: load_document(path, "a", Limits(seconds=60, memory_mb=128)))
    assert error.key == "loading_memory"
    assert "128MB" in error.text()


def test_what_a_document_holds_is_text_and_nothing_runs(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script> {{7*7}} ${jndi:x} <img src=x onerror=alert(1)>"
    for path in (
        write_docx(tmp_path / "a.docx", evil),
        write_hwpx(tmp_path / "b.hwpx", [hwpx_p(f"글: {evil}")]),
        write_pdf(tmp_path / "c.pdf", [[Put(evil.replace("$", ""), size=8)]]),
    ):
        assert "<script>alert(1)</script>" in load_document(path, "a").text


def test_a_library_in_the_users_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_kind(tmp_path, ".pdf")
    for name in ("pdfminer", "json", "mlqa"):
        (tmp_path / f"{name}.py").write_text(f"open('run-{name}', 'w')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_document(path, "a").text == f"{PROSE}\n"
    assert not list(tmp_path.glob("run-*"))
