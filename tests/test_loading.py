"""Bytes to text, and web pages to Markdown."""

from __future__ import annotations

import codecs
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlqa.errors import CorpusError, MlqaError
from mlqa.text.html import read_html
from mlqa.text.loading import decode, normalise

KOREAN = "캐시는 자주 쓰는 값을 가까이 둔다.\n그래서 빠르다."


def html(body: str, *, head: str = "") -> str:
    page = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    return read_html(page.encode(), path="page.html").text


@pytest.mark.parametrize(
    "data",
    [
        KOREAN.encode(),
        codecs.BOM_UTF8 + KOREAN.encode(),
        KOREAN.encode("cp949"),
        KOREAN.encode("utf-16"),
        codecs.BOM_UTF16_BE + KOREAN.encode("utf-16-be"),
        KOREAN.encode("utf-32"),
    ],
    ids=["utf-8", "utf-8 with mark", "cp949", "utf-16", "utf-16 big-endian", "utf-32"],
)
def test_korean_text_is_read_in_every_usual_encoding(data: bytes) -> None:
    assert decode(data, path="a.txt") == KOREAN


def test_cp949_reads_syllables_that_euc_kr_lacks() -> None:
    assert decode("똠방각하, 펲시".encode("cp949"), path="a.txt") == "똠방각하, 펲시"


def test_empty_file_is_empty_text() -> None:
    assert not decode(b"", path="a.txt")


@pytest.mark.parametrize(
    "data",
    [
        b"text\0more",
        b"%PDF-1.7\nstream",
        b"\x89PNG\r\n\x1a\nIHDR",
        b"PK\x03\x04word/document.xml",
        bytes(range(1, 32)) * 4,
        codecs.BOM_UTF16_LE + "가\0나".encode("utf-16-le"),
    ],
    ids=["NUL", "pdf", "png", "zip", "control bytes", "NUL in utf-16"],
)
def test_binary_files_are_refused(data: bytes) -> None:
    with pytest.raises(CorpusError) as caught:
        decode(data, path="a.txt")
    assert caught.value.key == "corpus_binary"
    assert "a.txt" in caught.value.text("ko")


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\x41",
        b"\xa4\xa4\xa4\xff\xff abc",
        KOREAN.encode() + b"\xed\x95",
        KOREAN.encode("utf-16-le").replace(b"\0", b"\x01"),
    ],
    ids=["broken utf-16", "no encoding", "cut off utf-8", "utf-16 without mark"],
)
def test_undecodable_files_are_refused(data: bytes) -> None:
    with pytest.raises(CorpusError) as caught:
        decode(data, path="a.txt")
    assert caught.value.key in {"corpus_encoding", "corpus_binary"}


def test_cut_off_utf8_is_not_read_as_nonsense() -> None:
    with pytest.raises(CorpusError) as caught:
        decode("정규화는 값을 고르게 한다. 그래서 배우기 쉽다.".encode()[:-2], path="a.txt")
    assert caught.value.key == "corpus_encoding"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028", "\x85", "\f"])
def test_line_ends_become_one(end: str) -> None:
    assert normalise(f"하나{end}둘") == "하나\n둘"


def test_text_becomes_nfc_without_invisible_characters() -> None:
    decomposed = unicodedata.normalize("NFD", "배치 정규화")
    assert normalise(f"\ufeff{decomposed}\x07\u200b\t끝\x9d") == "배치 정규화\t끝"


def test_joined_emoji_stay_joined() -> None:
    assert normalise("👩\u200d💻 개발자") == "👩\u200d💻 개발자"


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_an_error_of_ours(data: bytes) -> None:
    for declared in ("", "euc-kr", "iso-8859-1", "nonsense"):
        try:
            text = normalise(decode(data, path="a.txt", declared=declared))
        except MlqaError:
            continue
        assert "\r" not in text
        assert "\0" not in text
        assert normalise(text) == text


def test_page_becomes_markdown() -> None:
    text = html(
        "<h2>캐시란</h2><p>값을 <b>가까이</b>\n 둔다.</p>"
        "<ul><li>빠르다</li><li>작다<ul><li>비싸다</li></ul></li></ul>"
        "<ol><li>찾는다</li><li>없으면 넣는다</li></ol>"
        "<pre><code>def f():\n    return 1\n</code></pre><p>끝이다.</p>"
    )
    assert text == (
        "## 캐시란\n\n값을 가까이 둔다.\n\n- 빠르다\n- 작다\n  - 비싸다\n"
        "1. 찾는다\n2. 없으면 넣는다\n\n"
        "```\ndef f():\n    return 1\n```\n\n끝이다.\n"
    )


def test_scripts_and_furniture_are_dropped() -> None:
    text = html(
        "<header>머리</header><nav>차례</nav><script>var x = 1;</script><style>p{}</style>"
        "<p>본문이다.</p><!-- 비밀 --><aside>광고</aside><form>의견<button>보내기</button></form>"
        "<template>틀</template><noscript>없음</noscript><p hidden>숨김</p><footer>꼬리</footer>"
    )
    assert text == "본문이다.\n"


