"""Batched training: replicas do not touch each other, steps are those of the formulas."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mlqa.tools import training
from mlqa.tools.shipped import load


def test_a_split_holds_each_digit_once_and_is_the_same_however_many_runs() -> None:
    data = training.digits(3, 2, rows=1200)
    again = training.digits(3, 1, rows=1200)
    assert data.inputs.shape == (2, 1200, 64)
    assert data.held_inputs.shape == (2, 597, 64)
    assert torch.equal(data.inputs[0], again.inputs[0])
    assert not torch.equal(data.inputs[0], data.inputs[1])
    counts = torch.cat([data.labels[0], data.held_labels[0]]).bincount()
    assert counts.tolist() == np.bincount(load("digits").y.astype(int)).tolist()


def test_noise_makes_that_share_of_training_labels_wrong_and_no_held_one() -> None:
    clean, noisy = (training.digits(0, 1, rows=1000, noise=noise) for noise in (0.0, 0.3))
    assert torch.equal(clean.inputs, noisy.inputs)
    assert float((clean.labels != noisy.labels).double().mean()) == pytest.approx(0.3, abs=0.05)
    assert torch.equal(clean.held_labels, noisy.held_labels)


def test_an_epoch_of_batches_goes_through_the_rows_once() -> None:
    drawn = training.batches(torch.Generator().manual_seed(0), runs=2, rows=12, size=5)
    first = torch.cat([next(drawn), next(drawn)], 1)
    assert first.shape == (2, 10)
    assert all(len(set(row)) == 10 for row in first.tolist())


def test_taken_rows_are_the_rows_of_their_runs_for_each_replica() -> None:
    data = training.digits(0, 2, rows=50)
    inputs, labels = training.taken(data, torch.tensor([[4, 1], [0, 3]]), 3)
    assert inputs.shape == (6, 64, 2)
    assert torch.equal(inputs[5, :, 1], data.inputs[1, 3])
    assert torch.equal(inputs[4, :, 0], data.inputs[0, 4])
    assert labels[5].tolist() == data.labels[1, [0, 3]].tolist()


def test_descent_is_torchs_own_for_each_rate_and_decay() -> None:
    start = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(1))
    rates, decays = (0.1, 0.03), (0.0, 0.2)
    ours = start.clone().requires_grad_()
    descent = training.Descent(
        [ours], torch.tensor(rates), momentum=0.9, decays=torch.tensor(decays)
    )
    theirs = [part.clone().requires_grad_() for part in start]
    optimizers = [
        torch.optim.SGD([part], lr=rate, momentum=0.9, weight_decay=decay)
        for part, rate, decay in zip(theirs, rates, decays, strict=True)
    ]
    for _ in range(5):
        descent.step(ours.pow(4).sum((1, 2)))
        for part, optimizer in zip(theirs, optimizers, strict=True):
            optimizer.zero_grad()
            part.pow(4).sum().backward()
            optimizer.step()
    assert torch.allclose(ours, torch.stack(theirs), atol=1e-6)


def test_a_replica_that_diverges_leaves_the_others_alone() -> None:
    weights = torch.ones(2, 1, 1, requires_grad=True)
    descent = training.Descent([weights], torch.tensor([1e9, 0.1]), momentum=0.0)
    for _ in range(8):
        descent.step(weights.pow(4).sum((1, 2)))
    assert not weights[0].isfinite().item()
    alone = 1.0
    for _ in range(8):
        alone -= 0.1 * 4 * alone**3
    assert weights[1].item() == pytest.approx(alone, rel=1e-5)


@pytest.mark.parametrize("train", [None, 40])
def test_normalisation_has_mean_shift_and_deviation_scale_on_the_training_rows(
    train: int | None,
) -> None:
    generator = torch.Generator().manual_seed(0)
    values = 5 + 3 * torch.randn(2, 4, 60, generator=generator)
    scale, shift = torch.full((2, 4, 1), 2.0), torch.full((2, 4, 1), -1.0)
    done = training.normalized(values, scale, shift, train)[:, :, :train]
    assert torch.allclose(done.mean(2), torch.full((2, 4), -1.0), atol=1e-5)
    assert torch.allclose(done.std(2, correction=0), torch.full((2, 4), 2.0), atol=1e-3)


def test_replicas_of_a_run_begin_alike_with_the_variance_asked_for() -> None:
    weights = training.weights(torch.Generator().manual_seed(0), 2, 300, 200, times=2)
    assert weights.shape == (4, 300, 200)
    assert torch.equal(weights[0], weights[2])
    assert not torch.equal(weights[0], weights[1])
    assert weights[0].var().item() == pytest.approx(2 / 200, rel=0.05)


def test_losses_and_errors_are_those_of_each_replica() -> None:
    logits = torch.log(torch.tensor([[[0.7], [0.3]], [[0.2], [0.8]]]))
    labels = torch.zeros(2, 1, dtype=torch.long)
    assert training.losses(logits, labels).tolist() == pytest.approx([-np.log(0.7), -np.log(0.2)])
    assert training.errors(logits, labels).tolist() == [0.0, 1.0]


def test_settings_of_torch_come_back_also_after_an_error() -> None:
    def broken() -> None:
        with training.reproducible():
            assert torch.get_num_threads() == 1
            raise ValueError("inside")

    threads = torch.get_num_threads()
    with pytest.raises(ValueError, match="inside"):
        broken()
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()
