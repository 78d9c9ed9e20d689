"""``mlqa bench``: retrieval and answers on data of others, one or two configurations."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlqa.cli.common import Commands, Parser, Result, add_command, positive, show_result
from mlqa.config import Config, load_config
from mlqa.messages import Language, message

_LEAST_P = 0.001


def add(commands: Commands, common: Parser) -> None:
    """Adds ``mlqa bench``."""
    bench = add_command(commands, common, "bench", _bench, "남의 평가 자료로 검색 재기")
    bench.add_argument(
        "dataset", type=Path, metavar="DATASET", help="KorQuAD JSON, BEIR 폴더, AutoRAG 폴더"
    )
    bench.add_argument("--limit", type=positive, metavar="N", help="무작위로 고른 질문 N개만 묻기")
    bench.add_argument(
        "--seed", type=_whole, default=0, metavar="N", help="무작위의 시드 (기본: 0)"
    )
    bench.add_argument(
        "--set", type=_setting, action="append", default=[], metavar="KEY=VALUE", help="설정 바꾸기"
    )
    bench.add_argument(
        "--against",
        type=_setting,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="이 설정과 견주기(여러 번 가능)",
    )
    bench.add_argument(
        "--answers", action="store_true", help="챗봇에게도 물어 답이 정답을 말하는지 재기"
    )
    bench.add_argument("--no-titles", action="store_true", help="구절의 제목은 색인하지 않기")


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"not a whole number from 0: {text!r}")
    return int(text)


def _setting(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not (key and sign):
        raise argparse.ArgumentTypeError(f"not KEY=VALUE: {text!r}")
    if key == "glossary":
        raise argparse.ArgumentTypeError("no glossary is used on data sets of others")
    return key, value


def _bench(options: argparse.Namespace, config: Config) -> int:
    from mlqa.evaluation.answers import read_answers
    from mlqa.evaluation.benchmark import benchmark, compare
    from mlqa.evaluation.datasets import read_dataset

    # Both before the first run: a mistake in the second should not show after minutes.
    configs = [_configured(config, options.set)]
    if options.against:
        configs.append(_configured(config, options.against))
    dataset = read_dataset(options.dataset)
    answers = read_answers(options.dataset) if options.answers else None
    first, *others = (
        benchmark(
            dataset,
            configured,
            limit=options.limit,
            seed=options.seed,
            titles=not options.no_titles,
            answers=answers,
            progress=_progress,
        )
        for configured in configs
    )
    result: dict[str, Any] = {**first.fields(), "against": None, "differences": None}
    for second in others:
        result["against"] = second.fields()
        result["differences"] = compare(first, second).fields()["differences"]
    show_result(result, options, config, _show_bench)
    return 0


def _configured(config: Config, settings: Sequence[tuple[str, str]]) -> Config:
    return load_config(**{"language": config.language, "index": config.index, **dict(settings)})


def _progress(queries: Sequence[str]) -> Iterable[str]:
    """Shows a bar on standard error where that is a terminal."""
    from tqdm import tqdm

    bar: Iterable[str] = tqdm(queries, disable=None, leave=False)
    return bar


def _show_bench(result: Result, language: Language) -> Iterator[str]:
    sampled = result["queries"] < result["total"]
    yield message("cli_bench_sample" if sampled else "cli_bench", language, **result)
    if result["refused"]:
        yield message("cli_bench_refused", language, **result)
    reports = [result] if result["against"] is None else [result, result["against"]]
    for name, report in zip("AB", reports, strict=False):
        yield f"{name}: {_settings(report)}"
    yield from _table(reports, result["differences"])
    for name, report in zip("AB", reports, strict=False):
        speed = report["speed"]
        yield f"{name}: " + message("cli_bench_query", language, **speed)
        yield f"{name}: " + message("cli_bench_cost", language, **speed)
        if replies := report["replies"]:
            wait = replies["first_sentence"]
            said = {"queries": report["queries"], **replies, **wait}
            yield f"{name}: " + message("cli_bench_replies", language, **said)


def _settings(report: Result) -> str:
    settings = {"titles": report["titles"], **report["settings"]}
    return ", ".join(f"{key}={value}" for key, value in settings.items())


def _table(
    reports: Sequence[Result], differences: Mapping[str, Mapping[str, float]] | None
) -> Iterator[str]:
    names = "AB"[: len(reports)]
    heads = [*names, "A-B", "p"] if differences else [*names]
    yield " ".join([f"{'':13}", *(f"{head:>22}" for head in heads)])
    for name in reports[0]["figures"]:
        cells = [_figure(report["figures"][name], "") for report in reports]
        if differences:
            p = differences[name]["p"]
            shown = f"<{_LEAST_P}" if p < _LEAST_P else f"{p:.3f}"
            cells += [_figure(differences[name], "+"), shown]
        yield " ".join([f"{name:13}", *(f"{cell:>22}" for cell in cells)])


def _figure(figure: Mapping[str, float], sign: str) -> str:
    return f"{figure['value']:{sign}.3f} [{figure['low']:{sign}.3f}, {figure['high']:{sign}.3f}]"
