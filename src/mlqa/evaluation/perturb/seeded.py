"""Choices that look like chance and are the same on every machine and at every run."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")


def pick(options: Sequence[T], seed: str) -> T:
    """One of some options.

    Args:
        options: At least one.
        seed: The same seed and options give the same choice.
    """
    number = int.from_bytes(sha256(seed.encode()).digest()[:8], "big")
    return options[number % len(options)]
