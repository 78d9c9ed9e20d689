"""Questions, what is found for them, and answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from mlqa.schema.texts import Chunk, Span
from mlqa.schema.tools import ToolCall, ToolProgress

QuestionLanguage = Literal["ko", "en"]
Layout = Literal["running", "item", "listing"]


class ChatMessage(NamedTuple):
    """A message to a language model."""

    role: Literal["system", "user"]
    content: str


class Repair(NamedTuple):
    """A stretch of a question as it was written, and what it was taken for."""

    written: str
    taken_for: str


class FaqSupport(NamedTuple):
    """How much questions of the FAQ that are like the one asked speak for an answer or against it.

    Each is 0 where none is near, and grows without bound as more of them are nearer.

    Attributes:
        meaning: Of those with an answer, by meaning.
        letters: The same by letters.
        no_meaning: Of those that the documents do not answer, by meaning.
        no_letters: The same by letters.
        trust: How much the FAQ knows of what is missing, 0 to 1.
        same: How nearly the nearest of its questions is the one asked, 0 to 1.
    """

    meaning: float = 0.0
    letters: float = 0.0
    no_meaning: float = 0.0
    no_letters: float = 0.0
    trust: float = 0.0
    same: float = 0.0


NO_SUPPORT = FaqSupport()


class FaqMatch(NamedTuple):
    """A sentence that answers questions of the FAQ.

    Attributes:
        span: Its offsets in the document.
        question: The one that is likest to the question asked.
        nearest: How like that one is, at most 1.
        likeness: How like it and the next one are, 0 to 1.
        questions: How many it answers.
    """

    span: Span
    question: str
    nearest: float
    likeness: float
    questions: int


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
        faq: What questions of the FAQ say of an answer.
    """

    question: str
    language: QuestionLanguage
    terms: tuple[tuple[str, float], ...]
    context: str = ""
    mended: str = ""
    repairs: tuple[Repair, ...] = ()
    faq: FaqSupport = NO_SUPPORT

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
        in_faq: Whether the FAQ answers anything from its document.
        faq: Its sentences that answer questions of the FAQ, in order.
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
    in_faq: bool = False
    faq: tuple[FaqMatch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Proof of one sentence of an answer.

    Attributes:
        number: As it stands in the answer's text, ``[1]`` first.
        kind: What is cited: an essay, or the result of a tool.
        document_id: The cited document, or ``experiment/TOOL/KEY``.
        start: Offset of the quote in the document's text, or in ``ToolResult.whole``.
        end: Offset behind the quote.
        quote: ``document.text[start:end]``, character for character.
        title: Title of the document or of the tool.
        headings: Titles of the headings above the quote, outermost first.
        also_in: Ids of other documents that hold nearly the same passage.
    """

    number: int
    kind: Literal["essay", "experiment"] = "essay"
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
        heading: Whose view begins with it, as a line of its own before it; empty for none.
        supported: Whether the citation proves it; if not, it is merely what comes nearest, and
            the text says so.
    """

    text: str
    citation: Citation
    layout: Layout = "running"
    heading: str = ""
    supported: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an answerer makes of a question and its hits.

    Attributes:
        sentences: The answer in order, numbered from 1; empty where the hits hold nothing to say.
        confidence: Probability that the hits hold an answer, 0 to 1.
        near: What the hits say on the subject though it may be no answer, for where it is declined.
        generator: Identity of the language model that worded sentences of it; empty if none did.
        note: What a user should know about how it came about, such as that the language model
            failed; empty if nothing.
        dropped: Sentences of the language model that were left out, as nothing proves them.
    """

    sentences: tuple[AnswerSentence, ...]
    confidence: float
    near: AnswerSentence | None = None
    generator: str = ""
    note: str = ""
    dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPiece:
    """A part of a streamed draft.

    Attributes:
        sentence: What comes next in the draft; None with the last piece, and while there is
            nothing new.
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
        tool: The tool that was run; None where the question asked for none.
        offers: Names of tools that test what the answer cites and have not been run.
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
    tool: ToolCall | None = None
    offers: tuple[str, ...] = ()
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
        progress: How far a running tool is, in pieces without text.
        answer: The whole answer, with the last piece only.
    """

    text: str
    progress: ToolProgress | None = None
    answer: Answer | None = None
