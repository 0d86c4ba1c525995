"""The moving parts of a training."""

from pathlib import Path

import torch
from torch import nn

from nas.tasks.training import TrainingOptions
from tests.workers.training.toy_task import CPU, ToyTask, Width
from workers.training.state import TrainingState


def fresh(options: TrainingOptions) -> TrainingState[tuple[torch.Tensor, torch.Tensor]]:
    return TrainingState.fresh(ToyTask(), Width(), options, seed=1, device=CPU)


def step(state: TrainingState[tuple[torch.Tensor, torch.Tensor]]) -> None:
    task = ToyTask()
    task.loss(state.network, next(task.batches(epoch=0, seed=0))).total.backward()  # type: ignore[no-untyped-call]
    state.optimizer.step()
    state.optimizer.zero_grad()
    if state.average:
        state.average.update(state.network)


def test_the_same_seed_draws_the_same_weights() -> None:
    first, second = (fresh(TrainingOptions()).network.state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_snapshot_brings_everything_back(tmp_path: Path) -> None:
    options = TrainingOptions(ema_decay=0.9)
    state, other = fresh(options), fresh(options)
    step(state)
    torch.save(state.snapshot(), tmp_path / "snapshot.pt")
    other.restore(torch.load(tmp_path / "snapshot.pt", weights_only=True))
    for each in (state, other):
        torch.manual_seed(0)
        step(each)
    torch.testing.assert_close(other.snapshot(), state.snapshot(), rtol=0, atol=0)


def test_without_average_and_reestimation_the_network_itself_is_judged() -> None:
    state = fresh(TrainingOptions())
    assert state.evaluated(ToyTask(), batches=0, epoch=0, seed=0) is state.network


def test_the_judged_copy_has_new_statistics_and_the_trained_network_keeps_its_own() -> None:
    state = fresh(TrainingOptions())
    judged = state.evaluated(ToyTask(), batches=2, epoch=0, seed=0)
    (kept,) = [m for m in state.network.modules() if isinstance(m, nn.BatchNorm2d)]
    (new,) = [m for m in judged.modules() if isinstance(m, nn.BatchNorm2d)]
    assert kept.running_mean is not None
    assert kept.running_mean.abs().max() == 0
    assert new.running_mean is not None
    assert new.running_mean.abs().max() > 0
