"""The result of the tool ``ten_lines`` in words, tables and plots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mlqa.schema import Claim, Finding, Plot, Series, Table
from mlqa.tools.context import Context
from mlqa.tools.intervals import Interval, resampled
from mlqa.tools.perceptron import Array
from mlqa.tools.ten_lines import tutorial, verdicts
from mlqa.tools.ten_lines.measuring import FLIPPED, MISSING, NOISE, TEST, Measured
from mlqa.tools.ten_lines.verdicts import Rivals

# Noise of one standard deviation: inputs that are no longer like the training data.
_UNLIKE = NOISE.index(1.0)
_WRONG = FLIPPED.index(0.2)
_LOST = MISSING.index(0.2)


def _interval(differences: Array) -> Interval:
    return resampled(differences.tolist(), test_to_train=TEST / (1 - TEST))


def text(context: Context, measured: Measured) -> str:
    """What came out, in a few sentences."""
    scores = measured.tutorial
    said = [
        context.say(
            "ten_lines_text",
            lines=len(tutorial.lines()),
            first=float(scores[0]),
            commonest=float(measured.commonest[0]),
            one_question=float(measured.one_question[0]),
        ),
        context.say(
            "ten_lines_spread",
            splits=len(scores),
            low=float(scores.min()),
            high=float(scores.max()),
            mean=float(scores.mean()),
        ),
        context.say(
            "ten_lines_leak",
            honest=float(measured.honest.mean()),
            leaky=float(measured.leaky.mean()),
            scaler=float(measured.scaler_leak.mean()),
        ),
        context.say(
            "ten_lines_worse",
            mean=float(scores.mean()),
            noise=float(measured.noise[:, _UNLIKE].mean()),
            unit=float(measured.unit.mean()),
            flipped=float(measured.flipped[:, _WRONG].mean()),
        ),
        context.say("ten_lines_calibration", error=measured.reliability.error),
    ]
    key = "ten_lines_stopped" if measured.stopped else "ten_lines_ran"
    said.append(context.say(key, filled=float(measured.missing[:, _LOST].mean())))
    return " ".join(said)


def _conditions(measured: Measured) -> dict[str, Array]:
    """Accuracy of each split under each condition, by the condition's name."""
    return {
        "tutorial": measured.tutorial,
        "commonest": measured.commonest,
        "one_question": measured.one_question,
        "noise": measured.noise[:, _UNLIKE],
        "unit": measured.unit,
        "worst_unit": measured.worst_unit,
        "flipped": measured.flipped[:, _WRONG],
        "filled": measured.missing[:, _LOST],
        "honest": measured.honest,
        "leaky": measured.leaky,
    }


def figures(measured: Measured, rivals: Sequence[Rivals]) -> dict[str, float]:
    """Means of every condition, spread of the tutorial, classic model against network."""
    found = {
        "lines": float(len(tutorial.lines())),
        "first_accuracy": float(measured.tutorial[0]),
        "lowest_accuracy": float(measured.tutorial.min()),
        "highest_accuracy": float(measured.tutorial.max()),
        "scaler_leak": float(measured.scaler_leak.mean()),
        "calibration_error": measured.reliability.error,
        "missing_stops": float(bool(measured.stopped)),
    }
    found |= {
        f"{name}_accuracy": float(values.mean()) for name, values in _conditions(measured).items()
    }
    for each in rivals:
        found[f"{each.data}_classic"] = each.classic
        found[f"{each.data}_network"] = each.network
        found[f"{each.data}_difference"] = each.difference.mean
        found[f"{each.data}_low"] = each.difference.low
        found[f"{each.data}_high"] = each.difference.high
    return found


def tables(context: Context, measured: Measured, rivals: Sequence[Rivals]) -> tuple[Table, ...]:
    """The code, every condition, the splits, the curves, calibration, and the network."""

    def table(
        name: str, columns: tuple[str, ...], rows: Sequence[tuple[str | float, ...]]
    ) -> Table:
        heads = tuple(context.say(f"ten_lines_column_{column}") for column in columns)
        title = context.say(f"ten_lines_table_{name}")
        return Table(name=name, title=title, columns=heads, rows=tuple(rows))

    scores = enumerate(measured.tutorial, start=1)
    bins = zip(*measured.reliability[:3], strict=True)
    return (
        table("code", ("line", "code"), list(enumerate(tutorial.lines(), start=1))),
        table(
            "conditions", ("condition", "mean", "change", "low", "high"), _rows(context, measured)
        ),
        table(
            "splits", ("split", "accuracy"), [(n, round(float(value), 4)) for n, value in scores]
        ),
        table("noise", ("noise", "mean"), _levels(NOISE, measured.noise)),
        table("shares", ("share", "flipped", "filled"), _shares(measured)),
        table(
            "calibration",
            ("sure", "right", "count"),
            [(round(mean, 4), round(share, 4), count) for mean, share, count in bins],
        ),
        table(
            "rivals",
            ("data", "classic", "network", "difference", "low", "high"),
            [
                (
                    context.say(f"shipped_{each.data}"),
                    round(each.classic, 4),
                    round(each.network, 4),
                    *(round(value, 4) for value in each.difference),
                )
                for each in rivals
            ],
        ),
    )


