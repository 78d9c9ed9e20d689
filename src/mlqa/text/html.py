"""A web page as the Markdown that its essay would have been written in."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Literal, NamedTuple

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, XMLParsedAsHTMLWarning
from bs4.element import CData, NavigableString, PageElement, Tag
from bs4.exceptions import ParserRejectedMarkup

from mlqa.errors import CorpusError
from mlqa.schema import Source
from mlqa.text.loading import decode, normalise

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# What is never part of an essay.
_DROPPED = (
    "script", "style", "nav", "header", "footer", "aside", "form", "template", "noscript",
    "button", "select", "textarea", "iframe", "object", "svg", "head",
)  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "hr", "li", "main", "ol", "p", "section", "summary",
    "table", "tbody", "tfoot", "thead", "tr", "ul", *_HEADINGS,
})  # fmt: skip
_LISTS = ("ol", "ul")
_CELLS = ("td", "th")
# Where a page may name its encoding, by the standard.
_CHARSET_BYTES = 4096
_CHARSET = re.compile(rb"<meta[^>]+?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")
_FENCE = "```"


class Page(NamedTuple):
    """What a web page holds.

    Attributes:
        text: The essay as Markdown.
        title: Its title, empty if the page names none.
        source: What the page's metadata say about author, date and address.
    """

    text: str
    title: str
    source: Source


def read_html(data: bytes, *, path: str) -> Page:
    """The essay in a web page.

    Args:
        data: The file's bytes.
        path: The file, for the message of an error.

    Raises:
        CorpusError: The file is binary, its encoding is not known, or it is no HTML.
    """
    charset = _CHARSET.search(data[:_CHARSET_BYTES])
    declared = charset[1].decode("ascii", "replace") if charset else ""
    text = normalise(decode(data, path=path, declared=declared))
    with warnings.catch_warnings():
        # Both warn of what is meant here: XHTML, and a page as short as a file name.
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        try:
            soup = BeautifulSoup(text, "html.parser")
        except (ParserRejectedMarkup, AssertionError) as error:
            raise CorpusError("corpus_unreadable", path=path, reason="HTML") from error
    root = _content(soup)
    title, source = _title(soup, root), _source(soup)
    _keep_formulas(soup)
    for tag in (*root.find_all(_DROPPED), *root.find_all(hidden=True), *_drawn(root)):
        tag.decompose()
    return Page(normalise(_Writer().write(root)), title, source)


def _content(soup: BeautifulSoup) -> Tag:
    """The part of the page that holds the essay, the whole page where none is marked."""
    main = soup.find("main") or soup.find(role="main")
    whole = main if main and main.get_text(strip=True) else soup
    articles = [tag for tag in whole.find_all("article") if tag.get_text(strip=True)]
    if len(articles) == 1:
        return articles[0]
    if whole is not soup:
        return whole
    return soup.body or soup


def _meta(soup: BeautifulSoup, *names: str) -> str:
    for name in names:
        for key in ("property", "name"):
            tag = soup.find("meta", attrs={key: name})
            content = tag.get("content") if isinstance(tag, Tag) else None
            if isinstance(content, str) and content.strip():
                return " ".join(content.split())
    return ""


def _title(soup: BeautifulSoup, root: Tag) -> str:
    """The essay's own title: the title of a page has the name of its site in it."""
    heading = root.find("h1")
    element = soup.title
    candidates = (
        heading.get_text() if heading else "",
        _meta(soup, "og:title"),
        element.get_text() if element else "",
    )
    return next((" ".join(title.split()) for title in candidates if title.strip()), "")


def _source(soup: BeautifulSoup) -> Source:
    date = re.match(r"\d{4}-\d{2}-\d{2}", _meta(soup, "article:published_time", "date"))
    return Source(
        author=_meta(soup, "author", "article:author", "og:article:author"),
        date=date[0] if date else "",
        url=_meta(soup, "og:url"),
    )


def _keep_formulas(soup: BeautifulSoup) -> None:
    """KaTeX and MathJax draw formulas with many elements; their source is put in their place."""
    for annotation in soup.find_all("annotation", attrs={"encoding": "application/x-tex"}):
        math = annotation.find_parent("math")
        if math is not None:
            marks = "$$" if math.get("display") == "block" else "$"
            math.replace_with(f"{marks}{annotation.get_text().strip()}{marks}")
    for script in soup.find_all("script", type=re.compile("^math/tex")):
        marks = "$$" if "display" in str(script.get("type")) else "$"
        script.replace_with(f"{marks}{script.get_text().strip()}{marks}")


