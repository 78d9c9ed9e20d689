"""Pictures: Korean that is really drawn, gaps and logarithms, nothing global touched."""

from __future__ import annotations

import io
import itertools
import math
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from matplotlib import get_data_path
from matplotlib.ft2font import FT2Font
from PIL import Image

from mlqa.schema import Field, Plot, Series
from mlqa.tools import drawing
from mlqa.tools.drawing import draw
from mlqa.tools.looks import DARK, LIGHT

NAN, INF = float("nan"), float("inf")
SVG = "{http://www.w3.org/2000/svg}"


def plot(kind: str = "lines", **changed: Any) -> Plot:
    series = tuple(
        Series(
            label=label,
            x=("하나", "둘", "셋") if kind == "bars" else (1, 2, 3),
            y=(scale * 1.0, scale * 2.0, scale * 3.0),
            low=(scale * 0.5, scale * 1.5, scale * 2.0),
            high=(scale * 1.5, scale * 2.5, scale * 4.0),
        )
        for label, scale in (("표준", 1), ("배치 정규화", 2))
    )
    fields: dict[str, Any] = {
        "name": "p",
        "title": "손실의 크기",
        "kind": kind,
        "x_label": "단계",
        "y_label": "손실",
        "series": series,
        "table": "t",
    }
    return Plot(**{**fields, **changed})


def tree(svg: bytes) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own


def drawn(svg: bytes) -> set[str]:
    """Ids of the outlines of letters, as ``outline`` makes them."""
    return {str(path.get("id")) for path in tree(svg).iter(f"{SVG}path") if path.get("id")}


PLAIN = drawing._font_file()
BOLD = drawing._font_file("Bold")
FALLBACK = Path(get_data_path(), "fonts/ttf/DejaVuSans.ttf")


def outline(letter: str, file: Path = PLAIN) -> str:
    """Id of a letter's outline: the font and the number of its glyph there."""
    font = FT2Font(str(file))
    number = font.get_char_index(ord(letter))
    assert number > 0, f"{file.name} lacks {letter}"
    return f"{font.postscript_name}-{number:x}"


@pytest.mark.parametrize("kind", ["lines", "bars", "points"])
@pytest.mark.parametrize("dark", [False, True])
def test_every_kind_is_one_svg_element_with_its_name(kind: str, dark: bool) -> None:
    svg = draw(plot(kind), dark=dark)
    root = tree(svg)
    assert root.tag == f"{SVG}svg"
    assert svg.startswith(b"<svg")
    assert (root.get("role"), root.get("aria-label")) == ("img", "손실의 크기")
    assert not list(root.iter(f"{SVG}script"))


def test_korean_is_drawn_in_the_font_that_came_with_us() -> None:
    seen = drawn(draw(plot()))
    assert {outline(letter, BOLD) for letter in "손실의크기"} <= seen
    assert {outline(letter) for letter in "단계표준배치정규화"} <= seen


def test_minus_is_a_minus() -> None:
    svg = draw(plot(series=(Series(label="s", x=(-2, 0, 2), y=(-1.0, 0.0, 1.0)),)))
    assert outline("−", FALLBACK) in drawn(svg)  # NanumGothic has none
    assert outline("-") not in drawn(svg)


def test_letters_that_no_font_has_and_formulas_are_text(recwarn: pytest.WarningsRecorder) -> None:
    odd = '<b>"$x_1$ & 🙂\n∇β½→'
    root = tree(draw(plot(title=odd, x_label=odd, marks=((2.0, odd),))))
    assert root.get("aria-label") == " ".join(odd.split())
    assert not list(recwarn)
    assert drawing._written(odd) == '<b>"$x_1$ & □ ∇β½→'


