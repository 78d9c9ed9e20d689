"""``python -m mlqa`` and the ``mlqa`` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and exits with its status."""
    from mlqa.cli import run  # noqa: PLC0415 - so that importing the package starts nothing

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
