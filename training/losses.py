"""What training makes small."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy


def contrast(left: Tensor, right: Tensor, same: Tensor, scale: float, against: Tensor) -> Tensor:
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
    forwards = torch.cat([scores, scale * left @ against.T], dim=1)
    return (cross_entropy(forwards, target) + cross_entropy(scores.T, target)) / 2


def agreement(left: Tensor, right: Tensor, gold: Tensor) -> Tensor:
    """One minus the correlation of the cosines of pairs with their gold scores."""
    cosines = (left * right).sum(dim=1)
    cosines, gold = cosines - cosines.mean(), gold - gold.mean()
    loss: Tensor = 1 - torch.nn.functional.cosine_similarity(cosines, gold, dim=0)
    return loss
