"""Plots as pictures, the only importer of matplotlib.

Labels are set in NanumGothic, which a dependency carries, so that Korean is drawn on machines
without a Korean font; in an SVG letters are outlines. Nothing global of matplotlib is changed but
for the list of fonts that it knows.
"""

from __future__ import annotations

import io
import math
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal
from xml.sax.saxutils import quoteattr

from mlqa.schema import Plot, Series
from mlqa.tools.drawable import distances, finite, number
from mlqa.tools.looks import DARK, LIGHT, Look, dashes, hatching, marker

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

PictureFormat = Literal["svg", "png"]

FAMILY = "NanumGothic"
_FALLBACK = "DejaVu Sans"  # matplotlib's own, for signs that NanumGothic lacks
_MARKED = 8
_BOLD = 700
_CROWDED = 28
_DPI = 144
_PAD = 0.12
# matplotlib says itself that it is not made for several threads at once.
_drawing = Lock()


def draw(
    plot: Plot,
    picture: PictureFormat = "svg",
    *,
    dark: bool = False,
    width: float = 7.2,
    height: float = 4.2,
) -> bytes:
    """A plot as a picture.

    Args:
        plot: What is drawn; values that are not finite leave gaps.
        picture: ``svg`` (one element, to be put into a page as it is) or ``png``.
        dark: Light lines on a dark ground.
        width: Inches; a PNG has 144 pixels an inch.
        height: Inches.
    """
    from matplotlib.figure import Figure

    look = DARK if dark else LIGHT
    with _drawing:
        figure = Figure(figsize=(width, height), facecolor=look.ground, layout="constrained")
        figure.get_layout_engine().set(w_pad=_PAD, h_pad=_PAD)  # type: ignore[union-attr, call-arg]
        axes = figure.add_subplot(facecolor=look.ground)
        _draw_field(figure, axes, plot, look)
        shapes = {"lines": _draw_lines, "points": _draw_points, "bars": _draw_bars}
        shapes[plot.kind](axes, plot, look)
        _draw_marks(axes, plot, look)
        _scale(axes, plot)
        _letter(axes, plot, look)
        file = io.BytesIO()
        if picture == "png":
            figure.savefig(file, format="png", dpi=_DPI)
            return file.getvalue()
        nobody = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(file, format="svg", metadata=nobody)
    svg = file.getvalue().decode("utf-8")
    named = f'<svg role="img" aria-label={quoteattr(" ".join(plot.title.split()))} '
    return svg[svg.index("<svg") :].replace("<svg ", named, 1).encode("utf-8")


@cache
def _font_file(weight: str = "") -> Path:
    """A font file of koreanize-matplotlib; importing that package would change global settings."""
    spec = find_spec("koreanize_matplotlib")
    places = spec.submodule_search_locations if spec else None
    return Path((places or ["."])[0], "fonts", f"{FAMILY}{weight}.ttf")


@cache
def _font(size: float, weight: int = 400) -> FontProperties:
    from matplotlib.font_manager import FontProperties, fontManager

    _known(fontManager)
    return FontProperties(family=[FAMILY, _FALLBACK], size=size, weight=weight)


@cache
def _known(fonts: Any) -> None:  # noqa: ANN401 - matplotlib's manager
    """Tells the font manager of our fonts, once."""
    fonts.addfont(_font_file())
    fonts.addfont(_font_file("Bold"))
    # It calls itself semibold, and matplotlib would say of each title what it took instead.
    fonts.ttflist[-1] = replace(fonts.ttflist[-1], weight=_BOLD)


@cache
def _signs() -> frozenset[int]:
    """Code points that one of the fonts can draw."""
    from matplotlib import get_data_path
    from matplotlib.ft2font import FT2Font

    files = (_font_file(), Path(get_data_path(), "fonts/ttf/DejaVuSans.ttf"))
    return frozenset(sign for file in files for sign in FT2Font(str(file)).get_charmap())


def _written(text: object) -> str:
    """A text with a square for every sign that no font has."""
    return "".join(
        letter if ord(letter) in _signs() else "□" for letter in " ".join(str(text).split())
    )


def _draw_field(figure: Figure, axes: Axes, plot: Plot, look: Look) -> None:
    if plot.field is None:
        return
    values = [finite(row) for row in plot.field.values]
    # As a picture inside the SVG: ten thousand little squares would be megabytes.
    mesh = axes.pcolormesh(
        plot.field.x, plot.field.y, values, shading="nearest", cmap="cividis", rasterized=True
    )
    bar = figure.colorbar(mesh, ax=axes, format=number)
    bar.outline.set_edgecolor(look.grid)
    bar.ax.tick_params(color=look.grid)
    for label in bar.ax.get_yticklabels():
        label.set(fontproperties=_font(9), color=look.ink)


def _band(axes: Axes, series: Series, colour: str) -> None:
    if series.low:
        axes.fill_between(
            finite(series.x),
            finite(series.low),
            finite(series.high),
            color=colour,
            alpha=0.18,
            linewidth=0,
        )


