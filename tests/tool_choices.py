"""What tests of choosing tools share."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mlqa.answer.choosing import choose_tool, chosen
from mlqa.errors import ModelError
from mlqa.protocols import Generator
from mlqa.schema import ToolChoice
from mlqa.tools.functions import functions_of
from mlqa.tools.registry import find
from small_callers import ASKS

TOOLS = functions_of([find("depth"), find("lru")])
ASKED = f"LRU 캐시를 크기 2로 b, a, c 순서로 {ASKS}"
GIVEN = {"size": 2, "requests": ["b", "a", "c"]}
WANTED = ToolChoice(name="lru", arguments=GIVEN)
JSON = json.dumps(GIVEN)
KEY = "sk-this-key-is-nobodys"


def choose(
    generator: Generator,
    question: str = ASKED,
    *,
    timeout: float = 30,
    tokens: int = 64,
    tools: tuple[dict[str, Any], ...] = TOOLS,
) -> ToolChoice | None:
    return chosen(choose_tool(generator, question, (), tools, timeout=timeout, tokens=tokens))


def fails(generator: Generator, timeout: float = 30, tokens: int = 64) -> ModelError:
    with pytest.raises(ModelError) as caught:
        choose(generator, timeout=timeout, tokens=tokens)
    assert "\n" not in str(caught.value)
    assert KEY not in str(caught.value)
    return caught.value
