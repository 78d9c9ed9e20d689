"""The same model with and without standardised inputs, on the same splits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

from mlqa.schema import Verdict
from mlqa.tools.intervals import Interval, resampled
from mlqa.tools.shipped import Data
from mlqa.tools.standardize.networks import Split, network_scores

Model = Literal["linear", "mlp", "knn", "svm", "tree", "forest"]

# Accuracy or R² that is too small to matter.
MARGIN = 0.02
_TREES = 10


class Pair(NamedTuple):
    """What a model reaches on a data set without and with standardised inputs.

    Attributes:
        data: Name of the data set.
        model: The model.
        without: Score of each split, accuracy or R², without.
        scaled: The same with.
        difference: Mean of ``scaled`` minus ``without``, with its interval.
    """

    data: str
    model: Model
    without: tuple[float, ...]
    scaled: tuple[float, ...]
    difference: Interval


def splits(data: Data, folds: int, repeats: int, seed: int) -> tuple[Split, ...]:
    """Splits of repeated cross-validation, each with a seed of its own."""
    from sklearn.model_selection import KFold, StratifiedKFold

    kind = StratifiedKFold if data.classes else KFold
    found: list[Split] = []
    for repeat in range(repeats):
        parts = kind(folds, shuffle=True, random_state=(seed + repeat) % 2**31)
        for train, test in parts.split(data.x, data.y):
            found.append(Split(train, test, (seed + len(found)) % 2**31))
    return tuple(found)


def estimator(model: Model, data: Data, *, scaled: bool, seed: int) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """An untrained model; the scaler, if any, is part of it and sees training rows only.

    Args:
        model: One that is not trained by gradient descent.
        data: What it will be trained on.
        scaled: With a scaler in front.
        seed: Of its random choices; equal for both arms.
    """
    from sklearn import ensemble, neighbors, svm, tree
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    kind = "Classifier" if data.classes else "Regressor"
    if model == "knn":
        plain = getattr(neighbors, f"KNeighbors{kind}")()
    elif model == "svm":
        plain = svm.SVC() if data.classes else svm.SVR()
    elif model == "tree":
        plain = getattr(tree, f"DecisionTree{kind}")(random_state=seed)
    else:
        plain = getattr(ensemble, f"RandomForest{kind}")(n_estimators=_TREES, random_state=seed)
    made = Pipeline([*([("scale", StandardScaler())] if scaled else []), ("model", plain)])
    # The target is scaled in both arms: only the inputs differ.
    return made if data.classes else TransformedTargetRegressor(made, transformer=StandardScaler())


def compare(
    data: Data,
    model: Model,
    parts: Sequence[Split],
    *,
    steps: int,
    comparisons: int,
    progress: Callable[[], None],
) -> Pair:
    """Both arms on every split.

    Args:
        data: The data set.
        model: The model.
        parts: The splits.
        steps: Steps of training by gradient descent.
        comparisons: How many data sets there are; the interval is widened so that those of one
            model together hold with 95 % (Bonferroni).
        progress: Called often.
    """
    without, scaled = (
        _scores(data, model, parts, scaled=arm, steps=steps, progress=progress)
        for arm in (False, True)
    )
    interval = resampled(
        [after - before for before, after in zip(without, scaled, strict=True)],
        test_to_train=len(parts[0].test) / len(parts[0].train),
        confidence=1 - 0.05 / comparisons,
    )
    return Pair(data.name, model, without, scaled, interval)


def _scores(
    data: Data,
    model: Model,
    parts: Sequence[Split],
    *,
    scaled: bool,
    steps: int,
    progress: Callable[[], None],
) -> tuple[float, ...]:
    """Accuracy or R² on the test rows of each split."""
    if model in {"linear", "mlp"}:
        hidden = model == "mlp"
        return network_scores(
            data, parts, hidden=hidden, scaled=scaled, steps=steps, progress=progress
        )
    found = []
    for part in parts:
        made = estimator(model, data, scaled=scaled, seed=part.seed)
        made.fit(data.x[part.train], data.y[part.train])
        found.append(float(made.score(data.x[part.test], data.y[part.test])))
        progress()
    return tuple(found)


def verdict(pairs: Sequence[Pair]) -> Verdict:
    """Whether standardised inputs change what a neural network reaches on several data sets.

    Supported if the interval of the network's difference excludes zero on at least two data sets;
    not supported if there are at least two data sets and on each the whole interval lies within
    ``MARGIN`` of zero; undecided otherwise.
    """
    network = [pair.difference for pair in pairs if pair.model == "mlp"]
    if sum(difference.differs for difference in network) > 1:
        return "supported"
    if len(network) > 1 and all(difference.within(MARGIN) for difference in network):
        return "not_supported"
    return "undecided"
