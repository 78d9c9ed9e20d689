"""Retrieval and answers on data of others: figures with intervals, speed, two settings compared.

Measures are those of trec_eval and MS MARCO as ``ir_measures`` computes them: ``recall@k`` is the
share of a query's right passages among the first k, ``mrr@10`` is 1 / rank of the first right one,
0 behind rank 10, ``ndcg@10`` discounts by log2 of the rank. All are 0 to 1, larger is better.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.errors import QuestionError
from mlqa.evaluation.answers import Answers, Progress, Replies, ask_all
from mlqa.evaluation.datasets import RetrievalSet
from mlqa.evaluation.runs import ELSEWHERE
from mlqa.evaluation.significance import Values, intervals, p_values
from mlqa.evaluation.speed import Speed, Times, speed_of
from mlqa.index.store import Index
from mlqa.retrieval.hybrid import HybridRetriever
from mlqa.schema import Block, Document, Hit
from mlqa.text.loading import normalise

MEASURES = ("recall@1", "recall@3", "recall@5", "recall@10", "mrr@10", "ndcg@10")
_DEPTH = 10  # passages that a measure looks at
_LINE = re.compile(r"\S(?:.*\S)?")
# Settings that do not change what is found.
_ELSEWHERE = ELSEWHERE | {"glossary"}


class Figure(NamedTuple):
    """A mean over the queries and its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


