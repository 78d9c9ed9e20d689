"""The only importer of pdfminer: the lines of a PDF with their places on the page.

Runs in a process of its own (see ``isolated``). pdfminer is all Python, knows the Korean character
maps (KSCms-UHC, KSC-EUC, UniKS), and says where each character stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from mlqa.errors import CorpusError
from mlqa.text.limits import LONGEST_TEXT

# A line costs as much as so many characters: a page of single letters is long, too.
_LINE = 40
_UNKNOWN = re.compile(r"\(cid:\d+\)")
_BOLD = re.compile("bold|black|heavy|extrab", re.IGNORECASE)
# A page with a picture and fewer letters than this is a scan with a stamp or a page number.
_SCAN_LETTERS = 20
_LOST_SHARE = 0.2
_SLOPE = 0.1  # of a line of text, from which on it is turned
_PRIVATE = re.compile("[\ue000-\uf8ff\ufffd]")


class TextLine(NamedTuple):
    """A line of text on a page; the origin is the lower left corner, the unit 1/72 inch.

    Attributes:
        text: What it says, with the spaces at its end.
        x0: Left.
        y0: Bottom.
        x1: Right.
        y1: Top.
        size: Size of its characters.
        bold: Whether most of them are bold.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool


class Page(NamedTuple):
    """A page: its lines in no order, and the text that is not upright, such as a watermark."""

    lines: list[TextLine]
    turned: str


def read_pages(path: Path, shown: str) -> list[Page]:
    """The pages of a PDF.

    Args:
        path: The file.
        shown: The file as errors name it.

    Raises:
        CorpusError: It has a password, no text or no readable characters, or is broken or too long.
    """
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LAParams
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect

    pages: list[Page] = []
    length, pictures = 0, 0
    try:
        # Without boxes_flow lines are found, and not put in an order of pdfminer's own.
        for page in extract_pages(path, laparams=LAParams(boxes_flow=None, all_texts=True)):
            found = _Page()
            found.take(page)
            pages.append(Page(found.lines, " ".join("".join(found.turned).split())))
            pictures += found.has_picture
            length += sum(len(line.text) + _LINE for line in found.lines)
            if length > LONGEST_TEXT:
                raise CorpusError("loading_too_long", path=shown, limit=LONGEST_TEXT)
    except (PDFEncryptionError, PDFPasswordIncorrect) as error:
        raise CorpusError("loading_password", path=shown) from error
    if not pages:
        raise CorpusError("loading_broken", path=shown)
    _check_text(pages, pictures, shown)
    return pages


def _check_text(pages: list[Page], pictures: int, shown: str) -> None:
    whole = "".join(line.text for page in pages for line in page.lines)
    letters = sum(character.isalnum() for character in _UNKNOWN.sub("", whole))
    lost = len(_UNKNOWN.findall(whole)) + len(_PRIVATE.findall(whole))
    if lost > (letters + lost) * _LOST_SHARE:
        share = round(100 * lost / (letters + lost))
        raise CorpusError("loading_garbled", path=shown, share=share)
    if not letters or (pictures == len(pages) and letters < _SCAN_LETTERS * len(pages)):
        raise CorpusError("loading_scan", path=shown)


class _Page:
    """Takes the lines out of pdfminer's tree."""

    def __init__(self) -> None:
        self.lines: list[TextLine] = []
        self.turned: list[str] = []
        self.has_picture = False

    def take(self, page: Any) -> None:  # noqa: ANN401 - pdfminer's items have no common type
        from pdfminer.layout import LTFigure, LTImage, LTTextBox, LTTextLine

        stack = [iter(page)]
        while stack:
            item = next(stack[-1], None)
            if item is None:
                stack.pop()
            elif isinstance(item, LTTextLine):
                self._line(item)
            elif isinstance(item, (LTFigure, LTTextBox)):
                stack.append(iter(item))
            elif isinstance(item, LTImage):
                self.has_picture = True

    def _line(self, line: Any) -> None:  # noqa: ANN401 - the same
        # pdfminer ends each line with a line end of its own.
        text = line.get_text().removesuffix("\n").replace("\n", " ")
        characters = list(_characters(line))
        if not characters or not text.strip():
            return
        if sum(map(_is_turned, characters)) * 2 > len(characters):
            self.turned.append(text)
            return
        bold = sum(bool(_BOLD.search(character.fontname)) for character in characters)
        x0, y0, x1, y1 = (round(float(edge), 1) for edge in line.bbox)
        size = round(median(float(character.size) for character in characters), 1)
        self.lines.append(TextLine(text, x0, y0, x1, y1, size, bold=bold * 2 > len(characters)))


def _is_turned(character: Any) -> bool:  # noqa: ANN401 - the same
    along, across = character.matrix[:2]
    return bool(abs(across) > _SLOPE * abs(along))


def _characters(line: Any) -> Iterator[Any]:  # noqa: ANN401 - the same
    from pdfminer.layout import LTChar

    return (character for character in line if isinstance(character, LTChar))
