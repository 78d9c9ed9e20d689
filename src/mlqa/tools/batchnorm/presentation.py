"""What came out, in sentences and figures."""

from __future__ import annotations

import math
from collections.abc import Mapping

from mlqa.schema import Claim, Finding
from mlqa.tools.batchnorm.network import Arm
from mlqa.tools.batchnorm.settings import AHEAD, PIXELS, ROWS, TESTED, Settings
from mlqa.tools.batchnorm.verdicts import Judgement, Summary, Values, learned
from mlqa.tools.context import Context

_FIGURES = (
    *("mean_loss", "final_loss", "accuracy", "reached", "drift"),
    *("shift", "cosine", "spread", "change", "smoothness"),
)


def figures(arms: Mapping[Arm, Summary]) -> dict[str, float]:
    """Means over seeds, ``standard_mean_loss`` and so on; what is no number is left out."""
    found = {
        f"{arm}_{name}": _mean(getattr(each, name))
        for arm, each in arms.items()
        for name in _FIGURES
    }
    return {name: value for name, value in found.items() if math.isfinite(value)}


def text(context: Context, settings: Settings, arms: Mapping[Arm, Summary]) -> str:
    """What was done, what came out for each arm, and what it does not show."""
    done = context.say(
        "batchnorm_done",
        rows=ROWS,
        training=ROWS - TESTED,
        tested=TESTED,
        pixels=PIXELS,
        depth=settings.depth,
        width=settings.width,
        seeds=settings.seeds,
        steps=settings.steps,
        batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
    )
    if "noisy" in arms:
        done += " " + context.say("batchnorm_noise", noise=settings.noise)
    parts = [
        done,
        _part(context, arms, "training", ("mean_loss", "accuracy")),
        _part(context, arms, "inputs", ("drift",)),
        _part(context, arms, "gradients", ("shift", "cosine")),
        _part(context, arms, "landscape", ("spread", "change", "smoothness")),
    ]
    idle = [context.say(f"batchnorm_arm_{arm}") for arm, each in arms.items() if not learned(each)]
    if idle:
        parts.append(context.say("batchnorm_idle", arms=", ".join(idle)))
    parts.append(context.say("batchnorm_limits", depth=settings.depth, rate=settings.learning_rate))
    return "\n\n".join(parts)


def _part(
    context: Context, arms: Mapping[Arm, Summary], name: str, measures: tuple[str, ...]
) -> str:
    """One paragraph: what was measured, and the means of each arm."""
    parts = []
    for arm, each in arms.items():
        values = {measure: _mean(getattr(each, measure)) for measure in measures}
        finite = all(map(math.isfinite, values.values()))
        key = f"batchnorm_values_{name}" if finite else "batchnorm_values_diverged"
        parts.append(context.say(key, arm=context.say(f"batchnorm_arm_{arm}"), **values))
    return context.say(
        f"batchnorm_text_{name}", values="; ".join(parts), least=AHEAD[0], most=AHEAD[-1]
    )


def finding(context: Context, claim: Claim, judgement: Judgement) -> Finding:
    """A claim after the test, with the numbers of its verdict over the seeds."""
    values = {name: _span(each) for name, each in judgement.values.items()}
    reason = context.say(judgement.reason, **values)
    return Finding(claim=claim, verdict=judgement.verdict, reason=reason)


def _span(values: Values) -> str:
    """The least and the largest value, or the one."""
    ends = [f"{end:.3g}" for end in (min(values), max(values))]
    return ends[0] if ends[0] == ends[1] else "~".join(ends)


def _mean(values: Values) -> float:
    return sum(values) / len(values)
