"""Takes the furniture of web pages out of a text, line by line, and says what it took.

The rules know what Korean blogs put around an essay (brunch, Tistory, Velog, Naver, Jekyll themes).
A rule matches whole lines. One that leaves room for free words never takes a sentence; weaker ones
look only at the lines around the essay, or next to furniture that is certain. Listings and formulas
are left alone, and what stays is character for character what was there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mlqa.schema import Removed
from mlqa.text.bylines import Byline, read_byline
from mlqa.text.lines import (
    ITEM,
    NUMBERED,
    UNDERLINE,
    Line,
    ends_like_sentence,
    is_title_like,
    is_underlined,
    split_lines,
)
from mlqa.text.regions import find_regions

# How many lines with text at the top may be the page's header.
_HEAD_LINES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A text without furniture.

    Attributes:
        text: What stays.
        removed: What was taken out, in order.
        author: From a byline, empty if there is none.
        date: From a byline: an ISO date, as written where day and month cannot be told apart.
    """

    text: str
    removed: tuple[Removed, ...]
    author: str = ""
    date: str = ""


class _Rule(NamedTuple):
    """A kind of furniture: its name and the lines that are it."""

    name: str
    pattern: re.Pattern[str]


def _rule(name: str, *patterns: str) -> _Rule:
    return _Rule(
        name, re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
    )


_SITES = r"(?:unsplash|pexels|pixabay|flickr|freepik|shutterstock|getty ?images|wikimedia commons)"
_POST_TOOLS = "(?:공유하기|게시글 관리|URL ?복사|신고하기|저작자표시)"
_AGENCIES = "연합뉴스|뉴시스|게티이미지(?:뱅크|코리아)?|셔터스톡|클립아트코리아|언스플래시|픽사베이"
_PHOTO = "(?:photo|image|picture|illustration|cover|video)s?(?: (?:photo|image))?"
_SERVICES = (
    r"(?:페이스북|트위터|인스타그램|유튜브|링크드인|카카오톡|카카오스토리|네이버 ?밴드|깃허브"
    r"|브런치|블로그|텔레그램|facebook|twitter|x|instagram|youtube|linkedin|kakao(?:talk|story)?|github|blog"
    r"|telegram|threads)"
)