def _draw_lines(axes: Axes, plot: Plot, look: Look) -> None:
    for place, series in enumerate(plot.series):
        colour = look.colour(place)
        _band(axes, series, colour)
        axes.plot(
            finite(series.x),
            finite(series.y),
            color=colour,
            linestyle=dashes(place),
            linewidth=1.8,
            marker=marker(place),
            markersize=5,
            markevery=max(1, len(series.x) // _MARKED),
            label=_written(series.label),
        )


def _draw_points(axes: Axes, plot: Plot, look: Look) -> None:
    for place, series in enumerate(plot.series):
        colour = look.colour(place)
        x, y = finite(series.x), finite(series.y)
        if series.low:
            ends = distances(series)
            axes.errorbar(x, y, yerr=ends, fmt="none", ecolor=colour, elinewidth=1, capsize=3)
        axes.scatter(
            x,
            y,
            s=26,
            color=colour,
            marker=marker(place),
            edgecolors=look.ground,
            linewidths=0.6,
            label=_written(series.label),
            zorder=3,
        )


def _draw_bars(axes: Axes, plot: Plot, look: Look) -> None:
    names = list(dict.fromkeys(name for series in plot.series for name in series.x))
    width = 0.8 / max(1, len(plot.series))
    for place, series in enumerate(plot.series):
        shift = (place - (len(plot.series) - 1) / 2) * width
        axes.bar(
            [names.index(name) + shift for name in series.x],
            finite(series.y),
            width,
            yerr=distances(series) if series.low else None,
            color=look.colour(place),
            hatch=hatching(place),
            edgecolor=look.ground,
            linewidth=0.8,
            error_kw={"ecolor": look.ink, "capsize": 3, "elinewidth": 1},
            label=_written(series.label),
        )
    shown = [name if isinstance(name, str) else number(name) for name in names]
    axes.set_xticks(range(len(names)), [_written(name) for name in shown])
    if sum(len(name) for name in shown) > _CROWDED:
        axes.tick_params(axis="x", labelrotation=30)
        for label in axes.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")


def _draw_marks(axes: Axes, plot: Plot, look: Look) -> None:
    for place, label in plot.marks:
        if not math.isfinite(place):
            continue
        axes.axvline(place, color=look.ink, linewidth=1, linestyle=(0, (1, 2)), zorder=1)
        axes.annotate(
            _written(label),
            (place, 1),
            xycoords=("data", "axes fraction"),
            xytext=(4, -4),
            textcoords="offset points",
            rotation=90,
            va="top",
            fontproperties=_font(9),
            color=look.ink,
            parse_math=False,
        )


def _scale(axes: Axes, plot: Plot) -> None:
    """Straight or logarithmic axes; one that has no positive value stays straight."""
    seen = [
        (0.0 if plot.kind == "bars" else x, y)
        for series in plot.series
        for x, y in zip(finite(series.x), finite(series.y), strict=True)
        if not math.isnan(y)
    ]
    if plot.log_y and any(y > 0 for _, y in seen):
        axes.set_yscale("log", nonpositive="mask")
        _label_between(axes.yaxis)
    if plot.log_x and any(x > 0 for x, _ in seen):
        axes.set_xscale("log", nonpositive="mask")
        _label_between(axes.xaxis)
    elif plot.kind != "bars" and all(x == round(x) for x, _ in seen if not math.isnan(x)):
        axes.locator_params(axis="x", integer=True)  # there are no 2.5 layers
    axes.yaxis.set_major_formatter(number)
    if plot.kind != "bars":
        axes.xaxis.set_major_formatter(number)


def _label_between(axis: Axis) -> None:
    """Numbers between the powers of ten, where matplotlib finds the axis too short without."""
    from matplotlib.ticker import LogFormatter

    chosen = LogFormatter()
    chosen.set_axis(axis)

    def label(value: float, _place: float) -> str:
        chosen.set_locs([])  # it looks at the limits of the axis, which are known by now
        return number(value) if chosen(value) else ""

    axis.set_minor_formatter(label)


def _letter(axes: Axes, plot: Plot, look: Look) -> None:
    """Title, labels, legend and grid."""
    ink: dict[str, Any] = {"color": look.ink, "parse_math": False}
    axes.set_title(_written(plot.title), loc="left", fontproperties=_font(12, _BOLD), **ink)
    axes.set_xlabel(_written(plot.x_label), fontproperties=_font(10), **ink)
    axes.set_ylabel(_written(plot.y_label), fontproperties=_font(10), **ink)
    axes.tick_params(which="both", color=look.grid)
    for label in (*axes.get_xticklabels(which="both"), *axes.get_yticklabels(which="both")):
        label.set(fontproperties=_font(9), **ink)
    for name, spine in axes.spines.items():
        spine.set_color(look.grid)
        spine.set_visible(name in {"left", "bottom"})
    if plot.field is None:
        axes.grid(axis="y" if plot.kind == "bars" else "both", color=look.grid, linewidth=0.6)
        axes.set_axisbelow(True)
    if len(plot.series) > 1 or (plot.series and plot.field is not None):
        legend = axes.legend(
            prop=_font(9), facecolor=look.ground, edgecolor=look.grid, labelcolor=look.ink
        )
        for text in legend.get_texts():
            text.set_parse_math(False)