class Difference(NamedTuple):
    """A difference of two means over the same queries.

    Attributes:
        value: First less second.
        low: Lower end of its 95 % bootstrap interval.
        high: Upper end.
        p: Chance of such a difference, either way, if both settings were alike (paired permutation
            test, not corrected for the number of measures).
    """

    value: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkReport:
    """How one configuration did.

    Attributes:
        dataset: What the data set is called.
        settings: Settings that are not the defaults.
        titles: Whether the passages were indexed under their titles.
        seed: Of the sample and the intervals.
        passages: How many were searched.
        queries: How many were asked.
        total: Queries of the whole data set.
        refused: Queries that cannot be asked (too long, no word); they count as not found.
        figures: By measure.
        speed: Times and costs.
        replies: How the chatbot did with the queries, if it was asked.
        values: Each query's value, by measure and by the query's id.
    """

    dataset: str
    settings: Mapping[str, object]
    titles: bool
    seed: int
    passages: int
    queries: int
    total: int
    refused: int
    figures: Mapping[str, Figure]
    speed: Speed
    replies: Replies | None
    values: Mapping[str, Mapping[str, float]]

    def fields(self) -> dict[str, Any]:
        """The report as JSON has it, without each query's values."""
        content = {name: getattr(self, name) for name in self.__slots__ if name != "values"}
        content["figures"] = {name: figure._asdict() for name, figure in self.figures.items()}
        content["replies"] = self.replies.fields() if self.replies else None
        return {**content, "settings": dict(self.settings), "speed": self.speed._asdict()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two configurations on the same queries.

    Attributes:
        first: Settings of the first that are not the defaults.
        second: Settings of the second.
        queries: How many were asked of both.
        differences: By measure.
    """

    first: Mapping[str, object]
    second: Mapping[str, object]
    queries: int
    differences: Mapping[str, Difference]

    def fields(self) -> dict[str, Any]:
        """The comparison as JSON has it."""
        differences = {name: found._asdict() for name, found in self.differences.items()}
        return {**asdict(self), "differences": differences}


def benchmark(
    dataset: RetrievalSet,
    config: Config,
    *,
    limit: int | None = None,
    seed: int = 0,
    titles: bool = True,
    answers: Answers | None = None,
    progress: Progress = tuple,
) -> BenchmarkReport:
    """Indexes the passages as documents, asks the queries and measures what is found.

    A passage that is cut into several chunks has the rank of its best one (MaxP; Dai and Callan,
    Deeper text understanding for IR with contextual neural language modeling, 2019). A copy that
    the retriever shows behind another passage stands right behind it. ``config.glossary`` is not
    used: it belongs to the documents of the knowledge base.

    Args:
        dataset: What is measured on.
        config: The settings.
        limit: Ask a sample of so many queries.
        seed: Of the sample and the intervals.
        titles: Whether passages are indexed under their titles.
        answers: Right answers of the queries; where given, the chatbot is asked as well.
        progress: Wraps the ids of the queries as they are asked.

    Raises:
        CorpusError: The passages hold no word.
        ModelError: The embedder of the settings cannot be loaded.
    """
    config = config.model_copy(update={"glossary": Path(os.devnull)})
    sample = dataset.sample(len(dataset.queries) if limit is None else limit, seed)
    documents = documents_of(dataset, titles=titles)
    clock, processor = time.perf_counter(), time.process_time()
    index = Index.build(documents, config)
    build = Times(time.perf_counter() - clock, time.process_time() - processor)
    found = _ask(index, config, sample, progress)
    values = measure(sample, found.rankings)
    replies = None
    if answers:
        replies, said = ask_all(Chatbot(index, config), sample.queries, answers, progress)
        values |= said
    rows = _rows(values)
    means = rows.mean(axis=1).tolist()
    return BenchmarkReport(
        dataset=dataset.name,
        settings=config.model_dump(mode="json", exclude_defaults=True, exclude=set(_ELSEWHERE)),
        titles=titles,
        seed=seed,
        passages=len(dataset.passages),
        queries=len(sample.queries),
        total=dataset.total,
        refused=found.refused,
        figures={
            name: Figure(mean, *ends)
            for name, mean, ends in zip(values, means, intervals(rows, seed), strict=True)
        },
        speed=speed_of(index, config, build, found.seconds),
        replies=replies,
        values=values,
    )


def compare(first: BenchmarkReport, second: BenchmarkReport) -> Comparison:
    """How much better the first configuration is than the second, query by query.

    Raises:
        ValueError: They did not answer the same queries of the same data set.
    """
    asked = [[report.dataset, *report.values["recall@1"]] for report in (first, second)]
    if asked[0] != asked[1]:
        raise ValueError(f"not the same queries: {first.dataset!r}, {second.dataset!r}")
    differences = _rows(first.values) - _rows(second.values)
    means = differences.mean(axis=1).tolist()
    ends, chances = intervals(differences, first.seed), p_values(differences, first.seed)
    return Comparison(
        first=first.settings,
        second=second.settings,
        queries=first.queries,
        differences={
            name: Difference(mean, *interval, p)
            for name, mean, interval, p in zip(first.values, means, ends, chances, strict=True)
        },
    )


def measure(
    dataset: RetrievalSet, rankings: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Values of rankings, by measure and by query; 0 where a query has no ranking.

    Args:
        dataset: Which passages are right for which query.
        rankings: Ids of passages, best first, by query.
    """
    from ir_measures import RR, R, iter_calc, nDCG  # noqa: PLC0415 - only to measure

    # Not parse_measure, which uses what Python 3.14 no longer has.
    theirs = (R @ 1, R @ 3, R @ 5, R @ 10, RR @ 10, nDCG @ 10)
    names = dict(zip(theirs, MEASURES, strict=True))
    qrels = {query: dict(right) for query, right in dataset.qrels.items()}
    run = {
        query: {passage: -float(rank) for rank, passage in enumerate(_merged(dataset, query, ids))}
        for query, ids in rankings.items()
        if ids
    }
    found: dict[str, dict[str, float]] = {name: dict.fromkeys(qrels, 0.0) for name in MEASURES}
    for value in iter_calc(theirs, qrels, run):
        found[names[value.measure]][value.query_id] = float(value.value)
    return found


def _merged(dataset: RetrievalSet, query: str, ranking: Sequence[str]) -> Iterable[str]:
    """The ranking, each passage by the id of the one that it is an alternative to."""
    same = dataset.alternatives.get(query, {})
    return dict.fromkeys(same.get(passage, passage) for passage in ranking)


def documents_of(dataset: RetrievalSet, *, titles: bool) -> list[Document]:
    """Passages as documents of plain text: every line is a paragraph, nothing is mark-up."""
    documents: list[Document] = []
    for passage_id, passage in dataset.passages.items():
        text = _clean(passage.text)
        blocks = tuple(
            Block(kind="paragraph", start=line.start(), end=line.end())
            for line in _LINE.finditer(text)
        )
        title = _clean(passage.title) if titles else ""
        documents.append(Document(id=passage_id, title=title, text=text, blocks=blocks))
    return documents


def _clean(text: str) -> str:
    """The text as a document has it; JSON may hold halves of characters, which go."""
    return normalise(text.encode("utf-8", "ignore").decode("utf-8"))


class _Found(NamedTuple):
    """Passages by query, best first; seconds by text of the query; queries that were refused."""

    rankings: dict[str, list[str]]
    seconds: dict[str, float]
    refused: int


def _ask(index: Index, config: Config, dataset: RetrievalSet, progress: Progress) -> _Found:
    retriever = HybridRetriever(index, config)
    found = _Found({}, {}, 0)
    refused = 0
    for query_id in progress(list(dataset.queries)):
        text = dataset.queries[query_id]
        start = time.perf_counter()
        try:
            query = retriever.understand(text)
        except QuestionError:
            refused += 1
            found.rankings[query_id] = []
            continue
        hits = retriever.search(query, _DEPTH)
        # A text that was asked before is in the caches: its first time counts.
        found.seconds.setdefault(text, time.perf_counter() - start)
        k, ids = _DEPTH, _ids(hits)
        while len(ids) < _DEPTH and k < len(index.chunks):
            k *= 2
            ids = _ids(retriever.search(query, k))
        found.rankings[query_id] = ids
    return found._replace(refused=refused)


def _ids(hits: Sequence[Hit]) -> list[str]:
    """Documents of hits and of their copies, each once."""
    return list(dict.fromkeys(i for hit in hits for i in (hit.chunk.document_id, *hit.also_in)))


def _rows(values: Mapping[str, Mapping[str, float]]) -> Values:
    return np.asarray([list(of_query.values()) for of_query in values.values()])
