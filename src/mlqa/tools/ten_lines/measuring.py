"""What the ten lines leave out, each measured on the tutorial's own splits."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from mlqa.tools.perceptron import Array
from mlqa.tools.shipped import Data
from mlqa.tools.ten_lines import tutorial

TEST = 0.2
NOISE = (0.0, 0.25, 0.5, 1.0, 2.0)
FLIPPED = (0.0, 0.1, 0.2, 0.3, 0.4)
MISSING = (0.0, 0.05, 0.1, 0.2, 0.4)
BINS = 10
# For the leak: useless columns that are added, and columns that are kept of all.
_USELESS, _KEPT = 500, 20


class Reliability(NamedTuple):
    """Answers by how sure the model was of them.

    Attributes:
        sure: Mean probability of the answers of each bin.
        right: Share of them that were right.
        answers: How many they were.
        error: Expected calibration error: mean distance of the two, weighted by count (Guo et al.,
            "On Calibration of Modern Neural Networks", ICML 2017; ten bins of equal width).
    """

    sure: tuple[float, ...]
    right: tuple[float, ...]
    answers: tuple[int, ...]
    error: float


class Measured(NamedTuple):
    """One row for each split.

    Attributes:
        tutorial: Accuracy that the ten lines report, (splits,).
        commonest: Accuracy of always answering the commonest class.
        one_question: Accuracy of a single question about a single column (a tree of depth 1).
        honest: Accuracy on labels dealt out at random, columns chosen from the training rows.
        leaky: The same, columns chosen from all rows before the split.
        scaler_leak: Accuracy gained when the scaler sees all rows.
        noise: Accuracy with noise on the test inputs, (splits, levels).
        flipped: Accuracy after training with wrong labels, (splits, shares).
        missing: Accuracy with missing test values, median filled in, (splits, shares).
        stopped: Shares of missing values at which the ten lines end in an error.
        unit: Accuracy when one column comes in another unit (times ten), mean over the columns.
        worst_unit: The same for the column of each split that suffers most.
        reliability: Answers of all splits by how sure the model was.
    """

    tutorial: Array
    commonest: Array
    one_question: Array
    honest: Array
    leaky: Array
    scaler_leak: Array
    noise: Array
    flipped: Array
    missing: Array
    stopped: tuple[float, ...]
    unit: Array
    worst_unit: Array
    reliability: Reliability


class _Split(NamedTuple):
    """What a condition needs of one split."""

    train_x: Array
    test_x: Array
    train_y: Array
    test_y: Array
    classes: int
    seed: int
    model: Any
    rng: np.random.Generator


def measure(data: Data, *, splits: int, seed: int, progress: Callable[[float], None]) -> Measured:
    """Runs the tutorial on every split, and what it leaves out.

    Args:
        data: A data set with classes.
        splits: How many.
        seed: Of the first; the others follow.
        progress: Takes the share that is done, after each split.
    """
    rows: dict[str, list[Any]] = {name: [] for name in _CONDITIONS}
    scores, sure, right = [], [], []
    stopped: tuple[float, ...] = ()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a solver that stops early is the tutorial's own doing
        for number in range(splits):
            own = (seed + number) % 2**31
            split = _split(data, own)
            scores.append(tutorial.score(data.name, own))
            for name, condition in _CONDITIONS.items():
                rows[name].append(condition(split))
            probability = split.model.predict_proba(split.test_x)
            sure.append(probability.max(axis=1))
            right.append(split.model.classes_[probability.argmax(axis=1)] == split.test_y)
            stopped = stopped or _stopping(split)
            progress((number + 1) / splits)
    found = {name: np.array(values) for name, values in rows.items()}
    return Measured(
        tutorial=np.array(scores),
        stopped=stopped,
        worst_unit=found["unit"].min(axis=1),
        unit=found.pop("unit").mean(axis=1),
        reliability=reliability(np.concatenate(sure), np.concatenate(right)),
        **found,
    )


def _split(data: Data, seed: int) -> _Split:
    """The split of the ten lines, with the model that they train."""
    from sklearn.model_selection import train_test_split

    train_x, test_x, train_y, test_y = train_test_split(
        data.x, data.y, test_size=TEST, random_state=seed
    )
    model = _model().fit(train_x, train_y)
    rng = np.random.default_rng([seed, 5])
    return _Split(train_x, test_x, train_y, test_y, data.classes, seed, model, rng)


def _model(*front: Any) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """The model of the ten lines, with something in front."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(*front, StandardScaler(), LogisticRegression())


