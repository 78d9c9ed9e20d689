"""The command line: commands, exit codes, and the only place that prints.

Exit codes: 0 done, 1 an error of ours in one line on standard error, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from mlqa.config import Config, load_config
from mlqa.errors import IndexProblem, MlqaError
from mlqa.messages import Language, message
from mlqa.service.wire import answer_fields, hit_fields, read_requests

if TYPE_CHECKING:
    from mlqa.chatbot import Chatbot
    from mlqa.index.store import Index

Result = Mapping[str, Any]
_Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"
Show = Callable[[Result, Language], Iterator[str]]


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (`{self.prog} --help`)\n")


def run(arguments: Sequence[str]) -> int:
    """Runs one command.

    Args:
        arguments: What was typed behind ``mlqa``.

    Returns:
        The exit code.
    """
    # NumPy is not imported yet. Our matrices are small: with more threads a product that takes
    # 0.3 ms takes up to 4 ms on a busy machine (docs/decisions/0008).
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    language: Language = options.language or "ko"
    try:
        config = load_config(index=options.index, language=options.language)
        language = config.language
        status = int(options.command(options, config))
        sys.stdout.flush()
    except MlqaError as error:
        print(" ".join(error.text(language).split()), file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output went away
        _close_output()
        return 0
    except OSError as error:  # of the output: everything else has an error of its own
        _close_output()
        print(message("cli_output", language, reason=error.strerror or error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def _close_output() -> None:
    """Lets what is still to be written go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    common = _Parser(add_help=False)
    common.add_argument("--index", type=Path, metavar="DIR", help="색인 폴더 (기본: index)")
    common.add_argument("--json", action="store_true", help="결과를 JSON으로 출력")
    common.add_argument("--language", choices=("ko", "en"), help="메시지 언어 (기본: ko)")
    parser = _Parser(prog="mlqa", description=message("cli_description"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_index(commands, common)
    search = _add(commands, common, "search", _search, "질문에 맞는 구절 찾기")
    _add_question(search)
    search.add_argument("-k", type=_positive, metavar="N", help="찾을 구절의 수")
    ask = _add(commands, common, "ask", _ask, "질문에 답하기")
    _add_question(ask)
    ask.add_argument(
        "--history", action="append", default=[], metavar="QUESTION", help="앞선 질문(여러 번 가능)"
    )
    evaluate = _add(commands, common, "eval", _eval, "평가 질문으로 점수 매기기")
    evaluate.add_argument("--gold", type=Path, default=Path("eval/gold.jsonl"), metavar="FILE")
    evaluate.add_argument("--part", choices=("train", "test", "all"), default="test")
    serve = _add(commands, common, "serve", _serve, "대화 화면 열기")
    serve.add_argument("--host", metavar="ADDRESS")
    serve.add_argument("--port", type=int, metavar="PORT")
    return parser


def _add(
    commands: _Commands,
    common: _Parser,
    name: str,
    command: Callable[[argparse.Namespace, Config], int],
    text: str,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, parents=[common], help=text, description=text
    )
    parser.set_defaults(command=command)
    return parser


def _add_index(commands: _Commands, common: _Parser) -> None:
    index = commands.add_parser("index", help="색인 만들기와 관리")
    actions = index.add_subparsers(required=True, metavar="ACTION")
    build = _add(actions, common, "build", _index_build, "문서로 색인 만들기")
    build.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="문서 폴더나 파일")
    build.add_argument("--force", action="store_true", help="바뀐 것이 없어도 다시 만들기")
    _add(actions, common, "info", _index_info, "지금 색인의 정보")
    _add(actions, common, "verify", _index_verify, "색인 파일 검사")
    _add(actions, common, "versions", _index_versions, "남아 있는 색인들")
    _add(actions, common, "rollback", _index_rollback, "이전 색인으로 되돌리기")


def _add_question(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("question", nargs="?", metavar="QUESTION", help="질문")
    source.add_argument(
        "--batch", metavar="FILE", help="질문 파일(한 줄에 JSON 하나, -는 표준 입력)"
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"not a whole number from 1: {text!r}")
    return int(text)


def _print(result: Result, options: argparse.Namespace, config: Config, show: Show) -> None:
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        for line in show(result, config.language):
            print(line)


# -- index ----------------------------------------------------------------------------------


def _index_build(options: argparse.Namespace, config: Config) -> int:
    from mlqa.index.store import Index, content_hash
    from mlqa.text.corpus import load_corpus

    start = time.perf_counter()
    paths = options.paths or [config.corpus]
    own_glossary = [path / "glossary.toml" for path in paths if path.is_dir()]
    glossary = next((path for path in own_glossary if path.is_file()), config.glossary)
    config = config.model_copy(update={"glossary": glossary})
    documents = load_corpus(*paths)
    previous = _previous(config)
    changed = (
        previous is None
        or options.force
        or previous.manifest.content != content_hash(documents, config)
    )
    index = previous
    if changed or index is None:
        index = Index.build(documents, config, previous)
        index = index.save(config.index, config.keep_versions)
    result = {
        "index": str(config.index),
        "changed": changed,
        "version": index.manifest.name,
        "seconds": round(time.perf_counter() - start, 3),
        **asdict(index.manifest.counts),
    }
    _print(result, options, config, _show_build)
    return 0


def _previous(config: Config) -> Index | None:
    """The index that is there, for what can be taken over; a broken one is built anew."""
    from mlqa.index.store import Index

    try:
        return Index.load(config.index, config)
    except IndexProblem:
        return None


def _show_build(result: Result, language: Language) -> Iterator[str]:
    yield message("cli_built" if result["changed"] else "cli_unchanged", language, **result)


def _index_info(options: argparse.Namespace, config: Config) -> int:
    from mlqa.index.store import verify

    _print(asdict(verify(config.index)), options, config, _show_info)
    return 0


def _show_info(result: Result, language: Language) -> Iterator[str]:
    shown = {key: value for key, value in result.items() if key not in {"checksums", "counts"}}
    for key, value in {**shown, **result["counts"]}.items():
        yield f"{key:16} {value}"
    yield message("cli_files", language, files=len(result["checksums"]))


def _index_verify(options: argparse.Namespace, config: Config) -> int:
    from mlqa.index.store import verify

    manifest = verify(config.index)
    result = {"index": str(config.index), "files": len(manifest.checksums), "intact": True}
    _print(
        result, options, config, lambda r, language: iter([message("cli_intact", language, **r)])
    )
    return 0


def _index_versions(options: argparse.Namespace, config: Config) -> int:
    from mlqa.index import versions

    current = versions.current_name(config.index)
    result = {"current": current, "versions": versions.version_names(config.index)}
    _print(result, options, config, _show_versions)
    return 0


def _show_versions(result: Result, _language: Language) -> Iterator[str]:
    for name in result["versions"]:
        yield f"{'*' if name == result['current'] else ' '} {name}"


def _index_rollback(options: argparse.Namespace, config: Config) -> int:
    from mlqa.index import versions

    result = {"current": versions.rollback(config.index)}
    _print(result, options, config, lambda r, lang: iter([message("cli_rolled_back", lang, **r)]))
    return 0


# -- questions ------------------------------------------------------------------------------


def _search(options: argparse.Namespace, config: Config) -> int:
    bot = _bot(config)
    k = options.k or config.top_k
    if options.batch:
        return _batch(options.batch, config, lambda row: _found(bot, row, k))
    _print(_found(bot, {"question": options.question}, k), options, config, _show_hits)
    return 0


def _found(bot: Chatbot, row: Mapping[str, Any], k: int) -> dict[str, Any]:
    hits = bot.retriever.retrieve(row["question"], k, row.get("history", ()))
    return {"question": row["question"], "hits": [hit_fields(hit) for hit in hits]}


def _show_hits(result: Result, language: Language) -> Iterator[str]:
    for hit in result["hits"]:
        place = " > ".join([hit["title"], *hit["headings"]])
        yield f"{hit['rank']}. {place} ({hit['document_id']} {hit['start']}-{hit['end']})"
        yield "   " + " ".join(hit["text"].split())
        yield "   " + message("cli_why", language, **{**hit, "matched": ", ".join(hit["matched"])})


def _ask(options: argparse.Namespace, config: Config) -> int:
    bot = _bot(config)
    if options.batch:
        return _batch(options.batch, config, lambda row: _asked(bot, row))
    row = {"question": options.question, "history": options.history}
    _print(_asked(bot, row), options, config, _show_answer)
    return 0


def _asked(bot: Chatbot, row: Mapping[str, Any]) -> dict[str, Any]:
    return answer_fields(bot.ask(row["question"], row.get("history", ())))


def _show_answer(result: Result, language: Language) -> Iterator[str]:
    if result["resolved"] != result["question"]:
        yield message("resolved", language, question=result["resolved"])
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


def _bot(config: Config) -> Chatbot:
    from mlqa.chatbot import Chatbot

    return Chatbot.load(config.index, config)


# -- evaluation and page --------------------------------------------------------------------


def _eval(options: argparse.Namespace, config: Config) -> int:
    from mlqa.evaluation.evaluate import evaluate

    _print(evaluate(_bot(config), options.gold, options.part), options, config, _show_eval)
    return 0


def _show_eval(result: Result, language: Language) -> Iterator[str]:
    names = list(result["all"])
    yield message("cli_eval", language, **result)
    yield " ".join([f"{'':14}", *(f"{name:>18}" for name in names)])
    for kind, figures in [*result["kinds"].items(), ("all", result["all"])]:
        cells = (_cell(figures[name]) for name in names)
        yield " ".join([f"{kind:14}", *(f"{cell:>18}" for cell in cells)])


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def _serve(options: argparse.Namespace, config: Config) -> int:
    # Before Gradio, which takes seconds to load: an error in the index should not wait for it.
    bot = _bot(config)
    bot.warm_up()
    from mlqa.service.ui import serve

    serve(
        bot,
        host=options.host or config.host,
        port=config.port if options.port is None else options.port,
        on_ready=lambda url: print(message("page_ready", config.language, url=url), flush=True),
    )
    return 0
