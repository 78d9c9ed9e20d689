"""Fits what the FAQ counts for, on the training part of the gold set.

    OPENBLAS_NUM_THREADS=1 python -m training.fit_faq --encoder FILE [--shipped] [--gold FILE]
        [--index DIR]

Prints, for docs/decisions/0019: what likeness scores let expect (``retrieval/faq.py``,
``answer/reading.py``), the two coefficients of declining (``answer/abstention.py``) and how much
questions without an answer weigh, two weights of further sentences (``answer/support.py``), and
what is answered and declined with parts of the FAQ. All other weights stay as they
are, for they were fitted without a FAQ. The test part is not looked at.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, StratifiedKFold

from mlqa.answer import abstention
from mlqa.answer.extractive import ExtractiveAnswerer
from mlqa.answer.matching import QuestionMatcher
from mlqa.answer.reading import read_hits
from mlqa.answer.support import worth
from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.evaluation.asking import evidence_of, place
from mlqa.evaluation.gold import GoldQuestion, load_gold
from mlqa.index.faq import FaqIndex
from mlqa.index.store import Index
from mlqa.retrieval import faq
from mlqa.retrieval.faq import FaqFinder
from mlqa.retrieval.hybrid import HybridRetriever
from mlqa.schema import Draft, FaqEntry, Place, Span
from training.fit_support import rows_of
from training.offset import Flags, Floats, held_out, likeliest, logit
from training.unseen import with_encoder, without_faq

_GAPS = (0.5, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0)
_SHARES = (0.2, 0.03)  # of the questions of the FAQ
_DRAWS = 5
_OF_ABSTENTION, _OF_SUPPORT = 10, 5  # folds
_SEEDS = range(5)
_THRESHOLDS = (0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3)


class _Seen(NamedTuple):
    """What declining sees of a question.

    Attributes:
        logit: Of an answer, all but the FAQ together.
        told: What the FAQ tells by meaning and by letters, for each of ``_GAPS``.
    """

    logit: float
    told: tuple[tuple[float, float], ...]


class _Right(NamedTuple):
    """Of each question: whether the first sentence is right, and whether it is declined."""

    first: Flags
    declined: Flags


def main() -> None:
    """Fits and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="one trained with --unseen")
    parser.add_argument("--shipped", action="store_true", help="the encoder in the package, too")
    parser.add_argument("--gold", type=Path, default=Path("eval/gold.jsonl"))
    parser.add_argument("--index", type=Path, default=Path("index"))
    options = parser.parse_args()
    config = Config(index=options.index)
    shipped = Index.load(options.index, config)
    indexes = {f"encoder {options.encoder.name}": with_encoder(shipped, options.encoder)}
    indexes |= {"shipped encoder": shipped} if options.shipped else {}
    questions = load_gold(options.gold).part("train").questions
    answerable = [gold for gold in questions if gold.answerable]
    for name, index in indexes.items():
        print(f"# {name}: {len(index.faq.questions)} questions of the FAQ")
        bot = Chatbot(index, config)
        _expected(bot, answerable)
        _declining(bot, questions)
        _further(bot, answerable)
        _fair(bot, questions)


def _expected(bot: Chatbot, questions: Sequence[GoldQuestion]) -> None:
    """What likeness lets expect of all passages that have questions, and of their sentences."""
    bare, everything = without_faq(bot.index), len(bot.index.chunks)
    searcher, finder = HybridRetriever(bare, bot.config), FaqFinder(bare)
    rows = {chunk.id: row for row, chunk in enumerate(bare.chunks)}
    passages, sentences = [], []
    for gold in questions:
        query = bot.retriever.understand(gold.question, gold.history)
        scores = np.zeros(everything, dtype=np.float32)
        for hit in searcher.search(query, everything):
            scores[rows[hit.chunk.id]] = hit.score
        # What a passage would score if it had no questions and others had.
        drawn = finder.weighed(scores, np.zeros_like(scores), np.arange(everything))
        hits = [hit for hit in bot.retriever.search(query, everything) if hit.faq]
        for hit in hits:
            score, likest = scores[rows[hit.chunk.id]], max(match.likeness for match in hit.faq)
            passages.append((1.0, score, likest))
        for reading in read_hits(QuestionMatcher(query, bot.texts), hits):
            row = rows[reading.hit.chunk.id]
            likeness = {match.span: match.likeness for match in reading.hit.faq}
            if reading.span in likeness:
                seen = (scores[row], drawn[row], reading.hit.score, reading.meaning)
                sentences.append((1.0, *seen, likeness[reading.span]))
    print("## expected likeness")
    _line("passages: constant, score", np.array(passages), [0, 1])
    for name, column in {"no FAQ": 1, "no FAQ beside one": 2, "the FAQ": 3}.items():
        label = f"sentences: constant, score with {name}, meaning"
        _line(label, np.array(sentences), [0, column, 4])


