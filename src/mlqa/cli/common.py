"""What all commands share: the parser, and how a result is printed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from mlqa.config import Config
from mlqa.messages import Language

if TYPE_CHECKING:
    from mlqa.chatbot import Chatbot

Result = Mapping[str, Any]
Show = Callable[[Result, Language], Iterator[str]]
Command = Callable[[argparse.Namespace, Config], int]


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Ends with status 2."""
        self.exit(2, f"{self.prog}: {message} (`{self.prog} --help`)\n")


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


def add_command(
    commands: Commands, common: Parser, name: str, command: Command, text: str
) -> argparse.ArgumentParser:
    """Adds a command that takes the common flags."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, parents=[common], help=text, description=text
    )
    parser.set_defaults(command=command)
    return parser


def positive(text: str) -> int:
    """A whole number from 1, for argparse."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"not a whole number from 1: {text!r}")
    return int(text)


def show_result(result: Result, options: argparse.Namespace, config: Config, show: Show) -> None:
    """Prints a result, as JSON where that was asked for."""
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        for line in show(result, config.language):
            print(line)


def load_bot(config: Config) -> Chatbot:
    """The chatbot on the current index."""
    from mlqa.chatbot import Chatbot

    return Chatbot.load(config.index, config)
