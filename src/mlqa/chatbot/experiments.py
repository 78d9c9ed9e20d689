"""Experiments as a second kind of source: which tools test what an answer cites."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mlqa.chatbot.running import cited
from mlqa.errors import MlqaError
from mlqa.messages import Language, message
from mlqa.metrics import overlap
from mlqa.schema import (
    AnswerSentence,
    Chunk,
    Citation,
    Claim,
    Document,
    Finding,
    Hit,
    Span,
    ToolCall,
)
from mlqa.tools import registry
from mlqa.tools.registry import Tool
from mlqa.tools.runner import Runner
from mlqa.tools.store import key_of

_AT_MOST = 2  # findings in an answer
_FRESH = 5.0  # seconds for which the code of a tool is not looked at again


@dataclass(frozen=True, slots=True)
class _Tested:
    """Where an essay says what a tool tests."""

    document_id: str
    span: Span
    claim: Claim
    tool: Tool


class Experiments:
    """Finds the tools that test what an answer cites, and what they found.

    Args:
        runner: Knows the kept results.
        documents: All documents by id.
        language: The language of what is said.
    """

    def __init__(
        self, runner: Runner, documents: Mapping[str, Document], language: Language
    ) -> None:
        self._runner = runner
        self._documents = documents
        self._language = language
        self._keys: dict[str, tuple[float, str]] = {}

    def load(self) -> None:
        """Reads the claims of all tools, which takes some tenths of a second."""
        len(self._claims)

    def beside(
        self, citations: Sequence[Citation], hits: Sequence[Hit]
    ) -> tuple[tuple[AnswerSentence, ...], tuple[str, ...]]:
        """What kept runs found on claims of the cited passages, and what could be run.

        Only a run with the usual arguments counts. Before ``load``, nothing is looked up where no
        result was ever kept: an answer must not wait for it.

        Args:
            citations: The proofs of the answer.
            hits: The passages that were looked at.

        Returns:
            Sentences to be said behind the answer, their citations numbered on, and the names of
            tools that have not been run.
        """
        if "_claims" not in vars(self) and not self._runner.store.has_any():
            return (), ()
        passages = [hit.chunk for hit in hits if any(_holds(hit.chunk, c) for c in citations)]
        tests = [tested for passage in passages for tested in self._testing(passage)]
        calls = {tested.tool.name: self._kept(tested.tool) for tested in tests}
        findings = {
            id(finding): (tested.tool, call, finding)
            for tested in tests
            if (call := calls[tested.tool.name])
            for finding in call.result.findings
            if finding.claim == tested.claim
        }
        sentences = tuple(
            self._sentence(tool, call, finding, len(citations) + n)
            for n, (tool, call, finding) in enumerate(list(findings.values())[:_AT_MOST], start=1)
        )
        return sentences, tuple(name for name, call in calls.items() if call is None)

    @cached_property
    def _claims(self) -> tuple[_Tested, ...]:
        found = []
        for name in registry.names():
            try:
                tool = self._runner.find_tool(name)
            except MlqaError:
                continue  # a tool of the user that cannot be loaded; running it says so
            for claim in tool.claims:
                document = self._documents.get(claim.document_id)
                start = document.text.find(claim.quote) if document else -1
                if start >= 0:
                    span = Span(start, start + len(claim.quote))
                    found.append(_Tested(claim.document_id, span, claim, tool))
        return tuple(found)

    def _testing(self, passage: Chunk) -> list[_Tested]:
        span = Span(passage.start, passage.end)
        return [
            tested
            for tested in self._claims
            if tested.document_id == passage.document_id and overlap(tested.span, span)
        ]

    def _kept(self, tool: Tool) -> ToolCall | None:
        if tool.inline:
            return None
        return self._runner.find(self._key(tool))

    def _key(self, tool: Tool) -> str:
        """Key of the run with the usual arguments: reading the tool's code takes milliseconds."""
        now = time.monotonic()
        read, key = self._keys.get(tool.name, (-_FRESH, ""))
        if now - read >= _FRESH:
            key = key_of(tool, tool.check({}), self._language)
            self._keys[tool.name] = now, key
        return key

    def _sentence(
        self, tool: Tool, call: ToolCall, finding: Finding, number: int
    ) -> AnswerSentence:
        title = tool.title(self._language)
        text = message(
            "tools_said_beside",
            self._language,
            title=title,
            verdict=message(f"tools_verdict_{finding.verdict}", self._language),
            reason=finding.reason,
        )
        return AnswerSentence(text=text, citation=cited(call, title, finding.reason, number))


def _holds(passage: Chunk, citation: Citation) -> bool:
    return passage.document_id == citation.document_id and overlap(
        Span(passage.start, passage.end), Span(citation.start, citation.end)
    )
