"""The command line: commands, exit codes, and the only place that prints.

Exit codes: 0 done, 1 an error of ours in one line on standard error, 2 wrong usage. Each file
below holds one family of commands.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from mlqa.cli import bench, evaluation, feedback, index, mcp, questions, serve, tools
from mlqa.cli.common import Parser
from mlqa.config import load_config
from mlqa.errors import MlqaError, MlqaWarning
from mlqa.messages import Language, message


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
        with warnings.catch_warnings():
            warnings.simplefilter("always", MlqaWarning)
            warnings.showwarning = partial(_show_warning, language, warnings.showwarning)
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


def _show_warning(
    language: Language,
    others: Callable[..., None],
    warning: Warning | str,
    *where: Any,  # noqa: ANN401 - as Python calls it
) -> None:
    """A warning of ours in one line, as it would be read; others as Python shows them."""
    if isinstance(warning, MlqaWarning):
        print(" ".join(warning.text(language).split()), file=sys.stderr)
    else:
        others(warning, *where)


def _close_output() -> None:
    """Lets what is still to be written go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> Parser:
    common = Parser(add_help=False)
    common.add_argument("--index", type=Path, metavar="DIR", help="색인 폴더 (기본: index)")
    common.add_argument("--json", action="store_true", help="결과를 JSON으로 출력")
    common.add_argument("--language", choices=("ko", "en"), help="메시지 언어 (기본: ko)")
    parser = Parser(prog="mlqa", description=message("cli_description"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for family in (index, questions, evaluation, feedback, bench, tools, serve, mcp):
        family.add(commands, common)
    return parser