# Lines that are furniture wherever they stand.
_EXACT = (
    _rule(
        "navigation",
        r"(?:본문|메뉴|컨텐츠|콘텐츠|(?:주|하단|상단) ?메뉴)(?:으로|로)? ?(?:영역(?:으로)? ?)?"
        r"(?:바로 ?가기|건너뛰기)",
        r"skip to (?:main )?(?:content|navigation)",
        r"(?:맨 ?위로|상단으로)(?: ?가기| ?이동)?|back to top",
        r"(?:사이드바|메뉴|검색창?) ?(?:열기|닫기)(?:/닫기)?",
    ),
    _rule("motto", r"you can make anything", r"by writing"),
    _rule(
        "reader_tools",
        r"작품 ?선택|키워드 ?선택(?: ?\d+ ?/ ?\d+)?(?: ?\d+)?|댓글 ?여부",
        r"본문 기타 기능|이 글에 공감한 블로거 열고 닫기|공감한 사람 보러가기",
        r"댓글을 (?:작성|입력)하세요\.?|\d+개의 댓글|댓글 ?쓰기|비밀글로 남기기|목록 ?보기",
    ),
    _rule("browser_note", r"브런치는 최신 브라우저에 최적화.{0,60}"),
    _rule("advertisement", r"반응형|\d{3}x\d{2,3}|advertisement|\(adsbygoogle.*"),
    _rule(
        "share_link",
        rf"{_POST_TOOLS}(?:\s+{_POST_TOOLS})*",
        rf"{_SERVICES}(?:으로|로|에)? ?공유(?:하기)?",
        rf"(?:share|tweet) (?:this|on|to|via)(?: {_SERVICES})?",
        # A label and an address: the author's page elsewhere.
        rf"{_SERVICES}(?: (?:페이지|주소|계정|채널|링크|바로가기)){{0,2}} ?[:：] ?<?https?://\S+>?",
    ),
    _rule(
        "pager",
        r"매거진의 (?:이전|다음) ?글(?:\s.{0,80}[^.!…])?",
        r"(?:이전|다음) ?(?:글|포스트)\s*[:<>«»‹›←→].{0,80}[^.!…]",
    ),
    _rule("related_posts", r".{2,80} \(\d+\)\s+\d{4}\.\d{2}\.\d{2}\.?"),
    _rule(
        "photo_credit",
        rf"{_PHOTO} (?:by|from|via|courtesy of) .{{1,60}}? (?:on|from|via|at) {_SITES}\.?",
        rf"{_PHOTO} (?:by|from|via) {_SITES}\.?",
        # Without a site the name has to look like one: up to four capitalised words.
        r"(?-i:Photo|Image|Picture|Illustration)s? by(?-i:(?: @?[A-Z][\w.'’-]*){1,4})",
        rf"(?:사진|이미지|그림) ?[:=] ?.{{0,30}}(?:{_SITES}|제공|{_AGENCIES})",
        rf"(?:사진|이미지|그림) ?[:=] ?{_SITES}의 .{{1,40}}",
        rf"(?:출처 ?[:=] ?)?{_SITES}",
    ),
    _rule("bare_url", r"<?(?:https?://|www\.)\S+>?", r"\[[^\]^][^\]]*\]:\s*<?https?://\S+>?.*"),
    _rule(
        "image_only",
        r"(?:\[?!\[[^\]]*\]\([^)]*\)(?:\]\([^)]*\))?\s*)+(?:\{:?[^}]*\})?",
        r"<img\b[^>]*>|\[##_Image\|.*_##\]",
    ),
    _rule(
        "markup_leftover",
        r"<br\s*/?>|<!--(?:(?!-->).)*-->|&nbsp;|#{1,6}",
        r"\{:[^}]*\}|\{%.*%\}|\[\[?_?toc_?\]?\]|\* toc",
    ),
)

# Lines with free words at their end: never taken where they are a sentence.
_OPEN = (
    _rule("related_posts", r"['‘\"].{1,60}['’\"] 카테고리의 다른 글"),
    _rule("photo_credit", r"(?:사진|이미지|그림) ?출처 ?[:=]? ?.{1,60}"),
)

# Words of menus and footers that are words of essays too: taken only next to other furniture.
_NEARBY = (
    _rule(
        "platform",
        r"brunch(?: ?story)?|tistory|velog|medium|naver|티스토리(?: ?툴바)?|브런치(?:스토리)?",
    ),
    _rule(
        "menu",
        r"홈|home|태그|tags?|방명록|카테고리|categories|분류 전체보기|미디어로그|위치로그|about",
        r"archives?|posts?|글쓰기|관리자?|검색(?:하기)?|search|로그인|log ?in|로그아웃|회원가입",
        r"구독(?:하기)?|subscribe|메뉴|menu|목록|최근 ?글|공지사항|전체 ?글|이웃추가|인쇄|더 ?보기",
        r"(?:좋아요|공감|댓글|조회수?|팔로워) ?\d*|팔로우|이전|다음|\d{1,3}",
    ),
)

_MOTTO_AUTHOR = re.compile(r"[A-Z][\w.]*(?:\s?[A-Z][\w.]+){0,3}")
_ACCOUNT = re.compile(r"@?[A-Za-z0-9][\w.-]{1,30}")
_LINK = re.compile(r"(?<!!)\[([^\[\]]*)\]\([^()\s]*\)")
_SEPARATOR = re.compile(r"(?:[-=_*─━═—–]\s*)+")
# Furniture that stands around an essay, so that a menu's word next to it is a menu's word too.
_AROUND = frozenset({
    "navigation", "motto", "reader_tools", "browser_note", "share_link", "pager", "related_posts",
    "platform", "menu", "site_name", "account", "byline",
})  # fmt: skip
_SITE_NAME_LENGTH = 24


