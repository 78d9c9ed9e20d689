"""A small fake bot for the tests of the page. Run as a program, this file serves it."""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Sequence
from dataclasses import replace

from mlqa.cache import Cache, CacheStats
from mlqa.config import Config, load_config
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
        questions=("LRU 캐시는 왜 빠른가요?", "캐시가 가득 차면 어떻게 되나요?"),
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

    def stream(
        self, question: str, history: Sequence[str] = ()
    ) -> Generator[AnswerPiece, None, None]:
        if not question.strip():
            raise QuestionError("question_empty")
        if "고장" in question:
            raise RuntimeError("secret inside")
        key = (question, tuple(history) if question.startswith("그") else ())
        found = self._answers.get(key)
        answer = found or self._answer(question, history)
        self._answers.put(key, answer)
        pause = 0.3 if "천천히" in question else 0.03
        for piece in re.findall(r"\S+\s*", answer.text):
            time.sleep(0 if found else pause)
            yield AnswerPiece(text=piece)
        yield AnswerPiece(text="", answer=replace(answer, cached=True) if found else answer)

    def _answer(self, question: str, history: Sequence[str]) -> Answer:
        resolved = f"{question} ({' / '.join(history)})" if question.startswith("그") else question
        if "날씨" in question:
            text = "죄송하지만 제가 가진 글에서는 그 답을 찾지 못했습니다."
            sentences: tuple[AnswerSentence, ...] = ()
        else:
            first = "LRU 캐시는 가장 오래 쓰이지 않은 항목부터 버립니다."
            second = TEXT[TEXT.index("해시") : TEXT.index("끝납니다.") + 5]
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


if __name__ == "__main__":
    from mlqa.service.ui import serve

    settings = load_config()
    serve(
        FakeBot(settings),
        host=settings.host,
        port=settings.port,
        on_ready=lambda url: print(url, flush=True),  # noqa: T201 - the tests read it
    )
