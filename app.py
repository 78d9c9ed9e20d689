"""Starts the chat page: ``python app.py`` is ``mlqa serve``."""

from __future__ import annotations

import sys

from mlqa.cli import run

if __name__ == "__main__":
    sys.exit(run(["serve", *sys.argv[1:]]))
