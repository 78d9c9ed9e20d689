"""``mlqa mcp``: the tools and the knowledge base for a program that speaks MCP."""

from __future__ import annotations

import argparse

from mlqa.cli.common import Commands, Parser, add_command, load_bot
from mlqa.config import Config


def add(commands: Commands, common: Parser) -> None:
    """Adds ``mlqa mcp``."""
    add_command(commands, common, "mcp", _mcp, "표준 입출력으로 MCP 서버 실행하기")


def _mcp(_options: argparse.Namespace, config: Config) -> int:
    bot = load_bot(config)
    bot.warm_up()
    from mlqa.service.desk import Desk
    from mlqa.service.mcp import run_stdio

    run_stdio(Desk(bot, bot.runner))
    return 0