def accuracy(train_x: Array, train_y: Array, test_x: Array, test_y: Array) -> float:
    """What the model of the ten lines reaches on other rows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(_model().fit(train_x, train_y).score(test_x, test_y))


def _commonest(split: _Split) -> float:
    answer = np.bincount(split.train_y.astype(np.int64)).argmax()
    return float((split.test_y == answer).mean())


def _one_question(split: _Split) -> float:
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(max_depth=1, random_state=split.seed)
    return float(tree.fit(split.train_x, split.train_y).score(split.test_x, split.test_y))


def _leak(split: _Split, *, leaky: bool) -> float:
    """Accuracy on labels without meaning; above chance only if the test rows leaked."""
    from sklearn.feature_selection import SelectKBest

    rng = np.random.default_rng([split.seed, 6])
    train, rows = len(split.train_y), len(split.train_y) + len(split.test_y)
    x = np.vstack([split.train_x, split.test_x])
    x = np.hstack([x, rng.standard_normal((rows, _USELESS))])
    y = rng.permutation(np.concatenate([split.train_y, split.test_y]))
    x = x[:, x[:train].std(axis=0) > 0]
    if leaky:
        x = SelectKBest(k=_KEPT).fit_transform(x, y)
        model = _model()
    else:
        model = _model(SelectKBest(k=_KEPT))
    return float(model.fit(x[:train], y[:train]).score(x[train:], y[train:]))


def _scaler_leak(split: _Split) -> float:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(np.vstack([split.train_x, split.test_x]))
    model = LogisticRegression().fit(scaler.transform(split.train_x), split.train_y)
    leaky = model.score(scaler.transform(split.test_x), split.test_y)
    return float(leaky - split.model.score(split.test_x, split.test_y))


def _noise(split: _Split) -> list[float]:
    spread = split.train_x.std(axis=0)
    drawn = split.rng.standard_normal(split.test_x.shape)
    return [
        float(split.model.score(split.test_x + level * spread * drawn, split.test_y))
        for level in NOISE
    ]


def _flipped(split: _Split) -> list[float]:
    """The first rows of one order are the wrong ones, so that more shares include fewer."""
    order = split.rng.permutation(len(split.train_y))
    other = (split.train_y + split.rng.integers(1, split.classes, len(order))) % split.classes
    found = []
    for share in FLIPPED:
        wrong = split.train_y.copy()
        rows = order[: round(share * len(order))]
        wrong[rows] = other[rows]
        model = _model().fit(split.train_x, wrong)
        found.append(float(model.score(split.test_x, split.test_y)))
    return found


def _holes(split: _Split, share: float) -> Array:
    """Test rows of which that share of the cells is missing."""
    chance = np.random.default_rng([split.seed, 7]).random(split.test_x.shape)
    return np.where(chance < share, np.nan, split.test_x)


def _missing(split: _Split) -> list[float]:
    from sklearn.impute import SimpleImputer

    model = _model(SimpleImputer(strategy="median")).fit(split.train_x, split.train_y)
    return [float(model.score(_holes(split, share), split.test_y)) for share in MISSING]


def _stopping(split: _Split) -> tuple[float, ...]:
    """Shares of missing values at which the model of the ten lines ends in an error."""
    found = []
    for share in MISSING:
        try:
            split.model.predict(_holes(split, share))
        except ValueError:
            found.append(share)
    return tuple(found)


def _unit(split: _Split) -> list[float]:
    found = []
    for column in range(split.test_x.shape[1]):
        x = split.test_x.copy()
        x[:, column] *= 10
        found.append(float(split.model.score(x, split.test_y)))
    return found


_CONDITIONS: dict[str, Callable[[_Split], float | list[float]]] = {
    "commonest": _commonest,
    "one_question": _one_question,
    "honest": lambda split: _leak(split, leaky=False),
    "leaky": lambda split: _leak(split, leaky=True),
    "scaler_leak": _scaler_leak,
    "noise": _noise,
    "flipped": _flipped,
    "missing": _missing,
    "unit": _unit,
}


def reliability(sure: Array, right: Array) -> Reliability:
    """Answers in ten bins of the probability that the model gave them; empty bins are left out.

    Args:
        sure: Probability of each answer, 0 to 1.
        right: Whether it was right.
    """
    bins = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    kept = [number for number in range(BINS) if (bins == number).any()]
    means = [float(sure[bins == number].mean()) for number in kept]
    shares = [float(right[bins == number].mean()) for number in kept]
    counts = [int((bins == number).sum()) for number in kept]
    apart = sum(
        count * abs(mean - share) for mean, share, count in zip(means, shares, counts, strict=True)
    )
    return Reliability(tuple(means), tuple(shares), tuple(counts), apart / len(sure))
