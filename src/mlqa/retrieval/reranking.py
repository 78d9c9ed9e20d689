"""Orders passages by a model that reads question and passage together."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlqa.errors import ModelError
from mlqa.index.models import RERANKER
from mlqa.index.transformer import finite, load_cross_encoder, running
from mlqa.protocols import Reranker

# Raised when the way from a pair to its score changes.
FORMAT = 1
# Read once when a model is loaded, to see what it gives.
_PROBE = ("고래는 어떻게 숨을 쉬나요?", "고래는 물 밖으로 나와 숨을 쉰다.")


class CrossEncoderReranker:
    """Scores passages with any CrossEncoder model; a ``Reranker``.

    The scores are the model's own, before they are squeezed between 0 and 1: a squeezed score
    makes equal what differs at the ends. Of a model that tells apart two classes, as some
    rerankers do, the second is the relevant one and its lead is the score.

    Where question and passage together are longer than the model reads, it cuts the longer one.
    Several threads may use one reranker: they take turns.

    Args:
        name: Name on the hub, or path of a folder.
        batch_size: Passages that the model reads at a time.
        device: Such as ``cpu`` or ``cuda``; the fastest that there is if empty.

    Raises:
        ModelError: The model cannot be found, downloaded, loaded or run, or does not score.
    """

    def __init__(self, name: str, batch_size: int = 32, device: str = "") -> None:
        self._name = name
        self._batch_size = batch_size
        self._model, folder = load_cross_encoder(name, device)
        self._identity = f"cross-encoder-{FORMAT}-{folder.identity}"
        self._lock = threading.Lock()
        self.scores(_PROBE[0], _PROBE[1:])

    @property
    def identity(self) -> str:
        """Names everything that the scores depend on."""
        return self._identity

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """How well each passage answers the question, shape (len(passages),); see Reranker."""
        if not passages:
            return np.zeros(0, dtype=np.float32)
        with self._lock, running(self._name, RERANKER):
            made = self._model.predict(
                [(question, passage) for passage in passages],
                batch_size=self._batch_size,
                show_progress_bar=False,
                activation_fn=_as_it_is,
            )
        scores = finite(made, self._name, RERANKER).reshape(len(passages), -1)
        labels = scores.shape[1]
        if labels > 2:  # noqa: PLR2004 - such as entailment, neutral and contradiction
            raise ModelError(
                "model_labels",
                name=self._name,
                labels=labels,
                setting=RERANKER.setting,
                example=RERANKER.example,
            )
        return scores[:, -1] - scores[:, 0] if labels > 1 else scores[:, 0]


@cache  # a model takes seconds to load and gigabytes to hold
def open_reranker(name: str) -> Reranker:
    """The reranker of a name: a CrossEncoder model on the hub or in a local folder.

    Raises:
        ModelError: The model cannot be loaded.
    """
    return CrossEncoderReranker(name)


def _as_it_is(scores: Any) -> Any:  # noqa: ANN401 - a tensor; torch is not imported for its name
    """In place of the function that squeezes scores."""
    return scores