def _rows(context: Context, measured: Measured) -> list[tuple[str | float, ...]]:
    """Each condition beside the tutorial; the leak has labels of its own and stands alone."""
    rows: list[tuple[str | float, ...]] = []
    for name, values in _conditions(measured).items():
        alone = name in {"tutorial", "honest"}
        base = measured.honest if name == "leaky" else measured.tutorial
        change = _interval(values - base)
        rows.append(
            (
                context.say(f"ten_lines_row_{name}"),
                round(float(values.mean()), 4),
                *("" if alone else round(value, 4) for value in change),
            )
        )
    return rows


def _levels(levels: Sequence[float], values: Array) -> list[tuple[float, ...]]:
    return [
        (level, round(float(value), 4))
        for level, value in zip(levels, values.mean(axis=0), strict=True)
    ]


def _shares(measured: Measured) -> list[tuple[str | float, ...]]:
    """Label noise and missing values by share; empty where a share was not measured."""
    flipped = dict(zip(FLIPPED, measured.flipped.mean(axis=0), strict=True))
    filled = dict(zip(MISSING, measured.missing.mean(axis=0), strict=True))
    return [
        (
            share,
            *(
                round(float(known[share]), 4) if share in known else ""
                for known in (flipped, filled)
            ),
        )
        for share in sorted({*flipped, *filled})
    ]


def plots(context: Context, measured: Measured) -> tuple[Plot, ...]:
    """The splits, noise, wrong labels and missing values, calibration."""
    say = context.say
    bins = measured.reliability
    return (
        Plot(
            name="splits",
            title=say("ten_lines_plot_splits"),
            kind="points",
            x_label=say("ten_lines_column_split"),
            y_label=say("ten_lines_column_accuracy"),
            series=(
                Series(
                    label=say("ten_lines_row_tutorial"),
                    x=tuple(range(1, len(measured.tutorial) + 1)),
                    y=tuple(round(float(value), 6) for value in measured.tutorial),
                ),
            ),
            table="splits",
        ),
        Plot(
            name="noise",
            title=say("ten_lines_plot_noise"),
            kind="lines",
            x_label=say("ten_lines_column_noise"),
            y_label=say("ten_lines_column_mean"),
            series=(_curve(say("ten_lines_row_tutorial"), NOISE, measured.noise),),
            table="noise",
        ),
        Plot(
            name="shares",
            title=say("ten_lines_plot_shares"),
            kind="lines",
            x_label=say("ten_lines_column_share"),
            y_label=say("ten_lines_column_mean"),
            series=(
                _curve(say("ten_lines_column_flipped"), FLIPPED, measured.flipped),
                _curve(say("ten_lines_column_filled"), MISSING, measured.missing),
            ),
            table="shares",
        ),
        Plot(
            name="calibration",
            title=say("ten_lines_plot_calibration"),
            kind="lines",
            x_label=say("ten_lines_column_sure"),
            y_label=say("ten_lines_column_right"),
            series=(
                Series(label=say("ten_lines_row_tutorial"), x=bins.sure, y=bins.right),
                Series(label=say("ten_lines_perfect"), x=(0.0, 1.0), y=(0.0, 1.0)),
            ),
            table="calibration",
        ),
    )


def _curve(label: str, levels: Sequence[float], values: Array) -> Series:
    """Mean over the splits, with the range of nine splits in ten."""
    low, high = np.quantile(values, (0.05, 0.95), axis=0)
    return Series(
        label=label,
        x=tuple(levels),
        y=tuple(round(float(value), 6) for value in values.mean(axis=0)),
        low=tuple(round(float(value), 6) for value in low),
        high=tuple(round(float(value), 6) for value in high),
    )


def findings(
    context: Context,
    measured: Measured,
    rivals: Sequence[Rivals],
    claims: tuple[Claim, Claim, Claim],
) -> tuple[Finding, ...]:
    """What the numbers say of the easy tutorial, of unlike data and of classic models."""
    easy, alike, classic = claims
    lines = len(tutorial.lines())
    gain = _interval(measured.tutorial - measured.commonest)
    loss = _interval(measured.tutorial - measured.noise[:, _UNLIKE])
    listed = "; ".join(
        context.say(
            "ten_lines_interval",
            data=context.say(f"shipped_{each.data}"),
            **each.difference._asdict(),
        )
        for each in rivals
    )
    return (
        Finding(
            claim=easy,
            verdict=verdicts.easy(lines, gain),
            reason=context.say("ten_lines_reason_easy", lines=lines, **gain._asdict()),
        ),
        Finding(
            claim=alike,
            verdict=verdicts.alike(loss),
            reason=context.say("ten_lines_reason_alike", **loss._asdict()),
        ),
        Finding(
            claim=classic,
            verdict=verdicts.classic_suffices(rivals),
            reason=context.say("ten_lines_reason_classic", list=listed),
        ),
    )
