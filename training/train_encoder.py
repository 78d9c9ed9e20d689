"""Trains the encoder that ships with the package, and reports its scores.

    python -m training.train_encoder --data ../shared/datasets

Takes minutes on two cores. The same data, seed and machine give the same weights.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from mlqa.index.encoder import StaticEncoder, read_weights
from mlqa.text.glossary import Glossary
from mlqa.text.kiwi import VECTOR_IDS, Kiwipie
from mlqa.text.pieces import words_of
from mlqa.text.terms import TermExtractor
from training import lexicon
from training.datasets import PARALLEL, Data, read
from training.export import export, first_weights
from training.kiwi_vectors import KiwiVectors
from training.losses import agreement, contrast
from training.measure import measure, texts_of
from training.model import Ints, Model
from training.pieces import Texts, Vocabulary

_ROOT = Path(__file__).resolve().parent.parent
_SHIPPED = _ROOT / "src" / "mlqa" / "data" / "encoder.safetensors"
_WARM_UP = 30  # steps
_LAST_RATE = 0.02  # share of the rate at the end
_FEWER = 512  # pairs of a batch with counter-examples or scores, at most


@dataclass(frozen=True)
class Recipe:
    """What can be tuned; docs/decisions/0010 says what was tried.

    Attributes:
        steps: Batches.
        batch: Pairs of a batch.
        scale: One over the temperature.
        free_rate: Learning rate of words and sub-words.
        matrix_rate: Of the matrix over Kiwi's vectors.
        weight_rate: Of log token weights.
        correction_rate: Of the corrections of morphemes.
        correction_decay: Their pull towards none.
        sub_word_share: How often a word is read as its sub-words.
        dropped_share: How often a token is left out.
        directions: Common directions that the first matrix takes out.
        least_word: How often a word must be seen to have a row.
        least_morpheme: The same for morphemes.
        buckets: Rows of sub-words.
        smoothing: Of the first token weights.
        seed: Of everything random.
        mix: How often each kind of pair makes a batch.
    """

    steps: int = 2400
    batch: int = 1024
    scale: float = 20.0
    free_rate: float = 3e-3
    matrix_rate: float = 3e-4
    weight_rate: float = 5e-3
    correction_rate: float = 1e-3
    correction_decay: float = 10.0
    sub_word_share: float = 0.1
    dropped_share: float = 0.15
    directions: int = 8
    least_word: int = 2
    least_morpheme: int = 5
    buckets: int = 6144
    smoothing: float = 1e-4
    seed: int = 1
    mix: str = (
        "parallel=0.31,short=0.15,entailed=0.12,sts=0.14,welfare=0.07,said=0.07,own=0.08,words=0.06"
    )


class Trainer:
    """Everything that one training needs.

    Args:
        data: The data sets.
        recipe: The choices.
        cache: Where analysed texts are kept, if anywhere.
    """

    def __init__(self, data: Data, recipe: Recipe, cache: Path | None = None) -> None:
        self.data, self.recipe = data, recipe
        self.texts = Texts(cache)
        self.random = np.random.default_rng(recipe.seed)
        torch.manual_seed(recipe.seed)
        self._pairs = {
            kind: np.stack(
                [
                    self.texts.rows((a for a, _ in pairs), english=kind.startswith("en:")),
                    self.texts.rows(b for _, b in pairs),
                ],
                axis=1,
            )
            for kind, pairs in data.pairs.items()
        }
        entailed = [self.texts.rows(column) for column in zip(*data.entailed, strict=True)]
        self._entailed = np.stack(entailed, axis=1)
        scored = list(zip(*data.scored["train"], strict=True))
        self._scored = np.stack([self.texts.rows(column) for column in scored[:2]], axis=1)
        self._gold = np.asarray(scored[2], dtype=np.float32)
        self._empty = self.texts.rows([""])[0]
        trained = len(self.texts)
        for texts, english in texts_of(data, "dev"):
            self.texts.rows(texts, english=english)
        pieces = self.texts.pieces()
        listed = {word for english, _ in data.pairs["en:words"] for word in words_of(english)}
        self.vocabulary = Vocabulary.of(
            pieces, trained, recipe.least_word, recipe.buckets, always=listed
        )
        self._tokens = self.vocabulary.texts(pieces)
        self.kiwi = KiwiVectors.restore(Kiwipie())
        self.model = self._model()
        self._tasks = self._make_tasks()
        self._groups = self._make_groups()
        self._queues: dict[str, Ints] = {}

    def train(self) -> None:
        """Runs all steps."""
        mix = {name: float(share) for name, _, share in map(_parted, self.recipe.mix.split(","))}
        mix = {name: share for name, share in mix.items() if len(self._tasks[name])}
        chances = np.asarray(list(mix.values())) / sum(mix.values())
        kinds = list(mix)
        rates = {
            "free": self.recipe.free_rate,
            "matrix": self.recipe.matrix_rate,
            "weights": self.recipe.weight_rate,
            "correction": self.recipe.correction_rate,
        }
        for step in range(self.recipe.steps):
            left = 1 - step / self.recipe.steps
            share = min(1, (step + 1) / _WARM_UP) * left + _LAST_RATE
            kind = kinds[int(self.random.choice(len(kinds), p=chances))]
            self._step(kind, {name: rate * share for name, rate in rates.items()})

    def encode(self, texts: Sequence[str], english: bool) -> NDArray[np.float32]:
        """Unit vectors of texts that were there from the start; see ``measure``."""
        return self.model.encode(self.texts.rows(texts, english=english))

    def _model(self) -> Model:
        recipe, words = self.recipe, self.vocabulary.words
        common = self.kiwi.common[: recipe.directions]
        matrix = np.eye(common.shape[1], dtype=np.float32) - common.T @ common
        usual = float(np.linalg.norm(self.kiwi.vectors @ matrix, axis=1).mean())
        size = (len(words) + recipe.buckets, common.shape[1])
        free = self.random.normal(size=size).astype(np.float32) * usual / size[1] ** 0.5
        self.lexicon = self._learn_lexicon()
        meant = self.lexicon.meaning @ (self.kiwi.vectors @ matrix)
        lengths = np.linalg.norm(meant, axis=1)
        known = np.flatnonzero(lengths)
        free[known] = meant[known] / lengths[known, None] * usual
        count_of = dict(
            zip(self.vocabulary.strings, self.vocabulary.counts[VECTOR_IDS:], strict=True)
        )
        weights = first_weights(np.asarray([count_of[w] for w in words]), recipe.smoothing)
        whole, parts = self.vocabulary.rows()
        return Model(
            torch.from_numpy(self.kiwi.vectors),
            torch.from_numpy(free),
            torch.from_numpy(np.concatenate([weights, np.zeros(recipe.buckets, np.float32)])),
            texts=self._tokens,
            whole=whole,
            parts=parts,
            correction_decay=recipe.correction_decay,
            matrix=torch.from_numpy(matrix),
        )

    def _learn_lexicon(self) -> lexicon.Lexicon:
        row_of = {word: row for row, word in enumerate(self.vocabulary.words)}
        word_of_token = np.asarray([row_of.get(w, -1) for w in self.vocabulary.strings])
        english = [pairs for kind, pairs in self._pairs.items() if kind.startswith("en:")]
        listed = 2 * [self._pairs["en:terms"], self._pairs["en:words"]]
        every = np.concatenate([*english, *listed])
        return lexicon.learn(every, self._tokens, word_of_token, len(row_of))

    def _make_tasks(self) -> dict[str, Ints]:
        pairs = self._pairs
        parallel = [pairs[f"en:{name}"] for name in PARALLEL]
        short = [pairs["en:mkqa"], pairs["en:tatoeba"], pairs["en:everyday"]]
        terms = [pairs["en:terms"]]
        return {
            "parallel": np.concatenate(parallel + 2 * short + 5 * terms + [pairs["en:words"]]),
            "short": np.concatenate([*short, pairs["en:words"]]),
            "words": pairs["ko:words"],
            "own": np.concatenate([pairs["ko:own"], pairs["ko:essays"], pairs["en:essays"]]),
            "said": np.concatenate(
                [pairs["ko:songys"], pairs["ko:parakqc"][::10], pairs["ko:sae4k"][::5]]
            ),
            "welfare": pairs["ko:welfare"],
            "entailed": self._entailed,
            "sts": np.arange(len(self._scored))[:, None],
        }

    def _batch(self, kind: str) -> Ints:
        """The next rows of a task; all are used once before any is used again."""
        rows = self._tasks[kind]
        size = self.recipe.batch
        if kind in {"entailed", "sts", "welfare", "own"}:
            size = min(size, _FEWER)
        queue = self._queues.get(kind, np.zeros(0, dtype=np.int64))
        if len(queue) < size:
            queue = np.concatenate([queue, self.random.permutation(len(rows))])
        self._queues[kind] = queue[size:]
        return rows[queue[:size]]

    def _step(self, kind: str, rates: dict[str, float]) -> None:
        rows = self._batch(kind)
        recipe = self.recipe
        pairs = self._scored[rows[:, 0]] if kind == "sts" else rows[:, :2]
        against = rows[:, 2] if kind == "entailed" else rows[:0, 0]
        against = against[against != self._empty]
        left, right = pairs.T
        vectors, touched = self.model.forward(
            np.concatenate([left, right, against]),
            self.random,
            recipe.sub_word_share,
            recipe.dropped_share,
        )
        first, second, others = torch.split(vectors, [len(left), len(right), len(against)])
        if kind == "sts":
            loss = agreement(first, second, torch.from_numpy(self._gold[rows[:, 0]]))
        else:
            groups = self._groups[pairs]
            same = (groups[:, None] == groups[None, :]).any(axis=2)
            np.fill_diagonal(same, val=False)
            loss = contrast(first, second, torch.from_numpy(same), recipe.scale, others)
        self.model.step(loss, touched, rates)

    def _make_groups(self) -> Ints:
        """A number for each text; those of one block of paraphrases are equal."""
        groups = np.arange(len(self.texts))
        for left, right in self._pairs["ko:parakqc"]:
            groups[groups[right]] = groups[right] = groups[left]
        return groups


def _parted(text: str) -> tuple[str, str, str]:
    return text.partition("=")


def main() -> int:
    """Trains, writes the weights and reports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, default=_SHIPPED, help="the weights")
    parser.add_argument("--cache", type=Path, help="file that keeps analysed texts between runs")
    parser.add_argument("--threads", type=int, default=2, help="cores to use")
    parser.add_argument(
        "--unseen", action="store_true", help="leave out what is asked about welfare and the essays"
    )
    parser.add_argument("--test", action="store_true", help="report the test parts too")
    parser.add_argument("--report", type=Path, help="file for the figures as JSON")
    for one in fields(Recipe):
        parser.add_argument(f"--{one.name.replace('_', '-')}", type=type(one.default))
    arguments = vars(parser.parse_args())
    recipe = Recipe(
        **{f.name: arguments[f.name] for f in fields(Recipe) if arguments[f.name] is not None}
    )
    torch.set_num_threads(arguments["threads"])
    torch.use_deterministic_algorithms(mode=True)
    start = time.perf_counter()
    data = read(arguments["data"], _ROOT / "corpus" / "glossary.toml")
    if arguments["unseen"]:
        for kind in ("ko:welfare", "ko:essays", "en:essays"):
            data.pairs[kind] = []
    trainer = Trainer(data, recipe, arguments["cache"])
    prepared = time.perf_counter()
    trainer.train()
    trained = time.perf_counter()
    export(
        arguments["out"],
        trainer.model,
        trainer.kiwi,
        trainer.vocabulary,
        least_morpheme=recipe.least_morpheme,
        recipe=asdict(recipe),
    )
    encoder = StaticEncoder(TermExtractor(Kiwipie(), Glossary()), read_weights(arguments["out"]))
    report: dict[str, object] = {
        "prepared_seconds": round(prepared - start),
        "trained_seconds": round(trained - prepared),
        "bytes": arguments["out"].stat().st_size,
        "unrounded_dev": measure(data, "dev", trainer.encode),
    }
    for part in ("dev", "test") if arguments["test"] else ("dev",):
        report[part] = measure(data, part, lambda texts, _: encoder.embed(texts))
    text = json.dumps(report, indent=2)
    if arguments["report"]:
        arguments["report"].write_text(text + "\n", encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
