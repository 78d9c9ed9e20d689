"""The result of the tool ``automl`` in words, tables and plots."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import accumulate

from mlqa.schema import Claim, Finding, Plot, Series, Table
from mlqa.tools.automl import running
from mlqa.tools.automl.running import Run
from mlqa.tools.automl.searching import Trial
from mlqa.tools.automl.watching import LARGE, Watched
from mlqa.tools.context import Context
from mlqa.tools.shipped import Data

_SHOWN = 30


def text(context: Context, data: Data, run: Run, trials: int, seconds: float) -> str:
    """What came out, in a few sentences, from validation to monitoring."""
    best = run.search.best
    said = [
        context.say(
            "automl_validated",
            data=context.say(f"shipped_{data.name}"),
            columns=len(run.expected),
            train=run.rows[0],
            held=run.rows[1],
            later=run.rows[2],
            missing=sum(column.missing > 0 for column in run.expected),
        ),
        context.say(
            "automl_found",
            trials=len(run.search.trials),
            number=best.number + 1,
            pipeline=_pipeline(context, best),
            accuracy=best.accuracy,
        ),
        context.say(
            "automl_evaluated", held=run.held_out, default=run.default, commonest=run.commonest
        ),
    ]
    if run.search.out_of_time:
        said.insert(1, context.say("automl_out_of_time", seconds=seconds, trials=trials))
    said.append(
        context.say(
            "automl_registered",
            version=run.entry["version"],
            hash=run.entry["data_sha256"][:12],
        )
    )
    said.append(_watching(context, run))
    return " ".join(said)


def _watching(context: Context, run: Run) -> str:
    """What the monitor saw of the later batch, as it was and damaged."""
    found = _alarms(run.damaged)
    return context.say(
        "automl_watched",
        columns=len(run.expected),
        quiet=len(_alarms(run.later)),
        thumb=sum(column.stability >= LARGE for column in run.later),
        shifted=len(run.shifted),
        caught=len(set(run.shifted) & set(found)),
        false=len(set(found) - set(run.shifted)),
        missing=sum(column.missing > 0 for column in run.damaged),
        before=run.later_accuracy,
        after=run.damaged_accuracy,
    )


def _alarms(columns: Sequence[Watched]) -> list[str]:
    return [column.name for column in columns if column.drifted]


def _pipeline(context: Context, trial: Trial) -> str:
    model = context.say(f"automl_model_{trial.parameters['model']}")
    scale = context.say(f"automl_scale_{trial.parameters['scale']}")
    return f"{model}, {scale}"


def _own(trial: Trial) -> str:
    """Hyper-parameters, short."""
    own = {name: value for name, value in trial.parameters.items() if name not in _CHOICES}
    return ", ".join(
        f"{name}={value:.3g}" if isinstance(value, float) else f"{name}={value}"
        for name, value in own.items()
    )


_CHOICES = ("model", "scale")


def figures(run: Run) -> dict[str, float]:
    """Accuracies, the gain with its interval, alarms."""
    return {
        "trials": len(run.search.trials),
        "out_of_time": float(run.search.out_of_time),
        "cross_validated_accuracy": run.search.best.accuracy,
        "held_out_accuracy": run.held_out,
        "default_accuracy": run.default,
        "commonest_accuracy": run.commonest,
        "gain": run.gain.mean,
        "gain_low": run.gain.low,
        "gain_high": run.gain.high,
        "changed_scaling_accuracy": run.changed,
        "changed_scaling_loss_low": run.changed_loss.low,
        "changed_scaling_loss_high": run.changed_loss.high,
        "rebuilt_same": run.rebuilt_same,
        "untuned_same": run.untuned_same,
        "later_accuracy": run.later_accuracy,
        "damaged_accuracy": run.damaged_accuracy,
        "later_alarms": len(_alarms(run.later)),
        "damaged_alarms": len(_alarms(run.damaged)),
        "shifted_columns": len(run.shifted),
        "later_psi_large": sum(column.stability >= LARGE for column in run.later),
        "damaged_psi_large": sum(column.stability >= LARGE for column in run.damaged),
    }


def tables(context: Context, run: Run) -> tuple[Table, ...]:
    """Accuracies, trials, drift, schema, registry."""

    def table(
        name: str, columns: tuple[str, ...], rows: tuple[tuple[str | float, ...], ...]
    ) -> Table:
        heads = tuple(context.say(f"automl_column_{column}") for column in columns)
        title = context.say(f"automl_table_{name}")
        return Table(name=name, title=title, columns=heads, rows=rows)

    return (
        table("accuracy", ("what", "accuracy"), _accuracies(context, run)),
        table("trials", ("trial", "pipeline", "own", "accuracy", "best"), _trials(context, run)),
        table(
            "drift",
            ("column", "shifted", "missing", "outside", "psi", "psi_none", "ks", "p", "alarm"),
            _drift(context, run),
        ),
        table("schema", ("column", "low", "high", "whole", "missing"), _schema(context, run)),
        table("registry", ("what", "value"), _registry(run)),
    )


def _accuracies(context: Context, run: Run) -> tuple[tuple[str | float, ...], ...]:
    found = {
        "commonest": run.commonest,
        "default": run.default,
        "best": run.held_out,
        "changed": run.changed,
        "later": run.later_accuracy,
        "damaged": run.damaged_accuracy,
    }
    return tuple(
        (context.say(f"automl_row_{name}"), round(value, 4)) for name, value in found.items()
    )


def _trials(context: Context, run: Run) -> tuple[tuple[str | float, ...], ...]:
    trials = run.search.trials
    best = accumulate((trial.accuracy for trial in trials), max)
    return tuple(
        (
            trial.number + 1,
            _pipeline(context, trial),
            _own(trial),
            round(trial.accuracy, 4),
            round(highest, 4),
        )
        for trial, highest in zip(trials, best, strict=True)
    )


def _worst(run: Run) -> list[Watched]:
    """The columns that moved most."""
    return sorted(run.damaged, key=lambda column: -column.distance)[:_SHOWN]


def _drift(context: Context, run: Run) -> tuple[tuple[str | float, ...], ...]:
    yes, no = context.say("automl_yes"), context.say("automl_no")
    return tuple(
        (
            column.name,
            yes if column.name in run.shifted else no,
            round(column.missing, 4),
            round(column.outside, 4),
            round(column.stability, 4),
            round(column.unchanged_stability, 4),
            round(column.distance, 4),
            float(f"{column.p:.3g}"),
            yes if column.drifted else no,
        )
        for column in _worst(run)
    )


def _schema(context: Context, run: Run) -> tuple[tuple[str | float, ...], ...]:
    yes, no = context.say("automl_yes"), context.say("automl_no")
    return tuple(
        (
            column.name,
            float(f"{column.low:.6g}"),
            float(f"{column.high:.6g}"),
            yes if column.whole else no,
            round(column.missing, 4),
        )
        for column in run.expected[:_SHOWN]
    )


def _registry(run: Run) -> tuple[tuple[str | float, ...], ...]:
    rows: list[tuple[str | float, ...]] = [
        (name, value if isinstance(value, (str, int, float)) else json.dumps(value))
        for name, value in run.entry.items()
    ]
    return (*rows, ("registry.jsonl", run.line))


def plots(context: Context, run: Run) -> tuple[Plot, ...]:
    """The search as it went, and the distance of every column."""
    trials = run.search.trials
    numbers = tuple(trial.number + 1 for trial in trials)
    accuracies = tuple(round(trial.accuracy, 6) for trial in trials)
    worst = _worst(run)[:10]
    quiet = {column.name: column.distance for column in run.later}
    names = tuple(column.name for column in worst)
    return (
        Plot(
            name="search",
            title=context.say("automl_plot_search"),
            kind="lines",
            x_label=context.say("automl_column_trial"),
            y_label=context.say("automl_column_accuracy"),
            series=(
                Series(label=context.say("automl_column_accuracy"), x=numbers, y=accuracies),
                Series(
                    label=context.say("automl_column_best"),
                    x=numbers,
                    y=tuple(accumulate(accuracies, max)),
                ),
            ),
            table="trials",
        ),
        Plot(
            name="drift",
            title=context.say("automl_plot_drift"),
            kind="bars",
            x_label=context.say("automl_column_column"),
            y_label=context.say("automl_column_ks"),
            series=(
                Series(
                    label=context.say("automl_row_later"),
                    x=names,
                    y=tuple(round(quiet[name], 6) for name in names),
                ),
                Series(
                    label=context.say("automl_row_damaged"),
                    x=names,
                    y=tuple(round(column.distance, 6) for column in worst),
                ),
            ),
            table="drift",
        ),
    )


def findings(context: Context, run: Run, claims: tuple[Claim, Claim, Claim]) -> tuple[Finding, ...]:
    """What the numbers say of tuning, of changed preprocessing and of the record."""
    tuning, silent_bug, records = claims
    return (
        Finding(
            claim=tuning,
            verdict=running.tuning(run.gain),
            reason=context.say(
                "automl_reason_tuning",
                rows=run.rows[1],
                default=run.default,
                held=run.held_out,
                mean=run.gain.mean,
                low=run.gain.low,
                high=run.gain.high,
            ),
        ),
        Finding(
            claim=silent_bug,
            verdict=running.silent_bug(ran=run.changed_ran, loss=run.changed_loss),
            reason=context.say(
                "automl_reason_bug" if run.changed_ran else "automl_reason_broke",
                held=run.held_out,
                changed=run.changed,
                low=run.changed_loss.low,
                high=run.changed_loss.high,
            ),
        ),
        Finding(
            claim=records,
            verdict=running.records(rebuilt=run.rebuilt_same, untuned=run.untuned_same),
            reason=context.say(
                "automl_reason_records", rebuilt=run.rebuilt_same, untuned=run.untuned_same
            ),
        ),
    )
