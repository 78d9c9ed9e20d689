"""Brings a trained model into the form that the package reads."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from mlqa.index.encoder import LEVELS, rarity
from mlqa.text.kiwi import FIRST_WORD_ID, VECTOR_IDS, Kiwipie
from training.kiwi_vectors import KiwiVectors
from training.model import Model
from training.pieces import Vocabulary

_FITS = 3


def export(
    path: Path,
    model: Model,
    kiwi: KiwiVectors,
    vocabulary: Vocabulary,
    *,
    least_morpheme: int,
    recipe: dict[str, object],
) -> None:
    """Writes the weights.

    Args:
        path: The file.
        model: What was trained.
        kiwi: The vectors that it started from.
        vocabulary: Its tokens.
        least_morpheme: How often training text must hold a morpheme that gets a row of its own;
            the correction of rarer ones is lost.
        recipe: The choices, for the header.
    """
    matrix = model.matrix.detach().numpy()
    offset = model.offset.detach().numpy()
    weights = np.exp(model.weights.numpy())
    # A text's weights count relative to each other: those of restored morphemes are as they began.
    seen = np.flatnonzero(vocabulary.counts[:VECTOR_IDS] >= least_morpheme)
    seen = seen[seen >= FIRST_WORD_ID]
    korean = model.kiwi.numpy()[seen] @ matrix + offset + model.correction.numpy()[seen]
    rows = np.concatenate([korean, model.free.numpy()])
    rows *= np.concatenate([weights[seen], weights[VECTOR_IDS:]])[:, None]
    codes, scales = quantise(rows)
    arrays = {
        "codes": codes,
        "scales": scales,
        "morphemes": seen.astype(np.int32),
        "words": np.frombuffer("\n".join(vocabulary.words).encode("utf-8"), dtype=np.uint8),
        "landmarks": kiwi.landmarks.astype(np.int32),
        "projection": (kiwi.basis @ matrix).astype(np.float32),
        "offset": (offset - kiwi.mean @ matrix).astype(np.float32),
    }
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode("utf-8"))
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    about = {
        "analyser": Kiwipie.identity().partition("-model-")[2],
        "version": digest.hexdigest()[:16],
        "recipe": recipe,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    # One entry: the order of several is not the same in every run.
    header = {"about": json.dumps(about, sort_keys=True)}
    save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, path, metadata=header)
    path.chmod(0o644)


def quantise(rows: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    """Codes of four bits, and the scale of each row that fits best."""
    scales = rows.std(axis=1, keepdims=True) + 1e-9
    borders = (LEVELS[1:] + LEVELS[:-1]) / 2
    codes = np.zeros(rows.shape, dtype=np.uint8)
    for _ in range(_FITS):
        codes = np.searchsorted(borders, rows / scales).astype(np.uint8)
        levels = LEVELS[codes]
        scales = (rows * levels).sum(axis=1, keepdims=True) / (levels**2).sum(axis=1, keepdims=True)
    half = rows.shape[1] // 2
    packed: NDArray[np.uint8] = codes[:, :half] | (codes[:, half:] << np.uint8(4))
    return packed, scales[:, 0].astype(np.float16)


def first_weights(counts: NDArray[np.int64], smoothing: float) -> NDArray[np.float32]:
    """Log weights before training of all morphemes, then of words seen so often."""
    morphemes = [rarity(max(i, FIRST_WORD_ID)) for i in range(VECTOR_IDS)]
    words = smoothing / (smoothing + counts / max(int(counts.sum()), 1))
    logs: NDArray[np.float32] = np.log(np.concatenate([morphemes, words])).astype(np.float32)
    return logs
