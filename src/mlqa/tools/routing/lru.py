"""What a request for the LRU cache holds: the requests, the start, the size."""

from __future__ import annotations

import re
from typing import Any, NamedTuple, TypeAlias

from mlqa.tools.routing.comparing import read_comparison
from mlqa.tools.routing.reading import read_numbers
from mlqa.tools.routing.sheet import Sheet
from mlqa.tools.routing.words import words_of

_TOKEN = r"(?:\"[^\"\x00]{1,40}\"|'[^'\x00]{1,40}'|[^\s,;:=·→>\[\](){}<\"'\x00?!]{1,41})"  # noqa: S105
_COMMA = r"(?:\s*(?:,|;|·|→|=>|->|>|⇒)\s*(?:and\s+|then\s+|그리고\s*|마지막으로\s*)?)"
_COMMAS = re.compile(rf"{_TOKEN}(?:{_COMMA}{_TOKEN})+")
_SPLIT = re.compile(rf"{_COMMA}")
_BRACKETS = re.compile(
    r"\[([^\[\]\x00]*)\]|\(([^()\x00]*,[^()\x00]*)\)|\{([^{}\x00]*)\}"
    r"|\"([^\"\x00]*[ ,][^\"\x00]*)\"|'([^'\x00]*[ ,][^'\x00]*)'"
)
_SHORT = r"(?:\d{1,9}|[a-z]\d{0,3}|[ㄱ-ㅎ])(?![0-9a-z_])"
_JOIN = (
    r"(?:\s*(?:이랑|랑|하고)\s*|\s*(?:과|와)\s*|\s+(?:그리고|다음에?|그\s?다음|이어서?|and|then|and\s+then)\s+"
    r"|\s+|\s*-\s*|\s*/\s*|\s*·\s*)"
)
_SPACED = re.compile(rf"(?<![0-9a-z_.]){_SHORT}(?:{_JOIN}{_SHORT})+", re.ASCII)
_CUT = re.compile(
    r"\s*(?:이랑|랑|하고|(?<=\w)[과와]|그리고|다음에?|그\s?다음|이어서?|\b(?:and|then)\b)\s*|[\s/·-]+",
    re.IGNORECASE,
)
_SYLLABLE = r"(?<![가-힣0-9a-z\x00])[가-힣](?![가-힣])"
_SYLLABLES = re.compile(
    rf"{_SYLLABLE}(?:(?:\s+|\s*[-/]\s*){_SYLLABLE})*(?:\s+|\s*[-/]\s*)(?:{_SYLLABLE}|[가-힣](?=[을를]|순|으?로\s))"
)
_LETTERS = re.compile(
    r"(?<![a-z])(?!(?:cached?|feed|added|add|each|dead|bead)(?![a-z])|head(?![a-z])|bad(?![a-z]))(?P<items>[a-h]{3,40})(?![a-z])"
    r"|(?<![0-9a-z가-힣])(?P<other>\d{3,40}|(?=[가-힣]{0,40}?(?P<again>[가-힣])[가-힣]{0,40}?(?P=again))[가-힣]{3,40}?)(?=\s?(?:순서로|순으로|순서대로))"
)
_WORDS = re.compile(
    r"(?:(?<=\x00)|(?<=\s)|^)(?P<items>(?:[a-z0-9]+\s){1,60}[a-z0-9]+)(?=\s?(?:을|를)?\s?(?:순서|순으로|넣|요청|차례))"
    r"|(?<=\x00)(?:에|으로|로|은|는|를)?\s?(?P<other>(?:[가-힣a-z0-9]{1,10}\s){1,60}[가-힣a-z0-9]{1,10})(?=\s?(?:을|를)?\s?(?:순서로|순으로|순서대로|차례|넣|요청))"
)
_ASKED = re.compile(r"\s?(?:을|를|으?로)?\s?(?:순|차례|넣|요청|담)")
_NO_ITEMS = frozenset(
    "좀수게것한두세네번개더또잘안못그이저및때줄중등뭐왜함꼭해줘봐로도은는을를에의"
)
_PAIRED = re.compile(
    r"(?<![가-힣])(?:[가-힣](?:와|과|이랑|랑|하고|,)\s?)+[가-힣](?=[이가을를]\s*(?:이미|먼저|미리|처음부터)?\s*(?:들어|담|있|넣|요청|차례|순))"
)
_MORE = re.compile(
    rf"\s*(?:,\s*)?(?:and|then|and\s+then|그리고|다음에?|이랑|랑|과|와|하고)\s*({_SHORT})", re.ASCII
)
_PIECE = re.compile(r"\d{1,9}|[a-z]\d{0,3}|[가-힣]")
_RANGE = re.compile(
    r"(?<![\d.])(\d{1,6})\s*(?:부터|에서|\.\.+|~)\s*(\d{1,6})\s*(?:까지|(?=\s))|from\s+(\d{1,6})\s+to\s+(\d{1,6})"
)
_PARTICLE = re.compile(
    r"(?:\s*(?:순서대로|순서로|순으로|순서|으로|을|를|로|의|번|요청|넣\S*|차례\S*|이면|입니다|이에요|예요|이요|이야)\.?)+$"
)
_HELD_AFTER = re.compile(
    r"\s*[\])\"']?\s*(?:번)?\s*(?:이|가|을|를|은|는|로|으로)?\s*(?:처음에|먼저|미리|이미|차례로|순서로|순서대로|다|꽉)?\s*(?:들어\s?(?:있|간|가\s?있|찬)|든\b|담겨|담긴|담고|차\s?있|채워|채운|있(?:고|어|다|습|음)|상태|에서\s?시작|부터\s?시작|인\s?(?:상태|캐|lru)|있는|있을|있던|시작|넣어\s?둔|넣어\s?놓|inside|already|in\s+it|in\s+the\s+cache|are\s+(?:already\s+)?(?:in|there))"
)
_HELD_BEFORE = re.compile(
    r"(?:내용|(?:현재|지금)(?:\s*캐[시쉬](?:에는?|는)?)?(?:\s*안에)?|초기\s?(?:내용|값|상태|데이터)|(?:처음|최초|시작|기존)\s?(?:내용물?|상태|값|항목|목록|원소)|(?:처음|첨)(?:에|부터)?(?:는|엔)?|시작할\s?때\s?(?:든|있는|들어\s?있는)?\s?(?:항목|것)?|이미|미리|(?:start\s+|initial\s+|starting\s+)?contents?|start(?:ing|s)?(?:\s+(?:contents?|with|from|at|off\s+with|state))?|initial(?:ly)?(?:\s+(?:contents?|holding|with|state|items|containing))?|(?:already\s+)?(?:has|have|holds|holding|contain(?:s|ing))|(?:pre-?)?(?:loaded|filled|populated)\s+with)\s*(?:내용)?\s*(?:은|는|이|가|을|를|에|엔)?\s*[:=]?\s*(?:the\s+)?(?:items?\s+)?$"
)
_ASKED_BEFORE = re.compile(
    r"(?:요청|순서|접근|입력|requests?|sequence|order|trace|access(?:es)?|gets)\s*(?:순서|목록|열|sequence)?\s*(?:은|는|이|을|를|으?로)?\s*[:=]?\s*$"
)
_SINGLE = re.compile(
    rf"({_TOKEN})\s*(?:을|를)?\s*(?:하나|한\s?번)?\s*(?:만|더)?\s*(?:넣|요청|추가)|(?:put|insert|request|access|add|push|feed)\s+(?:in\s+)?(?:the\s+)?(?:item\s+|key\s+)?({_TOKEN})|requests?\s*[:=]\s*({_TOKEN})"
)
# A size or an order is spoken of without being given.
_OTHER_SIZE = re.compile(
    r"(?:크기|사이즈|싸이즈|용량|칸\s?수)(?!\s?(?:별|에\s?따|마다|순|곡선))|더\s?(?:큰|작은)\s?(?:[캐케][시쉬]|lru)|다른\s?크기"
    r"|\b(?:size|capacity)\b(?!\s+curve)|(?:bigger|larger|smaller)\s+(?:lru|cache)",
    re.ASCII,
)
_OTHER_ORDER = re.compile(
    r"순서(?!도)|순으로|차례(?:로|대로)|요청\s?(?:목록|들)|(?:내|제|다른|이런|이|다음|아래|원하는)\s?요청|요청\s?(?:을|은)?\s?(?:바꿔|다르게|바꾸|직접|정해|따로|달리|내가|제가|줄)"
    r"|\b(?:in|with|on|using|for|give|have|the)\s+(?:this|that|the\s+following|the\s+next|my(?:\s+own)?|a\s+different|another|the\s+given|these|some)\s+(?:order|requests?|sequence|list|trace|items)"
    r"|\b(?:my(?:\s+own)?|these|the\s+following|different|other|own|following)\s+(?:order|requests?|sequence|trace|accesses)|\bin\s+order\b(?!\s+to)",
    re.ASCII,
)
_PLAIN = re.compile(r"\d{1,9}번?|[a-z]\d{0,3}(?![a-z0-9_])|[가-힣](?![가-힣])")
_TAIL = re.compile(r"[가-힣]*?(\d{1,9}|(?<![a-z])[a-z]\d{0,3}(?![a-z]))$")
_COUNTER = re.compile(r"(?<=\d)번$")
_ORDERLY = re.compile(r"순서로|순으로|순서대로|차례로|차례대로|요청")
_PAIR = 2
_MOST = 100_000  # items of a range that are written out


