"""Intervals of differences, against cases with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from mlqa.tools.intervals import (
    Interval,
    kolmogorov_smirnov,
    of_right_answers,
    of_seeds,
    resampled,
    t_quantile,
)


def test_interval_over_seeds_is_students_t() -> None:
    # mean 2, deviation 1, n = 3: 2 ± 4.30265 / sqrt(3)
    mean, low, high = of_seeds([1.0, 2.0, 3.0])
    assert mean == 2.0
    assert high - mean == pytest.approx(4.302653 / np.sqrt(3), abs=1e-5)
    assert mean - low == pytest.approx(high - mean)


def test_interval_of_splits_is_wider_by_the_share_of_shared_rows() -> None:
    plain = of_seeds([1.0, 2.0, 3.0])
    corrected = resampled([1.0, 2.0, 3.0], test_to_train=0.25)
    widened = (corrected.high - 2) / (plain.high - 2)
    assert widened == pytest.approx(np.sqrt((1 / 3 + 0.25) / (1 / 3)))


def test_interval_of_equal_scores_has_no_width() -> None:
    assert resampled([0.0] * 10, test_to_train=0.1) == (0.0, 0.0, 0.0)
    assert not Interval(0.0, 0.0, 0.0).differs


@pytest.mark.parametrize(
    ("interval", "differs", "within"),
    [
        (Interval(0.1, 0.05, 0.15), True, False),
        (Interval(-0.1, -0.15, -0.05), True, False),
        (Interval(0.0, -0.01, 0.01), False, True),
        (Interval(0.0, -0.03, 0.01), False, False),
        (Interval(0.01, 0.005, 0.015), True, True),
    ],
)
def test_difference_and_closeness_are_two_questions(
    interval: Interval, differs: bool, within: bool
) -> None:
    assert interval.differs is differs
    assert interval.within(0.02) is within


def test_right_answers_follow_agresti_and_min() -> None:
    # 10 rows gained, 2 lost, 100 rows: (10 - 2) / 102, sd sqrt(13 - 64 / 102) / 102
    first = [False] * 10 + [True] * 2 + [True] * 88
    second = [True] * 10 + [False] * 2 + [True] * 88
    found = of_right_answers(first, second)
    assert found.mean == pytest.approx(8 / 102)
    assert found.high - found.mean == pytest.approx(
        1.959964 * np.sqrt(13 - 64 / 102) / 102, abs=1e-6
    )


def test_models_that_always_agree_are_not_known_to_be_equal() -> None:
    found = of_right_answers([True] * 20, [True] * 20)
    assert found.mean == 0
    assert found.low < -0.05 < 0.05 < found.high


def test_t_with_many_degrees_of_freedom_is_normal() -> None:
    assert t_quantile(0.975, 10**9) == pytest.approx(1.959964, abs=1e-5)


def test_kolmogorov_smirnov_distance_of_hand_made_samples() -> None:
    distance, p = kolmogorov_smirnov(np.arange(10.0), np.arange(10.0) + 5)
    assert distance == pytest.approx(0.5)
    assert 0.05 < p < 0.3
    same, chance = kolmogorov_smirnov(np.arange(10.0), np.arange(10.0))
    assert same == 0
    assert chance == 1
