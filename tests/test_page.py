"""The chat page in Chromium. Run as a program, this file serves the page with a small fake bot."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlqa.cache import Cache, CacheStats
from mlqa.config import Config
from mlqa.errors import QuestionError
from mlqa.schema import (
    Answer,
    AnswerPiece,
    AnswerSentence,
    Block,
    Chunk,
    Citation,
    Document,
    Hit,
    Source,
    Span,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

ROOT = Path(__file__).parents[1]
ARTIFACTS = ROOT / "artifacts"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not Path(CHROMIUM).exists(), reason="no Chromium: neither on the PATH nor in /usr/bin"
    ),
]

EVIL = (
    '<script>window.evil = 1</script> <img src=x onerror="window.evil = 2"> '
    "[눌러](javascript:window.evil=3) **굵게** $$x^2$$ <b>태그</b> `코드` https://evil.example/"
)
TEXT = (
    "LRU 캐시는 가장 오래 쓰이지 않은 항목부터 버립니다. 그래서 자주 쓰는 항목이 남습니다. "
    "크기가 정해진 캐시가 가득 차면 새 항목을 넣을 자리를 이렇게 만듭니다.\n\n"
    "해시 테이블과 이중 연결 리스트를 함께 쓰면 찾기와 버리기가 모두 상수 시간에 끝납니다.\n\n"
    f"{EVIL}\n"
)


def _document() -> Document:
    starts = [0, TEXT.index("해시"), TEXT.index("<script>")]
    ends = [TEXT.index("\n"), TEXT.index("끝납니다.") + 5, len(TEXT) - 1]
    return Document(
        id="lru",
        title="LRU 캐시 이해하기",
        text=TEXT,
        blocks=tuple(
            Block(kind="paragraph", start=s, end=e) for s, e in zip(starts, ends, strict=True)
        ),
        source=Source(
            title="캐시 이야기",
            author="홍길동",
            date="2020-09-02",
            url="https://example.org/lru?a=1&b=2",
        ),
    )


DOCUMENT = _document()
COPY = Document(id="copy", title="<i>베낀</i> 글", text=TEXT, blocks=DOCUMENT.blocks)


def _hit(rank: int, block: Block) -> Hit:
    return Hit(
        rank=rank,
        score=0.9 / rank,
        chunk=Chunk(
            id=f"lru#{rank}",
            document_id="lru",
            start=block.start,
            end=block.end,
            text=TEXT[block.start : block.end],
            headings=("캐시", "버리는 순서"),
            sentences=(Span(block.start, block.end),),
        ),
        title=DOCUMENT.title,
        matched=("캐시", "LRU"),
        sparse_rank=rank,
        dense_rank=rank + 1,
        sparse_score=12.5,
        dense_score=0.62,
        fused_score=0.8,
        late_score=0.7,
        also_in=("copy",),
    )


def _cite(number: int, quote: str) -> Citation:
    start = TEXT.index(quote)
    return Citation(
        number=number,
        document_id="lru",
        start=start,
        end=start + len(quote),
        quote=quote,
        title=DOCUMENT.title,
        headings=("캐시", "버리는 순서"),
        also_in=("copy",) if number == 1 else (),
    )


class FakeBot:
    """Knows one essay, echoes the question and the history, and takes its time."""

    documents = {"lru": DOCUMENT, "copy": COPY}  # noqa: RUF012
    topics = ("LRU 캐시", "배치 정규화", "립시츠 함수", "딥러닝의 한계", "파이프라인")
    questions = (
        "LRU 캐시는 무엇을 먼저 버리나요?",
        "배치 정규화는 왜 학습을 빠르게 하나요?",
        "립시츠 함수란 무엇인가요?",
        "머신러닝을 꼭 배워야 하나요?",
        "딥러닝이 아직 설명하지 못하는 것은 무엇인가요?",
        "머신러닝 파이프라인은 왜 필요한가요?",
    )
    version = "fake"

    def __init__(self, config: Config) -> None:
        self.config = config
        self._answers: Cache[tuple[str, tuple[str, ...]], Answer] = Cache("answers", 1024)
        self._embeddings: Cache[str, bool] = Cache("embeddings", 4096)

    def cache_stats(self) -> tuple[CacheStats, ...]:
        return self._answers.stats(), self._embeddings.stats()

    def stream(self, question: str, history: Sequence[str] = ()) -> Iterator[AnswerPiece]:
        if not question.strip():
            raise QuestionError("question_empty")
        if "고장" in question:
            raise RuntimeError("secret inside")
        key = (question, tuple(history) if question.startswith("그") else ())
        found = self._answers.get(key)
        answer = found or self._answer(question, history)
        self._answers.put(key, answer)
        for piece in re.findall(r"\S+\s*", answer.text):
            time.sleep(0 if found else 0.03)
            yield AnswerPiece(text=piece)
        yield AnswerPiece(text="", answer=replace(answer, cached=True) if found else answer)

    def _answer(self, question: str, history: Sequence[str]) -> Answer:
        resolved = f"{question} ({' / '.join(history)})" if question.startswith("그") else question
        if "날씨" in question:
            text = "죄송하지만 제가 가진 글에서는 그 답을 찾지 못했습니다."
            sentences: tuple[AnswerSentence, ...] = ()
        else:
            first = "LRU 캐시는 가장 오래 쓰이지 않은 항목부터 버립니다."
            second = "해시 테이블과 이중 연결 리스트를 함께 쓰면 찾기와 버리기가 모두 상수 시간에 끝납니다."
            sentences = tuple(
                AnswerSentence(text=quote, citation=_cite(number, quote))
                for number, quote in enumerate((first, second, EVIL), 1)
            )
            text = f"{first} [1] {second} [2] {question} {EVIL} [3]"
        hits = tuple(_hit(rank, block) for rank, block in enumerate(DOCUMENT.blocks, 1))
        return Answer(
            question=question,
            resolved=resolved,
            text=text,
            sentences=sentences,
            hits=hits,
            abstained=not sentences,
            confidence=0.9,
            seconds=0.123,
        )


@contextmanager
def _served(*command: str, **environment: str) -> Iterator[str]:
    """The address of a page served by another process."""
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "MLQA_PORT": "0", **environment},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, "the server said no address"
        yield found[0]
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with _served(__file__) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*CHROMIUM_FLAGS])
        yield chromium
        chromium.close()


class Opener:
    """Opens pages as separate users and notes what must not happen on them."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def __call__(
        self, url: str, width: int = 1100, height: int = 850, *, dark: bool = False
    ) -> Page:
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="ko-KR",
        )
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self._note(request.url))
        page.goto(url)
        page.wait_for_selector("#mlqa-box textarea")
        page.wait_for_selector("#mlqa-foot [data-cache]")
        return page

    def _note(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.faults.append(f"request to {url}")

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    opener = Opener(browser)
    yield opener
    opener.close()
    assert not opener.faults


@pytest.fixture
def page(open_page: Opener, url: str) -> Page:
    return open_page(url)


def ask(page: Page, question: str) -> None:
    """Types and sends a question, and waits for the end of its answer."""
    page.fill("#mlqa-box textarea", question)
    finished(page, lambda: page.keyboard.press("Enter"))


def finished(page: Page, act: Callable[[], object]) -> None:
    before = page.locator(".mlqa-answer").count()
    act()
    page.wait_for_function(
        "n => document.querySelectorAll('.mlqa-answer:not(.mlqa-partial)').length > n", arg=before
    )


def last(page: Page, selector: str) -> str:
    return page.locator(f".message-row:last-child {selector}").inner_text()


def test_the_answer_streams_and_proves_itself(page: Page) -> None:
    page.evaluate(
        """() => {
          window.seen = [];
          new MutationObserver(() => {
            const text = document.querySelector('.mlqa-partial .mlqa-text')?.textContent;
            if (text && text !== window.seen.at(-1)) window.seen.push(text);
          }).observe(document, {childList: true, subtree: true, characterData: true});
        }"""
    )
    ask(page, f"LRU 캐시는 무엇을 먼저 버리나요? {time.time()}")
    text = last(page, ".mlqa-text")
    assert "[1]" in text
    seen = page.evaluate("window.seen")
    assert len(seen) >= 3
    assert all(text.startswith(part.strip()) for part in seen)
    source = page.locator('.mlqa-source[data-number="1"]')
    mark = source.locator("mark")
    assert mark.is_visible()
    assert mark.text_content() == TEXT[: TEXT.index(".") + 1]
    shown = source.inner_text()
    for part in (DOCUMENT.title, "캐시 › 버리는 순서", "홍길동", "2020-09-02", COPY.title):
        assert part in shown
    assert source.locator("a").get_attribute("href") == DOCUMENT.source.url
    source.locator(".mlqa-why summary").click()
    assert "12.500" in source.inner_text()


def test_every_quote_is_in_the_essay(page: Page) -> None:
    ask(page, "LRU 캐시는 무엇을 먼저 버리나요?")
    marks = page.locator(".mlqa-source mark").all_text_contents()
    assert len(marks) == 3
    assert all(mark in TEXT for mark in marks)


def test_a_number_opens_its_source(page: Page) -> None:
    ask(page, "LRU 캐시는 무엇을 먼저 버리나요?")
    source = page.locator('.mlqa-source[data-number="2"]')
    assert not source.locator("mark").is_visible()
    page.locator(".mlqa-reference", has_text="[2]").click()
    assert source.locator("mark").is_visible()
    assert source.locator("mark").evaluate(
        "e => e.closest('details').querySelector('summary') === document.activeElement"
    )


def test_an_example_button_asks(page: Page) -> None:
    button = page.locator(".mlqa-example").nth(1)
    finished(page, button.click)
    assert page.locator(".mlqa-question").inner_text() == button.inner_text().strip()
    assert page.locator(".mlqa-source").count() == 3


def test_declining_shows_no_sources(page: Page) -> None:
    ask(page, "오늘 날씨는 어떤가요?")
    assert last(page, ".mlqa-text").startswith("죄송하지만")
    assert page.locator(".mlqa-source").count() == 0


def test_errors_are_polite_lines(page: Page) -> None:
    ask(page, "   ")
    assert "질문이 비어 있습니다" in last(page, ".mlqa-text")
    assert page.locator(".mlqa-question").count() == 0
    ask(page, "고장 나나요?")
    assert last(page, ".mlqa-text").startswith("죄송합니다")
    assert "secret" not in page.content()
    ask(page, "그건 왜 그런가요?")
    assert page.locator(".mlqa-resolved b").inner_text() == "그건 왜 그런가요? ()"


def test_follow_ups_and_clearing(page: Page) -> None:
    ask(page, "첫 질문인가요?")
    assert page.locator(".mlqa-resolved").count() == 0
    ask(page, "그건 왜 그런가요?")
    assert last(page, ".mlqa-resolved b") == "그건 왜 그런가요? (첫 질문인가요?)"
    page.click("#mlqa-clear")
    page.wait_for_selector(".mlqa-answer", state="detached")
    ask(page, "그건 왜 그런가요?")
    assert page.locator(".mlqa-question").count() == 1
    assert last(page, ".mlqa-resolved b") == "그건 왜 그런가요? ()"


def test_clearing_in_mid_answer_ends_it(page: Page) -> None:
    page.fill("#mlqa-box textarea", f"지워도 되나요? {time.time()}")
    page.keyboard.press("Enter")
    page.wait_for_selector(".mlqa-partial")
    page.click("#mlqa-clear")
    page.wait_for_selector(".mlqa-welcome")
    page.wait_for_timeout(1500)
    assert page.locator(".mlqa-answer").count() == 0


def test_users_share_no_history(open_page: Opener, url: str) -> None:
    first, second = open_page(url), open_page(url)
    ask(first, "비밀 질문인가요?")
    ask(second, "그건 왜 그런가요?")
    assert second.locator(".mlqa-resolved b").inner_text() == "그건 왜 그런가요? ()"
    assert "비밀" not in second.locator("#mlqa-chat").inner_text()


def test_two_users_are_answered_at_once(open_page: Opener, url: str) -> None:
    pages = open_page(url), open_page(url)
    for number, page in enumerate(pages):
        page.fill("#mlqa-box textarea", f"동시에 답하나요? {number} {time.time()}")
    for page in pages:
        page.keyboard.press("Enter")
    for page in pages:
        page.wait_for_selector(".mlqa-partial", timeout=1000)


def test_asking_again_comes_from_the_cache(page: Page) -> None:
    question = f"같은 질문인가요? {time.time()}"
    ask(page, question)
    assert "새로 찾은 답" in last(page, ".mlqa-foot")
    size = page.locator('[data-cache="answers"]').inner_text()
    ask(page, question)
    assert "캐시에서 꺼낸 답" in last(page, ".mlqa-foot")
    assert page.locator('[data-cache="answers"]').inner_text() != size
    assert re.search(r"답 \d+/1024 · 적중 [1-9]", page.locator("#mlqa-foot").inner_text())


def test_texts_stay_texts(page: Page) -> None:
    question = f"{EVIL}\n\n# 제목\n- 항목\n<details open>"
    ask(page, question)
    page.locator(".mlqa-source").nth(2).locator("summary").first.click()
    assert page.locator(".mlqa-question").text_content() == question
    assert EVIL in (page.locator(".mlqa-text").text_content() or "")
    assert page.locator(".mlqa-source").nth(2).locator("mark").text_content() == EVIL
    page.wait_for_timeout(300)
    assert page.evaluate("window.evil") is None
    inside = page.locator("#mlqa-chat .message-wrap")
    assert inside.locator("script, img, strong, h1, li, .katex, code, iframe").count() == 0
    links = inside.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert set(links) == {DOCUMENT.source.url}


def test_enter_during_composition_sends_nothing(page: Page) -> None:
    box = page.locator("#mlqa-box textarea")
    box.fill("캐시는 무엇인가")
    box.press("End")
    devtools: CDPSession = page.context.new_cdp_session(page)
    devtools.send("Input.imeSetComposition", {"text": "요", "selectionStart": 1, "selectionEnd": 1})
    key = {"key": "Enter", "code": "Enter"}
    for code, text in ((229, ""), (13, "\r")):
        kind = "keyDown" if text else "rawKeyDown"
        devtools.send(
            "Input.dispatchKeyEvent",
            {**key, "type": kind, "windowsVirtualKeyCode": code, "text": text},
        )
        devtools.send(
            "Input.dispatchKeyEvent", {**key, "type": "keyUp", "windowsVirtualKeyCode": code}
        )
    page.wait_for_timeout(400)
    assert page.locator(".mlqa-question").count() == 0
    devtools.send("Input.insertText", {"text": "요"})
    finished(page, lambda: box.press("Enter"))
    page.wait_for_timeout(400)
    assert page.locator(".mlqa-question").all_inner_texts() == ["캐시는 무엇인가요"]
    assert not box.input_value()


def test_shift_enter_starts_a_new_line(page: Page) -> None:
    box = page.locator("#mlqa-box textarea")
    assert box.evaluate("e => e === document.activeElement")
    page.keyboard.type("첫 줄")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("둘째 줄")
    assert box.input_value() == "첫 줄\n둘째 줄"
    finished(page, lambda: page.keyboard.press("Enter"))
    assert page.locator(".mlqa-question").text_content() == "첫 줄\n둘째 줄"


@pytest.mark.parametrize(
    ("name", "width", "dark"),
    [("light", 1100, False), ("dark", 1100, True), ("phone", 360, False)],
)
def test_looks(open_page: Opener, url: str, name: str, width: int, dark: bool) -> None:
    page = open_page(url, width, 740, dark=dark)
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}-empty.png")
    ask(page, "LRU 캐시는 무엇을 먼저 버리나요?")
    page.wait_for_timeout(300)
    page.screenshot(path=ARTIFACTS / f"{name}-answer.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    chat = page.locator("#mlqa-chat .bubble-wrap")
    assert chat.evaluate("e => e.scrollWidth <= e.clientWidth")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(16, 19, 27)") == dark


def test_the_page_speaks_english(open_page: Opener) -> None:
    with _served(__file__, MLQA_LANGUAGE="en") as address:
        page = open_page(address)
        assert page.title() == "Knowledge base chatbot"
        assert page.locator("html").get_attribute("lang") == "en"
        ask(page, "What is thrown out first?")
        assert "Sources: 3" in page.locator(".mlqa-sources").inner_text()
        page.set_default_timeout(5000)
        assert not re.search("[가-힣]", page.locator("#mlqa-top").inner_text().split("Ask")[0])


def test_the_real_chatbot(open_page: Opener, tmp_path: Path) -> None:
    import mlqa

    documents = mlqa.load_corpus(ROOT / "corpus")
    mlqa.Index.build(documents, mlqa.Config()).save(tmp_path)
    with _served("app.py", MLQA_INDEX=str(tmp_path)) as address:
        page = open_page(address)
        ask(page, "배치 정규화는 왜 잘 되나요?")
        assert "[1]" in last(page, ".mlqa-text")
        quotes = page.locator(".mlqa-source mark").all_text_contents()
        assert quotes
        assert all(any(quote in document.text for document in documents) for quote in quotes)
        ask(page, "오늘 서울 날씨는 어떤가요?")
        assert last(page, ".mlqa-text").startswith("죄송하지만")
        page.reload()
        page.wait_for_selector("#mlqa-foot [data-cache]")
        ask(page, "배치 정규화는 왜 잘 되나요?")
        assert "캐시에서 꺼낸 답" in last(page, ".mlqa-foot")


def test_a_missing_index_is_one_clear_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "MLQA_INDEX": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "색인이 없습니다" in done.stderr


if __name__ == "__main__":
    from mlqa.config import load_config
    from mlqa.service.ui import serve

    settings = load_config()
    serve(FakeBot(settings), host=settings.host, port=settings.port)
