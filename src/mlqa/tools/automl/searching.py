"""Search for a model and its hyper-parameters, and the record from which it can be made again."""

from __future__ import annotations

import hashlib
import json
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mlqa.tools.perceptron import Array
from mlqa.tools.shipped import Data

FOLDS = 3
_TREES = 40
_DEFAULT: Mapping[str, Any] = {"model": "logistic", "scale": "standard", "C": 1.0}


class Parts(NamedTuple):
    """Rows of a data set by what they are for.

    Attributes:
        train: 60 %: to search and to train.
        held_out: 20 %: to evaluate once.
        later: 20 %: comes after the model is in service.
    """

    train: Data
    held_out: Data
    later: Data


class Trial(NamedTuple):
    """One pipeline that was tried.

    Attributes:
        number: From 0.
        parameters: Model, preprocessing and hyper-parameters.
        accuracy: Mean of cross-validation on the training rows.
    """

    number: int
    parameters: dict[str, Any]
    accuracy: float


class Search(NamedTuple):
    """All trials in their order.

    Attributes:
        trials: What was tried.
        best: The first with the highest accuracy.
        out_of_time: Whether the limit of time ended the search.
    """

    trials: tuple[Trial, ...]
    best: Trial
    out_of_time: bool


def split(data: Data, seed: int) -> Parts:
    """Three parts with equal shares of the classes."""
    from sklearn.model_selection import train_test_split

    x, rest_x, y, rest_y = train_test_split(
        data.x, data.y, train_size=0.6, stratify=data.y, random_state=seed
    )
    held_x, later_x, held_y, later_y = train_test_split(
        rest_x, rest_y, train_size=0.5, stratify=rest_y, random_state=seed
    )
    return Parts(
        data._replace(x=x, y=y),
        data._replace(x=held_x, y=held_y),
        data._replace(x=later_x, y=later_y),
    )


