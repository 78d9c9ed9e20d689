"""Internal covariate shift and the landscape along the gradient, for many replicas at once.

Santurkar et al., "How Does Batch Normalization Help Optimization?", 2018: definition 2.1 (shift)
and section 3.1 (range of the loss, gradient predictiveness, effective β-smoothness).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mlqa.tools.batchnorm.network import Layer

if TYPE_CHECKING:
    from torch import Tensor

# Weights of replicas, each repeated ``copies`` times in a row → loss of each and its gradient.
Objective = Callable[[list[Layer], int], tuple["Tensor", list[Layer]]]


class Landscape(NamedTuple):
    """What is met on the way along the gradient; one value for each replica.

    Attributes:
        low: Least loss at the places looked at.
        high: Largest loss there.
        change: Gradient predictiveness: largest L2 change of the gradient.
        smoothness: Effective β-smoothness: largest ratio of that change to the distance moved.
    """

    low: Tensor
    high: Tensor
    change: Tensor
    smoothness: Tensor


class Shift(NamedTuple):
    """Gradient of each layer's weights before and after the layers below it are updated.

    Attributes:
        distance: L2 norm of the difference, shape (replicas, layers - 1), second layer first.
        cosine: Cosine of the angle between the two, same shape.
    """

    distance: Tensor
    cosine: Tensor


def moved(layers: Sequence[Layer], gradient: Sequence[Layer], step: float | Tensor) -> list[Layer]:
    """Weights after a step against the gradient; ``step`` may differ by replica (n, 1, 1)."""
    return [
        layer.paired(slope, lambda weight, slope: weight - step * slope)
        for layer, slope in zip(layers, gradient, strict=True)
    ]


def repeated(layers: Sequence[Layer], copies: int) -> list[Layer]:
    """Each replica ``copies`` times in a row."""
    return [layer.each(lambda part: part.repeat_interleave(copies, 0)) for layer in layers]


def flat(layers: Sequence[Layer]) -> Tensor:
    """All weights of each replica as one vector, shape (replicas, weights)."""
    import torch

    return torch.cat([part.flatten(1) for layer in layers for part in layer.tensors()], 1)


def landscape(
    objective: Objective,
    layers: Sequence[Layer],
    loss: Tensor,
    gradient: Sequence[Layer],
    steps: Sequence[float],
) -> Landscape:
    """Looks ahead along the gradient.

    Args:
        objective: Gives losses and gradients at other weights.
        layers: Where the replicas are.
        loss: Loss there, shape (replicas,).
        gradient: Gradient there.
        steps: Step sizes, as multiples of the gradient.
    """
    import torch

    replicas, places = loss.shape[0], len(steps)
    sizes = torch.tensor(steps, dtype=loss.dtype)
    ahead = moved(
        repeated(layers, places),
        repeated(gradient, places),
        sizes.repeat(replicas).view(-1, 1, 1),
    )
    there, slopes = objective(ahead, places)
    here = flat(gradient)
    change = (flat(slopes).view(replicas, places, -1) - here[:, None]).norm(dim=2)
    distance = sizes * here.norm(dim=1, keepdim=True)
    reached = torch.cat([loss[:, None], there.view(replicas, places)], 1)
    return Landscape(reached.amin(1), reached.amax(1), change.amax(1), (change / distance).amax(1))


def covariate_shift(
    objective: Objective,
    layers: Sequence[Layer],
    updated: Sequence[Layer],
    gradient: Sequence[Layer],
) -> Shift:
    """Internal covariate shift of one step (definition 2.1 of the paper).

    Layer i's gradient at the old weights is set against its gradient where the layers before i
    already have their new weights and i and the later ones have not.

    Args:
        objective: Gives losses and gradients at other weights, on the same batch and noise.
        layers: Weights before the step; two layers or more.
        updated: Weights after it.
        gradient: Gradient before it.
    """
    import torch
    from torch.nn.functional import cosine_similarity

    count = len(layers) - 1
    # Copy j of a replica holds the new weights in layers 0 to j.
    copy = torch.arange(count).repeat(layers[0].weight.shape[0]).view(-1, 1, 1)
    mixed = [
        old.paired(new, _taken(copy >= number))
        for number, (old, new) in enumerate(
            zip(repeated(layers, count), repeated(updated, count), strict=True)
        )
    ]
    _, slopes = objective(mixed, count)
    distances, cosines = [], []
    for number in range(count):
        before = gradient[number + 1].weight.flatten(1)
        after = slopes[number + 1].weight[number::count].flatten(1)
        distances.append((before - after).norm(dim=1))
        cosines.append(cosine_similarity(before, after))
    return Shift(torch.stack(distances, 1), torch.stack(cosines, 1))


def _taken(second: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
    """Takes the second of two tensors for the replicas chosen, the first for the others."""
    import torch

    return lambda one, other: torch.where(second, other, one)


def drift(before: Tensor, after: Tensor) -> Tensor:
    """How far a layer's input distribution moved, in units of its own spread; (replicas,).

    Each unit counts with the 2-Wasserstein distance of normal distributions that have its means and
    standard deviations, sqrt(Δmean² + Δdeviation²). The root mean square over units is divided by
    the root mean square of the deviations before.

    Args:
        before: Inputs of the layer, shape (replicas, rows, units).
        after: The same rows after a step of training.
    """
    means = (after.mean(1) - before.mean(1)).square()
    deviations = (after.std(1) - before.std(1)).square()
    spread = before.var(1).mean(1)
    result: Tensor = ((means + deviations).mean(1) / spread.clamp_min(1e-12)).sqrt()
    return result
