"""Figures past the thresholds of the settings, for use in continuous integration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from mlqa.errors import ConfigError
from mlqa.evaluation.figures import FIGURES, SMALLER_IS_BETTER

_ROUNDING = 1e-9  # a mean of nine tenths may be a bit less than 0.9


class Shortfall(NamedTuple):
    """A figure that is worse than it may be.

    Attributes:
        name: The threshold's name: a figure, or ``kind/figure``.
        value: The figure; None where there was nothing to measure, which is no pass.
        threshold: The least value, or the largest of a figure of which smaller is better.
        is_least: Which of the two.
    """

    name: str
    value: float | None
    threshold: float
    is_least: bool


def check_names(thresholds: Iterable[str], kinds: Iterable[str] | None = None) -> None:
    """Checks that thresholds name figures.

    Args:
        thresholds: Names, each a figure or ``kind/figure``.
        kinds: Kinds of questions that were asked; None where that is not known yet.

    Raises:
        ConfigError: One does not.
    """
    known = None if kinds is None else tuple(kinds)
    for threshold in thresholds:
        kind, _, name = threshold.rpartition("/")
        if name not in FIGURES:
            raise ConfigError("config_threshold", name=threshold, names=", ".join(FIGURES))
        if kind and known is not None and kind not in known:
            names = ", ".join(f"{other}/{name}" for other in known)
            raise ConfigError("config_threshold", name=threshold, names=names)


def shortfalls(summary: Mapping[str, Any], thresholds: Mapping[str, float]) -> list[Shortfall]:
    """Figures that are worse than their threshold.

    Args:
        summary: What ``figures.summarise`` gives.
        thresholds: Least or largest values by name.

    Raises:
        ConfigError: A threshold names no figure.
    """
    check_names(thresholds, summary["kinds"])
    found: list[Shortfall] = []
    for threshold, limit in thresholds.items():
        kind, _, name = threshold.rpartition("/")
        value = (summary["kinds"][kind] if kind else summary["all"]).get(name)
        sign = -1 if name in SMALLER_IS_BETTER else 1
        if value is None or sign * value < sign * limit - _ROUNDING:
            found.append(Shortfall(threshold, value, limit, is_least=sign > 0))
    return found
