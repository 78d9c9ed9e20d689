"""Requests that ask for a tool: the tool is run, and what came out is said with its proofs."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing

from mlqa.answer.compose import pieces
from mlqa.errors import MlqaError
from mlqa.messages import Language, message
from mlqa.schema import (
    Answer,
    AnswerPiece,
    AnswerSentence,
    Citation,
    Document,
    Finding,
    ToolCall,
    ToolProgress,
)
from mlqa.tools.events import Waiting
from mlqa.tools.registry import Tool
from mlqa.tools.routing import Routed
from mlqa.tools.runner import Run, Runner

# What stands in brackets behind a label says more than a note needs.
_BRACKETS = re.compile(r"\s*\(.*\)")


class ToolDesk:
    """Runs tools for the chatbot.

    Args:
        runner: Runs them.
        documents: All documents by id; claims of essays are cited from them.
        language: The language of what is said.
    """

    def __init__(
        self, runner: Runner, documents: Mapping[str, Document], language: Language
    ) -> None:
        self._runner = runner
        self._documents = documents
        self._language = language

    def stream(self, question: str, routed: Routed) -> Generator[AnswerPiece, None, None]:
        """Runs a tool and says what came out; closing the iterator ends the run.

        Args:
            question: What was asked.
            routed: The tool and its arguments.

        Yields:
            Pieces with progress, then the answer. Where an argument is missing or wrong, or the
            tool fails, the answer says so in one sentence.
        """
        try:
            tool = self._runner.find_tool(routed.tool)
            if routed.missing:
                yield _plain(question, self._asked_back(tool, routed.missing))
                return
            run = self._runner.start(tool, routed.arguments, language=self._language)
            with closing(self._pieces(question, tool, run)) as told:
                yield from told
        except MlqaError as error:
            yield _plain(question, error.text(self._language))

    def _pieces(self, question: str, tool: Tool, run: Run) -> Generator[AnswerPiece, None, None]:
        with run:
            for event in run:
                if isinstance(event, ToolCall):
                    yield from self._answer(question, tool, event)
                elif isinstance(event, Waiting):
                    text = message("tools_waiting", self._language, ahead=event.ahead)
                    yield AnswerPiece(text="", progress=ToolProgress(0.0, text))
                else:
                    yield AnswerPiece(text="", progress=ToolProgress(event.share, event.text))

    def _answer(
        self, question: str, tool: Tool, call: ToolCall
    ) -> Generator[AnswerPiece, None, None]:
        sentences = self._said(tool, call)
        said = list(pieces(sentences))
        answer = Answer(
            question=question,
            resolved=question,
            text="".join(said),
            sentences=tuple(sentences),
            hits=(),
            abstained=False,
            confidence=1.0,
            note=self._note(tool, call),
            tool=call,
            cached=call.stored,
        )
        for text in said[:-1]:
            yield AnswerPiece(text=text)
        yield AnswerPiece(text=said[-1], answer=answer)

    def _said(self, tool: Tool, call: ToolCall) -> list[AnswerSentence]:
        """What came out, and what it means for the claims of the essays."""
        title = tool.title(self._language)
        whole = call.result.text
        sentences = [AnswerSentence(text=whole, citation=cited(call, title, whole, number=1))]
        for number, finding in enumerate(call.result.findings, start=2):
            sentences.append(
                AnswerSentence(
                    text=self._finding(finding),
                    citation=self._proof(finding, call, title, number),
                    layout="item",
                )
            )
        return sentences

    def _finding(self, finding: Finding) -> str:
        return message(
            "tools_said_finding",
            self._language,
            verdict=message(f"tools_verdict_{finding.verdict}", self._language),
            quote=" ".join(finding.claim.quote.split()),
            reason=finding.reason,
        )

    def _proof(self, finding: Finding, call: ToolCall, title: str, number: int) -> Citation:
        """The essay's claim; the result itself where the essay is not at hand."""
        claim = finding.claim
        document = self._documents.get(claim.document_id)
        start = document.text.find(claim.quote) if document else -1
        if document is None or start < 0:
            return cited(call, title, finding.reason, number)
        return Citation(
            number=number,
            document_id=document.id,
            start=start,
            end=start + len(claim.quote),
            quote=claim.quote,
            title=document.title,
        )

    def _note(self, tool: Tool, call: ToolCall) -> str:
        """Whether the result was kept, and what nobody named."""
        notes = []
        if call.stored and not tool.inline:
            notes.append(message("tools_said_stored", self._language, ran_at=call.ran_at))
        labels = tool.labels(self._language)
        defaults = ", ".join(
            f"{_BRACKETS.sub('', labels[name])} {call.arguments[name]:g}"
            for name in call.defaulted
            if type(call.arguments[name]) in {int, float}
        )
        if defaults:
            notes.append(message("tools_said_defaults", self._language, arguments=defaults))
        return " ".join(notes)

    def _asked_back(self, tool: Tool, missing: Sequence[str]) -> str:
        labels = tool.labels(self._language)
        names = ", ".join(labels[name] for name in missing)
        title = tool.title(self._language)
        return message("tools_said_missing", self._language, title=title, arguments=names)


def cited(call: ToolCall, title: str, quote: str, number: int) -> Citation:
    """A stretch of a result as proof.

    Args:
        call: The run.
        title: The tool, as users know it.
        quote: A part of ``ToolResult.whole``.
        number: As it stands in the answer.
    """
    start = call.result.whole.index(quote)
    return Citation(
        number=number,
        kind="experiment",
        document_id=f"experiment/{call.name}/{call.key}",
        start=start,
        end=start + len(quote),
        quote=quote,
        title=title,
    )


def _plain(question: str, text: str) -> AnswerPiece:
    """An answer that is one sentence of ours and rests on nothing."""
    answer = Answer(
        question=question,
        resolved=question,
        text=text,
        sentences=(),
        hits=(),
        abstained=False,
        confidence=1.0,
    )
    return AnswerPiece(text=text, answer=answer)
