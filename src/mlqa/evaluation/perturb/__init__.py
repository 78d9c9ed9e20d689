"""The same question as other people would type it: each kind of change has a file of its own.

A change never alters what is asked, so the gold answer stays. It is the same at every run; where
there are several ways to make it, the seed picks one.
"""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal["no_spaces", "josa", "typo", "nfd", "keyboard", "polite", "plain", "terms"]
KINDS: tuple[Kind, ...] = get_args(Kind)
