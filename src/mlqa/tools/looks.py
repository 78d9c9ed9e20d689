"""How plots look: the colours of a light and a dark page, markers, dashes and hatchings.

The colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which people with any
kind of colour vision tell apart, and each series has a marker and dashes (bars: a hatching) of its
own for print without colour.
"""

from __future__ import annotations

from typing import Any, NamedTuple

_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
_DASHES: tuple[Any, ...] = (
    "-",
    (0, (6, 2)),
    (0, (2, 1.5)),
    (0, (6, 2, 1.5, 2)),
    (0, (10, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
)
_HATCHES = ("", "//", "..", "xx", "\\\\", "++", "oo", "--")


class Look(NamedTuple):
    """Colours of a page."""

    ground: str
    ink: str
    grid: str
    colours: tuple[str, ...]

    def colour(self, place: int) -> str:
        """Of a series."""
        return self.colours[place % len(self.colours)]


LIGHT = Look(
    "#ffffff",
    "#1f2328",
    "#d0d7de",
    ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"),
)
DARK = Look(
    "#16181d",
    "#e6edf3",
    "#3d444d",
    ("#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#d55e00", "#ffffff"),
)


def marker(place: int) -> str:
    """Of a series."""
    return _MARKERS[place % len(_MARKERS)]


def dashes(place: int) -> Any:  # noqa: ANN401 - a name or lengths, as matplotlib takes them
    """Of a series."""
    return _DASHES[place % len(_DASHES)]


def hatching(place: int) -> str:
    """Of the bars of a series."""
    return _HATCHES[place % len(_HATCHES)]
