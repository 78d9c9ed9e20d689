"""Multi-layer perceptrons with and without batch normalisation, many replicas at once.

Every tensor of a network has a leading dimension of replicas, such as copies at other weights:
small matrices multiply in one batched call, and since replicas share nothing, the gradient of the
sum of their losses holds the gradient of each.

A hidden layer is linear, normalised in the arms that do, noisy in the arm that is, then ReLU; the
last layer is linear. Normalisation: Ioffe and Szegedy, "Batch Normalization", 2015. Noise:
algorithm 1 of Santurkar et al., "How Does Batch Normalization Help Optimization?", 2018.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from torch import Generator, Tensor

Arm = Literal["standard", "bn", "noisy"]
ARMS: tuple[Arm, ...] = ("standard", "bn", "noisy")

_EPSILON = 1e-5
# At strength 1, as in the paper: ends of the unit's mean shift, the top of the unit's mean scale,
# and how far a single activation strays from its unit.
SHIFT, SCALE, SPREAD = 0.5, 1.25, 0.1


class Layer(NamedTuple):
    """Weights of a layer, each with the replicas first.

    Attributes:
        weight: Shape (replicas, inputs, outputs).
        bias: Shape (replicas, 1, outputs); the learned shift where the layer normalises.
        gain: The learned scale, same shape, where the layer normalises, else None.
    """

    weight: Tensor
    bias: Tensor
    gain: Tensor | None = None

    def each(self, change: Callable[[Tensor], Tensor]) -> Layer:
        """The layer with every tensor changed, in the order of ``tensors``."""
        weight, bias = change(self.weight), change(self.bias)
        return Layer(weight, bias, None if self.gain is None else change(self.gain))

    def paired(self, other: Layer, change: Callable[[Tensor, Tensor], Tensor]) -> Layer:
        """A layer of every tensor and the other layer's in its place."""
        gain = None
        if self.gain is not None and other.gain is not None:
            gain = change(self.gain, other.gain)
        return Layer(change(self.weight, other.weight), change(self.bias, other.bias), gain)

    def tensors(self) -> list[Tensor]:
        """Its tensors, those that it has."""
        return [part for part in self if part is not None]


class Noise(NamedTuple):
    """What happens to each normalised activation: scaled, then shifted.

    Attributes:
        scale: Shape (replicas, hidden layers, rows, width), or 1 for the last two.
        shift: The same.
    """

    scale: Tensor
    shift: Tensor


class Pass(NamedTuple):
    """What a network makes of its input.

    Attributes:
        logits: Shape (replicas, rows, classes).
        inputs: Input of each layer but the first, shape (replicas, rows, width).
    """

    logits: Tensor
    inputs: tuple[Tensor, ...]


def initial(sizes: Sequence[int], generator: Generator, *, norm: bool) -> list[Layer]:
    """Fresh weights of one replica, normal with variance 2 / (inputs + outputs).

    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    2010. The weights are the same with and without normalisation.

    Args:
        sizes: Inputs, hidden widths, classes.
        generator: Where the draws come from.
        norm: Whether hidden layers normalise.
    """
    import torch

    layers = []
    for number, (inputs, outputs) in enumerate(pairwise(sizes)):
        std = (2 / (inputs + outputs)) ** 0.5
        weight = torch.randn(1, inputs, outputs, generator=generator) * std
        bias = torch.zeros(1, 1, outputs)
        hidden = number < len(sizes) - 2
        layers.append(Layer(weight, bias, torch.ones_like(bias) if norm and hidden else None))
    return layers


def draw_noise(generator: Generator, layers: int, rows: int, width: int, strength: float) -> Noise:
    """Noise of one step of one replica, new for each unit and, around it, for each activation.

    A unit's shift is uniform in ±0.5, its scale uniform in 1 to 1.25; an activation's shift is
    uniform within 0.1 of its unit's, its scale normal around its unit's with deviation 0.1. All
    but the 1 is multiplied by ``strength``.
    """
    import torch

    unit = torch.rand(2, 1, layers, 1, width, generator=generator)
    each = torch.rand(1, layers, rows, width, generator=generator)
    stray = torch.randn(1, layers, rows, width, generator=generator)
    shift = SHIFT * (2 * unit[0] - 1) + SPREAD * (2 * each - 1)
    scale = (SCALE - 1) * unit[1] + SPREAD * stray
    return Noise(1 + strength * scale, strength * shift)


def mean_noise(layers: int, strength: float) -> Noise:
    """The noise at its expectation, for evaluation."""
    import torch

    scale = torch.full((1, layers, 1, 1), 1 + strength * (SCALE - 1) / 2)
    return Noise(scale, torch.zeros_like(scale))


def normalised(values: Tensor, reference: int | None = None) -> Tensor:
    """Each unit brought to mean 0 and variance 1 over the rows.

    Args:
        values: Shape (replicas, rows, units).
        reference: Mean and variance are those of the first so many rows; of all if None.
    """
    known = values[:, :reference]
    mean = known.mean(1, keepdim=True)
    variance = known.var(1, keepdim=True, unbiased=False)
    result: Tensor = (values - mean) * (variance + _EPSILON).rsqrt()
    return result


def forward(
    layers: Sequence[Layer], x: Tensor, noise: Noise | None = None, reference: int | None = None
) -> Pass:
    """Runs networks on their inputs.

    Args:
        layers: The networks.
        x: Inputs, shape (replicas, rows, columns).
        noise: Applied after each normalisation.
        reference: Leading rows whose statistics normalise all rows; for evaluation, the training
            set. All rows if None, as in training.
    """
    import torch

    inputs = []
    for number, layer in enumerate(layers):
        if number:
            inputs.append(x)
        if layer.gain is None:
            x = torch.baddbmm(layer.bias, x, layer.weight)
        else:
            x = normalised(torch.bmm(x, layer.weight), reference) * layer.gain + layer.bias
            if noise is not None:
                x = x * noise.scale[:, number] + noise.shift[:, number]
        if number < len(layers) - 1:
            x = torch.relu(x)
    return Pass(x, tuple(inputs))


def losses(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy of each replica, shape (replicas,)."""
    from torch.nn.functional import cross_entropy

    each = cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
    result: Tensor = each.view(labels.shape).mean(1)
    return result
