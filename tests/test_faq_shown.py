"""What users and other programs see of a FAQ: the page in Chromium, the API, MCP, the command."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client as McpClient

from conftest import write_small_corpus
from page_browser import NEEDS_CHROMIUM, Opener, ask, served
from program_client import Client

NOT_MARKUP = "<b>1분</b> 넘게 묵은 글은 어떻게 다루나요?"
# In the words of somebody who has not read the document, but for the last one.
QUESTIONS = {
    "먼 데까지 안 다녀와도 되는 까닭이 뭐죠?": "웹 캐시는 자주 찾는 쪽을",
    "묵은 내용은 어떻게 치우나요?": "원래 글이 바뀌면",
    "낡은 내용을 지우는 방법에 이름이 있나요?": "이 일을 무효화라고 부르며",
    NOT_MARKUP: "유효 시간이 60초이면",
    "유효 시간 60초는 무슨 뜻인가요?": "유효 시간이 60초이면",
}
ASKED = "묵은 내용은 어떻게 치우나요?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of documents with a FAQ, indexed."""
    folder = tmp_path_factory.mktemp("faq")
    corpus = write_small_corpus(folder / "corpus")
    text = (corpus / "cache.md").read_text(encoding="utf-8")
    lines: list[dict[str, Any]] = []
    for question, beginning in QUESTIONS.items():
        start = text.index(beginning)
        quote = text[start : text.index("다.", start) + 2]
        evidence = [{"document_id": "cache", "quote": quote}]
        lines.append({"questions": [question], "evidence": evidence})
    path = corpus / "faq.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    mlqa(folder, "index", "build", "corpus")
    return folder


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with served(
        *("-m", "mlqa", "serve", "--index", str(folder / "index")),
        MLQA_CORPUS=str(folder / "corpus"),
        MLQA_BASES=str(folder / "bases"),
    ) as address:
        yield address


def mlqa(folder: Path, *arguments: str) -> Any:
    """What a command says, as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "mlqa", *arguments, "--json"],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return json.loads(done.stdout)


def found_over_mcp(url: str, question: str) -> Any:
    async def search() -> Any:
        with anyio.fail_after(60):
            async with McpClient(f"{url}mcp", mode="legacy") as client:
                result = await client.call_tool("search", {"question": question, "k": 3})
                return result.structured_content

    return anyio.run(search)


def test_every_way_of_searching_names_the_likest_questions_of_the_faq(
    folder: Path, url: str
) -> None:
    found = mlqa(folder, "search", ASKED, "-k", "3")
    assert Client(url).post("/api/search", {"question": ASKED, "k": 3}).json == found
    assert found_over_mcp(url, ASKED) == found
    documents = {hit["document_id"]: hit for hit in reversed(found["hits"])}
    assert all(hit["faq"] == [] for name, hit in documents.items() if name != "cache")
    faq = documents["cache"]["faq"]
    assert faq[0]["question"] == ASKED
    assert set(faq[0]) == {"question", "likeness", "start", "end"}
    assert len(faq) == 3  # sentences of the passage answer more
    likeness = [match["likeness"] for match in faq]
    assert likeness == sorted(likeness, reverse=True)
    assert likeness[0] == round(likeness[0], 3) <= 1
    text = Client(url).get("/api/documents/cache").json["text"]
    assert text[faq[0]["start"] : faq[0]["end"]].startswith(QUESTIONS[ASKED])


def test_without_a_faq_hits_name_no_question(folder: Path) -> None:
    mlqa(folder, "index", "build", "corpus/바다", "--index", "other")
    found = mlqa(folder, "search", "밀물은 왜 생기나요?", "--index", "other")
    assert found["hits"]
    assert all(hit["faq"] == [] for hit in found["hits"])


class TestPage:
    """In Chromium."""

    pytestmark = NEEDS_CHROMIUM

    def test_a_source_says_which_question_of_the_faq_it_answers(
        self, open_page: Opener, url: str
    ) -> None:
        page = open_page(url)
        ask(page, NOT_MARKUP)
        why = page.locator(".mlqa-source-1 .mlqa-why")
        why.locator("summary").click()
        named = why.locator("dt", has_text="비슷한 질문").locator("xpath=following-sibling::dd[1]")
        assert named.inner_text() in {f"“{NOT_MARKUP}” ({n} %)" for n in range(35, 101)}

    def test_the_documents_tab_counts_the_questions(self, open_page: Opener, url: str) -> None:
        page = open_page(url)
        page.get_by_role("tab", name="문서", exact=True).click()
        page.wait_for_selector("#mlqa-docs-table table")
        caption = page.locator("#mlqa-docs-table caption").inner_text()
        assert caption.startswith("문서 4편, 구절 ")
        assert caption.endswith(f", FAQ 질문 {len(QUESTIONS)}개")
