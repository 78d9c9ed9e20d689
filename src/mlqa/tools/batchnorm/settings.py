"""What is trained and for how long, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from mlqa.tools.batchnorm.network import Arm

# Step sizes along the gradient, in learning rates: the range of the paper.
AHEAD = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)
PROBE = 256
PIXELS, CLASSES, ROWS, TESTED = 64, 10, 1797, 450

_POINTS = 40
# Seconds on one core of the reference machine: a multiplication and addition, a step's work on one
# activation, one layer of one call. Fitted to timed runs (docs/decisions/0014).
_MULTIPLY, _ACTIVATION, _CALL = 3.5e-11, 2.1e-8, 3.9e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is trained, and for how long.

    Attributes:
        arms: Which arms.
        seeds: How often each is trained.
        seed: Where the draws start.
        depth: Layers with weights, the last one included.
        width: Units of a hidden layer.
        steps: Steps of training.
        learning_rate: Of gradient descent.
        batch_size: Rows of a step.
        noise: Strength of the noise; 1 is the paper's.
    """

    arms: tuple[Arm, ...]
    seeds: int
    seed: int
    depth: int
    width: int
    steps: int
    learning_rate: float
    batch_size: int
    noise: float

    @property
    def sizes(self) -> tuple[int, ...]:
        """Inputs, hidden widths, classes."""
        return (PIXELS, *([self.width] * (self.depth - 1)), CLASSES)


def measured_steps(steps: int) -> tuple[int, ...]:
    """Steps, from 1, at which a run is measured: the first, the last and others between."""
    return tuple(sorted({round(1 + i * (steps - 1) / (_POINTS - 1)) for i in range(_POINTS)}))


def seconds(settings: Settings) -> float:
    """About how long a run takes on one core of the reference machine."""
    points = len(measured_steps(settings.steps))
    copies = len(AHEAD) + settings.depth - 1
    learned = settings.batch_size * (settings.steps + points * copies)
    seen = points * (ROWS + 2 * PROBE)
    weights = sum(a * b for a, b in pairwise(settings.sizes))
    units = settings.width * (settings.depth - 1)
    each = (
        _MULTIPLY * weights * (3 * learned + seen)
        + _ACTIVATION * units * (learned + seen / 3)
        + _CALL * settings.depth * (settings.steps + 4 * points)
    )
    return each * len(settings.arms) * settings.seeds


def most_steps(settings: Settings, budget: float, low: int, high: int) -> int:
    """Most steps whose run stays within ``budget`` seconds; ``low - 1`` if not even ``low`` does.

    Args:
        settings: The run; its own steps do not matter.
        budget: Seconds as ``seconds`` counts them.
        low: Fewest steps that are allowed.
        high: Most steps that are allowed.
    """
    fitting, beyond = low - 1, high + 1
    while beyond - fitting > 1:
        middle = (fitting + beyond) // 2
        if seconds(replace(settings, steps=middle)) <= budget:
            fitting = middle
        else:
            beyond = middle
    return fitting
