"""Real PDF, Word and Hangul files for the tests, written here and now."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

SIZE = 10.0
LEFT, TOP, PITCH = 60.0, 760.0, 16.0


class Put(NamedTuple):
    """A piece of text on a page, its lower left corner in points from the page's."""

    text: str
    x: float = LEFT
    y: float = TOP
    size: float = SIZE
    turned: float = 0


def korean_font() -> Path:
    """The font of the tools' plots; its package is not imported, which would change matplotlib."""
    spec = find_spec("koreanize_matplotlib")
    assert spec is not None
    assert spec.origin is not None
    return next(Path(spec.origin).parent.rglob("NanumGothic.ttf"))


def write_pdf(path: Path, pages: Iterable[Sequence[Put]]) -> Path:
    """A PDF on A4 whose text is in an embedded Korean font."""
    import matplotlib as mpl
    from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    with mpl.rc_context({"pdf.fonttype": 42}), PdfPages(path) as book:
        for page in pages:
            figure = Figure(figsize=(595 / 72, 842 / 72))
            FigureCanvasPdf(figure)
            for put in page:
                font = FontProperties(fname=str(korean_font()), size=put.size)
                place = (put.x / 595, put.y / 842)
                figure.text(*place, put.text, fontproperties=font, rotation=put.turned)
            book.savefig(figure)
    return path


def column(lines: Sequence[str], *, x: float = LEFT, top: float = TOP) -> list[Put]:
    """Lines one below the other."""
    return [Put(line, x, top - PITCH * number) for number, line in enumerate(lines)]


def wrapped(text: str, width: float, *, words: bool = False) -> list[str]:
    """A text in lines of so many syllables' width, broken anywhere or between words.

    As everywhere, a line does not begin with a full stop, a comma or a space.
    """
    lines, start, cut = list[str](), 0, 0
    for place in range(1, len(text) + 1):
        if sum(1.0 if letter > "\u1100" else 0.35 for letter in text[start:place]) > width:
            lines.append(text[start:cut].strip())
            start = cut + (text[cut] == " ")
        if place == len(text) or (text[place] not in ".,?)" and (not words or text[place] == " ")):
            cut = place
    return [*lines, text[start:].strip()]


def raw_pdf(content: bytes, font: bytes, extra: Sequence[bytes] = ()) -> bytes:
    """A PDF of one page written by hand, for fonts that no library here writes."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        font,
        *extra,
    ]
    data, places = b"%PDF-1.4\n", list[int]()
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        start,
    )


HH, HS, HP = (
    f"http://www.hancom.co.kr/hwpml/2011/{name}" for name in ("head", "section", "paragraph")
)
# Shapes of paragraphs as Hangul numbers them: text, outline 1 and 2, numbers, bullets.
SHAPES = {"text": 0, "outline1": 1, "outline2": 2, "number": 3, "bullet": 4}
HEADER = (
    f'<hh:head xmlns:hh="{HH}"><hh:refList><hh:paraProperties itemCnt="5">'
    '<hh:paraPr id="0"><hh:heading type="NONE" idRef="0" level="0"/></hh:paraPr>'
    '<hh:paraPr id="1"><hh:heading type="OUTLINE" idRef="0" level="0"/></hh:paraPr>'
    '<hh:paraPr id="2"><hh:heading type="OUTLINE" idRef="0" level="1"/></hh:paraPr>'
    '<hh:paraPr id="3"><hh:heading type="NUMBER" idRef="1" level="0"/></hh:paraPr>'
    '<hh:paraPr id="4"><hh:heading type="BULLET" idRef="1" level="0"/></hh:paraPr>'
    '</hh:paraProperties><hh:styles itemCnt="3"><hh:style id="0" type="PARA" name="바탕글"/>'
    '<hh:style id="1" type="PARA" name="개요 3"/><hh:style id="2" type="PARA" name="차례 1"/>'
    "</hh:styles></hh:refList></hh:head>"
)


def hwpx_p(inner: str, shape: str = "text", style: int = 0) -> str:
    """A paragraph; what is given is XML, or plain text."""
    run = inner if inner.startswith("<") else f"<hp:t>{escape(inner)}</hp:t>"
    return (
        f'<hp:p id="0" paraPrIDRef="{SHAPES[shape]}" styleIDRef="{style}">'
        f'<hp:run charPrIDRef="0">{run}</hp:run><hp:linesegarray/></hp:p>'
    )


def hwpx_table(rows: Sequence[Sequence[str]]) -> str:
    cells = (
        "".join(f"<hp:tc><hp:subList>{hwpx_p(cell)}</hp:subList></hp:tc>" for cell in row)
        for row in rows
    )
    return "<hp:tbl>" + "".join(f"<hp:tr>{row}</hp:tr>" for row in cells) + "</hp:tbl>"


def write_hwpx(
    path: Path, *sections: Sequence[str], parts: Mapping[str, str] | None = None
) -> Path:
    """A Hangul file; further parts take the place of those of the same name."""
    manifest = '<odf:manifest xmlns:odf="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    whole = {"Contents/header.xml": HEADER, "META-INF/manifest.xml": manifest}
    for number, paragraphs in enumerate(sections):
        body = "".join(paragraphs)
        whole[f"Contents/section{number}.xml"] = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>'
            f'<hs:sec xmlns:hs="{HS}" xmlns:hp="{HP}">{body}</hs:sec>'
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/hwp+zip", zipfile.ZIP_STORED)
        for name, text in {**whole, **(parts or {})}.items():
            archive.writestr(name, text)
    return path


def repacked(path: Path, changes: Mapping[str, bytes]) -> Path:
    """The container with some parts changed or added."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**parts, **changes}.items():
            archive.writestr(name, data)
    path.write_bytes(held.getvalue())
    return path
