"""``mlqa eval``: the gold set asked and scored."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from mlqa.cli.common import Commands, Parser, Result, add_command, load_bot, show_result
from mlqa.config import Config
from mlqa.messages import Language, message


def add(commands: Commands, common: Parser) -> None:
    """Adds ``mlqa eval``."""
    evaluate = add_command(commands, common, "eval", _eval, "평가 질문으로 점수 매기기")
    evaluate.add_argument("--gold", type=Path, default=Path("eval/gold.jsonl"), metavar="FILE")
    evaluate.add_argument("--part", choices=("train", "test", "all"), default="test")


def _eval(options: argparse.Namespace, config: Config) -> int:
    from mlqa.evaluation.evaluate import evaluate

    show_result(evaluate(load_bot(config), options.gold, options.part), options, config, _show_eval)
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
