"""The values that flow through mlqa: frozen, compared by content.

    files → Document → Chunk → index          question → Query → Hit → Answer with Citations

All offsets count characters (code points) of ``Document.text``, start inclusive, end exclusive.
"""

from mlqa.schema.answers import (
    Answer,
    AnswerPiece,
    AnswerSentence,
    ChatMessage,
    Citation,
    Draft,
    DraftPiece,
    Hit,
    Layout,
    Query,
    QuestionLanguage,
    Repair,
)
from mlqa.schema.texts import Block, BlockKind, Chunk, Document, Removed, Source, Span
from mlqa.schema.tools import (
    Cell,
    Claim,
    Field,
    Finding,
    Plot,
    PlotKind,
    Series,
    Table,
    ToolCall,
    ToolChoice,
    ToolProgress,
    ToolResult,
    Verdict,
)

__all__ = [
    "Answer",
    "AnswerPiece",
    "AnswerSentence",
    "Block",
    "BlockKind",
    "Cell",
    "ChatMessage",
    "Chunk",
    "Citation",
    "Claim",
    "Document",
    "Draft",
    "DraftPiece",
    "Field",
    "Finding",
    "Hit",
    "Layout",
    "Plot",
    "PlotKind",
    "Query",
    "QuestionLanguage",
    "Removed",
    "Repair",
    "Series",
    "Source",
    "Span",
    "Table",
    "ToolCall",
    "ToolChoice",
    "ToolProgress",
    "ToolResult",
    "Verdict",
]
