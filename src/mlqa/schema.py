"""The values that flow through mlqa: frozen, compared by content.

    files → Document → Chunk → index          question → Query → Hit → Answer with Citations

All offsets count characters (code points) of ``Document.text``, start inclusive, end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

BlockKind = Literal["heading", "paragraph", "item", "code", "formula"]
QuestionLanguage = Literal["ko", "en"]
Layout = Literal["running", "item", "listing"]


class ChatMessage(NamedTuple):
    """A message to a language model."""

    role: Literal["system", "user"]
    content: str


class Span(NamedTuple):
    """A stretch of a document's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph, list item, heading, listing or formula of a document.

    Attributes:
        kind: What it is. Listings and formulas are never cut.
        start: Offset of its first character, mark-up such as ``- `` or ``## `` not included.
        end: Offset behind its last character.
        level: 1 (outermost) to 6 for a heading, 0 for everything else.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an essay comes from; a field is empty where that is not known."""

    title: str = ""
    original_title: str = ""
    author: str = ""
    date: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A line of site furniture that cleaning took out.

    Attributes:
        line: Line number in the file, from 1.
        text: The line as it was.
        reason: Name of the rule that took it out.
    """

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text of the knowledge base: NFC, Unix line ends, furniture and front matter removed.

    Attributes:
        id: Path below the corpus root without its ending, ``/`` between folders.
        title: From the front matter, else the first heading, else the file's name.
        text: What offsets count in and quotes are taken from.
        blocks: Its structure, in order, without overlaps.
        topics: What it can be asked about, from the front matter.
        questions: Example questions, from the front matter.
        source: Where it comes from.
        removed: What cleaning took out.
    """

    id: str
    title: str
    text: str
    blocks: tuple[Block, ...]
    topics: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    source: Source = Source()
    removed: tuple[Removed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A passage: whole sentences under one heading; what is indexed and found.

    Attributes:
        id: ``document_id#position``.
        document_id: The document it belongs to.
        start: Offset of its first character in the document.
        end: Offset behind its last character.
        text: ``document.text[start:end]``.
        headings: Titles of the headings above it, outermost first.
        sentences: Its sentences, as offsets in the document. A listing or formula is one.
    """

    id: str
    document_id: str
    start: int
    end: int
    text: str
    headings: tuple[str, ...]
    sentences: tuple[Span, ...]


class Repair(NamedTuple):
    """A stretch of a question as it was written, and what it was taken for."""

    written: str
    taken_for: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question made ready for retrieval.

    Attributes:
        question: As the user asked it, NFC, control characters removed.
        language: The language it is asked in.
        terms: Index terms and how much each counts, 1 for those of the question itself.
        context: What the conversation adds to an elliptical question; empty if nothing.
        mended: The question with its words mended; empty where nothing was.
        repairs: Words that were mended.
    """

    question: str
    language: QuestionLanguage
    terms: tuple[tuple[str, float], ...]
    context: str = ""
    mended: str = ""
    repairs: tuple[Repair, ...] = ()

    @property
    def searched(self) -> str:
        """The question as it is searched: with its words mended, where any were."""
        return self.mended or self.question

    @property
    def resolved(self) -> str:
        """The mended question with the subject of the conversation before it."""
        return f"{self.context} {self.searched}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A found passage and why it was found.

    Attributes:
        rank: 1 is best.
        score: All signals together, 0 to 1, larger is better.
        chunk: The passage.
        title: Title of its document.
        matched: Index terms shared by question and passage, most telling first.
        sparse_rank: Rank by BM25 among all passages, from 1.
        dense_rank: Rank by embedding among all passages, from 1.
        sparse_score: BM25 score, 0 or more, not bounded.
        dense_score: Cosine similarity, -1 to 1.
        fused_score: All but late interaction together, 0 to 1.
        late_score: How well each word of the question is met by a word of the passage, 0 to 1.
        also_in: Ids of other documents that hold nearly the same passage.
    """

    rank: int
    score: float
    chunk: Chunk
    title: str
    matched: tuple[str, ...]
    sparse_rank: int
    dense_rank: int
    sparse_score: float
    dense_score: float
    fused_score: float
    late_score: float
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Proof of one sentence of an answer.

    Attributes:
        number: As it stands in the answer's text, ``[1]`` first.
        kind: What is cited.
        document_id: The cited document.
        start: Offset of the quote in the document.
        end: Offset behind the quote.
        quote: ``document.text[start:end]``, character for character.
        title: Title of the document.
        headings: Titles of the headings above the quote, outermost first.
        also_in: Ids of other documents that hold nearly the same passage.
    """

    number: int
    kind: Literal["essay"] = "essay"
    document_id: str
    start: int
    end: int
    quote: str
    title: str
    headings: tuple[str, ...] = ()
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSentence:
    """One sentence of an answer and its proof.

    Attributes:
        text: What is said, without its number.
        citation: What it rests on.
        layout: How it stands in the answer: in running text, as an item of a list on a line of
            its own, or as a listing.
        supported: Whether the citation proves it; if not, it is merely what comes nearest, and
            the text says so.
    """

    text: str
    citation: Citation
    layout: Layout = "running"
    supported: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an answerer makes of a question and its hits.

    Attributes:
        sentences: The answer in order, numbered from 1; empty where the hits hold nothing to say.
        confidence: Probability that the hits hold an answer, 0 to 1.
        on_subject: Whether the first sentence is about what is asked, be it an answer or not.
        generator: Identity of the language model that worded sentences of it; empty if none did.
        note: What a user should know about how it came about, such as that the language model
            failed; empty if nothing.
        dropped: Sentences of the language model that were left out, as nothing proves them.
    """

    sentences: tuple[AnswerSentence, ...]
    confidence: float
    on_subject: bool = False
    generator: str = ""
    note: str = ""
    dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPiece:
    """A part of a streamed draft.

    Attributes:
        sentence: What comes next in the draft; None with the last piece.
        draft: The whole draft, with the last piece only: the sentences so far and, maybe, more.
    """

    sentence: AnswerSentence | None = None
    draft: Draft | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the chatbot says.

    Attributes:
        question: As the user asked it.
        resolved: The question with the conversation's subject filled in.
        text: The answer in Korean; each sentence ends with the number of its citation.
        sentences: The answer sentence by sentence; when abstained, what the sources say instead on
            the subject, one sentence at the most.
        hits: The passages that were looked at, best first.
        abstained: Whether the sources do not hold an answer.
        confidence: Probability that the hits hold an answer, 0 to 1.
        repairs: Words of the question that were mended.
        generator: The language model that worded sentences of it; empty if none did.
        note: What a user should know about how it came about, such as that the language model
            failed; empty if nothing.
        tool: The result of a tool, once there are tools.
        cached: Whether it came from the answer cache.
        seconds: Time from question to answer, seconds.
        index_version: The version of the index it was made with.
    """

    question: str
    resolved: str
    text: str
    sentences: tuple[AnswerSentence, ...]
    hits: tuple[Hit, ...]
    abstained: bool
    confidence: float
    repairs: tuple[Repair, ...] = ()
    generator: str = ""
    note: str = ""
    tool: None = None
    cached: bool = False
    seconds: float = 0.0
    index_version: str = ""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The proofs, in the order of their numbers."""
        return tuple(sentence.citation for sentence in self.sentences)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPiece:
    """A part of a streamed answer.

    Attributes:
        text: What comes next; all pieces joined are the answer's text.
        answer: The whole answer, with the last piece only.
    """

    text: str
    answer: Answer | None = None