def clean(text: str, *, plain: bool = False, first_line: int = 1) -> Cleaned:
    """The text without the lines that are furniture of a web page.

    Args:
        text: Normalised text.
        plain: Whether the text has no mark-up, as for ``find_blocks``.
        first_line: Number that the text's first line has in its file.
    """
    lines = split_lines(text)
    page = _Page(lines, plain=plain)
    page.judge()
    removed = tuple(
        Removed(line=first_line + number, text=lines[number].text, reason=page.reasons[number])
        for number in sorted(page.reasons)
    )
    kept = "\n".join(line.text for number, line in enumerate(lines) if number not in page.reasons)
    return Cleaned(text=kept, removed=removed, author=page.byline.author, date=page.byline.date)


class _Page:
    """The lines of a page and why each one that goes has to go."""

    def __init__(self, lines: Sequence[Line], *, plain: bool) -> None:
        self.lines = lines
        self.reasons: dict[int, str] = {}
        self.byline = Byline()
        kept = {
            number
            for region in find_regions(lines, plain=plain).values()
            for number in range(region.first, region.last)
        }
        self.content = [
            number for number, line in enumerate(lines) if not line.is_blank and number not in kept
        ]

    def judge(self) -> None:
        """Certain furniture first, then what can be told by standing next to it."""
        for place, number in enumerate(self.content):
            reason = self._certain(place)
            if reason:
                self.reasons[number] = reason
        before = -1
        while len(self.reasons) != before:
            before = len(self.reasons)
            self._judge_nearby()
        self._judge_site_name()

    def _text(self, place: int) -> str:
        # With plain single spaces: editors put no-break spaces anywhere.
        return " ".join(self.lines[self.content[place]].text.split())

    def _reason(self, place: int) -> str:
        if not 0 <= place < len(self.content):
            return ""
        return self.reasons.get(self.content[place], "")

    def _certain(self, place: int) -> str:
        text = self._text(place)
        if _SEPARATOR.fullmatch(text):
            number = self.content[place]
            is_underline = number > 0 and is_underlined(self.lines, number - 1)
            return "" if is_underline else "separator"
        byline = read_byline(text, at_top=place < _HEAD_LINES)
        if byline is not None:
            self.byline = self.byline.filled(byline)
            return "byline"
        without_links = _LINK.sub(r"\1", text).strip("*_ ")
        rules = _EXACT if ends_like_sentence(text) else (*_EXACT, *_OPEN)
        for rule in rules:
            if rule.pattern.fullmatch(text) or rule.pattern.fullmatch(without_links):
                return rule.name
        return ""

    def _judge_nearby(self) -> None:
        places = range(len(self.content))
        for place in (*places, *reversed(places)):
            text, number = self._text(place), self.content[place]
            around = {self._reason(place - 1), self._reason(place + 1)}
            if number in self.reasons or not around & _AROUND:
                continue
            previous = "" if place == 0 else self._text(place - 1).lower()
            for rule in _NEARBY:
                if rule.pattern.fullmatch(text):
                    self.reasons[number] = rule.name
            if previous == "by writing" and _MOTTO_AUTHOR.fullmatch(text):
                self.reasons[number] = "motto"
            # Below the comments of a page stands the name of who is logged in.
            if previous.startswith("댓글") and _ACCOUNT.fullmatch(text):
                self.reasons[number] = "account"

    def _judge_site_name(self) -> None:
        """The line behind 'skip to content' is the site's name if the essay's title follows it."""
        for place in range(1, min(len(self.content) - 1, _HEAD_LINES)):
            text, number = self._text(place), self.content[place]
            following = next(
                (
                    self._text(later)
                    for later in range(place + 1, len(self.content))
                    if not self._reason(later)
                ),
                "",
            )
            if (
                number not in self.reasons
                and self._reason(place - 1) == "navigation"
                and len(text) <= _SITE_NAME_LENGTH
                and not NUMBERED.match(text)
                and not UNDERLINE.match(text)
                and not ITEM.match(following)
                and not NUMBERED.match(following)
                and not text.startswith("#")
                and is_title_like(text)
                and is_title_like(following.lstrip("# "))
            ):
                self.reasons[number] = "site_name"
                return
