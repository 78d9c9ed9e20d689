"""The batch normalisation experiment: network, measures, rules of the verdicts, small real runs."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mlqa.errors import ToolArgumentError
from mlqa.schema import ToolResult
from mlqa.tools.batchnorm import batchnorm, verdicts
from mlqa.tools.batchnorm.digits import Digits, batches, load_digits
from mlqa.tools.batchnorm.experiment import (
    Run,
    batch_objective,
    evaluate,
    steps_to,
    train,
)
from mlqa.tools.batchnorm.measures import covariate_shift, drift, flat, landscape, moved
from mlqa.tools.batchnorm.network import (
    ARMS,
    Arm,
    Layer,
    draw_noise,
    forward,
    initial,
    losses,
    mean_noise,
    normalised,
)
from mlqa.tools.batchnorm.settings import Settings, measured_steps, most_steps, seconds
from mlqa.tools.batchnorm.tables import at_level
from mlqa.tools.batchnorm.verdicts import Judgement, Summary
from mlqa.tools.context import Context
from mlqa.tools.jsonable import check_result, dump_result

CORPUS = Path(__file__).parents[1] / "corpus"
SMALL: dict[str, Any] = {
    **{"seeds": 2, "depth": 3, "width": 16, "steps": 60},
    **{"batch_size": 64, "learning_rate": 0.2},
}


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def doubled(layers: list[Layer]) -> list[Layer]:
    return [layer.each(lambda part: part.double()) for layer in layers]


def settings(**changes: Any) -> Settings:
    values: dict[str, Any] = {
        **{"arms": ARMS, "seeds": 1, "seed": 0, "depth": 3, "width": 16, "steps": 60},
        **{"learning_rate": 0.05, "batch_size": 64, "noise": 1.0, **changes},
    }
    return Settings(**values)


@pytest.fixture(scope="module")
def result() -> ToolResult:
    return batchnorm(**SMALL)


# The network


def test_bn_brings_each_unit_to_mean_0_and_variance_1() -> None:
    values = torch.randn(2, 50, 3, generator=generator(), dtype=torch.float64) * 7 + 5
    after = normalised(values)
    assert torch.allclose(after.mean(1), torch.zeros(2, 3, dtype=torch.float64), atol=1e-12)
    assert torch.allclose(after.var(1, unbiased=False), torch.ones(2, 3).double(), atol=1e-5)


def test_evaluation_normalises_by_the_leading_rows() -> None:
    values = torch.tensor([[[1.0], [3.0], [10.0]]], dtype=torch.float64)
    assert normalised(values, reference=2).flatten().tolist() == pytest.approx([-1, 1, 8], abs=1e-3)


def test_bn_makes_the_output_independent_of_the_scale_of_the_weights() -> None:
    layers = initial((5, 8, 8, 3), generator(), norm=True)
    x = torch.randn(1, 40, 5, generator=generator(1))
    larger = [layers[0]._replace(weight=layers[0].weight * 9), *layers[1:]]
    assert torch.allclose(forward(layers, x).logits, forward(larger, x).logits, atol=1e-3)


def test_arms_start_from_the_same_weights_and_the_last_layer_is_plain() -> None:
    plain = initial((5, 8, 3), generator(), norm=False)
    normed = initial((5, 8, 3), generator(), norm=True)
    assert all(torch.equal(a.weight, b.weight) for a, b in zip(plain, normed, strict=True))
    assert [layer.gain is None for layer in normed] == [False, True]
    assert all(layer.gain is None for layer in plain)


def test_first_weights_have_glorots_variance() -> None:
    weight = initial((300, 500), generator(), norm=False)[0].weight
    assert float(weight.var()) == pytest.approx(2 / 800, rel=0.02)


def test_standard_network_is_the_one_of_torch() -> None:
    layers = initial((5, 8, 3), generator(), norm=False)
    modules = torch.nn.Sequential(torch.nn.Linear(5, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
    for module, layer in zip((modules[0], modules[2]), layers, strict=True):
        module.weight.data, module.bias.data = layer.weight[0].T, layer.bias[0, 0]
    x, y = torch.randn(1, 9, 5, generator=generator(1)), torch.arange(9)[None] % 3
    logits = forward(layers, x).logits
    assert torch.allclose(logits[0], modules(x[0]), atol=1e-6)
    assert float(losses(logits, y)) == pytest.approx(
        float(torch.nn.functional.cross_entropy(logits[0], y[0]))
    )


def test_normalising_network_is_the_one_of_torch() -> None:
    layers = initial((5, 8, 3), generator(), norm=True)
    norm = torch.nn.BatchNorm1d(8)
    x = torch.randn(1, 9, 5, generator=generator(1))
    hidden = torch.relu(norm(x[0] @ layers[0].weight[0]))
    assert torch.allclose(forward(layers, x).logits[0], hidden @ layers[1].weight[0], atol=1e-5)


def test_noise_is_new_at_each_step_and_for_each_activation() -> None:
    source = generator()
    first, second = (draw_noise(source, 2, 30, 4, 1.0) for _ in range(2))
    assert first.scale.shape == first.shift.shape == (1, 2, 30, 4)
    assert not torch.equal(first.scale, second.scale)
    assert not torch.equal(first.shift, second.shift)
    assert float(first.shift.std(2).min()) > 0
    assert float(first.scale.std(2).min()) > 0


def test_noise_has_the_papers_moments() -> None:
    noise = draw_noise(generator(), 1, 40, 5_000, 1.0)
    units = noise.shift.mean(2)
    assert float(noise.scale.mean()) == pytest.approx(1.125, abs=0.005)
    assert float(noise.shift.mean()) == pytest.approx(0, abs=0.01)
    # Variance of a uniform draw of half width h is h² / 3, and the spread's part falls with rows.
    assert float(units.var()) == pytest.approx(0.25 / 3 + 0.01 / 3 / 40, rel=0.05)
    assert float(noise.scale.std(2).mean()) == pytest.approx(0.1, rel=0.05)
    assert float((noise.shift - units[:, :, None]).abs().max()) < 0.2 + 1e-6


def test_strength_scales_the_noise_and_its_mean() -> None:
    weak, strong = (draw_noise(generator(), 1, 10, 8, strength) for strength in (1.0, 3.0))
    assert torch.allclose(3 * (weak.scale - 1), strong.scale - 1, atol=1e-5)
    assert torch.allclose(3 * weak.shift, strong.shift, atol=1e-5)
    assert float(mean_noise(1, 3.0).scale) == pytest.approx(1 + 3 * 0.125)


def test_gradients_are_those_of_finite_differences() -> None:
    layers = doubled(initial((4, 6, 3), generator(), norm=True))
    x = torch.randn(1, 20, 4, generator=generator(1), dtype=torch.float64)
    y = torch.arange(20)[None] % 3
    noise = draw_noise(generator(2), 1, 20, 6, 1.0)
    objective = batch_objective(x, y, noise)
    _, gradient = objective(layers, 1)
    for number, part, place in [
        (0, 0, (0, 1, 2)),
        (0, 1, (0, 0, 3)),
        (0, 2, (0, 0, 1)),
        (1, 0, (0, 5, 1)),
    ]:
        ends = []
        for step in (1e-6, -1e-6):
            tensors = list(layers[number])
            changed = tensors[part]
            assert changed is not None
            tensors[part] = changed.clone()
            tensors[part][place] += step  # type: ignore[index]
            there = [*layers]
            there[number] = Layer(*tensors)  # type: ignore[arg-type]
            ends.append(float(objective(there, 1)[0]))
        slope = gradient[number][part]
        assert slope is not None
        assert float(slope[place]) == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-7)


def test_copies_are_independent() -> None:
    layers = initial((4, 6, 3), generator(), norm=True)
    other = initial((4, 6, 3), generator(5), norm=True)
    x, y = torch.randn(1, 20, 4, generator=generator(1)), torch.arange(20)[None] % 3
    objective = batch_objective(x, y, None)
    both = [a.paired(b, lambda p, q: torch.cat([p, q])) for a, b in zip(layers, other, strict=True)]
    loss, gradient = objective(both, 2)
    for place, alone in enumerate((layers, other)):
        single, slope = objective(alone, 1)
        assert float(loss[place]) == pytest.approx(float(single), rel=1e-5)
        assert torch.allclose(flat(gradient)[place], flat(slope)[0], atol=1e-6)


# The measures


def quadratic(curvature: float) -> Callable[[list[Layer], int], tuple[torch.Tensor, list[Layer]]]:
    """Half the curvature times the squared length of all weights."""

    def objective(layers: list[Layer], _: int) -> tuple[torch.Tensor, list[Layer]]:
        loss = curvature / 2 * flat(layers).square().sum(1)
        return loss, [layer.each(lambda part: curvature * part) for layer in layers]

    return objective


@pytest.mark.parametrize("curvature", [0.5, 3.0])
def test_landscape_of_a_quadratic_is_its_closed_form(curvature: float) -> None:
    point = [Layer(torch.tensor([[[3.0, 0.0]]]).double(), torch.tensor([[[0.0, 4.0]]]).double())]
    objective = quadratic(curvature)
    loss, gradient = objective(point, 1)
    steps = (0.1, 0.2, 0.4)
    found = landscape(objective, point, loss, gradient, steps)
    reached = [curvature / 2 * (5 * (1 - step * curvature)) ** 2 for step in (0.0, *steps)]
    assert float(found.low) == pytest.approx(min(reached))
    assert float(found.high) == pytest.approx(max(reached))
    assert float(found.change) == pytest.approx(0.4 * curvature * curvature * 5)
    assert float(found.smoothness) == pytest.approx(curvature)


def test_landscape_keeps_replicas_apart() -> None:
    weights = torch.tensor([[[3.0]], [[1.0]]]).double()
    point = [Layer(weights, torch.zeros_like(weights))]
    objective = quadratic(2.0)
    loss, gradient = objective(point, 1)
    found = landscape(objective, point, loss, gradient, (0.1, 0.25))
    assert found.high.tolist() == pytest.approx([9, 1])
    assert found.low.tolist() == pytest.approx([9 / 4, 1 / 4])
    assert found.change.tolist() == pytest.approx([3, 1])


def test_covariate_shift_of_a_product_is_its_closed_form() -> None:
    """For half the square of the product of three numbers the gradient is known."""

    def objective(layers: list[Layer], _: int) -> tuple[torch.Tensor, list[Layer]]:
        a, b, c = (layer.weight.flatten() for layer in layers)
        product = a * b * c
        slopes = (product * b * c, product * a * c, product * a * b)
        zero = torch.zeros_like(layers[0].bias)
        return product**2 / 2, [Layer(slope.view(-1, 1, 1), zero) for slope in slopes]

    def layers(*values: float) -> list[Layer]:
        return [Layer(torch.full((1, 1, 1), value), torch.zeros(1, 1, 1)) for value in values]

    old, new = layers(1.0, 2.0, 3.0), layers(0.5, -1.0, 7.0)
    _, gradient = objective(old, 1)

    def slope_b(a: float, b: float, c: float) -> float:
        return a * a * b * c * c

    def slope_c(a: float, b: float, c: float) -> float:
        return a * a * b * b * c

    found = covariate_shift(objective, old, new, gradient)
    # The second layer sees a new first one; the third sees the first two new.
    assert found.distance[0].tolist() == pytest.approx(
        [abs(slope_b(1, 2, 3) - slope_b(0.5, 2, 3)), abs(slope_c(1, 2, 3) - slope_c(0.5, -1, 3))]
    )
    assert found.cosine[0].tolist() == pytest.approx([1, 1])


def test_covariate_shift_is_zero_where_nothing_was_updated() -> None:
    layers = doubled(initial((4, 6, 6, 3), generator(), norm=True))
    x = torch.randn(1, 20, 4, generator=generator(1), dtype=torch.float64)
    objective = batch_objective(x, torch.arange(20)[None] % 3, None)
    _, gradient = objective(layers, 1)
    still = covariate_shift(objective, layers, layers, gradient)
    assert still.distance[0].tolist() == pytest.approx([0, 0], abs=1e-12)
    assert still.cosine[0].tolist() == pytest.approx([1, 1])
    turned = covariate_shift(objective, layers, moved(layers, gradient, 0.5), gradient)
    assert float(turned.distance.min()) > 1e-4
    assert float(turned.cosine.max()) < 1


def test_drift_is_the_distance_in_units_of_the_spread() -> None:
    before = torch.randn(1, 400, 6, generator=generator(), dtype=torch.float64)
    spread = float(before.var(1).mean().sqrt())
    assert float(drift(before, before)) == 0
    assert float(drift(before, before + 0.3)) == pytest.approx(0.3 / spread)
    centred = before - before.mean(1, keepdim=True)
    assert float(drift(centred, 1.5 * centred)) == pytest.approx(0.5)
    assert float(drift(10 * before, 10 * (before + 0.3))) == pytest.approx(0.3 / spread)


def test_steps_to_a_loss_are_counted_over_ten_batches() -> None:
    falling = [1.0] * 20 + [0.0] * 20
    assert steps_to(falling, 0.5) == 25
    assert steps_to([0.1] * 12, 0.5) == 10
    assert math.isnan(steps_to([1.0] * 30, 0.5))


def test_arms_are_compared_where_their_loss_is_the_same() -> None:
    losses_seen, values = np.array([[1.0, 0.5, 0.5, 0.1]]), np.array([[7.0, 2.0, 8.0, 9.0]])
    assert at_level(losses_seen, values, 0.5) == pytest.approx(4)
    assert math.isnan(at_level(losses_seen, values, 0.01))


# The data and the runs


def test_digits_are_split_in_equal_shares_of_classes() -> None:
    digits = load_digits()
    assert digits.x.shape == (1, 1797, 64)
    assert digits.training == 1347
    assert (float(digits.x.min()), float(digits.x.max())) == (-1.0, 1.0)
    counts = torch.bincount(digits.y[0, digits.training :])
    assert 43 <= int(counts.min()) <= int(counts.max()) <= 46


def test_batches_hold_each_row_at_most_once_an_epoch() -> None:
    source = batches(50, 16, generator())
    epochs = [torch.cat([next(source) for _ in range(3)]) for _ in range(2)]
    assert all(len(set(epoch.tolist())) == 48 for epoch in epochs)
    assert not torch.equal(*epochs)


def test_evaluation_scores_a_network_that_knows() -> None:
    # Two pixels say the class: the identity is always right.
    x = torch.tensor([[[9.0, 0.0], [0.0, 9.0], [9.0, 0.0], [0.0, 9.0]]])
    digits = Digits(x, torch.tensor([[0, 1, 0, 0]]), 2)
    knows = [Layer(torch.eye(2)[None], torch.zeros(1, 1, 2))]
    score = evaluate(knows, digits)
    assert score.accuracy == 0.5
    assert score.loss == pytest.approx(math.log(1 + math.exp(-9)), rel=1e-3)


def test_measured_steps_include_the_first_and_the_last() -> None:
    for steps in (50, 400, 2_000):
        found = measured_steps(steps)
        assert (found[0], found[-1]) == (1, steps)
        assert len(found) == 40
    assert measured_steps(7) == (1, 2, 3, 4, 5, 6, 7)


def test_same_seed_gives_the_same_numbers_to_the_last_digit(result: ToolResult) -> None:
    assert batchnorm(**SMALL) == result
    assert batchnorm(**{**SMALL, "seed": 1}).figures != result.figures


def test_a_seed_does_not_depend_on_how_many_there_are() -> None:
    runs = [train(settings(seeds=count, steps=50), lambda *_: None) for count in (1, 2)]
    for arm in ARMS:
        one, two = runs[0][arm], runs[1][arm]
        assert np.array_equal(one.loss[0], two.loss[0])
        assert not np.array_equal(two.loss[0], two.loss[1])


def test_measuring_does_not_change_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = train(settings(arms=("noisy",)), lambda *_: None)["noisy"].mean_loss
    monkeypatch.setattr("mlqa.tools.batchnorm.experiment.measured_steps", lambda steps: (steps,))
    assert np.array_equal(
        train(settings(arms=("noisy",)), lambda *_: None)["noisy"].mean_loss, seen
    )


def test_run_leaves_the_global_random_state_alone() -> None:
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    train(settings(steps=50, arms=("noisy",)), lambda *_: None)
    assert torch.equal(torch.rand(4), expected)


def test_all_arms_learn_and_noise_makes_inputs_drift(result: ToolResult) -> None:
    figures = result.figures
    for arm in ARMS:
        assert figures[f"{arm}_accuracy"] > 0.7
        assert figures[f"{arm}_final_loss"] < verdicts.LEARNED
        assert -1 <= figures[f"{arm}_cosine"] <= 1
    assert figures["noisy_drift"] > 3 * figures["bn_drift"]


def test_result_is_whole(result: ToolResult) -> None:
    check_result(result)
    assert len(dump_result(result)) < 100_000
    assert len(result.plots) == 9
    for plot in result.plots:
        assert [series.label for series in plot.series] == ["BN 없음", "BN 있음", "BN+노이즈"]
        for series in plot.series:
            assert 2 <= len(series.x) == len(series.y) == len(series.low) == len(series.high) <= 200
            assert all(
                low <= y * (1 + 1e-5) + 1e-9 and y <= high * (1 + 1e-5) + 1e-9
                for low, y, high in zip(series.low, series.y, series.high, strict=True)
            )
    assert all(math.isfinite(value) for value in result.figures.values())
    assert "nan" not in result.text
    for finding in result.findings:
        assert "{" not in finding.reason
        assert "nan" not in finding.reason


def test_quotes_stand_in_the_essay(result: ToolResult) -> None:
    assert len(result.findings) == 6
    assert batchnorm.claims == tuple(finding.claim for finding in result.findings)
    for claim in batchnorm.claims:
        assert claim.quote in (CORPUS / f"{claim.document_id}.md").read_text(encoding="utf-8")


def test_english_has_no_korean() -> None:
    context = Context("en")
    result = batchnorm.run_here(context, {**SMALL, "seeds": 1, "steps": 50})
    said = [result.text, *(finding.reason for finding in result.findings)]
    said += [cell for t in result.tables for row in (t.columns, *t.rows) for cell in map(str, row)]
    assert not any("가" <= letter <= "힣" for text in said for letter in text)


def test_progress_rises_and_names_the_arm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlqa.tools.batchnorm._PAUSE", 0.0)
    told: list[tuple[float, str]] = []
    context = Context("ko", lambda share, text: told.append((share, text)))
    batchnorm.run_here(context, {**SMALL, "seeds": 1, "steps": 50})
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert len(told) >= 150
    assert shares[0] == 0
    assert 0.9 < shares[-1] < 1
    assert any("BN 없음" in text for _, text in told)
    assert "BN+노이즈" in told[-1][1]


def test_one_arm_alone_leaves_every_claim_undecided() -> None:
    result = batchnorm(**{**SMALL, "seeds": 1, "arms": ["bn", "bn"]})
    assert {finding.verdict for finding in result.findings} == {"undecided"}
    assert {name.split("_")[0] for name in result.figures} == {"bn"}
    assert [len(plot.series) for plot in result.plots] == [1] * 9


def test_training_that_blows_up_gives_no_numbers_and_no_verdict() -> None:
    runs = train(settings(depth=6, steps=50, learning_rate=1e30), lambda *_: None)
    arms = {arm: verdicts.summary(run) for arm, run in runs.items()}
    assert math.isnan(arms["standard"].mean_loss[0])
    rules = (verdicts.performance, verdicts.conclusion, verdicts.smoother, verdicts.not_reduced)
    assert {rule(arms).verdict for rule in rules} == {"undecided"}
    assert verdicts.performance(arms).reason == "batchnorm_reason_diverged"


# What is too large


@pytest.mark.parametrize(
    "changes",
    [
        {"seeds": 0},
        {"seeds": 11},
        {"depth": 1},
        {"depth": 10**12},
        {"width": 129},
        {"steps": 0},
        {"learning_rate": 0.0},
        {"learning_rate": float("nan")},
        {"batch_size": 1_347},
        {"noise": -1},
        {"arms": []},
        {"arms": ["layernorm"]},
        {"seed": -1},
    ],
)
def test_arguments_outside_their_limits_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ToolArgumentError):
        batchnorm.check(changes)


def test_run_that_takes_too_long_is_refused_with_what_would_not() -> None:
    with pytest.raises(ToolArgumentError, match="steps를 50 이상") as caught:
        batchnorm(seeds=5, steps=2_000)
    most = int(str(caught.value.values["most"]))
    assert seconds(settings(seeds=5, steps=most, depth=6, width=64, batch_size=128)) <= 60
    assert seconds(settings(seeds=5, steps=most + 1, depth=6, width=64, batch_size=128)) > 60


def test_network_that_is_too_large_is_refused_with_how_many_seeds_fit() -> None:
    largest = {"depth": 12, "width": 128, "batch_size": 256}
    with pytest.raises(ToolArgumentError, match="seeds에 1 이상") as caught:
        batchnorm(seeds=10, **largest)
    most = int(str(caught.value.values["most"]))
    assert most >= 1
    assert seconds(settings(seeds=most, steps=50, **largest)) <= 60


def test_longer_runs_cost_more_and_the_default_is_within_the_limit() -> None:
    usual = settings(seeds=3, depth=6, width=64, steps=400, batch_size=128)
    assert seconds(usual) < 45
    assert most_steps(usual, 0.0, 50, 2_000) == 49
    assert most_steps(usual, 1e9, 50, 2_000) == 2_000


# The rules of the verdicts


def summary(**changes: Any) -> Summary:
    values: dict[str, Any] = {name: (1.0, 1.0) for name in Summary._fields if name != "layers"}
    return Summary(
        **{**values, "layers": ((1.0, 1.0), (1.0, 1.0)), "cosine": (0.5, 0.5), **changes}
    )


def judged(rule: Callable[[dict[Arm, Summary]], Judgement], **arms: Summary) -> tuple[str, str]:
    names: dict[str, Arm] = {"standard": "standard", "bn": "bn", "noisy": "noisy"}
    judgement = rule({names[name]: arm for name, arm in arms.items()})
    return judgement.verdict, judgement.reason.removeprefix("batchnorm_reason_")


@pytest.mark.parametrize(
    ("noisy", "verdict"),
    [
        ((0.3, 0.2), "supported"),
        ((0.2, 0.9), "undecided"),
        ((0.5, 0.5), "undecided"),
        ((0.9, 1.4), "not_supported"),
    ],
)
def test_noisy_bn_trains_like_bn_where_it_keeps_the_advantage(
    noisy: tuple[float, float], verdict: str
) -> None:
    arms = {
        "standard": summary(mean_loss=(1.0, 1.0)),
        "bn": summary(mean_loss=(0.2, 0.2)),
        "noisy": summary(mean_loss=noisy),
    }
    assert judged(verdicts.performance, **arms) == (verdict, "performance")


def test_there_is_nothing_to_explain_where_bn_is_not_ahead_on_every_seed() -> None:
    arms = {
        "standard": summary(mean_loss=(1.0, 0.2)),
        "bn": summary(mean_loss=(0.2, 0.2)),
        "noisy": summary(mean_loss=(0.2, 0.2)),
    }
    assert judged(verdicts.performance, **arms) == ("undecided", "not_ahead")
    assert judged(verdicts.conclusion, **arms) == ("undecided", "not_ahead")


@pytest.mark.parametrize(
    ("drift_", "loss", "verdict"),
    [
        ((2.0, 2.0), (0.2, 0.2), "supported"),
        ((2.0, 2.0), (0.9, 0.9), "not_supported"),
        ((2.0, 1.1), (0.2, 0.2), "undecided"),
        ((0.5, 0.5), (0.9, 0.9), "undecided"),
    ],
)
def test_conclusion_needs_more_drift_and_the_same_training(
    drift_: tuple[float, float], loss: tuple[float, float], verdict: str
) -> None:
    arms = {
        "standard": summary(drift=(1.0, 0.1)),
        "bn": summary(mean_loss=(0.2, 0.2), drift=(0.1, 1.0)),
        "noisy": summary(mean_loss=loss, drift=drift_),
    }
    assert judged(verdicts.conclusion, **arms) == (verdict, "conclusion")


@pytest.mark.parametrize(
    ("layers", "verdict"),
    [
        (((2.0, 2.5, 3.0), (2.0, 2.5, 3.0)), "supported"),
        (((3.0, 2.5, 2.0), (3.0, 2.5, 1.5)), "not_supported"),
        (((2.0, 0.5, 3.0), (2.0, 0.9, 3.0)), "not_supported"),
        (((2.0, 2.0, 2.1), (2.0, 2.0, 3.0)), "undecided"),
    ],
)
def test_drift_grows_with_depth_only_if_its_excess_does(
    layers: tuple[tuple[float, ...], ...], verdict: str
) -> None:
    others = summary(layers=((1.0, 1.0, 1.0), (1.0, 1.0, 1.0)))
    noisy = summary(layers=layers)
    assert judged(verdicts.deeper, standard=others, bn=others, noisy=noisy) == (verdict, "deeper")


def test_two_layers_have_no_depth_to_compare() -> None:
    flat_ = summary(layers=((1.0,), (1.0,)))
    found = judged(verdicts.deeper, standard=flat_, bn=flat_, noisy=flat_)
    assert found == ("undecided", "shallow")


@pytest.mark.parametrize(
    ("shift", "cosine", "verdict"),
    [
        ((2.0, 1.3), (0.1, 0.4), "supported"),
        ((0.1, 0.5), (0.9, 0.6), "not_supported"),
        ((2.0, 2.0), (0.9, 0.9), "undecided"),
        ((0.1, 2.0), (0.9, 0.1), "undecided"),
        ((1.0, 1.0), (0.5, 0.5), "undecided"),
    ],
)
def test_covariate_shift_needs_distance_and_angle_to_agree(
    shift: tuple[float, float], cosine: tuple[float, float], verdict: str
) -> None:
    bn = summary(shift=shift, cosine=cosine)
    assert judged(verdicts.not_reduced, standard=summary(), bn=bn) == (verdict, "not_reduced")


@pytest.mark.parametrize(
    ("spread", "verdict"),
    [((0.5, 0.8), "supported"), ((2.0, 1.3), "not_supported"), ((0.5, 0.9), "undecided")],
)
def test_landscape_is_smoother_where_the_loss_ranges_less(
    spread: tuple[float, float], verdict: str
) -> None:
    bn = summary(spread=spread)
    assert judged(verdicts.smoother, standard=summary(), bn=bn) == (verdict, "smoother")


@pytest.mark.parametrize(
    ("change", "beta", "verdict"),
    [
        ((0.5, 0.5), (0.5, 0.5), "supported"),
        ((2.0, 2.0), (2.0, 2.0), "not_supported"),
        ((0.5, 0.5), (2.0, 2.0), "undecided"),
        ((0.5, 0.5), (0.5, 1.0), "undecided"),
    ],
)
def test_gradients_are_predictive_where_both_measures_say_so(
    change: tuple[float, float], beta: tuple[float, float], verdict: str
) -> None:
    bn = summary(change=change, smoothness=beta)
    assert judged(verdicts.predictive, standard=summary(), bn=bn) == (verdict, "predictive")


@pytest.mark.parametrize("rule", [verdicts.smoother, verdicts.predictive, verdicts.not_reduced])
def test_networks_that_do_not_learn_are_not_compared(
    rule: Callable[[dict[Arm, Summary]], Judgement],
) -> None:
    bn = summary(spread=(0.1, 0.1), change=(0.1, 0.1), smoothness=(0.1, 0.1), shift=(0.1, 0.1))
    idle = summary(final_loss=(0.2, 2.3))
    assert judged(rule, standard=idle, bn=bn) == ("undecided", "not_learned")
    assert judged(rule, bn=bn) == ("undecided", "missing")


def test_summary_takes_geometric_means_over_steps() -> None:
    ones = np.ones((1, 2))
    curves = {"loss": ones, "accuracy": ones * 0.9, "here": ones, "low": ones * 0, "change": ones}
    layered = np.array([[[1.0, 4.0], [4.0, 16.0]]])
    single = np.array([0.5])
    run = Run(
        **curves,
        high=np.array([[1.0, 4.0]]),
        smoothness=np.array([[2.0, 8.0]]),
        drift=layered,
        shift=layered,
        cosine=np.array([[[0.2, 0.4], [0.6, 0.8]]]),
        mean_loss=single,
        final_loss=single,
        reached=single,
    )
    found = verdicts.summary(run)
    assert found.spread == pytest.approx((2,))
    assert found.smoothness == pytest.approx((4,))
    assert found.layers[0] == pytest.approx((2, 8))
    assert found.drift == pytest.approx((5,))
    assert found.cosine == pytest.approx((0.5,))
    assert found.accuracy == pytest.approx((0.9,))
