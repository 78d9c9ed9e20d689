"""Which further sentences belong into an answer beside the best one: a fitted probability.

Logistic regression over what can be seen of a sentence beside the best one; fitted by
``training/fit_support.py`` on the training part of the gold set (docs/decisions/0006).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from mlqa.answer.candidates import Candidate
from mlqa.answer.ranking import score

# Sentences this far behind the best one in its passage are near it.
_NEAR = {-1: 0.5, 1: 1.0, 2: 0.5}
REDUNDANCY = 0.6


class Support(NamedTuple):
    """What speaks for a further sentence; each 0 to 1 unless said otherwise.

    Attributes:
        ratio: Its score, of that of the best sentence, both without the FAQ; may be negative.
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
        faq_several: Whether several things are asked for and the FAQ tells anything of the hits.
        behind: How much less like the question those of the FAQ are that it answers.
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
    faq_several: float
    behind: float


WEIGHTS = Support(
    ratio=3.26,
    same_passage=0.51,
    near=0.84,
    passage=2.65,
    own=0.32,
    context=0.57,
    meaning=-1.0,
    like_best=0.81,
    no_names=0.22,
    form=-0.55,
    leans=0.79,
    about_text=-0.69,
    is_item=1.72,
    # Fitted after the others, which stay as they are without a FAQ.
    faq_several=0.95,
    behind=-10.5,
)
_INTERCEPT = -6.89


def support_of(candidate: Candidate, best: Candidate, like_best: float, several: bool) -> Support:
    """What speaks for a further sentence.

    Args:
        candidate: The sentence.
        best: The best one.
        like_best: Cosine of both.
        several: Whether the question asks for several things.
    """
    same = candidate.reading.hit is best.reading.hit
    behind = candidate.reading.position - best.reading.position
    found = candidate.found
    return Support(
        ratio=_without_faq(candidate) / _without_faq(best) if _without_faq(best) > 0 else 0.0,
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
        faq_several=float(best.found.asked > 0 and several),
        behind=best.found.asked - found.asked,
    )


def _without_faq(candidate: Candidate) -> float:
    return score(candidate.found._replace(asked=0.0))


def worth(found: Support) -> float:
    """Probability that a sentence is a part of the answer, 0 to 1."""
    logit = _INTERCEPT + sum(w * value for w, value in zip(WEIGHTS, found, strict=True))
    return 1 / (1 + math.exp(-logit))
