"""Which tool a request describes without naming it: 깊게 쌓을수록 오류가 주는지 견주어 줘.

The request is compared with the examples of ``data/routing.toml`` and what the catalogue says of
the tools, by ridge regression from vectors to tools (Hastie, Tibshirani and Friedman, The Elements
of Statistical Learning, 2009, section 4.2). The examples are few, so that this takes milliseconds
and nothing fitted has to be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from mlqa.tools.routing.words import examples

Embed = Callable[[Sequence[str]], Any]
_RIDGE = 1.0
_SURE = 0.3  # of about 1 for the examples themselves
_CONSTANT = 0.3  # added to each vector, for what holds of all texts
_NONE = "none"


class Likeness:
    """Compares requests with examples.

    Args:
        embed: Texts to unit vectors, shape (len(texts), dimension); the encoder that ships with
            the package if not given, which is loaded with the first request.
    """

    def __init__(self, embed: Embed | None = None) -> None:
        self._given = embed

    def tool_of(self, text: str) -> str | None:
        """The tool that a text describes; None where it is none, or not clear."""
        scores = self.of(text)
        best = max(scores, key=lambda name: scores[name])
        return best if best != _NONE and scores[best] >= _SURE else None

    def of(self, text: str) -> dict[str, float]:
        """How much a text is like what is said of each tool: about 1 for the same."""
        names, matrix = self._fitted
        return dict(zip(names, (self._vectors([text])[0] @ matrix).tolist(), strict=True))

    @cached_property
    def _embed(self) -> Embed:
        if self._given:
            return self._given
        from mlqa.index.encoder import StaticEncoder
        from mlqa.text.glossary import Glossary
        from mlqa.text.kiwi import Kiwipie
        from mlqa.text.terms import TermExtractor

        return StaticEncoder(TermExtractor(Kiwipie(), Glossary())).embed

    @cached_property
    def _fitted(self) -> tuple[list[str], Any]:
        """The tools, and the matrix from a vector to what speaks for each."""
        import numpy as np

        said = examples()
        names = list(said)
        texts = [text for of_tool in said.values() for text in of_tool]
        owners = [place for place, of_tool in enumerate(said.values()) for _ in of_tool]
        vectors = self._vectors(texts)
        kernel = vectors @ vectors.T + _RIDGE * np.eye(len(texts))
        return names, vectors.T @ np.linalg.solve(kernel, np.eye(len(names))[owners])

    def _vectors(self, texts: Sequence[str]) -> Any:  # noqa: ANN401 - an array of NumPy
        import numpy as np

        vectors = np.asarray(self._embed(texts), dtype=np.float64)
        return np.hstack([vectors, np.full((len(texts), 1), _CONSTANT)])
