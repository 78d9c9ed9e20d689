"""What the numbers say of the essay's claims, by rules that know nothing of the experiments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mlqa.schema import Verdict

# Factor by which a gradient changes from one layer to the one before it.
VANISHES, STAYS = 0.5, 0.8
# Share of hidden units.
MANY_DEAD, HARDLY_DEAD = 0.1, 0.01
# Test accuracy.
GOOD, CLOSE, FAR = 0.9, 0.02, 0.1


def vanishing(factors: Sequence[float]) -> Verdict:
    """Whether gradients vanish: each seed's factor below 0.5; not so if each is above 0.8."""
    if max(factors) < VANISHES:
        return "supported"
    return "not_supported" if min(factors) > STAYS else "undecided"


def vanishing_less(factors: Sequence[float], others: Sequence[float]) -> Verdict:
    """Whether gradients keep their size better: a larger factor with each seed; not so if none.

    Args:
        factors: One for each seed.
        others: Of the same seeds, what is compared with.
    """
    larger = [one > other for one, other in zip(factors, others, strict=True)]
    if all(larger):
        return "supported"
    return "undecided" if any(larger) else "not_supported"


def dying(shares: Iterable[Sequence[float]]) -> Verdict:
    """Whether units die: at some setting a tenth of them with each seed.

    Not so if at no setting any seed has more than a hundredth. A start that has dead units from the
    beginning counts: they stay dead.

    Args:
        shares: For each setting of which no run blew up, the share of each seed.
    """
    settings = [list(each) for each in shares if each]
    if any(min(each) >= MANY_DEAD for each in settings):
        return "supported"
    hardly = all(max(each) <= HARDLY_DEAD for each in settings)
    return "not_supported" if settings and hardly else "undecided"


def working(accuracies: Sequence[float], best_other: float) -> Verdict:
    """Whether a network works well: at least 0.9 with each seed, at most 0.02 behind on average.

    Not so if it is 0.1 or more behind on average, or below 0.9 with each seed.

    Args:
        accuracies: On test rows, one for each seed.
        best_other: Mean of the best of the others.
    """
    mean = sum(accuracies) / len(accuracies)
    if min(accuracies) >= GOOD and mean >= best_other - CLOSE:
        return "supported"
    behind = mean <= best_other - FAR or max(accuracies) < GOOD
    return "not_supported" if behind else "undecided"
