"""``mlqa serve``: the chat page, the HTTP API and MCP in one process."""

from __future__ import annotations

import argparse
import gc

from mlqa.cli.common import Commands, Parser, add_command, load_bot
from mlqa.config import Config
from mlqa.messages import message


def add(commands: Commands, common: Parser) -> None:
    """Adds ``mlqa serve``."""
    serve = add_command(commands, common, "serve", _serve, "대화 화면과 HTTP API, MCP 열기")
    serve.add_argument("--host", metavar="ADDRESS")
    serve.add_argument("--port", type=int, metavar="PORT")


def _serve(options: argparse.Namespace, config: Config) -> int:
    # Before Gradio, which takes seconds to load: an error in the index should not wait for it.
    bot = load_bot(config)
    bot.warm_up()
    from mlqa.service.api.guard import is_loopback
    from mlqa.service.desk import Desk
    from mlqa.service.knowledge import KnowledgeBases
    from mlqa.service.ui import serve

    host = options.host or config.host
    knowledge = KnowledgeBases(bot, is_local=is_loopback(host))
    serve(
        knowledge.bot,
        desk=Desk(knowledge.bot, bot.runner),
        knowledge=knowledge,
        host=host,
        port=config.port if options.port is None else options.port,
        on_ready=lambda url: _tell(url, config),
    )
    return 0


def _tell(url: str, config: Config) -> None:
    # What is there by now stays: looking through it for garbage would hold up answers, 0.2 s each.
    gc.freeze()
    print(message("page_ready", config.language, url=url), flush=True)