def _line(name: str, table: Floats, columns: Sequence[int]) -> None:
    """Prints the least squares of the last column on some of the others."""
    found, wanted = table[:, columns], table[:, -1]
    weights = np.linalg.lstsq(found, wanted, rcond=None)[0]
    explained = 1 - np.var(wanted - found @ weights) / np.var(wanted)
    print(f"{name}: {weights.round(3).tolist()}, R² {explained:.3f} of {len(table)}")


def _declining(bot: Chatbot, questions: Sequence[GoldQuestion]) -> None:
    wanted = np.array([gold.answerable for gold in questions])
    kinds = np.array(["answerable" if gold.answerable else gold.kind for gold in questions])
    bare = without_faq(bot.index)
    print("## declining: coefficients of meaning and letters; AUC; shares declined")
    threshold = logit(bot.config.answer_threshold)

    def tell(name: str, logits: Floats) -> None:
        declined = logits < threshold
        of = {
            kind: round(float(declined[kinds == kind].mean()), 3)
            for kind in sorted(set(kinds.tolist()))
        }
        of["no answer"] = round(float(declined[~wanted].mean()), 3)
        print(f"{name}: AUC {roc_auc_score(wanted, logits):.3f}, {of}")

    tell("no FAQ", np.array([one.logit for one in _seen(bot, bare, questions)]))
    seen = _seen(bot, bot.index, questions)
    logits = np.array([one.logit for one in seen])
    tell("hits of the FAQ, nothing else", logits)
    in_use = np.array(abstention._COEFFICIENTS[-2:])
    for at, gaps in enumerate(_GAPS):
        found = np.array([one.told[at] for one in seen])
        of_seeds = []
        for seed in _SEEDS:
            folds = StratifiedKFold(_OF_ABSTENTION, shuffle=True, random_state=seed)
            of_seed = held_out(logits, found, wanted, folds.split(found, wanted))
            of_seeds.append(1 / (1 + np.exp(-of_seed)))
        fitted = likeliest(logits, found, wanted).round(2).tolist()
        tell(f"gaps {gaps}, fitted {fitted}", logit(np.mean(of_seeds, axis=0)))
        tell(f"gaps {gaps}, in use {in_use.tolist()}", logits + found @ in_use)


def _seen(bot: Chatbot, index: Index, questions: Iterable[GoldQuestion]) -> list[_Seen]:
    retriever, finder, in_use = HybridRetriever(index, bot.config), FaqFinder(index), faq._GAPS
    seen = []
    for gold in questions:
        query = retriever.understand(gold.question, gold.history)
        hits = retriever.search(query, bot.config.top_k)
        matcher = QuestionMatcher(query, bot.texts)
        readings, told = read_hits(matcher, hits), []
        for faq._GAPS in _GAPS:
            weighed = replace(query, faq=finder.support(query))
            found = abstention.evidence_for(weighed, matcher, hits, readings)
            told.append((found.faq_meaning, found.faq_letters))
        without = abstention.confidence(replace(found, faq_meaning=0.0, faq_letters=0.0))
        seen.append(_Seen(float(logit(without)), tuple(told)))
    faq._GAPS = in_use
    return seen


def _further(bot: Chatbot, questions: Sequence[GoldQuestion]) -> None:
    rows = [row for n, gold in enumerate(questions) for row in rows_of(bot, gold, n)]
    wanted = np.array([row.in_evidence for row in rows])
    groups = np.array([row.question for row in rows])
    without = [row.found._replace(faq_several=0.0, behind=0.0) for row in rows]
    logits = logit(np.array([worth(found) for found in without]))
    print(f"## further sentences: {len(rows)} of {len(set(groups))} questions")
    _tell_further("in use", logit(np.array([worth(row.found) for row in rows])), wanted)
    _tell_further("no weights of the FAQ", logits, wanted)
    for names in (("behind",), ("faq_several", "behind")):
        found = np.array([[getattr(row.found, name) for name in names] for row in rows])
        folds = GroupKFold(_OF_SUPPORT).split(found, wanted, groups)
        fitted = likeliest(logits, found, wanted).round(2).tolist()
        of_folds = held_out(logits, found, wanted, folds)
        _tell_further(f"{dict(zip(names, fitted, strict=True))}, held out", of_folds, wanted)