def pipeline(parameters: Mapping[str, Any], seed: int) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """An untrained pipeline: missing values filled with the median, inputs scaled, the model."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import MinMaxScaler, StandardScaler
    from sklearn.svm import SVC

    own = {name: value for name, value in parameters.items() if name not in {"model", "scale"}}
    model = {
        "logistic": lambda: LogisticRegression(max_iter=200, **own),
        "svm": lambda: SVC(**own),
        "knn": lambda: KNeighborsClassifier(**own),
        "forest": lambda: RandomForestClassifier(n_estimators=_TREES, random_state=seed, **own),
    }[parameters["model"]]()
    scalers: dict[str, Any] = {
        "standard": StandardScaler(),
        "range": MinMaxScaler(),
        "none": "passthrough",
    }
    return Pipeline(
        [
            ("fill", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("scale", scalers[parameters["scale"]]),
            ("model", model),
        ]
    )


def fitted(parameters: Mapping[str, Any], data: Data, seed: int) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """A trained pipeline."""
    made = pipeline(parameters, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a solver that stops early is one of the choices
        made.fit(data.x, data.y)
    return made


def default(data: Data, seed: int) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """What nobody searched for: standardised inputs, logistic regression with its defaults."""
    return fitted(_DEFAULT, data, seed)


def search(
    data: Data, *, trials: int, seconds: float, seed: int, progress: Callable[[float, int], None]
) -> Search:
    """Optuna's tree-structured Parzen estimator over four models, seeded.

    The number of trials ends the search, so that it comes out the same again; the time is a guard.

    Args:
        data: Training rows.
        trials: How many pipelines to try.
        seconds: No trial starts after that.
        seed: Of the sampler, of folds and models.
        progress: Takes the share that is done and the number of the trial.
    """
    import optuna
    from sklearn.model_selection import StratifiedKFold

    folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(data.x, data.y))
    found: list[Trial] = []

    def objective(trial: optuna.Trial) -> float:
        parameters = _suggested(trial)
        total = 0.0
        for number, (train, test) in enumerate(folds):
            part = data._replace(x=data.x[train], y=data.y[train])
            made = fitted(parameters, part, seed)
            total += float(made.score(data.x[test], data.y[test]))
            progress((len(found) + (number + 1) / FOLDS) / trials, len(found) + 1)
        found.append(Trial(trial.number, parameters, total / FOLDS))
        return total / FOLDS

    loud = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    started = time.monotonic()
    try:
        study = optuna.create_study(
            direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed)
        )
        study.optimize(objective, n_trials=trials, timeout=seconds)
    finally:
        optuna.logging.set_verbosity(loud)
    best = max(found, key=lambda trial: trial.accuracy)
    return Search(tuple(found), best, len(found) < trials and time.monotonic() - started >= seconds)


def _suggested(trial: Any) -> dict[str, Any]:  # noqa: ANN401 - a trial of optuna
    """A pipeline from the search space."""
    model = trial.suggest_categorical("model", ["logistic", "svm", "knn", "forest"])
    found: dict[str, Any] = {
        "model": model,
        "scale": trial.suggest_categorical("scale", ["standard", "range", "none"]),
    }
    if model == "logistic":
        found["C"] = trial.suggest_float("logistic_c", 1e-3, 1e2, log=True)
    elif model == "svm":
        found["C"] = trial.suggest_float("svm_c", 1e-2, 1e3, log=True)
        found["gamma"] = trial.suggest_float("svm_gamma", 1e-4, 1.0, log=True)
    elif model == "knn":
        found["n_neighbors"] = trial.suggest_int("knn_n_neighbors", 1, 25)
        found["weights"] = trial.suggest_categorical("knn_weights", ["uniform", "distance"])
    else:
        found["max_depth"] = trial.suggest_int("forest_max_depth", 2, 16)
        found["max_features"] = trial.suggest_float("forest_max_features", 0.1, 1.0)
    return found


def fingerprint(data: Data) -> str:
    """SHA-256 of names, shape and every value of a data set."""
    digest = hashlib.sha256(json.dumps([data.name, data.columns, data.x.shape]).encode())
    for values in (data.x, data.y):
        digest.update(values.astype("<f8").tobytes())
    return digest.hexdigest()


def record(data: Data, best: Trial, *, seed: int, held_out: float) -> dict[str, Any]:
    """What the registry keeps of a model; ``version`` is the hash of all that makes it."""
    import sklearn

    makes: dict[str, Any] = {
        "data": data.name,
        "data_sha256": fingerprint(data),
        "parameters": best.parameters,
        "seed": seed,
        "scikit_learn": sklearn.__version__,
    }
    text = json.dumps(makes, sort_keys=True)
    return {
        "version": hashlib.sha256(text.encode()).hexdigest()[:12],
        **makes,
        "cross_validated_accuracy": best.accuracy,
        "held_out_accuracy": held_out,
    }


def rebuilt(line: str, load: Callable[[str], Data], *, tuned: bool = True) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """The model of a registry line, made anew from nothing else.

    Args:
        line: JSON of ``record``.
        load: Gives the data set of a name.
        tuned: With its hyper-parameters, or with the defaults of its model.

    Raises:
        ValueError: The data are no longer those of the record.
    """
    kept = json.loads(line)
    data = load(kept["data"])
    if fingerprint(data) != kept["data_sha256"]:
        raise ValueError(kept["data"])
    parameters = kept["parameters"]
    if not tuned:
        parameters = {name: parameters[name] for name in ("model", "scale")}
    return fitted(parameters, split(data, kept["seed"]).train, kept["seed"])


def without_scaling(made: Any, x: Array) -> Array:  # noqa: ANN401 - scikit-learn has no types
    """Predictions where somebody changed the scaling after training and left the model alone.

    Inputs come unscaled to a model that was trained on scaled ones; to one that was trained on
    unscaled ones they come standardised.
    """
    from sklearn.preprocessing import StandardScaler

    filled = made.named_steps["fill"].transform(x)
    if made.named_steps["scale"] == "passthrough":
        filled = StandardScaler().fit_transform(filled)
    predicted: Array = made.named_steps["model"].predict(filled)
    return predicted
