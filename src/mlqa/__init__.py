"""mlqa answers questions from a Korean knowledge base and proves every sentence with a quote.

    bot = mlqa.Chatbot.load("index")
    answer = bot.ask("배치 정규화는 왜 잘 되나요?")

Importing the package loads nothing else; each name below is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlqa.chatbot import Chatbot
    from mlqa.config import Config
    from mlqa.errors import MlqaError
    from mlqa.evaluation.evaluate import evaluate
    from mlqa.evaluation.gold import load_gold
    from mlqa.index.store import Index
    from mlqa.schema import Answer, Chunk, Citation, Document, Hit, ToolCall, ToolResult
    from mlqa.text.corpus import load_corpus
    from mlqa.tools.registry import tool
    from mlqa.tools.runner import run_tool

__version__ = "0.1.0"

_HOMES = {
    "Answer": "mlqa.schema",
    "Chatbot": "mlqa.chatbot",
    "Chunk": "mlqa.schema",
    "Citation": "mlqa.schema",
    "Config": "mlqa.config",
    "Document": "mlqa.schema",
    "Hit": "mlqa.schema",
    "Index": "mlqa.index.store",
    "MlqaError": "mlqa.errors",
    "ToolCall": "mlqa.schema",
    "ToolResult": "mlqa.schema",
    "evaluate": "mlqa.evaluation.evaluate",
    "load_corpus": "mlqa.text.corpus",
    "load_gold": "mlqa.evaluation.gold",
    "run_tool": "mlqa.tools.runner",
    "tool": "mlqa.tools.registry",
}

__all__ = [
    "Answer",
    "Chatbot",
    "Chunk",
    "Citation",
    "Config",
    "Document",
    "Hit",
    "Index",
    "MlqaError",
    "ToolCall",
    "ToolResult",
    "evaluate",
    "load_corpus",
    "load_gold",
    "run_tool",
    "tool",
]


def __getattr__(name: str) -> object:
    """Imports a public name from its home when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'mlqa' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
