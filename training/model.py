"""The model while it is trained: rows of vectors, a matrix over Kiwi's, one weight per row.

A token is what a text is made of: a morpheme of Kiwi's vocabulary, a Latin word, a digit, an
unknown Hangul word. A row is what carries a vector and a weight: the 70,488 morphemes come first,
then the words of the vocabulary, then the buckets of sub-words. A token of the vocabulary is one
row; another one is several sub-word rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ragged:
    """Lists of numbers of different lengths in one array."""

    starts: Ints
    values: Ints

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> Ragged:
        """From lists."""
        starts = np.zeros(len(lists) + 1, dtype=np.int64)
        np.cumsum([len(one) for one in lists], out=starts[1:])
        return cls(starts, np.asarray([v for one in lists for v in one], dtype=np.int64))

    def take(self, rows: Ints) -> tuple[Ints, Ints]:
        """The lists of some rows, one after the other, and their lengths."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        ends = np.cumsum(lengths)
        offsets = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)
        return self.values[np.repeat(self.starts[rows], lengths) + offsets], lengths


class LazyAdam:
    """Adam that touches only the rows that a batch uses (Kingma and Ba, 2015; lazy variant).

    Args:
        table: The parameters, one row each.
        decay: Pull of each touched row towards where it began, per step and unit of rate.
    """

    def __init__(self, table: Tensor, decay: float = 0.0) -> None:
        self.table = table
        self._first = torch.zeros_like(table)
        self._second = torch.zeros_like(table)
        self._start = table.clone() if decay else None
        self._decay = decay
        self._step = 0

    def step(self, rows: Tensor, gradient: Tensor, rate: float) -> None:
        """Moves some rows."""
        self._step += 1
        first = self._first[rows].lerp_(gradient, 0.1)
        second = self._second[rows].lerp_(gradient.square(), 0.001)
        self._first[rows], self._second[rows] = first, second
        bias = (1 - 0.999**self._step) ** 0.5 / (1 - 0.9**self._step)
        move = -rate * bias * first / (second.sqrt() + 1e-8)
        if self._start is not None:
            move += rate * self._decay * (self._start[rows] - self.table[rows])
        self.table[rows] += move


class Model:
    """See the module.

    Args:
        kiwi: Vectors of all morphemes, shape (morphemes, dimension).
        free: First vectors of words and sub-words, shape (words + buckets, dimension).
        weights: First log weights of all rows.
        texts: Tokens of each text.
        whole: Rows of each token.
        parts: Sub-word rows of each token (its rows again where it has none).
    """

    def __init__(
        self,
        kiwi: Tensor,
        free: Tensor,
        weights: Tensor,
        *,
        texts: Ragged,
        whole: Ragged,
        parts: Ragged,
        correction_decay: float,
        matrix: Tensor,
    ) -> None:
        self.kiwi = kiwi
        self.matrix = matrix.clone().requires_grad_()
        self.offset = torch.zeros(kiwi.shape[1], requires_grad=True)
        self.correction = torch.zeros_like(kiwi)
        self.free = free
        self.weights = weights
        self.texts, self.whole, self.parts = texts, whole, parts
        self._optimisers = {
            "correction": LazyAdam(self.correction, correction_decay),
            "free": LazyAdam(self.free),
            "weights": LazyAdam(self.weights),
        }
        self._dense = torch.optim.Adam([self.matrix, self.offset])

    def forward(
        self,
        texts: Ints,
        random: np.random.Generator | None = None,
        dropout: float = 0.0,
        token_dropout: float = 0.0,
    ) -> tuple[Tensor, dict[str, tuple[Tensor, Tensor]]]:
        """Unit vectors of texts, and the touched rows of each table.

        Args:
            texts: Which texts.
            random: Where dropout comes from; none when not training.
            dropout: How often a token is read as its sub-words.
            token_dropout: How often a token is left out.
        """
        tokens, lengths = self.texts.take(texts)
        owners = np.repeat(np.arange(len(texts)), lengths)
        if random is not None and token_dropout:
            keep = random.random(len(tokens)) >= token_dropout
            tokens, owners = tokens[keep], owners[keep]
        if random is not None and dropout:
            split = random.random(len(tokens)) < dropout
            whole, counts = self.whole.take(tokens[~split])
            apart, counts_apart = self.parts.take(tokens[split])
            rows = np.concatenate([whole, apart])
            counts = np.concatenate([counts, counts_apart])
            owners = np.concatenate([owners[~split], owners[split]])
        else:
            rows, counts = self.whole.take(tokens)
        owners = np.repeat(owners, counts)
        share = np.repeat(1 / np.maximum(counts, 1), counts).astype(np.float32)
        used, place = np.unique(rows, return_inverse=True)
        morphemes = int(np.searchsorted(used, len(self.kiwi)))
        touched = {
            "correction": torch.from_numpy(used[:morphemes]),
            "free": torch.from_numpy(used[morphemes:] - len(self.kiwi)),
            "weights": torch.from_numpy(used),
        }
        tables = {"correction": self.correction, "free": self.free, "weights": self.weights}
        leaves = {
            name: (at, tables[name][at].requires_grad_(random is not None))
            for name, at in touched.items()
        }
        korean = self.kiwi[touched["correction"]] @ self.matrix + self.offset
        vectors = torch.cat([korean + leaves["correction"][1], leaves["free"][1]])
        by_owner = np.argsort(owners, kind="stable")
        starts = np.searchsorted(owners[by_owner], np.arange(len(texts)))
        at = torch.from_numpy(place[by_owner])
        weight = leaves["weights"][1][at].exp() * torch.from_numpy(share[by_owner])
        summed = torch.nn.functional.embedding_bag(
            at, vectors, torch.from_numpy(starts), mode="sum", per_sample_weights=weight
        )
        return torch.nn.functional.normalize(summed, dim=1), leaves

    def step(
        self,
        loss: Tensor,
        touched: dict[str, tuple[Tensor, Tensor]],
        rates: dict[str, float],
    ) -> None:
        """Moves everything that a loss depends on."""
        self._dense.param_groups[0]["lr"] = rates["matrix"]
        self._dense.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if rates["matrix"]:
            self._dense.step()
        for name, (rows, leaf) in touched.items():
            if len(rows) and leaf.grad is not None and rates[name]:
                self._optimisers[name].step(rows, leaf.grad, rates[name])

    @torch.no_grad()
    def encode(self, texts: Ints) -> NDArray[np.float32]:
        """Unit vectors of texts."""
        parts = [self.forward(texts[i : i + 4096])[0].numpy() for i in range(0, len(texts), 4096)]
        return np.concatenate(parts)
