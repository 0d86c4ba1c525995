"""Optimizers and schedules."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from nas.tasks.training import AdamW, Cosine, Sgd, Step
from workers.training.optimization import build_optimizer, rate_at, set_learning_rate


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
