"""``mlqa tool``: the experiments of the essays, listed, described and run."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlqa.cli.common import Commands, Parser, Result, add_command, show_result
from mlqa.config import Config
from mlqa.errors import StorageError
from mlqa.messages import Language, message

if TYPE_CHECKING:
    from mlqa.schema import ToolCall
    from mlqa.tools.events import Progress, Waiting
    from mlqa.tools.limits import Argument
    from mlqa.tools.registry import Tool

_CLAIM = "- {quote} ({document_id})"


def add(commands: Commands, common: Parser) -> None:
    """Adds ``mlqa tool …``."""
    tools = commands.add_parser("tool", help="글에 나오는 실험을 도구로 실행하기")
    actions = tools.add_subparsers(required=True, metavar="ACTION")
    add_command(actions, common, "list", _list, "쓸 수 있는 도구")
    show = add_command(actions, common, "show", _show, "도구의 인자와 범위, 기본값")
    show.add_argument("name", metavar="NAME", help="도구 이름")
    run = add_command(actions, common, "run", _run, "도구 실행하기")
    run.add_argument("name", metavar="NAME", help="도구 이름")
    run.add_argument(
        "--arg",
        type=_pair,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="인자(여러 번 가능), 목록은 1,2,3이나 JSON",
    )
    run.add_argument("--fresh", action="store_true", help="보관된 결과가 있어도 새로 실행하기")
    run.add_argument("--plots", type=Path, metavar="DIR", help="그림(SVG)을 쓸 폴더")


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not (key and sign):
        raise argparse.ArgumentTypeError(f"not KEY=VALUE: {text!r}")
    return key.strip(), value


def _tools(config: Config) -> list[Tool]:
    from mlqa.tools import registry

    registry.use(config.tool_modules)
    return [registry.find(name) for name in registry.names()]


def _list(options: argparse.Namespace, config: Config) -> int:
    tools = [_brief(tool, config.language) for tool in _tools(config)]
    show_result({"tools": tools}, options, config, _show_list)
    return 0


def _brief(tool: Tool, language: Language) -> dict[str, Any]:
    return {"name": tool.name, "title": tool.title(language), "about": tool.about(language)}


def _show_list(result: Result, _language: Language) -> Iterator[str]:
    for tool in result["tools"]:
        yield f"{tool['name']:16} {tool['title']}: {tool['about']}"


def _show(options: argparse.Namespace, config: Config) -> int:
    from dataclasses import asdict

    from mlqa.tools.runner import Runner

    tool = Runner(config).find_tool(options.name)
    result = {
        **_brief(tool, config.language),
        "seconds": tool.seconds,
        "memory_mb": tool.memory_mb,
        "inline": tool.inline,
        "arguments": [
            _argument_fields(argument, config.language)
            for argument in tool.arguments(config.language)
        ],
        "schema": tool.schema(config.language),
        "claims": [asdict(claim) for claim in tool.claims],
    }
    show_result(result, options, config, _show_tool)
    return 0


def _argument_fields(argument: Argument, language: Language) -> dict[str, Any]:
    return {
        "name": argument.name,
        "label": argument.label,
        "required": argument.required,
        "default": argument.default,
        "allowed": argument.allowed.text(language),
    }


def _show_tool(result: Result, language: Language) -> Iterator[str]:
    yield f"{result['name']}: {result['title']}"
    yield result["about"]
    for argument in result["arguments"]:
        default = (
            message("tools_cli_required", language)
            if argument["required"]
            else message("tools_cli_default", language, value=_typed(argument["default"]))
        )
        label = "" if argument["label"] == argument["name"] else f" {argument['label']}:"
        yield f"  {argument['name']:14}{label} {argument['allowed']} ({default})"
    memory = f"{result['memory_mb']:,}"
    yield message("tools_cli_budget", language, seconds=f"{result['seconds']:g}", memory=memory)
    if result["claims"]:
        yield message("tools_cli_claims", language)
    for claim in result["claims"]:
        yield _CLAIM.format(**claim)


def _typed(value: object) -> str:
    """A value as it is typed behind ``--arg``."""
    if isinstance(value, (list, tuple)):
        return ",".join(map(str, value)) or "[]"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _run(options: argparse.Namespace, config: Config) -> int:
    from mlqa.tools.jsonable import call_fields
    from mlqa.tools.runner import Runner

    runner = Runner(config)
    tool = runner.find_tool(options.name)
    with _Bar(config.language) as bar:
        call = runner.run(
            tool, tool.from_texts(dict(options.arg)), fresh=options.fresh, progress=bar.tell
        )
    plots = _write_plots(call, options.plots) if options.plots else []
    result = {**call_fields(call), "files": [str(path) for path in plots]}
    show_result(result, options, config, lambda fields, lang: _show_call(call, fields, lang))
    return 0


class _Bar:
    """Progress on standard error: a bar on a terminal, nothing elsewhere."""

    def __init__(self, language: Language) -> None:
        from tqdm import tqdm

        self._language: Language = language
        # ``disable=None``: off where standard error is no terminal.
        self._bar = tqdm(
            total=1.0, disable=None, leave=False, bar_format="{percentage:3.0f}%|{bar}| {desc}"
        )

    def tell(self, event: Progress | Waiting) -> None:
        """Shows what a run tells."""
        from mlqa.tools.events import Waiting

        if isinstance(event, Waiting):
            text = message("tools_waiting", self._language, ahead=event.ahead)
        else:
            self._bar.n = event.share
            text = event.text
        self._bar.set_description_str(text)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()


def _write_plots(call: ToolCall, folder: Path) -> list[Path]:
    """Draws the plots of a run into a folder.

    Raises:
        StorageError: The folder cannot be written.
    """
    from mlqa.tools.drawing import draw

    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for plot in call.result.plots:
            path = folder / f"{call.name}-{plot.name}.svg"
            path.write_bytes(draw(plot))
            paths.append(path)
    except OSError as error:
        reason = error.strerror or error
        raise StorageError("tools_cli_plots", path=folder, reason=reason) from None
    return paths


def _show_call(call: ToolCall, fields: Mapping[str, Any], language: Language) -> Iterator[str]:
    from mlqa.tools.plain import to_text

    if call.stored:
        yield message("tools_cli_stored", language, ran_at=call.ran_at)
    yield to_text(call.result, language)
    yield ""
    if call.defaulted:
        shown = ", ".join(f"{name}={_typed(call.arguments[name])}" for name in call.defaulted)
        yield message("tools_cli_defaulted", language, arguments=shown)
    yield message("tools_cli_ran", language, seconds=call.seconds, digest=call.key)
    for path in fields["files"]:
        yield message("tools_cli_plot", language, path=path)
