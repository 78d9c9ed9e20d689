"""Whether requests are read as the right tool with the right arguments."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from mlqa.errors import GoldError, ToolArgumentError
from mlqa.tools import registry
from mlqa.tools.lipschitz.formula import parse
from mlqa.tools.routing import Routed, Router


class RoutingRequest(BaseModel):
    """One line of a routing file.

    Attributes:
        id: Unique name.
        part: ``train`` for fitting, ``test`` for reporting; never mixed.
        kind: How it is asked: korean, colloquial, english; question for what is not to be run.
        request: What the user says.
        history: Earlier requests, oldest first.
        tool: What is to be run; None for nothing.
        arguments: What the request names.
        asks_for: Arguments that are to be asked for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    part: str
    kind: str
    request: str
    history: tuple[str, ...] = ()
    tool: str | None
    arguments: dict[str, Any]
    asks_for: tuple[str, ...] = ()


def assess_routing(path: Path, part: str = "test") -> dict[str, Any]:
    """Routes the requests of a part and counts those that are read rightly.

    A request is right if its tool is, and its arguments with their defaults (formulas compared as
    they are understood), and what is asked for.

    Args:
        path: JSON lines in the shape of ``RoutingRequest``.
        part: ``train``, ``test`` or ``all``.

    Returns:
        ``part``, ``requests``, ``right``, ``kinds`` (the same two counts each), and ``wrong``:
        the misread requests of the train part, the test part's are not shown.

    Raises:
        GoldError: The file cannot be read, or holds no request in that part.
    """
    chosen = [line for line in load_requests(path) if part in {line.part, "all"}]
    if not chosen:
        raise GoldError("gold_part", path=path, part=part)
    router = Router()
    kinds: dict[str, dict[str, int]] = {}
    wrong: list[dict[str, Any]] = []
    for line in chosen:
        found = router.route(line.request, line.history)
        right = _is_right(line, found)
        counts = kinds.setdefault(line.kind, {"right": 0, "requests": 0})
        counts["requests"] += 1
        counts["right"] += right
        if not right and line.part == "train":
            wrong.append(_miss(line, found))
    return {
        "part": part,
        "requests": len(chosen),
        "right": sum(counts["right"] for counts in kinds.values()),
        "kinds": kinds,
        "wrong": wrong,
    }


def load_requests(path: Path) -> Iterator[RoutingRequest]:
    """Reads a routing file; raises ``GoldError`` where it cannot."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise GoldError("gold_missing", path=path, reason=reason) from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield RoutingRequest.model_validate_json(line)
        except ValidationError as error:
            reason = error.errors()[0]["msg"]
            raise GoldError("gold_line", path=path, line=number, reason=reason) from None


def _is_right(line: RoutingRequest, found: Routed | None) -> bool:
    if found is None or line.tool is None:
        return found is None and line.tool is None
    if found.tool != line.tool or set(found.missing) != set(line.asks_for):
        return False
    try:
        return _checked(found.tool, found.arguments) == _checked(line.tool, line.arguments)
    except ToolArgumentError:
        return dict(found.arguments) == line.arguments


def _checked(tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with defaults, a formula as it is understood."""
    checked = registry.find(tool).check(arguments)
    if "formula" in checked:
        checked["formula"] = parse(checked["formula"])
    return checked


def _miss(line: RoutingRequest, found: Routed | None) -> dict[str, Any]:
    wanted = [line.tool, line.arguments, *line.asks_for] if line.tool else None
    read = [found.tool, dict(found.arguments), *found.missing] if found else None
    return {
        "id": line.id,
        "request": line.request,
        "wanted": json.dumps(wanted, ensure_ascii=False),
        "found": json.dumps(read, ensure_ascii=False, default=str),
    }
