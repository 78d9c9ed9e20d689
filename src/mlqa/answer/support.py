"""Which further sentences belong into an answer beside the best one: fitted probabilities.

Two logistic regressions over what can be seen of a sentence beside the best one; fitted by
``training/fit_support.py`` on the training part of the gold set (docs/decisions/0006).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from mlqa.answer.candidates import Candidate

# Sentences this far behind the best one in its passage are near it.
_NEAR = {-1: 0.5, 1: 1.0, 2: 0.5}
REDUNDANCY = 0.6


class Support(NamedTuple):
    """What speaks for a further sentence; each 0 to 1 unless said otherwise.

    Attributes:
        ratio: Its score, of that of the best sentence; at most 1, may be negative.
        same_passage: Whether it stands in the passage of the best sentence.
        near: How near behind the best sentence it stands.
        passage: Score of its passage.
        own: Share of the question that it meets by itself.
        context: The same, with its headings and the sentence before it.
        meaning: How near it is to the question in meaning.
        like_best: How near it is to the best sentence in meaning.
        no_names: Share of the question's names that it does not meet in its context.
        form: How far it has the form of what was asked for.
        leans: Whether it leans on the sentence before.
        about_text: Whether it speaks of the text rather than of its subject.
        is_item: Whether it is an item of a list.
    """

    ratio: float
    same_passage: float
    near: float
    passage: float
    own: float
    context: float
    meaning: float
    like_best: float
    no_names: float
    form: float
    leans: float
    about_text: float
    is_item: float


# Whether it stands in a passage that answers, and whether it is an answer itself.
_MAY = Support(
    ratio=1.87,
    same_passage=2.38,
    near=-0.37,
    passage=7.64,
    own=0.48,
    context=-0.85,
    meaning=-2.62,
    like_best=1.27,
    no_names=0.08,
    form=-0.58,
    leans=0.08,
    about_text=-0.32,
    is_item=0.62,
)
_MAY_INTERCEPT = -7.0
_SHOULD = Support(
    ratio=2.97,
    same_passage=0.54,
    near=0.77,
    passage=2.25,
    own=0.2,
    context=0.45,
    meaning=-0.51,
    like_best=0.94,
    no_names=0.07,
    form=-0.53,
    leans=0.47,
    about_text=-0.32,
    is_item=1.07,
)
_SHOULD_INTERCEPT = -6.38


def support_of(candidate: Candidate, best: Candidate, like_best: float) -> Support:
    """What speaks for a further sentence.

    Args:
        candidate: The sentence.
        best: The best one.
        like_best: Cosine of both.
    """
    same = candidate.reading.hit is best.reading.hit
    behind = candidate.reading.position - best.reading.position
    found = candidate.found
    return Support(
        ratio=candidate.score / best.score if best.score > 0 else 0.0,
        same_passage=float(same),
        near=_NEAR.get(behind, 0.0) if same else 0.0,
        passage=found.passage,
        own=found.own,
        context=found.context,
        meaning=found.meaning,
        like_best=max(0.0, like_best),
        no_names=found.no_names,
        form=found.form,
        leans=found.leans,
        about_text=found.about_text,
        is_item=found.loose_item,
    )


def may(found: Support) -> float:
    """Probability that a sentence stands in a passage that answers the question, 0 to 1."""
    return _probability(_MAY_INTERCEPT, _MAY, found)


def should(found: Support) -> float:
    """Probability that a sentence answers the question itself, 0 to 1."""
    return _probability(_SHOULD_INTERCEPT, _SHOULD, found)


def _probability(intercept: float, weights: Support, found: Support) -> float:
    logit = intercept + sum(w * value for w, value in zip(weights, found, strict=True))
    return 1 / (1 + math.exp(-logit))
