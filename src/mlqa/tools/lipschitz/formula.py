"""Reads a formula in x into a tree; nothing of it is ever run as Python.

    sum      = product (("+" | "-") product)*
    product  = signed (("*" | "/" | nothing) signed)*     nothing only before a letter or a bracket
    signed   = ("+" | "-")* power
    power    = primary ("^" signed)?
    primary  = number | "x" | "e" | "pi" | name "(" sum ("," sum)* ")" | "(" sum ")"
             | "|" sum "|" | ("√" | "∛") primary

Full-width signs, ×, ÷, superscripts and π are read as what they mean. Limits on length and nesting
bound the work; the exponent's limit is checked where it is known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple, NoReturn

from mlqa.errors import ToolArgumentError

LONGEST = 200
DEEPEST = 30

# Names by what they mean, and how many arguments each takes.
FUNCTIONS = {
    "sin": 1, "cos": 1, "tan": 1, "asin": 1, "acos": 1, "atan": 1,
    "sinh": 1, "cosh": 1, "tanh": 1, "exp": 1, "log": 1, "log2": 1, "log10": 1,
    "sqrt": 1, "cbrt": 1, "abs": 1, "relu": 1, "sigmoid": 1, "silu": 1, "softplus": 1,
    "max": 2, "min": 2,
}  # fmt: skip
_ALSO = {
    "ln": "log", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "swish": "silu",
    "tg": "tan", "root": "sqrt",
}  # fmt: skip
_CONSTANTS = {"e": 2.718281828459045, "pi": 3.141592653589793}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ˣ", "0123456789+-x")
_SIGNS = str.maketrans("×·∙⋅•✕÷∕⁄−–—∣│[]{}", "******///---||()()")
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ˣ]+")
_HEAD = re.compile(r"\s*(?:[fg]\s*\(\s*x\s*\)|y)\s*=")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)|(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|.))"
)


class Node(NamedTuple):
    """A part of a formula.

    Attributes:
        name: ``number``, ``x``, ``-`` with one part, ``+ - * / ^`` with two, or a function.
        parts: What it is made of.
        value: Of a number.
    """

    name: str
    parts: tuple[Node, ...] = ()
    value: float = 0.0

    @property
    def varies(self) -> bool:
        """Whether x occurs in it."""
        return self.name == "x" or any(part.varies for part in self.parts)


class _Token(NamedTuple):
    kind: str
    text: str


def parse(text: str) -> Node:
    """Reads a formula.

    Args:
        text: Such as ``x^2``, ``2|x| - sin(x)/3``, ``exp(-x²)``; a leading ``f(x) =`` is skipped.

    Raises:
        ToolArgumentError: It is empty, too long, too deep or no formula, or has a name that is not
            known.
    """
    plain = unicodedata.normalize("NFKC", _lowered(text[: LONGEST + 1])).translate(_SIGNS).lower()
    plain = plain.replace("π", " pi ")
    if len(text) > LONGEST or len(plain) > 2 * LONGEST:
        raise ToolArgumentError("lipschitz_long", length=len(text), limit=LONGEST)
    tokens = _tokens(_HEAD.sub("", plain, count=1))
    if not tokens:
        raise ToolArgumentError("lipschitz_empty")
    return _Parser(tokens).whole()


def _lowered(text: str) -> str:
    """Superscripts as exponents in brackets, before normalisation makes plain figures of them."""
    return _RAISED.sub(lambda found: f"^({found[0].translate(_SUPERSCRIPTS)})", text)


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    for found in _TOKEN.finditer(text.strip()):
        kind = str(found.lastgroup)
        word = found[kind]
        if kind == "name":
            tokens.extend(_names(word))
        elif kind == "number":
            tokens.append(_Token("number", word))
        elif word in "+-*/^(),|√∛" or word == "**":
            tokens.append(_Token("sign", "^" if word == "**" else word))
        else:
            raise ToolArgumentError("lipschitz_character", character=word)
    return tokens


def _names(word: str) -> list[_Token]:
    """One name, or x before a name: ``xsin`` is x times sin."""
    front = len(word) - len(word.lstrip("x"))
    for length in range(front + 1):
        rest = _ALSO.get(word[length:], word[length:])
        if rest in FUNCTIONS or rest in _CONSTANTS or rest in {"", "x"}:
            names = ["x"] * length + ([rest] if rest else [])
            return [_Token("name", name) for name in names]
    raise ToolArgumentError("lipschitz_name", name=word[:40], names=", ".join(FUNCTIONS))


class _Parser:
    """Reads tokens by recursive descent."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = [*tokens, _Token("end", "")]
        self.place = 0
        self.depth = 0
        self.bars = 0  # open |, since the last open bracket

    def whole(self) -> Node:
        node = self.sum()
        if self.next.kind != "end":
            self.fail()
        return node

    @property
    def next(self) -> _Token:
        return self.tokens[self.place]

    def take(self, *texts: str) -> str:
        """The next sign, taken if it is one of those; empty if not."""
        if self.next.kind == "sign" and self.next.text in texts:
            self.place += 1
            return self.tokens[self.place - 1].text
        return ""

    def want(self, text: str) -> None:
        if not self.take(text):
            self.fail()

    def fail(self) -> NoReturn:
        if self.next.kind == "end":
            raise ToolArgumentError("lipschitz_unfinished")
        before = "".join(token.text for token in self.tokens[: self.place])[-20:]
        key = "lipschitz_unexpected" if before else "lipschitz_unexpected_first"
        raise ToolArgumentError(key, part=self.next.text, before=before)

    def inside(self, read: Callable[[], Node]) -> Node:
        """Reads a part that stands one level deeper."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise ToolArgumentError("lipschitz_deep", limit=DEEPEST)
        node = read()
        self.depth -= 1
        return node

    def sum(self) -> Node:
        node = self.product()
        while sign := self.take("+", "-"):
            node = Node(sign, (node, self.product()))
        return node

    def product(self) -> Node:
        node = self.signed()
        while True:
            if sign := self.take("*", "/"):
                node = Node(sign, (node, self.signed()))
            elif self.follows():
                node = Node("*", (node, self.power()))
            else:
                return node

    def follows(self) -> bool:
        """Whether a factor follows without a sign; a number may not, 2 3 is more likely a slip."""
        if self.next.kind == "name":
            return True
        opening = ("(", "√", "∛") if self.bars else ("(", "√", "∛", "|")
        return self.next.kind == "sign" and self.next.text in opening

    def signed(self) -> Node:
        negative = False
        while sign := self.take("+", "-"):
            negative ^= sign == "-"
        node = self.power()
        return Node("-", (node,)) if negative else node

    def power(self) -> Node:
        node = self.primary()
        if self.take("^"):
            node = Node("^", (node, self.inside(self.signed)))
        return node

    def primary(self) -> Node:
        token = self.next
        if token.kind == "number":
            self.place += 1
            return Node("number", value=float(token.text))
        if token.kind == "name":
            self.place += 1
            return self.named(token.text)
        if self.take("("):
            return self.bracketed()
        if self.take("|"):
            self.bars += 1
            node = self.inside(self.sum)
            self.want("|")
            self.bars -= 1
            return Node("abs", (node,))
        if sign := self.take("√", "∛"):
            return Node("sqrt" if sign == "√" else "cbrt", (self.inside(self.primary),))
        return self.fail()

    def bracketed(self) -> Node:
        """What stands in brackets, the opening one taken."""
        bars, self.bars = self.bars, 0
        node = self.inside(self.sum)
        self.want(")")
        self.bars = bars
        return node

    def named(self, name: str) -> Node:
        if name == "x":
            return Node("x")
        if name in _CONSTANTS:
            return Node("number", value=_CONSTANTS[name])
        exponent = self.take("^")
        raised = self.inside(self.primary) if exponent else None
        # sin⁻¹ is the inverse function for some and 1/sin for others.
        if not self.take("(") or (raised and raised.name != "number"):
            raise ToolArgumentError("lipschitz_brackets", name=name)
        bars, self.bars = self.bars, 0
        parts = [self.inside(self.sum)]
        while self.take(","):
            parts.append(self.inside(self.sum))
        self.want(")")
        self.bars = bars
        if len(parts) != FUNCTIONS[name]:
            raise ToolArgumentError(
                "lipschitz_arguments", name=name, wanted=FUNCTIONS[name], given=len(parts)
            )
        node = Node(name, tuple(parts))
        return Node("^", (node, raised)) if raised else node


_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 4}
_NEGATIVE = 3


def shown(node: Node) -> str:
    """The formula as it was understood, with every sign written out."""
    return _shown(node, 0)


def _shown(node: Node, around: int) -> str:
    """The text of a part; in brackets where what stands around it binds more strongly."""
    if node.name == "number":
        for name, value in _CONSTANTS.items():
            if node.value == value:
                return name
        return f"{node.value:.15g}"
    if node.name == "x":
        return "x"
    if node.name == "abs":
        return f"|{_shown(node.parts[0], 0)}|"
    if node.name not in _STRENGTH:
        return f"{node.name}({', '.join(_shown(part, 0) for part in node.parts)})"
    if len(node.parts) == 1:
        strength, text = _NEGATIVE, f"-{_shown(node.parts[0], _NEGATIVE)}"
    else:
        left, right = node.parts
        strength = _STRENGTH[node.name]
        space = " " if strength == 1 else ""
        first = _shown(left, strength + (node.name == "^"))
        second = _shown(right, strength + (node.name in {"-", "/"}))
        text = f"{first}{space}{node.name}{space}{second}"
    return f"({text})" if strength < around else text
