"""``mlqa eval``: the gold set asked and scored, and two such runs compared."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlqa.cli.common import Commands, Parser, Result, Show, add_command, load_bot, show_result
from mlqa.config import Config
from mlqa.evaluation.perturb import KINDS
from mlqa.messages import Language, message

if TYPE_CHECKING:
    from mlqa.evaluation.measures import Judge

# Questions that went worse, shown for each kind; all of them are in the JSON.
_SHOWN = 5
_LEAST_P = 0.001


def add(commands: Commands, common: Parser) -> None:
    """Adds ``mlqa eval``."""
    evaluate = add_command(commands, common, "eval", _eval, "평가 질문으로 점수 매기기")
    evaluate.add_argument("--gold", type=Path, default=Path("eval/gold.jsonl"), metavar="FILE")
    evaluate.add_argument("--part", choices=("train", "test", "all"), default="test")
    evaluate.add_argument(
        "--out", type=Path, metavar="RUN.json", help="질문마다의 결과까지 JSON 파일로 적기"
    )
    evaluate.add_argument(
        "--judge",
        metavar="MODEL",
        help="답을 채점할 언어 모델: openai:모델, local:모델 (기본: 없음)",
    )
    what = evaluate.add_mutually_exclusive_group()
    what.add_argument(
        "--report", type=Path, metavar="FILE.html", help="그림과 틀린 질문이 있는 보고서 적기"
    )
    what.add_argument(
        "--compare",
        type=Path,
        nargs=2,
        metavar=("RUN_A", "RUN_B"),
        help="--out으로 적은 두 실행 견주기(묻지 않음)",
    )
    what.add_argument(
        "--perturb",
        nargs="*",
        choices=KINDS,
        metavar="KIND",
        help=f"질문을 다르게 적어서 다시 묻고 견주기: {', '.join(KINDS)} (기본: 모두)",
    )
    what.add_argument(
        "--routing",
        type=Path,
        nargs="?",
        const=Path("eval/routing.jsonl"),
        metavar="FILE",
        help="요청을 도구와 인자로 바르게 읽는지 재기(색인 없이, 기본 파일 eval/routing.jsonl)",
    )


def _eval(options: argparse.Namespace, config: Config) -> int:
    if options.compare:
        return _compare(options, config)
    if options.perturb is not None:
        return _perturb(options, config)
    if options.routing:
        return _routing(options, config)
    from mlqa.evaluation.evaluate import assess
    from mlqa.evaluation.figures import summarise
    from mlqa.evaluation.report import write_report
    from mlqa.evaluation.runs import check_writable, save_run
    from mlqa.evaluation.thresholds import check_names, shortfalls

    check_names(config.eval_thresholds)
    for path in filter(None, (options.out, options.report)):
        check_writable(path)
    judge = _judge(options.judge, config) if options.judge else None
    run = assess(load_bot(config), options.gold, options.part, judge)
    summary = summarise(run)
    found = shortfalls(summary, config.eval_thresholds)
    if options.out:
        save_run(run, summary, options.out)
    if options.report:
        write_report(run, summary, options.report, config.language, config.eval_thresholds)
    show_result(summary, options, config, _show_eval)
    _say_written(options, config)
    for shortfall in found:
        print(_shortfall(shortfall._asdict(), config.language), file=sys.stderr)
    return 1 if found else 0


def _judge(name: str, config: Config) -> Judge | None:
    """A language model as judge, with the settings of the one that words answers."""
    from mlqa.answer.generators import make_generator
    from mlqa.evaluation.judging import GeneratorJudge

    generator = make_generator(config.model_copy(update={"generator": name}))
    if generator is None:
        return None
    return GeneratorJudge(generator, config.generator_timeout, config.generator_tokens)


def _perturb(options: argparse.Namespace, config: Config) -> int:
    from mlqa.evaluation.robustness import robustness

    kinds = options.perturb or KINDS
    result = robustness(load_bot(config), options.gold, options.part, kinds)
    return _show_and_keep(result, options, config, _show_robustness)


def _compare(options: argparse.Namespace, config: Config) -> int:
    from mlqa.evaluation.comparing import compare
    from mlqa.evaluation.runs import load_run

    first, second = options.compare
    result = compare(load_run(first), load_run(second))
    return _show_and_keep(result, options, config, _show_comparison)


def _routing(options: argparse.Namespace, config: Config) -> int:
    from mlqa.evaluation.routing import assess_routing

    result = assess_routing(options.routing, options.part)
    return _show_and_keep(result, options, config, _show_routing)


def _show_and_keep(result: Result, options: argparse.Namespace, config: Config, show: Show) -> int:
    """Prints a result, and writes it as JSON where a file is named."""
    from mlqa.evaluation.runs import write_text

    if options.out:
        write_text(options.out, json.dumps(result, ensure_ascii=False) + "\n")
    show_result(result, options, config, show)
    _say_written(options, config)
    return 0


def _say_written(options: argparse.Namespace, config: Config) -> None:
    for path in filter(None, (options.out, options.report)):
        if not options.json:
            print(message("cli_eval_saved", config.language, path=path))


def _show_eval(result: Result, language: Language) -> Iterator[str]:
    yield message("cli_eval", language, **result)
    kinds = result["kinds"]
    rows = (
        [name, _with_ends(value, result["intervals"]["all"].get(name), "")]
        + [_cell(figures[name]) for figures in kinds.values()]
        for name, value in result["all"].items()
    )
    yield from _table(["", "all", *kinds], list(rows))
    yield message("cli_eval_cells", language)
    yield message("cli_eval_risk", language, **result["risk_coverage"])


def _show_comparison(result: Result, language: Language) -> Iterator[str]:
    yield message("cli_compare", language, **result)
    for name, run in (("A", result["first"]), ("B", result["second"])):
        settings = ", ".join(f"{key}={value}" for key, value in run["settings"].items()) or "-"
        yield message("cli_compare_run", language, **{**run, "name": name, "settings": settings})
    kinds = result["kinds"]
    rows: list[list[str]] = []
    for name, found in result["all"].items():
        row = [name, *["-"] * 4]
        if found:
            ends = [found["low"], found["high"]]
            p = f"<{_LEAST_P}" if found["p"] < _LEAST_P else f"{found['p']:.3f}"
            row = [name, _cell(found["first"]), _cell(found["second"])]
            row += [_with_ends(found["value"], ends, "+"), p]
        row += [f"{of[name]['value']:+.3f}" if of.get(name) else "-" for of in kinds.values()]
        rows.append(row)
    yield from _table(["", "A", "B", "A-B", "p", *kinds], rows)
    yield message("cli_compare_cells", language)


def _show_routing(result: Result, language: Language) -> Iterator[str]:
    yield message("cli_routing", language, **result)
    for kind, counts in result["kinds"].items():
        yield f"  {kind:12} {counts['right']:>4} / {counts['requests']}"
    for miss in result["wrong"]:
        yield ""
        yield message("cli_routing_wrong", language, **miss)


def _shortfall(found: Mapping[str, Any], language: Language) -> str:
    """One line for a figure past its threshold."""
    if found["value"] is None:
        return message("cli_eval_nothing", language, **found)
    return message("cli_eval_least" if found["is_least"] else "cli_eval_largest", language, **found)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns as wide as they need to be, the first to the left and numbers to the right."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for first, *cells in (heads, *rows):
        right = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        yield "  ".join([first.ljust(widths[0]), *right])


def _with_ends(value: float | None, ends: Sequence[float] | None, sign: str) -> str:
    """A figure and its interval; both ends have their place in a column of them."""
    if ends is None or value is None:
        return _cell(value) + " " * len(" [0.000, 0.000]")
    low, high = (f"{end:{sign}.3f}" for end in ends)
    return f"{value:{sign}.3f} [{low}, {high}]"


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def _show_robustness(result: Result, language: Language) -> Iterator[str]:
    kinds = result["kinds"].items()
    yield message("cli_eval", language, **result)
    counts = ("changed", "answerable")
    names = list(next(iter(result["kinds"].values()))["drop"])
    columns = [*(f"{name:>11}" for name in counts), *(f"{name:>21}" for name in names)]
    yield " ".join([f"{'':10}", *columns])
    for kind, found in kinds:
        cells = [*(f"{found[name]:>11}" for name in counts)]
        for name in names:
            before, after, drop = (_cell(found[part][name]) for part in ("before", "after", "drop"))
            cells.append(f"{before}→{after} ({drop})".rjust(21))
        yield " ".join([f"{kind:10}", *cells])
    yield message("cli_perturb_cells", language)
    if result["worst"]["drop"] is not None:
        values = {**result["worst"], "drop": _cell(result["worst"]["drop"])}
        yield message("cli_perturb_worst", language, **values)
    for kind, found in kinds:
        if found["example"]:
            yield ""
            yield message("cli_perturb_example", language, kind=kind, **found["example"])
        for broken in found["broken"][:_SHOWN]:
            yield "  " + _broken(broken, language)
        if len(found["broken"]) > _SHOWN:
            yield "  " + message("cli_perturb_more", language, count=len(found["broken"]) - _SHOWN)


def _broken(broken: Result, language: Language) -> str:
    """One question that went worse, and how."""
    before, after = ("-" if rank is None else rank for rank in broken["rank"].values())
    if before != after:
        return message("cli_perturb_rank", language, **broken, before=before, after=after)
    key = "cli_perturb_declined" if broken["declined"]["after"] else "cli_perturb_answered"
    return message(key, language, **broken)
