"""Optimizers and schedules."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from nas.tasks.training import AdamW, Cosine, Sgd, Step
from workers.training.optimization import RATIO, build_optimizer, rate_at, rated, set_learning_rate


@pytest.mark.parametrize("options", [AdamW(weight_decay=0.3), Sgd(weight_decay=0.3)])
def test_weight_decay_spares_biases_and_norms(options: AdamW | Sgd) -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    optimizer = build_optimizer(network, options)
    decays = {id(p): group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    assert {name: decays[id(p)] for name, p in network.named_parameters()} == {
        "0.weight": 0.3,
        "0.bias": 0.0,
        "1.weight": 0.0,
        "1.bias": 0.0,
    }
    assert optimizer.defaults["fused"]


def test_frozen_weights_are_left_out() -> None:
    network = nn.Linear(2, 2)
    network.weight.requires_grad_(False)
    groups = build_optimizer(network, Sgd()).param_groups
    assert [p.shape for group in groups for p in group["params"]] == [torch.Size([2])]


def test_the_rate_is_set_in_every_group() -> None:
    optimizer = build_optimizer(nn.Linear(2, 2), AdamW())
    set_learning_rate(optimizer, 0.125)
    assert [group["lr"] for group in optimizer.param_groups] == [0.125, 0.125]


def rates(network: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, float]:
    """The learning rate of every parameter."""
    by_id = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
    return {name: by_id[id(p)] for name, p in network.named_parameters()}


def test_a_rated_module_learns_by_its_ratio_and_the_innermost_mark_counts() -> None:
    inner = nn.Sequential(nn.Linear(2, 2), rated(nn.Linear(2, 2), 3.0))
    network = nn.Sequential(nn.Linear(2, 2), rated(inner, 0.5))
    optimizer = build_optimizer(network, AdamW(weight_decay=0.3))
    for learning_rate in (1.0, 0.1):
        set_learning_rate(optimizer, learning_rate)
        found = rates(network, optimizer)
        for layer, ratio in (("0", 1.0), ("1.0", 0.5), ("1.1", 3.0)):
            assert found[f"{layer}.weight"] == found[f"{layer}.bias"] == learning_rate * ratio
    decays = {p.ndim: group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    assert decays == {1: 0.0, 2: 0.3}


def test_a_ratio_of_ten_moves_weights_ten_times_as_far() -> None:
    network = nn.Sequential(nn.Linear(2, 2), rated(nn.Linear(2, 2), 10.0))
    before = copy.deepcopy(network)
    optimizer = build_optimizer(network, Sgd(momentum=0.0, weight_decay=0.0))
    set_learning_rate(optimizer, 0.01)
    sum(p.sum() for p in network.parameters()).backward()
    optimizer.step()
    pairs = zip(before.parameters(), network.parameters(), strict=True)
    moved = [(old - new).mean().item() for old, new in pairs]
    assert moved == pytest.approx([0.01, 0.01, 0.1, 0.1], rel=1e-5)


def test_copies_of_a_rated_module_are_rated_and_its_state_does_not_show_it() -> None:
    plain, marked = nn.Linear(2, 2), rated(nn.Linear(2, 2), 0.5)
    assert plain.state_dict().keys() == marked.state_dict().keys()
    assert build_optimizer(copy.deepcopy(marked), Sgd()).param_groups[-1][RATIO] == 0.5


def test_without_marks_the_groups_are_what_they_always_were() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 2))
    groups = build_optimizer(network, Sgd()).param_groups
    assert [[p.ndim > 1 for p in group["params"]] for group in groups] == [[True, True], [False] * 4]
    assert not any(RATIO in group for group in groups)
    expected = [p for many in (True, False) for p in network.parameters() if (p.ndim > 1) == many]
    assert [id(p) for group in groups for p in group["params"]] == [id(p) for p in expected]


@pytest.mark.parametrize("ratio", [0.0, -1.0, float("inf"), float("nan")])
def test_a_ratio_that_is_none_is_refused(ratio: float) -> None:
    with pytest.raises(ValueError, match="must be positive and finite"):
        rated(nn.Linear(1, 1), ratio)


def test_cosine_warms_up_and_falls_to_its_end() -> None:
    rates = [rate_at(step, steps=100, schedule=Cosine(warmup=0.1, final=0.01)) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9] == rates[10] == 1.0
    assert rates[55] == pytest.approx(0.505)
    assert rates[99] == pytest.approx(0.01, abs=1e-3)


def test_steps_fall_at_their_milestones() -> None:
    schedule = Step(warmup=0.1, milestones=(0.5, 0.8), factor=0.1)
    rates = [rate_at(step, steps=10, schedule=schedule) for step in range(10)]
    assert rates == pytest.approx([1, 1, 1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01])


@given(steps=st.integers(1, 500), warmup=st.floats(0, 0.99), final=st.floats(0, 1))
def test_the_rate_rises_once_and_falls_once(steps: int, warmup: float, final: float) -> None:
    rates = [rate_at(step, steps=steps, schedule=Cosine(warmup=warmup, final=final)) for step in range(steps)]
    peak = rates.index(max(rates))
    assert all(0 < rate <= 1 or final == 0 for rate in rates)
    assert rates[: peak + 1] == sorted(rates[: peak + 1])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
