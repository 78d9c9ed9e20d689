"""What training and test errors by depth say of the claims."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from mlqa.schema import Verdict
from mlqa.tools.depth.experiment import Trained
from mlqa.tools.intervals import Interval, of_seeds

# Share of wrong answers that is too small to matter.
MARGIN = 0.02
# Layers from which on a depth counts as that of the paper's deepest table row.
_DEEP = 110


def difference(more: Sequence[float], less: Sequence[float]) -> Interval:
    """How much larger ``more`` is, run by run."""
    return of_seeds([a - b for a, b in zip(more, less, strict=True)])


def degradation(shallow: Trained, deep: Trained) -> Interval:
    """How much larger the training error of the deeper network is: He et al. call it degradation.

    Training error, since overfitting would make it smaller.
    """
    return difference(deep.train, shallow.train)


def best(arm: Sequence[Trained]) -> Trained:
    """The depth of lowest mean test error; the shallowest of equals."""
    return min(arm, key=lambda trained: (fmean(trained.test), trained.depth))


def open_depths(arm: Sequence[Trained]) -> tuple[int, ...]:
    """The depths whose test error is not surely larger than the best one's by ``MARGIN``."""
    top = best(arm)
    return tuple(
        trained.depth
        for trained in arm
        if trained is top or difference(trained.test, top.test).low <= MARGIN
    )


def matters(arm: Sequence[Trained]) -> bool:
    """Whether some depth is surely worse than the best one by ``MARGIN``."""
    return len(open_depths(arm)) < len(arm)


def found_by_trying(arms: Sequence[Sequence[Trained]]) -> Verdict:
    """That the number of layers is not given but found by trying.

    Supported: depth matters in some arm, and which depths are good (``open_depths``) differs
    between the arms. Not supported: depth matters in all arms and one and the same depth alone is
    good in each. Undecided: anything else.
    """
    sets = {open_depths(arm) for arm in arms}
    if len(sets) > 1 and any(map(matters, arms)):
        return "supported"
    single = len(sets) == 1 and len(next(iter(sets))) == 1
    return "not_supported" if single and all(map(matters, arms)) else "undecided"


def deepest_is_best(arm: Sequence[Trained]) -> Verdict:
    """That about 110 layers had the lowest error.

    The claim is about a table made with other data and networks, so other data can repeat it but
    cannot refute it. Supported: 110 layers or more are surely better than every other depth.
    Undecided: anything else.
    """
    deepest = max(arm, key=lambda trained: trained.depth)
    others = [trained for trained in arm if trained is not deepest]
    if deepest.depth < _DEEP or not others:
        return "undecided"
    surely = all(difference(trained.test, deepest.test).low > 0 for trained in others)
    return "supported" if surely else "undecided"


def layers_alone(plain: Sequence[Trained], residual: Sequence[Trained]) -> Verdict:
    """That more hidden layers alone do not make deep learning work.

    Supported: the deepest plain network is surely worse on its training rows than the shallowest,
    by ``MARGIN`` or more, and surely worse than the residual one of its depth. Not supported: the
    deepest plain network surely beats the shallowest one on test rows. Undecided: else.
    """
    shallow, deep, other = plain[0], plain[-1], residual[-1]
    worse = degradation(shallow, deep)
    helped = difference(deep.train, other.train)
    if worse.low > 0 and worse.mean >= MARGIN and helped.low > 0:
        return "supported"
    return "not_supported" if difference(shallow.test, deep.test).low > 0 else "undecided"
