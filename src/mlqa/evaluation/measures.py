"""What one answer is worth: values from 0 to 1 by measure.

A value is left out where there is nothing to measure.

Of every answerable question, where saying nothing is worth 0:

- ``hit@1``, ``hit@5``, ``mrr@10``: whether the evidence is among the first passages.
- ``key_facts``: share of the key facts of which some wording is said.
- ``answer_f1``, ``rouge_l``: F1 and ROUGE-L of the answer's morphemes, particles and endings too,
  punctuation and citation numbers not, against the gold quote that it is nearest to, or all quotes
  together. Reading aloud one of several right quotes gives 1; each further sentence takes away.
- ``korquad_em``, ``korquad_f1``: as KorQuAD's script defines them, of the whole answer against the
  wordings of a key fact, the best wording of each, the mean of the facts. That script expects a
  few words cut out of the text: answers that are sentences are hardly ever equal to them, and most
  of their characters count as wrong, so both are low for right answers too. Compare them with
  other runs of this kind, not with KorQuAD's table.
- ``citation_recall``: share of the gold quotes that some citation overlaps. Any one quote may do
  as an answer, so 1 is not always wanted.
- ``declined_wrong``: 1 if it was declined; smaller is better.
- ``judge``: what a judge thinks, where one was given.

Of every answer to an answerable question that cites: ``citation_precision``, the share of the
citations whose passage overlaps the evidence, and ``quote_precision``, of those that overlap it
themselves. Of every answer that cites: ``verbatim``, whether each quote stands in its document
character for character, and ``grounded``, the share of its sentences that say no more than their
quotes. Of every question without an answer: ``declined_right``, 1 if it was declined.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from mlqa.evaluation.asking import Reply, place
from mlqa.evaluation.gold import GoldQuestion
from mlqa.metrics import (
    fact_coverage,
    hit_at,
    korquad_em,
    korquad_f1,
    reciprocal_rank,
    rouge_l,
    token_f1,
)
from mlqa.schema import Answer, Citation, Document, Place, Span
from mlqa.text.kiwi import Kiwipie, Morpheme

# An answer counts as right from this share of the key facts.
RIGHT_FROM = 0.5

_WORDS_OF_LETTERS_AND_FIGURES = ("SL", "SH", "SN")
# What belongs to an ending besides endings and particles: 하다, 이다, (할) 것이다, (하기) 때문이다.
_OF_ENDINGS = frozenset({"하", "이", "것", "거", "때문"})
_OF_ENDINGS_TAGS = frozenset({"VCP", "XSV", "XSA", "IC"})
_WRITTEN_OUT = {"뭐": "무엇"}
_NEGATIONS = frozenset({"안", "못", "않", "못하", "아니", "없", "없이", "말", "모르"})


class Judge(Protocol):
    """Tells how right an answer is, see ``judging``."""

    def __call__(self, question: str, answer: str, evidence: Sequence[str]) -> float | None:
        """How right an answer is.

        Args:
            question: What was asked.
            answer: What was said, without the numbers of its citations.
            evidence: Quotes of which any one answers the question.

        Returns:
            0 (wrong) to 1 (right); None if it cannot tell.
        """
        ...


def is_right(gold: GoldQuestion, answer: Answer) -> bool:
    """Whether a question was answered, could be, and at least half of its key facts were said."""
    said = gold.answerable and not answer.abstained
    return said and fact_coverage(answer.text, gold.key_facts) >= RIGHT_FROM


def values_of(
    reply: Reply, documents: Mapping[str, Document], kiwi: Kiwipie, judge: Judge | None = None
) -> dict[str, float]:
    """The values of one answer; see the module's docstring.

    Args:
        reply: The question and what came back.
        documents: All documents by id.
        kiwi: Analyses answers and quotes.
        judge: Tells how right an answer is.
    """
    answer, values = reply.answer, dict[str, float]()
    if not reply.gold.answerable:
        values["declined_right"] = float(answer.abstained)
    else:
        values |= _of_retrieval(reply) | _of_text(reply.gold, answer, kiwi)
        cited = [_place(citation) for citation in answer.citations]
        values["citation_recall"] = _share(quote.meets(cited) for quote in reply.evidence)
        values["declined_wrong"] = float(answer.abstained)
        values |= _of_judge(reply, judge) if judge else {}
        if cited:
            passages = [place(hit) for hit in answer.hits if place(hit).meets(reply.evidence)]
            values["citation_precision"] = _share(citation.meets(passages) for citation in cited)
            values["quote_precision"] = _share(citation.meets(reply.evidence) for citation in cited)
    if answer.citations:
        values["verbatim"] = float(all(_stands(c, documents) for c in answer.citations))
        values["grounded"] = _share(
            says_no_more(sentence.text, sentence.citation.quote, kiwi)
            for sentence in answer.sentences
        )
    return values


def spoken(answer: Answer) -> str:
    """What an answer says, without the numbers of its citations; empty where it declines."""
    return " ".join(sentence.text for sentence in answer.sentences)


def tokens(text: str, kiwi: Kiwipie) -> list[str]:
    """Morphemes of a text, Latin letters small, without punctuation."""
    return [m.form.lower() for m in kiwi.morphemes(text) if not _is_sign(m)]


def says_no_more(sentence: str, quote: str, kiwi: Kiwipie) -> bool:
    """Whether a sentence says nothing that its quote does not say.

    Its content morphemes stand in the quote, in the same order, and it negates as often; endings
    and particles are free. Strict: a true rewording in other words does not pass.

    Args:
        sentence: A sentence of an answer.
        quote: What it rests on.
        kiwi: Analyses both.
    """
    if sentence == quote:
        return True
    said, known = _content(sentence, kiwi), _content(quote, kiwi)
    rest = iter([_form(morpheme) for morpheme in known])
    in_order = all(_form(morpheme) in rest for morpheme in said)  # each goes on behind the last
    return in_order and sum(map(_negates, said)) == sum(map(_negates, known))


def _of_retrieval(reply: Reply) -> dict[str, float]:
    return {
        "hit@1": hit_at(reply.rank, 1),
        "hit@5": hit_at(reply.rank, 5),
        "mrr@10": reciprocal_rank(reply.rank),
    }


def _of_text(gold: GoldQuestion, answer: Answer, kiwi: Kiwipie) -> dict[str, float]:
    said = spoken(answer)
    morphemes = tokens(said, kiwi)
    quotes = [tokens(evidence.quote, kiwi) for evidence in gold.evidence]
    quotes.append([token for quote in quotes for token in quote])
    facts = [fact for fact in gold.key_facts if fact]
    return {
        "key_facts": 0.0 if answer.abstained else fact_coverage(answer.text, gold.key_facts),
        "answer_f1": max(token_f1(morphemes, quote) for quote in quotes),
        "rouge_l": max(rouge_l(morphemes, quote) for quote in quotes),
        "korquad_em": _share(max(korquad_em(said, w) for w in fact) for fact in facts),
        "korquad_f1": _share(max(korquad_f1(said, w) for w in fact) for fact in facts),
    }


def _of_judge(reply: Reply, judge: Judge) -> dict[str, float]:
    """What the judge thinks; nothing where it cannot tell."""
    said = spoken(reply.answer)
    quotes = [evidence.quote for evidence in reply.gold.evidence]
    verdict = judge(reply.gold.question, said, quotes) if said else 0.0
    return {} if verdict is None else {"judge": verdict}


def _share(values: Iterator[float]) -> float:
    """Mean of values that are there; 0 of none."""
    found = [float(value) for value in values]
    return sum(found) / len(found) if found else 0.0


def _place(citation: Citation) -> Place:
    return Place(citation.document_id, Span(citation.start, citation.end))


def _stands(citation: Citation, documents: Mapping[str, Document]) -> bool:
    text = documents[citation.document_id].text
    return text[citation.start : citation.end] == citation.quote


def _content(text: str, kiwi: Kiwipie) -> list[Morpheme]:
    """What a text says: its morphemes without endings, particles and punctuation."""
    return [m for m in kiwi.morphemes(text) if not (_is_sign(m) or _is_of_ending(m))]


def _form(morpheme: Morpheme) -> str:
    return _WRITTEN_OUT.get(morpheme.form, morpheme.form.lower())


def _negates(morpheme: Morpheme) -> bool:
    # 안 is also the inside and 말 a horse.
    return morpheme.form in _NEGATIONS and not morpheme.tag.startswith("N")


def _is_sign(morpheme: Morpheme) -> bool:
    return morpheme.tag.startswith("S") and morpheme.tag not in _WORDS_OF_LETTERS_AND_FIGURES


def _is_of_ending(morpheme: Morpheme) -> bool:
    tagged = morpheme.tag.startswith(("E", "J")) or morpheme.tag in _OF_ENDINGS_TAGS
    return tagged or morpheme.form in _OF_ENDINGS