@pytest.mark.parametrize("log", list(itertools.product([False, True], repeat=2)))
@pytest.mark.parametrize(
    "values", [(NAN, 1.0, INF), (NAN, NAN, NAN), (0.0, -1.0, 0.0), (1e-300, 1.0, 1e300)]
)
@pytest.mark.parametrize("kind", ["lines", "bars", "points"])
def test_gaps_and_nothing_to_see_are_drawn(
    kind: str, values: tuple[float, ...], log: tuple[bool, bool]
) -> None:
    series = (Series(label="s", x=(1, 2, 3), y=values), Series(label="t", x=(), y=()))
    tree(draw(plot(kind, series=series, log_x=log[0], log_y=log[1])))


@pytest.mark.parametrize(
    ("values", "shown", "left_out"),
    [
        ((0.2, 0.5, 3.0), "0.12346", "5789"),
        ((2.1, 2.3, 2.6), "2.13456", "0789"),
        ((0.002, 0.004, 0.008), "0.2346", "15789"),
        ((1e-6, 1.0, 100.0), "0.1e56", "234789"),
    ],
)
def test_a_short_logarithmic_axis_has_a_few_plain_numbers(
    values: tuple[float, ...], shown: str, left_out: str
) -> None:
    series = (Series(label="가", x=values, y=values),)
    seen = drawn(draw(plot(series=series, log_x=True, log_y=True)))
    assert {outline(letter) for letter in shown} <= seen
    assert not {outline(letter) for letter in "$\\{}" + left_out} & seen


def test_no_series_at_all_is_an_empty_frame() -> None:
    tree(draw(plot(series=())))


def test_field_lies_below_the_points_as_one_picture() -> None:
    places = tuple(i / 50 for i in range(100))
    values = tuple(tuple(math.hypot(x, y) for x in places) for y in places)
    svg = draw(plot("points", field=Field(x=places, y=places, values=values)))
    assert len(list(tree(svg).iter(f"{SVG}image"))) >= 1
    assert len(svg) < 300_000


def colours(picture: bytes) -> set[object]:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    return {colour for _, colour in image.getcolors(image.width * image.height) or ()}


def test_series_have_the_colours_that_everybody_tells_apart() -> None:
    bright, dark = (draw(plot(), "png", dark=is_dark) for is_dark in (False, True))
    assert {(0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00), (255, 255, 255)} <= colours(bright)
    assert {(0x56, 0xB4, 0xE9), (0xE6, 0x9F, 0x00), (0x16, 0x18, 0x1D)} <= colours(dark)
    assert Image.open(io.BytesIO(bright)).size == (1036, 604)


def test_series_differ_without_colour() -> None:
    many = tuple(Series(label=f"{i}", x=(1, 2), y=(1.0, float(i))) for i in range(7))
    root = tree(draw(plot(series=many)))
    styles = [str(path.get("style")) for path in root.iter(f"{SVG}path")]
    dashes = {part for style in styles for part in style.split(";") if "dasharray" in part}
    assert len(dashes) >= 5


def test_luminance_of_series_and_ground_differ() -> None:
    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for look in (LIGHT, DARK):
        for colour in (look.ink, *look.colours[:3]):
            dim, bright = sorted((luminance(colour), luminance(look.ground)))
            assert (bright + 0.05) / (dim + 0.05) >= 3


def test_many_threads_may_draw() -> None:
    pictures: list[bytes] = []
    threads = [Thread(target=lambda: pictures.append(draw(plot(), "png"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(pictures)) == 1
    assert len(pictures) == 4


def test_nothing_global_is_changed_and_nothing_is_said() -> None:
    code = (
        "import sys, matplotlib as m; "  # asking for the backend would load pyplot
        "look = lambda: {key: m.rcParams[key] for key in m.rcParams if key != 'backend'}; "
        "before = look(); "
        "sys.path.insert(0, 'tests'); from test_drawing import plot; "
        "from mlqa.tools.drawing import draw; draw(plot(title='한글 −')); "
        "assert look() == before; "
        "assert not {'koreanize_matplotlib', 'matplotlib.pyplot'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