_Span: TypeAlias = "tuple[int, int]"


class _List(NamedTuple):
    start: int
    end: int
    items: list[str]


def read_lru(sheet: Sheet) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The arguments that are named, and those that are announced without a value."""
    text = sheet.left
    arguments = read_comparison(sheet)
    words = words_of("lru")
    for found in words.names.finditer(sheet.left):
        # (3) behind the name is a size, which is read with it
        if not re.match(r"\s*\(", sheet.left[found.end() : found.end() + 3]):
            sheet.cross(*found.span())
    if words.weak:
        sheet.take_all(words.weak)
    lists = _bracketed(sheet)
    arguments |= read_numbers(sheet, words)
    lists += _listed(sheet)
    arguments |= _sorted_out(sheet, sorted(lists))
    if "requests" not in arguments:
        arguments |= _one_request(sheet)
    missing = []
    if "requests" not in arguments and _OTHER_ORDER.search(text):
        missing.append("requests")
    if "size" not in arguments and _OTHER_SIZE.search(text):
        missing.append("size")
    return arguments, tuple(missing)


def _bracketed(sheet: Sheet) -> list[_List]:
    """Lists in brackets or quotation marks, crossed out so that nothing else is read there."""
    lists = []
    for found in sheet.take_all(_BRACKETS):
        start, end = found.span()
        inside = sheet.raw[start + 1 : end - 1]
        items = [item.strip("\"' ") for item in re.split(r"[\s,;→>]+|->", inside)]
        items = [item for item in items if item]
        if items or found[0] == "[]":
            lists.append(_List(start, end, items))
    return lists


def _listed(sheet: Sheet) -> list[_List]:
    """Ranges, items between commas and short items between spaces."""
    lists = []
    for found in sheet.take_all(_RANGE):
        first, last = (int(part) for part in found.groups() if part)
        step = 1 if last >= first else -1
        if abs(last - first) < _MOST:
            lists.append(
                _List(*found.span(), [str(item) for item in range(first, last + step, step)])
            )
    for found in list(_COMMAS.finditer(sheet.left)):
        taken = _comma_list(sheet, found)
        if taken:
            lists.append(taken)
            sheet.cross(taken.start, taken.end)
    for found in sheet.take_all(_PAIRED):
        items = re.split(r"(?:와|과|이랑|랑|하고|,)\s?", found[0])
        lists.append(_List(*found.span(), items))
    for found in [*sheet.take_all(_SPACED), *_SYLLABLES.finditer(sheet.left)]:
        raw = sheet.raw[slice(*found.span())]
        items = [item for item in _CUT.split(raw) if item]
        while items and items[-1] in _NO_ITEMS:
            items.pop()
        while items and items[0] in _NO_ITEMS:
            items.pop(0)
        said = raw[0].isascii() or _ASKED.match(sheet.left, found.end())
        if len(items) > (1 if said else 2):
            lists.append(_List(*found.span(), items))
    return lists or _words(sheet)


def _words(sheet: Sheet) -> list[_List]:
    """Words between spaces, and letters written together, where the sentence says what they are."""
    for pattern in (_LETTERS, _WORDS):
        found = pattern.search(sheet.left)
        if found:
            name = next(name for name in ("items", "other") if found[name])
            start, end = found.span(name)
            raw = sheet.raw[start:end]
            items = raw.split() if pattern is _WORDS else list(raw)
            while items and _ORDERLY.fullmatch(items[-1]):
                items.pop()
            if name == "items" or pattern is _LETTERS or len(set(items)) < len(items):
                return [_List(start, end, items)]
    return []


def _comma_list(sheet: Sheet, found: re.Match[str]) -> _List | None:
    """Items between commas; the list ends where items become words after numbers or letters."""
    spans = _beginning(sheet, _pieces(sheet, found))
    if len(spans) == 1:
        return None
    short = bool(_PLAIN.fullmatch(sheet.left, *spans[0])) and sheet.left[spans[0][0]].isascii()
    kept = _short_ones(sheet, spans) if short else spans
    items = [_COUNTER.sub("", sheet.raw[slice(*span)].strip("\"'")) for span in kept]
    end = kept[-1][1]
    if not short and len(items) == _PAIR and not _ASKED.match(sheet.left, end):
        return None  # a sentence with one comma
    if not short:
        items[-1] = _PARTICLE.sub("", items[-1]) or items[-1]
    while short and (more := _MORE.match(sheet.left, end)):
        items.append(sheet.raw[slice(*more.span(1))])
        end = more.end()
    return _List(kept[0][0], end, items) if len(items) > 1 else None


def _pieces(sheet: Sheet, found: re.Match[str]) -> list[_Span]:
    """Where the parts between the commas of a match stand."""
    start, end = found.span()
    gaps = [gap.span() for gap in _SPLIT.finditer(sheet.left, start, end)]
    starts = [start, *(last for _, last in gaps)]
    ends = [*(first for first, _ in gaps), end]
    return list(zip(starts, ends, strict=True))


def _beginning(sheet: Sheet, spans: list[_Span]) -> list[_Span]:
    """The parts from the first item on: what stands before numbers or letters is none."""
    for place, span in enumerate(spans[:-1]):
        follower = _PLAIN.match(sheet.left, *spans[place + 1])
        is_word = not _PLAIN.fullmatch(sheet.left, *span)
        if not (is_word and follower and follower[0].isascii()):
            return spans[place:]
        inner = _TAIL.fullmatch(sheet.left, *span)
        if inner:
            return [inner.span(1), *spans[place + 1 :]]
    return spans[-1:]


def _short_ones(sheet: Sheet, spans: list[_Span]) -> list[_Span]:
    """Numbers and letters up to the first part that is more than that."""
    kept: list[_Span] = []
    for first, last in spans:
        whole = _PLAIN.match(sheet.left, first, last)
        if not whole:
            break
        kept.append(whole.span())
        if whole.end() < last:
            break
    return kept


def _sorted_out(sheet: Sheet, lists: list[_List]) -> dict[str, Any]:
    """Which list is what the cache holds at the start, and which the requests."""
    found: dict[str, Any] = {}
    rest: list[_List] = []
    for one in lists:
        before = sheet.raw.lower()[max(0, one.start - 40) : one.start]
        after = _HELD_AFTER.match(sheet.raw.lower(), one.end)
        held = after or _HELD_BEFORE.search(before)
        if held and "contents" not in found:
            found["contents"] = one.items
        else:
            rest.append(one)
    if rest:
        chosen = max(
            rest,
            key=lambda one: (_is_asked(sheet, one), _shortness(one.items), len(one.items)),
        )
        found["requests"] = chosen.items
    return found


def _is_asked(sheet: Sheet, one: _List) -> bool:
    """Whether the words before a list say that these are the requests."""
    before = sheet.raw.lower()[max(0, one.start - 20) : one.start]
    return bool(_ASKED_BEFORE.search(before)) and _shortness(one.items)


def _shortness(items: list[str]) -> bool:
    """Whether these are numbers or letters rather than words of the sentence."""
    return all(_PIECE.fullmatch(item.lower()) for item in items)


def _one_request(sheet: Sheet) -> dict[str, Any]:
    found = _SINGLE.search(sheet.left)
    if not found:
        return {}
    group = next(number for number in (1, 2, 3) if found[number])
    item = _PARTICLE.sub("", sheet.raw[slice(*found.span(group))].strip("\"'"))
    if re.fullmatch(r"\d{1,9}|[A-Za-z]\d{0,3}", item) or found[0].startswith("request"):
        return {"requests": [item]}
    return {}
