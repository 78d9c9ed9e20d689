from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlqa.cache import CacheStats
from mlqa.config import Config
from mlqa.messages import Language
from mlqa.schema import Answer, AnswerSentence, Citation, FaqMatch, Span
from mlqa.service import render
from page_bot import COPY, DOCUMENT, EVIL, TEXT, FakeBot

DOCUMENTS = {"lru": DOCUMENT, "copy": COPY}
TAGS = {"div", "span", "b", "button", "details", "summary", "mark", "a", "dl", "dt", "dd", "code"}


class Parsed(HTMLParser):
    """The tags, the links and the text of a piece of HTML."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.text = ""
        self.marked: list[str] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._open.append(tag)
        self.links += [value for name, value in attrs if name == "href"]
        allowed = {"class", "type", "open", "href", "target", "rel", "value"}
        assert {name for name, _ in attrs} <= allowed
        if tag == "mark":
            self.marked.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "mark" in self._open:
            self.marked[-1] += data


def _answer(question: str = "LRU 캐시는 무엇인가요?", history: tuple[str, ...] = ()) -> Answer:
    answer = [piece.answer for piece in FakeBot(Config()).stream(question, history)][-1]
    assert answer is not None
    return answer


ANSWER = _answer()


@pytest.mark.parametrize(
    "text",
    [
        EVIL,
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[link](javascript:alert(1))",
        "**굵게** _기울임_ ~~취소~~ `코드`",
        "$$x^2$$ \\(y\\)",
        "# 제목\n\n- 항목\n\n    코드\n",
        "&lt;b&gt; &amp; &#60;",
        "https://example.org www.example.org a@example.org",
    ],
)
def test_inert_text_is_shown_as_it_is(text: str) -> None:
    shown = render.inert(text)
    assert Parsed(shown).tags == []
    assert html.unescape(shown) == text
    # Nothing is left that Markdown, TeX or an automatic link could begin with.
    assert not re.search(r"[^\w\s]", re.sub(r"&#\d+;", "", shown))
    assert "\n" not in shown


@given(st.text())
def test_inert_holds_for_any_text(text: str) -> None:
    shown = render.inert(text)
    assert not re.search(r"[<>\"'\n]", shown)
    kept = "".join(c for c in text if c >= " " or c in "\t\n")
    assert html.unescape(shown) == kept


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a?b=1&c=2", True),
        ("http://example.org", True),
        ("HTTPS://example.org", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https:", False),
        ("https://exa mple.org", False),
        ("http://[broken", False),
        ("", False),
    ],
)
def test_only_web_addresses_become_links(url: str, kept: bool) -> None:
    assert html.unescape(render.safe_link(url)) == (url if kept else "")


def test_an_address_cannot_leave_its_attribute() -> None:
    source = replace(DOCUMENT.source, url='https://example.org/"><script>alert(1)</script>')
    documents = {"lru": replace(DOCUMENT, source=source)}
    parsed = Parsed(render.answer_html(ANSWER, documents))
    assert "script" not in parsed.tags
    assert parsed.links[0] == source.url


def test_highlighting_marks_exactly_the_quote() -> None:
    parsed = Parsed(render.highlighted("앞 <b>인용</b> 뒤", 2, 11))
    assert (parsed.marked, parsed.text) == (["<b>인용</b>"], "앞 <b>인용</b> 뒤")
    assert parsed.tags == ["mark"]


def test_an_answer_shows_its_proofs() -> None:
    parsed = Parsed(render.answer_html(ANSWER, DOCUMENTS))
    assert parsed.marked == [citation.quote for citation in ANSWER.citations]
    assert set(parsed.tags) <= TAGS
    assert parsed.tags.count("button") == 2 * 3 + 1  # three numbers, one to copy
    for part in ("[1]", DOCUMENT.title, "캐시 › 버리는 순서", "홍길동", "2020-09-02", COPY.title):
        assert part in parsed.text
    for part in ("캐시, LRU", "12.500", "0.620", "0.12초", "새로 찾은 답", EVIL):
        assert part in parsed.text


QUOTED = ANSWER.citations[0]
ON_THE_QUOTE = Span(QUOTED.start + 1, QUOTED.end)
BESIDE_IT = Span(QUOTED.end + 1, QUOTED.end + 20)


def _first_source(*matches: FaqMatch, language: Language = "ko") -> Parsed:
    """The first source of an answer whose first passage answers these questions."""
    hits = (replace(ANSWER.hits[0], faq=matches), *ANSWER.hits[1:])
    answer = replace(ANSWER, sentences=ANSWER.sentences[:1], hits=hits)
    return Parsed(render.answer_html(answer, DOCUMENTS, language))


def _asked(span: Span, question: str, likeness: float) -> FaqMatch:
    return FaqMatch(span=span, question=question, nearest=likeness, likeness=likeness, questions=3)


def test_a_source_names_the_question_of_the_faq_that_its_quote_answers() -> None:
    quoted = _asked(ON_THE_QUOTE, "무엇부터 버리죠?", 0.619)
    beside = _asked(BESIDE_IT, "무엇이 남나요?", 0.9)
    text = _first_source(quoted, beside).text
    assert "비슷한 질문“무엇부터 버리죠?” (62 %)" in text
    assert beside.question not in text
    assert "Similar question“무엇부터 버리죠?” (62 %)" in _first_source(quoted, language="en").text


def test_else_the_likest_one_that_its_passage_answers() -> None:
    beside = [_asked(BESIDE_IT, f"{n}번 질문", n / 10) for n in (4, 6, 5)]
    assert "비슷한 질문“6번 질문” (60 %)" in _first_source(*beside).text
    unlike = _asked(ON_THE_QUOTE, "딴 질문", 0.349)
    text = _first_source(unlike, *beside).text
    assert "“6번 질문” (60 %)" in text
    assert unlike.question not in text


def test_a_question_of_the_faq_that_is_hardly_like_the_one_asked_is_not_named() -> None:
    text = _first_source(_asked(ON_THE_QUOTE, "딴 질문", 0.349)).text
    assert "12.500" in text
    assert "비슷한 질문" not in text
    assert "비슷한 질문" not in _first_source().text
    assert "“딴 질문” (35 %)" in _first_source(_asked(ON_THE_QUOTE, "딴 질문", 0.35)).text


def test_a_question_of_the_faq_stays_text() -> None:
    parsed = _first_source(_asked(ON_THE_QUOTE, EVIL, 1.0))
    assert f"“{EVIL}” (100 %)" in parsed.text
    assert set(parsed.tags) <= TAGS
    assert parsed.links == [DOCUMENT.source.url]


def test_all_html_is_on_one_line() -> None:
    question = "# 제목\n\n- 항목"
    for shown in (
        render.question_html(question),
        render.partial_html(question),
        render.notice_html(question),
        render.answer_html(_answer(question), DOCUMENTS),
    ):
        assert "\n" not in shown
        assert question in Parsed(shown).text


def test_only_known_numbers_become_buttons() -> None:
    answer = replace(ANSWER, text="배열 a[0]과 a[7]은 다릅니다. [1]")
    shown = render.answer_html(answer, DOCUMENTS)
    assert shown.count("mlqa-reference") == 1
    assert "a[0]과 a[7]은 다릅니다. [1]" in Parsed(shown).text


def test_listings_keep_their_form() -> None:
    listing = "for i in a[1]:\n    print(i)"
    sentence = AnswerSentence(text=listing, citation=ANSWER.sentences[0].citation, layout="listing")
    answer = replace(ANSWER, text=f"이렇게 합니다.\n{listing}\n[1]", sentences=(sentence,))
    shown = render.answer_html(answer, DOCUMENTS)
    assert Parsed(shown).tags.count("code") == 1
    assert shown.count("mlqa-reference") == 1
    assert answer.text in Parsed(shown).text


def test_declining_shows_no_sources() -> None:
    shown = render.answer_html(_answer("오늘 날씨는?"), DOCUMENTS)
    assert "mlqa-source" not in shown
    assert "죄송하지만" in shown


def test_a_resolved_question_is_shown() -> None:
    answer = _answer("그건 <왜> 그런가요?", ("LRU는?",))
    assert "그건 <왜> 그런가요? (LRU는?)" in Parsed(render.answer_html(answer, DOCUMENTS)).text
    assert "mlqa-resolved" not in render.answer_html(ANSWER, DOCUMENTS)


def test_cached_answers_say_so() -> None:
    answer = replace(ANSWER, cached=True, seconds=0.0004)
    text = Parsed(render.answer_html(answer, DOCUMENTS)).text
    assert "0.01초 미만" in text
    assert "캐시에서 꺼낸 답" in text
    assert (
        "under 0.01 s · from the cache" in Parsed(render.answer_html(answer, DOCUMENTS, "en")).text
    )


def _cited(start: int, end: int, document_id: str = "lru") -> Citation:
    return Citation(
        number=1, document_id=document_id, start=start, end=end, quote=TEXT[start:end], title="글"
    )


def test_a_passage_is_the_chunk_the_paragraph_or_the_quote() -> None:
    first = DOCUMENT.blocks[0]
    text, quote, hit = render.passage(_cited(4, 9), DOCUMENT, ANSWER.hits)
    assert (text, hit) == (TEXT[first.start : first.end], ANSWER.hits[0])
    assert text[quote.start : quote.end] == TEXT[4:9]
    text, quote, hit = render.passage(_cited(4, 9), DOCUMENT, ())
    assert (text, hit) == (TEXT[first.start : first.end], None)
    assert text[quote.start : quote.end] == TEXT[4:9]
    over = _cited(4, len(TEXT) - 1)
    assert render.passage(over, DOCUMENT, ANSWER.hits) == (over.quote, (0, len(over.quote)), None)
    assert render.passage(_cited(4, 9, "gone"), None, ANSWER.hits)[0] == TEXT[4:9]


def test_caches_are_counted() -> None:
    stats = CacheStats(name="answers", size=3, limit=8, hits=5, misses=4, evictions=1)
    other = replace(stats, name="<b>")
    shown = render.caches_html((stats, other))
    assert "답 3/8 · 적중 5 · 미스 4 · 밀려남 1" in html.unescape(shown)
    assert "<b>" not in shown
