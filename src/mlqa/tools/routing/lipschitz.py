"""What a request for a Lipschitz constant holds: the formula and the interval."""

from __future__ import annotations

import math
import re
from typing import Any

from mlqa.errors import ToolArgumentError
from mlqa.tools.routing.reading import read_numbers
from mlqa.tools.routing.sheet import Sheet
from mlqa.tools.routing.words import words_of

# An end of the interval: a number, perhaps times or over π.
_END = (
    r"(?:[-+]?\s?(?:(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+|\s?\^\s?\d+)?\s?\*?\s?(?:pi|π|파이)?|pi|π|파이)(?:\s?/\s?\d+(?:\.\d+)?)?"
    r"|마이너스\s?\d+(?:\.\d+)?|minus\s+\w+|[-+]?(?:\binf(?:inity)?\b|∞|무한대?)|\bnan\b"
    r"|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten)\b)"
)
_X = r"(?:\bx\s*(?:가|는|in\b|∈|(?=from\b|between\b)|=)\s*)?"
_INTERVALS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"(?:구간|범위|interval|range|domain|on|over)?\s*(?:은|는|이|을|를|of)?\s*{_X}\[\s*(?P<a>{_END})\s*[,~;]\s*(?P<b>{_END})\s*\]",
        rf"(?P<a>{_END})\s*(?:<=|≤|<|=<)\s*x\s*(?:<=|≤|<|=<)\s*(?P<b>{_END})",
        rf"{_X}(?:between|from)\s+(?P<a>{_END})\s*(?:and|to|through|till|until|up\s+to)\s*(?P<b>{_END})(?!\d|\.\d)",
        rf"{_X}(?P<a>{_END})\s*(?:에서|부터)\s*(?P<b>{_END})\s*(?:까지|사이|으로|로)?",
        rf"{_X}(?P<a>{_END})\s*이상\s*(?P<b>{_END})\s*(?:이하|미만)",
        rf"{_X}(?P<a>{_END})\s*(?:과|와|이랑|랑|하고)\s*(?P<b>{_END})\s*사이",
        rf"(?:구간|범위|interval|range|on|over|in|에서)\s*(?:은|는|이|을|를|of)?\s*\(\s*(?P<a>{_END})\s*,\s*(?P<b>{_END})\s*\)",
        rf"(?<![a-z0-9)])\(\s*(?P<a>{_END})\s*,\s*(?P<b>{_END})\s*\)(?!\s*[*/^+-])",
        rf"(?P<a>{_END})\s*,?\s+(?P<b>{_END})\s*(?:구간|범위)",
        r"(?:±|\+-|\+/-|플러스\s?마이너스)\s?(?P<both>\d+(?:\.\d+)?)",
        rf"{_X}(?<![\w.)])(?P<a>{_END})\s*(?:~|\.\.+)\s*(?P<b>{_END})",
        rf"(?:구간|범위|interval|range|domain|on|over)\s*(?:은|는|이|을|를|of)?\s*{_X}(?P<a>{_END})\s*(?:,|\s|-|to)\s*(?P<b>{_END})",
        rf"(?<![\w.^*/+)-])(?P<a>{_END})\s+to\s+(?P<b>{_END})(?!\w|\.\d)",
    )
)
_WORDS = {
    word: str(place)
    for place, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    )
}
# Mathematics in words, as a formula; in this order.
_SPOKEN = tuple(
    (re.compile(pattern, re.ASCII), formula)
    for pattern, formula in (
        (r"(?:절댓값|절대값|절대치)\s*(?:\(\s*x\s*\)|x)", "|x|"),
        (r"엑스", "x"), (r"\s*더하기\s*|\s*플러스\s*", " + "), (r"\s*빼기\s*", " - "),
        (r"\s*곱하기\s*", "*"), (r"\s*나누기\s*", "/"),
        (r"\be\s*의\s*x\s*승", "exp(x)"), (r"\bx\s*(?:의)?\s*(\d+)\s?승", r"x^\1"),
        (r"\be\s*의\s*x\s*제곱", "exp(x)"),
        (r"\b(\d+)\s*의\s*x\s*제곱", r"\1^x"),
        (r"\bx\s*분의\s*(\d+|일)", "1/x"),
        (r"\bx\s*(?:의)?\s*(?:절댓값|절대값|절대치)", "|x|"),
        (r"(?:the\s+)?absolute\s+value\s+of\s+x|\babs\s+x\b", "|x|"),
        (r"\bx\s*(?:의)?\s*(?:세\s?제곱|삼\s?제곱|3\s?제곱)(?!근)", "x^3"),
        (r"\bx\s*(?:의)?\s*네\s?제곱(?!근)", "x^4"),
        (r"\bx\s*(?:의)?\s*(\d+)\s?제곱(?!근)", r"x^\1"),
        (r"\bx\s*(?:의)?\s*제곱\s?근|(?:루트|제곱근)\s*\(?x\)?", "sqrt(x)"),
        (r"\bx\s*(?:의)?\s*제곱(?!근)", "x^2"),
        (r"\bx[\s-]*squared\b", "x^2"),
        (r"\bx[\s-]*cubed\b", "x^3"),
        (r"\bx\s+to\s+the\s+(\d+)(?:th|rd|nd|st)?(?:\s+power)?", r"x^\1"),
        (r"(?:the\s+)?(?:square\s+root|sqrt)\s+(?:of\s+)?x\b", "sqrt(x)"),
        (r"\be\s+to\s+the\s+(?:power\s+(?:of\s+)?)?x\b", "exp(x)"),
        (r"사인|싸인", "sin"), (r"코사인|코싸인", "cos"), (r"하이퍼볼릭\s?탄젠트", "tanh"),
        (r"탄젠트", "tan"), (r"시그모이드", "sigmoid"), (r"렐루", "relu"), (r"로그", "log"),
        (r"지수\s?함수", "exp(x)"),
    )
)  # fmt: skip
_NAMES = (
    "softplus|arcsin|arccos|arctan|sigmoid|asin|acos|atan|sinh|cosh|tanh|log10|log2|swish|silu|"
    "sqrt|cbrt|root|relu|sin|cos|tan|exp|log|abs|max|min|ln|tg"
)
_APPLIED = re.compile(
    rf"(?<![a-z])({_NAMES})\s*(?:함수|function)?\s+((?:\d+(?:\.\d+)?\s*\*?\s*)?x)\b|(?<![a-z])(sin|cos|tan|exp|log|ln|sqrt|abs|tanh)(x)\b",
    re.ASCII,
)
_ALONE = re.compile(
    r"(?<![a-z])(sigmoid|relu|tanh|sin|cos|tan|silu|swish|softplus|exp|log|sqrt|abs|cbrt)\b(?!\s*[\^(x])(?:\s*(?:함수|functions?))?",
    re.ASCII,
)
_HEAD = re.compile(r"(?<![a-z])(?:[fgh]\s*\(\s*x\s*\)|y)\s*=|(?<![a-z])[fgh]\s*\(\s*x\s*\)")
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ˣ"
_RUN = re.compile(
    rf"(?:(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?|(?<![a-z_])x{{0,3}}(?:{_NAMES}|pi|e|x)(?![a-z_])"
    rf"|[-+*/^(),|√∛π×·÷{_SUPERSCRIPTS}]|[ \t])+",
    re.ASCII,
)
_CHUNK = r"[^\s가-힣\x00]"
_ODD = re.compile(
    rf"{_CHUNK}{{0,60}}(?:[a-z_]\w{{0,20}}\s?\(|\d\s*/\s*\d|\d\s*[*^]|[a-z]\.[a-z_]|__)(?:[^가-힣\x00\s]|(?<=[+*/^,-])\s)*"
)
_LONGEST = 300  # characters of a formula that is tidied; the tool takes fewer
_QUOTED = re.compile(r"[`'\"]([^`'\"]{1,400})[`'\"]")
# The run is wanted as it stands.
_DEFAULTS = re.compile(
    r"(?:기본|준비된|정해진|있는|주어진)\s?(?:설정|값|식|함수)|기본(?:값)?으로|그대로|아무\s?(?:식|함수)|\bdefaults?\b"
)
_GIVEN = re.compile(r"(?:formula|expression|수식|식)\s*(?:은|는|이|을|를)?\s*[:=]\s*(\S{1,400})")


