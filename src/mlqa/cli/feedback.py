"""``mlqa feedback``: what users think of answers, for people and for the gold set."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlqa.cli.common import Commands, Parser, Result, add_command, positive, show_result
from mlqa.config import Config
from mlqa.errors import StorageError
from mlqa.messages import Language, message

if TYPE_CHECKING:
    from mlqa.service.feedback import Feedback


def add(commands: Commands, common: Parser) -> None:
    """Adds ``mlqa feedback``."""
    parser = commands.add_parser("feedback", help="답에 대한 의견 보기와 내보내기")
    family = parser.add_subparsers(required=True, metavar="COMMAND")
    export = add_command(family, common, "export", _export, "의견을 한 줄에 JSON 하나로 적기")
    gold = add_command(family, common, "gold", _gold, "의견으로 평가 질문의 초안 적기(검토용)")
    for command in (export, gold):
        command.add_argument("--out", type=Path, metavar="FILE", help="적을 파일(기본: 화면)")
    declined = add_command(family, common, "declined", _declined, "답하지 못한 질문, 많은 것부터")
    declined.add_argument("--limit", type=positive, default=50, metavar="N", help="보일 질문의 수")


def _export(options: argparse.Namespace, config: Config) -> int:
    from mlqa.service.feedback import opinion_fields

    return _write(map(opinion_fields, _feedback(config).opinions()), options, config)


def _gold(options: argparse.Namespace, config: Config) -> int:
    from mlqa.service.feedback import gold_candidates

    return _write(gold_candidates(_feedback(config).opinions()), options, config)


def _declined(options: argparse.Namespace, config: Config) -> int:
    feedback = _feedback(config)
    result = {
        **feedback.counts()._asdict(),
        "declined": [found._asdict() for found in feedback.declined(options.limit)],
    }
    show_result(result, options, config, _show_declined)
    return 0


def _show_declined(result: Result, language: Language) -> Iterator[str]:
    yield message("feedback_counts", language, **result)
    for found in result["declined"]:
        yield message("feedback_declined", language, **found)
    if not result["declined"]:
        yield message("feedback_declined_none", language)


def _feedback(config: Config) -> Feedback:
    from mlqa.service.database import Database
    from mlqa.service.feedback import Feedback

    return Feedback(Database(config.data))


def _write(rows: Iterable[Mapping[str, Any]], options: argparse.Namespace, config: Config) -> int:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    if options.out is None:
        for line in lines:
            print(line)
        return 0
    try:
        options.out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        reason = error.strerror or error
        raise StorageError("feedback_output", path=options.out, reason=reason) from None
    result = {"count": len(lines), "path": str(options.out)}
    show_result(result, options, config, _show_written)
    return 0


def _show_written(result: Result, language: Language) -> Iterator[str]:
    yield message("feedback_written", language, **result)