def _drawn(root: Tag) -> list[Tag]:
    """What is there for the eye only, such as the drawing of a formula or a link's icon."""
    return [tag for tag in root.find_all(True) if tag.get("aria-hidden") == "true"]


class _Event(NamedTuple):
    """A step of a walk through a page."""

    kind: Literal["start", "end", "text"]
    name: str = ""
    text: str = ""
    tag: Tag | None = None


def _walk(root: Tag) -> Iterator[_Event]:
    """The page in reading order, without recursion: pages nest deeper than Python's stack."""
    stack: list[tuple[Tag, Iterator[PageElement]]] = [(root, iter(list(root.contents)))]
    while stack:
        tag, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield _Event("end", tag.name)
        elif isinstance(child, Tag):
            yield _Event("start", child.name, tag=child)
            # A listing is taken as it is; nothing in it is looked at.
            inner = [] if child.name == "pre" else list(child.contents)
            stack.append((child, iter(inner)))
        elif isinstance(child, NavigableString) and type(child) in {NavigableString, CData}:
            yield _Event("text", text=str(child))


class _Writer:
    """Writes Markdown from the events of a walk."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.items: list[bool] = []
        self.lists: list[int | None] = []
        self.buffer: list[str] = []
        self.prefix = ""

    def write(self, root: Tag) -> str:
        for event in _walk(root):
            if event.kind == "text":
                self.buffer.append(re.sub(r"\s+", " ", event.text))
            elif event.kind == "start" and event.tag is not None:
                self._start(event.name, event.tag)
            elif event.kind == "end":
                self._end(event.name)
        self._flush()
        written: list[str] = []
        for place, part in enumerate(self.parts):
            follows = place + 1 < len(self.parts)
            tight = not follows or (self.items[place] and self.items[place + 1])
            written += (part, "\n" if tight else "\n\n")
        return "".join(written)

    def _start(self, name: str, tag: Tag) -> None:
        if name == "br":
            self.buffer.append("\n")
        elif name in _CELLS:
            self.buffer.append(" | " if "".join(self.buffer).strip() else "")
        elif name == "pre":
            self._listing(tag)
        elif name in _BLOCKS:
            self._flush()
            if name in _LISTS:
                self.lists.append(1 if name == "ol" else None)
            elif name == "li":
                self.prefix = self._marker()
            elif name in _HEADINGS:
                self.prefix = "#" * int(name[1]) + " "

    def _end(self, name: str) -> None:
        if name not in _BLOCKS:
            return
        self._flush()
        if name in _LISTS and self.lists:
            self.lists.pop()
        if name == "li" or name in _HEADINGS:
            self.prefix = ""

    def _marker(self) -> str:
        """The mark of the next item, indented by how deep its list is."""
        indent = "  " * max(len(self.lists) - 1, 0)
        number = self.lists[-1] if self.lists else None
        if number is None:
            return indent + "- "
        self.lists[-1] = number + 1
        return f"{indent}{number}. "

    def _flush(self) -> None:
        """Ends the paragraph, item or heading that is being written."""
        text = _SPACES.sub(" ", "".join(self.buffer))
        self.buffer.clear()
        lines = [line.strip() for line in text.split("\n")]
        text = " ".join(filter(None, lines)) if self.prefix else "\n".join(lines).strip()
        if not text:
            return
        is_item = bool(self.prefix) and not self.prefix.startswith("#")
        self.parts.append(self.prefix + re.sub(r"\n{3,}", "\n\n", text))
        self.items.append(is_item)
        self.prefix = ""

    def _listing(self, tag: Tag) -> None:
        self._flush()
        for line_break in tag.find_all("br"):
            line_break.replace_with("\n")
        code = normalise(tag.get_text()).strip("\n")
        if not code.strip():
            return
        longest = max((len(run) for run in re.findall("`{3,}", code)), default=0)
        fence = "`" * max(len(_FENCE), longest + 1)
        self.parts.append(f"{fence}\n{code}\n{fence}")
        self.items.append(False)