@pytest.mark.parametrize(
    "body",
    [
        "<div>옆</div><main><p>글이다.</p></main><div>밑</div>",
        "<div>옆</div><article><p>글이다.</p></article>",
        "<main><div>옆</div><article><p>글이다.</p></article></main>",
        "<div>옆</div><div role='main'><p>글이다.</p></div>",
        "<form><main><p>글이다.</p></main></form>",
    ],
)
def test_the_marked_essay_is_preferred(body: str) -> None:
    assert html(body) == "글이다.\n"


def test_several_articles_are_all_read() -> None:
    text = html("<article>하나다.</article><article>둘이다.</article>")
    assert text == "하나다.\n\n둘이다.\n"


def test_line_breaks_and_tables() -> None:
    text = html(
        "<p>첫째 줄<br>둘째 줄<br><br>새 문단</p><table><tr><td>이름</td><td>크기</td></tr></table>"
    )
    assert text == "첫째 줄\n둘째 줄\n\n새 문단\n\n이름 | 크기\n"


def test_listing_with_fences_in_it_stays_whole() -> None:
    assert html("<pre>```\n안\n```</pre>") == "````\n```\n안\n```\n````\n"


def test_drawn_formulas_give_their_source() -> None:
    text = html(
        "<p>식 <span class=katex><math><semantics><mi>x</mi>"
        "<annotation encoding='application/x-tex'>x^2</annotation></semantics></math>"
        "<span aria-hidden=true>x2</span></span>이다.</p>"
        "<script type='math/tex; mode=display'>y = x</script>"
    )
    assert text == "식 $x^2$이다.\n\n$$y = x$$\n"


@pytest.mark.parametrize("charset", ["euc-kr", "ks_c_5601-1987", "CP949"])
@pytest.mark.parametrize(
    "meta",
    [
        "<meta charset='{}'>",
        '<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset={}">',
    ],
)
def test_pages_in_cp949_are_read(meta: str, charset: str) -> None:
    page = f"<head>{meta.format(charset)}<title>제목</title></head><p>본문이다.</p>"
    read = read_html(page.encode("cp949"), path="page.html")
    assert (read.title, read.text) == ("제목", "본문이다.\n")


@pytest.mark.parametrize("charset", ["euc-kr", "iso-8859-1", "utf-16", "base64", "no-such"])
def test_pages_that_name_a_wrong_encoding_are_read(charset: str) -> None:
    page = f"<meta charset={charset}><p>한글 문장이다.</p>"
    assert read_html(page.encode(), path="page.html").text == "한글 문장이다.\n"


def test_western_pages_are_read() -> None:
    page = "<meta charset=iso-8859-1><p>café</p>"
    assert read_html(page.encode("cp1252"), path="page.html").text == "café\n"


def test_title_and_source_come_from_the_page() -> None:
    page = (
        "<title>캐시 이야기 :: 어느 블로그</title><meta property='og:title' content='캐시 이야기'>"
        "<meta name=author content=홍길동><meta property='article:published_time' "
        "content='2021-03-04T05:06:07+09:00'><meta property='og:url' content='https://a.kr/1'>"
        "<p>본문이다.</p>"
    )
    read = read_html(page.encode(), path="page.html")
    assert read.title == "캐시 이야기"
    assert (read.source.author, read.source.date) == ("홍길동", "2021-03-04")
    assert read.source.url == "https://a.kr/1"


def test_title_of_the_essay_beats_that_of_the_page() -> None:
    page = "<title>블로그</title><article><header><h1>캐시</h1></header><p>본문.</p></article>"
    assert read_html(page.encode(), path="page.html").title == "캐시"


def test_xhtml_and_tiny_pages_are_read_without_warnings() -> None:
    page = "<?xml version='1.0' encoding='utf-8'?><html><body><p>본문.</p></body></html>"
    assert "본문." in read_html(page.encode(), path="page.html").text
    assert read_html(b"https://a.kr", path="page.html").text == "https://a.kr\n"


def test_deeply_nested_page_is_read() -> None:
    assert html("<div>" * 3000 + "깊다." + "</div>" * 3000) == "깊다.\n"


def test_binary_page_is_refused() -> None:
    with pytest.raises(CorpusError):
        read_html(b"<p>\0</p>", path="page.html")


TAGS = ["<p>", "</p>", "<li>", "</ul>", "<ol>", "<h2>", "<pre>", "</pre>", "<br>", "<![", "<td>"]


@given(st.lists(st.sampled_from([*TAGS, "가", " ", "\n", "<", "&lt;", "<main>"]), max_size=30))
def test_any_page_is_read_or_an_error_of_ours(parts: list[str]) -> None:
    try:
        page = read_html("".join(parts).encode(), path="page.html")
    except MlqaError:
        return
    assert "\r" not in page.text