def read_lipschitz(sheet: Sheet) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The arguments that are named, and the formula as missing where there is none."""
    words = words_of("lipschitz")
    sheet.take_all(words.names)
    arguments = _interval(sheet)
    arguments |= read_numbers(sheet, words)
    formula = _formula(sheet)
    if formula:
        return {"formula": formula, **arguments}, ()
    return arguments, () if _DEFAULTS.search(sheet.left) else ("formula",)


def _interval(sheet: Sheet) -> dict[str, Any]:
    for pattern in _INTERVALS:
        found = sheet.take(pattern)
        if found:
            both = found.groupdict().get("both")
            if both:
                return {"low": -float(both), "high": float(both)}
            return {"low": _end(found["a"]), "high": _end(found["b"])}
    return {}


def _end(text: str) -> float | str:
    """An end of the interval; as text where it is no number."""
    plain = "".join(text.split()).replace("마이너스", "-").replace("minus", "-")
    for word, digits in _WORDS.items():
        plain = re.sub(rf"\b{word}\b|(?<=-){word}$", digits, plain)
    plain = re.sub("파이|π", "pi", plain)
    top, _, under = plain.partition("/")
    factor = 1.0
    if top.endswith("pi"):
        factor, top = math.pi, top[:-2].rstrip("*")
        top = f"{top}1" if top in {"", "-", "+"} else top
    try:
        base, _, power = top.partition("^")
        number = float(base) * factor
        if power:
            number = float(base) ** int(power[:4])
        return number / float(under) if under else number
    except (ValueError, OverflowError, ZeroDivisionError):
        return text.strip()


def _formula(sheet: Sheet) -> str:
    """The formula of the request; "" for none. What cannot be read is handed on as it is."""
    given = _GIVEN.search(sheet.left)
    if given:
        return given[1].rstrip(".,;?!")
    text = _HEAD.sub(" ", sheet.left)
    for pattern, formula in _SPOKEN:
        text = pattern.sub(formula, text)
    text = _APPLIED.sub(lambda found: f"{found[1] or found[3]}({found[2] or found[4]})", text)
    text = _ALONE.sub(r"\1(x)", text)
    quoted = _QUOTED.search(text)
    if quoted and re.search(r"[x\d(]", quoted[1]):
        return quoted[1].strip()
    runs = [
        (found.end() - len(found[0].lstrip(" \t,")), found[0].strip(" \t,"))
        for found in _RUN.finditer(text)
    ]
    runs = [(place, run) for place, run in runs if re.search(r"x|\d\s*[/*^]\s*\d|√", run)]
    odd = [found for found in _ODD.finditer(text) if not _readable(found[0])]
    if runs:
        place, run = max(runs, key=lambda one: (bool(_readable(one[1])), len(one[1])))
        around = [found for found in odd if found.start() <= place < found.end()]
        return (
            _trimmed(around[0][0]) if around and len(around[0][0]) > len(run) + 1 else _trimmed(run)
        )
    return _trimmed(odd[0][0]) if odd else ""


def _trimmed(text: str) -> str:
    """Without the punctuation of the sentence around."""
    text = text.strip(" \t,.;:?!`")
    if len(text) > _LONGEST:
        return text
    while not _readable(text) and text and text[-1] in "-+*/^.,;:":
        text = text[:-1].rstrip()
    if not _readable(text) and text[:1] in "*/,-+)":
        shorter = text.lstrip("*/,-+) ")
        return shorter if _readable(shorter) else text
    return text


def _readable(text: str) -> bool:
    from mlqa.tools.lipschitz.formula import parse

    if len(text) > _LONGEST:
        return False
    try:
        parse(text)
    except ToolArgumentError:
        return False
    return True
