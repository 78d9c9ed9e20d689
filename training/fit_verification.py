"""Fits how much of a sentence its evidence must hold, on pairs written by hand.

    python -m training.fit_verification [--pairs tests/verification_pairs.txt]

Prints the threshold for ``mlqa/answer/verification.py``: the middle of those with nearly the best
F0.5 (precision counts more: a wrong sentence that is kept is worse than a right one that is
dropped) on the passages to fit with; then how it does there and on the others, which only measure.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.metrics import fbeta_score, precision_score, recall_score

from mlqa.answer.verification import LEAST_COVERAGE, Verifier
from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.index.store import Index
from mlqa.schema import Hit
from mlqa.text.corpus import load_corpus

_GRID = np.arange(0.5, 0.96, 0.01)
_BETA = 0.5
_NEAR = 0.005  # below the best F0.5, where a pair more or less decides


class Pair(NamedTuple):
    """What might be said of a passage.

    Attributes:
        passage: Number of the passage, from 1.
        title: Of the passage.
        text: The passage.
        kind: How the sentence came about.
        sentence: What is said.
        supported: Whether the passage holds it.
        part: Whether it fits (train) or only measures (test).
    """

    passage: int
    title: str
    text: str
    kind: str
    sentence: str
    supported: bool
    part: str


def read_pairs(file: Path) -> list[Pair]:
    """The pairs of a file; its head says how it is written."""
    pairs: list[Pair] = []
    passage, title, text, part = 0, "", "", ""
    for line in file.read_text(encoding="utf-8").splitlines():
        left, _, right = line[2:].partition(" | ")
        if line.startswith((">", "=")):
            part = "train" if line.startswith(">") else "test"
            passage, title, text = passage + 1, left, right
        elif line.startswith(("+", "-")):
            pairs.append(Pair(passage, title, text, left, right, line.startswith("+"), part))
    return pairs


def chatbot_of(pairs: list[Pair], folder: Path, glossary: Path) -> Chatbot:
    """A chatbot that knows the passages.

    Args:
        pairs: Whose passages.
        folder: An empty folder, for the documents.
        glossary: Its glossary.
    """
    for number, title, text in dict.fromkeys(pair[:3] for pair in pairs):
        content = f"# {title}\n\n{text}\n"
        (folder / f"{number:02}.md").write_text(content, encoding="utf-8")
    config = Config(glossary=glossary)
    return Chatbot(Index.build(load_corpus(folder), config), config)


def hit_of(bot: Chatbot, pair: Pair) -> Hit:
    """The passage of a pair, as found."""
    chunk = next(c for c in bot.index.chunks if c.document_id == f"{pair.passage:02}")
    return Hit(
        rank=1,
        score=1.0,
        chunk=chunk,
        title=pair.title,
        matched=(),
        sparse_rank=1,
        dense_rank=1,
        sparse_score=1.0,
        dense_score=1.0,
        fused_score=1.0,
        late_score=1.0,
    )


def main() -> None:
    """Fits and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, default=Path("tests/verification_pairs.txt"))
    parser.add_argument("--glossary", type=Path, default=Path("corpus/glossary.toml"))
    options = parser.parse_args()
    pairs = read_pairs(options.pairs)
    with tempfile.TemporaryDirectory() as folder:
        bot = chatbot_of(pairs, Path(folder), options.glossary)
    hits = [hit_of(bot, pair) for pair in pairs]
    train = np.array([pair.part == "train" for pair in pairs])
    truth = np.array([pair.supported for pair in pairs])

    def kept(least: float) -> np.ndarray:
        verifier = Verifier(bot.texts, least)
        found = zip(pairs, hits, strict=True)
        return np.array([verifier.check(pair.sentence, [hit]).supported for pair, hit in found])

    values = [fbeta_score(truth[train], kept(least)[train], beta=_BETA) for least in _GRID]
    best = _GRID[np.array(values) >= max(values) - _NEAR]
    print(f"F0.5 {max(values):.3f} from {best[0]:.2f} to {best[-1]:.2f}: {np.median(best):.3f}")
    decided = kept(LEAST_COVERAGE)
    for part, members in (("train", train), ("test", ~train)):
        precision = precision_score(truth[members], decided[members])
        recall = recall_score(truth[members], decided[members])
        print(f"{part:5} {members.sum()} pairs: precision {precision:.3f}, recall {recall:.3f}")
    for kind in dict.fromkeys(pair.kind for pair in pairs):
        of_kind = np.array([pair.part == "test" and pair.kind == kind for pair in pairs])
        for label in (True, False):
            members = of_kind & (truth == label)
            right = (decided[members] == label).sum()
            if members.any():
                print(f"test  {'+' if label else '-'} {kind:15} {right} of {members.sum()} right")
    for pair, is_kept in zip(pairs, decided, strict=True):
        if pair.part == "train" and is_kept != pair.supported:
            print("kept" if is_kept else "dropped", pair.kind, "|", pair.sentence)


if __name__ == "__main__":
    main()
