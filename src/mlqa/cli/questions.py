"""``mlqa search`` and ``mlqa ask``: one question or a file of them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mlqa.cli.common import (
    Commands,
    Parser,
    Result,
    add_command,
    load_bot,
    positive,
    show_result,
)
from mlqa.config import Config
from mlqa.errors import MlqaError
from mlqa.messages import Language, message
from mlqa.service.wire import answer_fields, hit_fields, read_requests

if TYPE_CHECKING:
    from mlqa.chatbot import Chatbot


def add(commands: Commands, common: Parser) -> None:
    """Adds ``mlqa search`` and ``mlqa ask``."""
    search = add_command(commands, common, "search", _search, "질문에 맞는 구절 찾기")
    _add_question(search)
    search.add_argument("-k", type=positive, metavar="N", help="찾을 구절의 수")
    ask = add_command(commands, common, "ask", _ask, "질문에 답하기")
    _add_question(ask)
    ask.add_argument(
        "--history", action="append", default=[], metavar="QUESTION", help="앞선 질문(여러 번 가능)"
    )


def _add_question(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("question", nargs="?", metavar="QUESTION", help="질문")
    source.add_argument(
        "--batch", metavar="FILE", help="질문 파일(한 줄에 JSON 하나, -는 표준 입력)"
    )


def _search(options: argparse.Namespace, config: Config) -> int:
    bot = load_bot(config)
    k = options.k or config.top_k
    if options.batch:
        return _batch(options.batch, config, lambda row: _found(bot, row, k))
    show_result(_found(bot, {"question": options.question}, k), options, config, _show_hits)
    return 0


def _found(bot: Chatbot, row: Mapping[str, Any], k: int) -> dict[str, Any]:
    query = bot.retriever.understand(row["question"], row.get("history", ()))
    hits = bot.retriever.search(query, k)
    return {
        "question": query.question,
        "resolved": query.resolved,
        "hits": [hit_fields(hit) for hit in hits],
    }


def _show_hits(result: Result, language: Language) -> Iterator[str]:
    if result["resolved"] != result["question"]:
        yield message("resolved", language, question=result["resolved"])
    for hit in result["hits"]:
        place = " > ".join([hit["title"], *hit["headings"]])
        yield f"{hit['rank']}. {place} ({hit['document_id']} {hit['start']}-{hit['end']})"
        yield "   " + " ".join(hit["text"].split())
        yield "   " + message("cli_why", language, **{**hit, "matched": ", ".join(hit["matched"])})


def _ask(options: argparse.Namespace, config: Config) -> int:
    bot = load_bot(config)
    if options.batch:
        return _batch(options.batch, config, lambda row: _asked(bot, row))
    row = {"question": options.question, "history": options.history}
    show_result(_asked(bot, row), options, config, _show_answer)
    return 0


def _asked(bot: Chatbot, row: Mapping[str, Any]) -> dict[str, Any]:
    return answer_fields(bot.ask(row["question"], row.get("history", ())))


def _show_answer(result: Result, language: Language) -> Iterator[str]:
    if result["resolved"] != result["question"]:
        yield message("resolved", language, question=result["resolved"])
    if result["note"]:
        yield result["note"]
    yield result["text"]
    if result["citations"]:
        yield ""
    for citation in result["citations"]:
        place = " > ".join([citation["title"], *citation["headings"]])
        yield (
            f"[{citation['number']}] {place} ({citation['document_id']} {citation['start']}-"
            f"{citation['end']})"
        )


def _batch(file: str, config: Config, answer: Callable[[Mapping[str, Any]], dict[str, Any]]) -> int:
    """Answers a file of requests line by line; a question that cannot be asked gets its error."""
    status = 0
    for request in read_requests(file):
        try:
            result = answer(request)
        except MlqaError as error:
            status = 1
            result = {"question": request["question"], "error": error.text(config.language)}
        print(json.dumps({"id": request["id"], **result}, ensure_ascii=False), flush=True)
    return status
