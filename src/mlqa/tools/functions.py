"""Tools as functions that a language model may call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlqa.messages import Language
from mlqa.tools.registry import Tool

_KEPT = ("properties", "required", "$defs")


def functions_of(tools: Iterable[Tool], language: Language = "ko") -> tuple[dict[str, Any], ...]:
    """The tools as the OpenAI protocol and chat templates describe functions.

    Limits stand in the schemas alone, not in the descriptions too: models read all of it for each
    question.

    Args:
        tools: The tools, in the order in which a model reads them.
        language: Of titles and labels.
    """
    return tuple(_function(tool, language) for tool in tools)


def _function(tool: Tool, language: Language) -> dict[str, Any]:
    schema = tool.schema(language)
    parameters = {"type": "object", **{key: schema[key] for key in _KEPT if key in schema}}
    for name, label in tool.labels(language).items():
        part = schema["properties"][name]
        part.pop("title", None)
        part["description"] = label
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": f"{tool.title(language)}: {tool.about(language)}",
            "parameters": parameters,
        },
    }
