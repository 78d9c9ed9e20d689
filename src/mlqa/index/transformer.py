"""Embedders and rerankers of the user's choice, by sentence-transformers.

The only importer of sentence-transformers and of what it stands on. Importing takes seconds and
hundreds of megabytes, so it happens when a model is loaded and never for the default embedder.

A model's own code is never run: ``trust_remote_code`` stays off, and a model that asks for it is
refused in one line. Weights are read as 32-bit numbers, whatever they are stored as, so that the
same model gives the same vectors on every machine up to rounding.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from mlqa.errors import MlqaWarning, ModelError
from mlqa.index.models import EMBEDDER, RERANKER, ModelFolder, Use, find_model, reason
from mlqa.index.probe import ENGLISH, KOREAN, Space, mean_similarity

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder, SentenceTransformer

Vectors = NDArray[np.float32]
Loaded = TypeVar("Loaded")

# Raised when the way from a text to its vector changes.
FORMAT = 1
# Names under which models keep the prompt of a passage, in the order of sentence-transformers.
_PASSAGE_PROMPTS = ("document", "passage", "corpus")
_LOGGERS = ("transformers", "sentence_transformers", "huggingface_hub")
_REPORT = "transformers.modeling_utils"
# A row of the report of transformers on weights that the files do not hold.
_MISSING = re.compile(r"^(\S+)\s*\|\s*(?:\x1b\[\d+m)?MISSING", re.MULTILINE)
# Sentence models are saved without the pooler, which they do not use.
_UNUSED = "pooler."
_loading = threading.Lock()  # the loggers are shared by all threads


class CollapsedSpace(MlqaWarning):
    """A model that gives unrelated Korean sentences nearly the same vector.

    Attributes:
        name: The model.
        space: What was found.
    """

    def __init__(self, name: str, space: Space) -> None:
        korean, english = f"{space.korean:.2f}", f"{space.english:.2f}"
        super().__init__("model_collapsed", name=name, korean=korean, english=english)
        self.name = name
        self.space = space


class SentenceTransformerEmbedder:
    """Embeds texts with any sentence-transformers model; an ``Embedder``.

    Questions and passages get the prompts that the model was saved with. A text longer than the
    model reads is cut by the model. Several threads may use one embedder: they take turns.

    Args:
        name: Name on the hub, or path of a folder.
        batch_size: Texts that the model reads at a time.
        device: Such as ``cpu`` or ``cuda``; the fastest that there is if empty.

    Attributes:
        space: How far apart unrelated sentences lie.

    Raises:
        ModelError: The model cannot be found, downloaded, loaded or run.

    Warns:
        CollapsedSpace: Unrelated Korean sentences get nearly the same vector.
    """

    def __init__(self, name: str, batch_size: int = 32, device: str = "") -> None:
        self._name = name
        self._batch_size = batch_size
        self._model, folder = load_embedding_model(name, device)
        self._lock = threading.Lock()
        prompts = self._model.prompts
        self._passage_prompt = next((name for name in _PASSAGE_PROMPTS if prompts.get(name)), None)
        self._identity = f"sentence-transformer-{FORMAT}-{folder.identity}-{self._settings()}"
        korean = self.embed(KOREAN)
        self._dimension: int = korean.shape[1]
        self.space = Space(mean_similarity(korean), mean_similarity(self.embed(ENGLISH)))
        if self.space.collapsed:
            warnings.warn(CollapsedSpace(name, self.space), stacklevel=2)

    @property
    def identity(self) -> str:
        """Names everything that the vectors depend on."""
        return self._identity

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, shape (len(texts), dimension); see Embedder."""
        return self._encode(texts, self._model.encode_document, self._passage_prompt)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions, shape (len(texts), dimension); see Embedder."""
        return self._encode(texts, self._model.encode_query, None)

    def _encode(
        self, texts: Sequence[str], encode: Callable[..., Any], prompt: str | None
    ) -> Vectors:
        """Unit vectors by one of the model's ways to encode.

        Args:
            texts: The texts.
            encode: The way.
            prompt: Name of the prompt; the one of that way if None. Saved as ``passage`` it
                would be passed over for the empty ``document`` that every model has.
        """
        if not texts:
            return np.zeros((0, self._dimension), dtype=np.float32)
        with self._lock, running(self._name, EMBEDDER):
            made = encode(
                list(texts),
                prompt_name=prompt,
                batch_size=self._batch_size,
                show_progress_bar=False,
                normalize_embeddings=True,
            )
        return finite(made, self._name, EMBEDDER)

    def _settings(self) -> str:
        """Digest of what is done with a text besides the model's numbers."""
        model = self._model
        prompts = sorted(model.prompts.items())
        settings = (prompts, model.default_prompt_name, model.max_seq_length, model.truncate_dim)
        return hashlib.sha256(repr(settings).encode()).hexdigest()[:8]