def _tell_further(name: str, logits: Floats, wanted: Flags) -> None:
    print(f"{name}: AUC {roc_auc_score(wanted, logits):.3f}")
    for threshold in _THRESHOLDS:
        taken = logits >= logit(threshold)
        print(
            f"  from {threshold:.2f}: {taken.sum()} taken, right {wanted[taken].mean():.3f}, "
            f"of all {wanted[taken].sum() / wanted.sum():.3f}"
        )


def _fair(bot: Chatbot, questions: Sequence[GoldQuestion]) -> None:
    """What is answered with parts of the FAQ."""
    print("## first sentences in a passage of the evidence; shares declined")
    entries, random = bot.index.faq.entries, np.random.default_rng(0)
    answerable = np.array([gold.answerable for gold in questions])
    none = _answered(bot, (), questions)
    parts: dict[str, Sequence[FaqEntry]] = {"no FAQ": (), "the whole FAQ": entries}
    parts["what has an answer"] = [entry for entry in entries if entry.answers]
    for share in _SHARES:
        for draw in range(_DRAWS):
            parts[f"{share:.0%} of it, draw {draw + 1}"] = _drawn(entries, share, random)
    for name, part in parts.items():
        found = _answered(bot, part, questions)
        _tell_fair(name, found, none, answerable)
        print(f"  declined of those without an answer: {found.declined[~answerable].mean():.3f}")
    left_out = _Right(none.first.copy(), none.declined.copy())
    told_of = [frozenset(e.document_id for e in gold.evidence) for gold in questions]
    for ids in sorted({ids for ids in told_of if ids}, key=sorted):
        rows = np.array([row for row, others in enumerate(told_of) if others == ids])
        part, asked = _elsewhere(entries, ids), [questions[row] for row in rows]
        left_out.first[rows], left_out.declined[rows] = _answered(bot, part, asked)
        of_these = np.isin(np.arange(len(questions)), rows)
        _tell_fair(f"none of {', '.join(sorted(ids))}", left_out, none, of_these)
    _tell_fair("none of the documents of the evidence", left_out, none, answerable)


def _tell_fair(name: str, found: _Right, none: _Right, asked: Flags) -> None:
    first, before = found.first[asked], none.first[asked]
    better, worse = (first & ~before).sum(), (before & ~first).sum()
    print(
        f"{name}: first {first.mean():.3f} (no FAQ {before.mean():.3f}, +{better} -{worse} of "
        f"{len(first)}), declined {found.declined[asked].mean():.3f} "
        f"(no FAQ {none.declined[asked].mean():.3f})"
    )


def _drawn(
    entries: Iterable[FaqEntry], share: float, random: np.random.Generator
) -> list[FaqEntry]:
    """The entries with a random share of all questions."""
    cut = (
        replace(entry, questions=tuple(q for q in entry.questions if random.random() < share))
        for entry in entries
    )
    return [entry for entry in cut if entry.questions]


def _elsewhere(entries: Iterable[FaqEntry], ids: frozenset[str]) -> list[FaqEntry]:
    """The entries that nothing in these documents answers."""
    return [entry for entry in entries if not ids & {a.document_id for a in entry.answers}]


def _answered(
    bot: Chatbot, entries: Sequence[FaqEntry], questions: Iterable[GoldQuestion]
) -> _Right:
    """Asks with another FAQ; its vectors are those of the bot's."""
    cut = FaqIndex.build(entries, bot.index.embedder, bot.index.faq)
    retriever = HybridRetriever(replace(bot.index, faq=cut), bot.config)
    answerer = ExtractiveAnswerer(bot.texts, bot.config.answer_sentences, bot.documents)
    first, declined = [], []
    for gold in questions:
        query = retriever.understand(gold.question, gold.history)
        hits = retriever.search(query, bot.config.top_k)
        draft = answerer.answer(query, hits)
        evidence = evidence_of(gold, bot.documents)
        first.append(_begins_in([p for p in map(place, hits) if p.meets(evidence)], draft))
        declined.append(draft.confidence < bot.config.answer_threshold)
    return _Right(np.array(first), np.array(declined))


def _begins_in(places: Sequence[Place], draft: Draft) -> bool:
    cited = [sentence.citation for sentence in draft.sentences[:1]]
    return any(Place(c.document_id, Span(c.start, c.end)).meets(places) for c in cited)


if __name__ == "__main__":
    main()
