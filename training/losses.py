"""What training makes small."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy


def contrast(
    left: Tensor, right: Tensor, same: Tensor, scale: float, against: Tensor | None = None
) -> Tensor:
    """In-batch contrastive loss both ways (van den Oord et al., InfoNCE, 2018).

    Args:
        left: Unit vectors.
        right: Unit vectors of what they belong to, row by row.
        same: Which other pairs say the same, and are no counter-examples; shape (rows, rows).
        scale: One over the temperature.
        against: More counter-examples for the left side.
    """
    scores = (scale * left @ right.T).masked_fill(same, -torch.inf)
    target = torch.arange(len(left))
    forwards = scores if against is None else torch.cat([scores, scale * left @ against.T], dim=1)
    return (cross_entropy(forwards, target) + cross_entropy(scores.T, target)) / 2


def ranking(left: Tensor, right: Tensor, gold: Tensor, scale: float) -> Tensor:
    """CoSENT: a pair with a higher gold score shall be closer (Su, 2022)."""
    cosines = scale * (left * right).sum(dim=1)
    wrong = cosines[None, :] - cosines[:, None]
    wrong = wrong[gold[:, None] > gold[None, :]]
    return torch.logsumexp(torch.cat([torch.zeros(1), wrong]), dim=0)