def load_embedding_model(name: str, device: str = "") -> tuple[SentenceTransformer, ModelFolder]:
    """Loads a model that embeds.

    Args:
        name: Name on the hub, or path of a folder.
        device: Such as ``cpu`` or ``cuda``; the fastest that there is if empty.

    Raises:
        ModelError: The model cannot be found, downloaded or loaded.
    """
    folder = find_model(name, EMBEDDER)

    def load() -> SentenceTransformer:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(str(folder.path), **_arguments(device))

    return _load(folder, EMBEDDER, load), folder


def load_cross_encoder(name: str, device: str = "") -> tuple[CrossEncoder, ModelFolder]:
    """Loads a model that scores pairs of texts.

    Args:
        name: Name on the hub, or path of a folder.
        device: Such as ``cpu`` or ``cuda``; the fastest that there is if empty.

    Raises:
        ModelError: The model cannot be found, downloaded or loaded.
    """
    folder = find_model(name, RERANKER)

    def load() -> CrossEncoder:
        from sentence_transformers import CrossEncoder

        model: CrossEncoder = CrossEncoder(str(folder.path), **_arguments(device))
        return model

    return _load(folder, RERANKER, load), folder


@contextmanager
def running(name: str, use: Use) -> Iterator[None]:
    """Whatever goes wrong inside a model becomes an error of ours."""
    try:
        yield
    except Exception as error:  # libraries and devices raise what they like
        raise ModelError(
            "model_run", name=name, reason=reason(error), setting=use.setting, without=use.without
        ) from error


def finite(values: Any, name: str, use: Use) -> Vectors:  # noqa: ANN401 - what a library gives
    """The values as 32-bit numbers.

    Raises:
        ModelError: Some are not numbers; the weights are broken.
    """
    numbers = np.asarray(values, dtype=np.float32)
    if not np.isfinite(numbers).all():
        raise ModelError("model_values", name=name, setting=use.setting)
    return numbers


def _arguments(device: str) -> dict[str, Any]:
    """How both kinds of models are loaded."""
    return {
        "device": device or None,
        "local_files_only": True,
        "trust_remote_code": False,
        "model_kwargs": {"dtype": "float32"},
    }


def _load(folder: ModelFolder, use: Use, load: Callable[[], Loaded]) -> Loaded:
    """Loads a model in silence.

    Raises:
        ModelError: It cannot be loaded, wants code of its own to be run, or has weights that the
            files do not hold: those would be drawn at random.
    """
    try:
        with _silence() as missing:
            model = load()
    except Exception as error:
        key = "model_code" if "trust_remote_code" in str(error) else "model_load"
        raise ModelError(
            key, name=folder.name, reason=reason(error), setting=use.setting
        ) from error
    if use is EMBEDDER:
        missing = [part for part in missing if _UNUSED not in part]
    if missing:
        raise ModelError(
            "model_parts", name=folder.name, parts=", ".join(missing[:3]), setting=use.setting
        )
    return model


class _Watch(logging.Handler):
    """Collects the names of weights that the report of transformers calls missing."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__()
        self._missing = missing

    def emit(self, record: logging.LogRecord) -> None:
        """Reads a report."""
        self._missing.extend(_MISSING.findall(record.getMessage()))


@contextmanager
def _silence() -> Iterator[list[str]]:
    """No warnings, logs and bars of the libraries.

    Yields:
        Names of the weights that a model loaded inside has and its files have not; sentence-
        transformers leaves this to the log.
    """
    missing: list[str] = []
    watch = _Watch(missing)
    with _loading, warnings.catch_warnings(), ExitStack() as undo:
        warnings.simplefilter("ignore")
        from transformers.utils import logging as bars

        report = logging.getLogger(_REPORT)
        for logger in (report, *map(logging.getLogger, _LOGGERS)):
            undo.callback(logger.setLevel, logger.level)
            logger.setLevel(logging.ERROR)
        report.setLevel(logging.WARNING)
        undo.callback(setattr, report, "propagate", report.propagate)
        report.propagate = False
        report.addHandler(watch)
        undo.callback(report.removeHandler, watch)
        if bars.is_progress_bar_enabled():
            bars.disable_progress_bar()  # type: ignore[no-untyped-call]
            undo.callback(bars.enable_progress_bar)
        yield missing
