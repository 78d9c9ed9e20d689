"""Fits the weights of a search's signals, on training questions alone.

    python -m training.fit_fusion --data ../shared/datasets --encoder FILE [--index index]

Half of the loss comes from questions about welfare documents (their training part; every second one
is held back and reported), half from the training part of the gold set. Questions about both are
among the pairs that the shipped encoder learns from, so that its vectors look better there than on
documents never seen: ``--encoder`` names one trained without them (``training.train_encoder
--unseen``). Prints the weights for ``mlqa/retrieval/fusion.py``, and what is found with them.

The loss is listwise: minus the log of the right passages' share of the softmax over all passages.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from mlqa.config import Config
from mlqa.evaluation.benchmark import documents_of
from mlqa.evaluation.datasets import read_dataset
from mlqa.evaluation.gold import load_gold
from mlqa.index.store import Index
from mlqa.metrics import overlap
from mlqa.retrieval.fusion import ENGLISH, Signals
from mlqa.retrieval.hybrid import HybridRetriever
from mlqa.schema import Chunk, Span
from training.unseen import with_encoder, without_faq

_QUESTIONS = 3000
_SEED = 7
_PULL = 1e-3  # towards no weights; it keeps sure signals from growing for ever
_NOWHERE = Path("/dev/null")


class Sample(NamedTuple):
    """Questions with their signals.

    Attributes:
        signals: Shape (questions, passages, signals), those of English questions as they count.
        right: Which passages answer, shape (questions, passages).
        known: Share of each question that the index knows, shape (questions, 1).
        kinds: Kind of each question.
    """

    signals: torch.Tensor
    right: torch.Tensor
    known: torch.Tensor
    kinds: NDArray[np.str_]

    def part(self, rows: Sequence[int] | NDArray[np.int64]) -> Sample:
        """Some of the questions."""
        chosen = torch.as_tensor(np.asarray(rows))
        return Sample(
            self.signals[chosen], self.right[chosen], self.known[chosen], self.kinds[rows]
        )

    def scores(self, weights: torch.Tensor) -> torch.Tensor:
        """Scores of all passages; the last weight is what knowing the words adds to theirs."""
        words = self.signals[..., 0] * self.known
        return self.signals @ weights[:-1] + words * weights[-1]


def main() -> None:
    """Fits and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--encoder", type=Path, required=True, help="one trained with --unseen")
    parser.add_argument("--gold", type=Path, default=Path("eval/gold.jsonl"))
    parser.add_argument("--index", type=Path, default=Path("index"))
    options = parser.parse_args()
    welfare = _welfare(options.data, options.encoder)
    gold = _gold(options.gold, options.index, options.encoder)
    order = np.random.default_rng(_SEED).permutation(len(welfare.kinds))
    fitted_on, held = welfare.part(order[::2]), welfare.part(order[1::2])
    weights = fit([fitted_on, gold])
    largest = float(weights.max())
    shares = dict(zip((*Signals._fields, "known_words"), weights.tolist(), strict=True))
    print({name: round(share / largest, 2) for name, share in shares.items()})
    print("welfare, held back", _found(held, weights))
    print("gold train, fitted", _found(gold, weights))
    folds = np.arange(len(gold.kinds)) % 5
    ranks = np.zeros(len(gold.kinds))
    for fold in range(5):
        out = gold.part(np.flatnonzero(folds == fold))
        inside = gold.part(np.flatnonzero(folds != fold))
        ranks[folds == fold] = _ranks(out, fit([fitted_on, inside]))
    print("gold train, five-fold", _shares(ranks))
    for kind in dict.fromkeys(gold.kinds.tolist()):
        print(f"  {kind:12}", _shares(ranks[gold.kinds == kind]))


def fit(samples: Sequence[Sample]) -> torch.Tensor:
    """Weights, none below 0, with the least loss over samples that count alike."""
    free = torch.full((len(Signals._fields) + 1,), 0.5, requires_grad=True)
    optimiser = torch.optim.LBFGS([free], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        weights = free.square()
        total = _PULL * weights.square().sum()
        for sample in samples:
            scores = sample.scores(weights)
            right = torch.logsumexp(scores.masked_fill(~sample.right, -torch.inf), 1)
            total = total - (right - torch.logsumexp(scores, 1)).mean()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(loss)  # type: ignore[arg-type]
    return free.detach().square()


def _welfare(data: Path, encoder: Path) -> Sample:
    dataset = read_dataset(data / "welfare_qa_ko" / "train_queries.json")
    dataset = dataset.sample(_QUESTIONS, _SEED)
    config = Config(glossary=_NOWHERE)
    index = with_encoder(Index.build(documents_of(dataset, titles=True), config), encoder)
    questions = [(text, (), "welfare") for text in dataset.queries.values()]
    right = [set(dataset.qrels[query]) for query in dataset.queries]
    return _sample(index, config, questions, lambda row, chunk: chunk.document_id in right[row])


def _gold(gold: Path, folder: Path, encoder: Path) -> Sample:
    config = Config(index=folder)
    index = with_encoder(without_faq(Index.load(folder, config)), encoder)
    questions = [q for q in load_gold(gold).part("train").questions if q.answerable]
    spans = [
        [
            (e.document_id, Span(start := text.index(e.quote), start + len(e.quote)))
            for e in question.evidence
            for text in [index.documents[e.document_id].text]
        ]
        for question in questions
    ]

    def answers(row: int, chunk: Chunk) -> bool:
        place = Span(chunk.start, chunk.end)
        return any(chunk.document_id == name and overlap(place, span) for name, span in spans[row])

    asked = [(q.question, q.history, q.kind) for q in questions]
    return _sample(index, config, asked, answers)


def _sample(
    index: Index,
    config: Config,
    questions: Sequence[tuple[str, tuple[str, ...], str]],
    answers: Callable[[int, Chunk], bool],
) -> Sample:
    retriever = HybridRetriever(index, config)
    queries = [retriever.understand(text, history) for text, history, _ in questions]
    signals = np.stack([retriever.signals(query).T for query in queries])
    english = np.asarray([query.language == "en" for query in queries])
    signals[english] *= np.asarray(ENGLISH, dtype=np.float32)
    right = [[answers(row, chunk) for chunk in index.chunks] for row in range(len(queries))]
    known = [[retriever.known(query)] for query in queries]
    return Sample(
        torch.from_numpy(signals),
        torch.tensor(right),
        torch.tensor(known, dtype=torch.float32),
        np.asarray([kind for _, _, kind in questions]),
    )


def _ranks(sample: Sample, weights: torch.Tensor) -> NDArray[np.int64]:
    """Rank of the best right passage of each question; equal scores count against it."""
    scores = sample.scores(weights)
    best = scores.masked_fill(~sample.right, -torch.inf).max(dim=1, keepdim=True).values
    ranks: NDArray[np.int64] = ((scores >= best) & ~sample.right).sum(1).numpy() + 1
    return ranks


def _found(sample: Sample, weights: torch.Tensor) -> str:
    return _shares(_ranks(sample, weights))


def _shares(ranks: NDArray[np.int64] | NDArray[np.float64]) -> str:
    return f"hit@1 {(ranks <= 1).mean():.3f}, hit@5 {(ranks <= 5).mean():.3f} of {len(ranks)}"


if __name__ == "__main__":
    main()
