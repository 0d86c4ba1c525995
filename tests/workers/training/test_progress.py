"""The losses of an epoch."""

import pytest
import torch

from nas.errors import TrialFailure
from workers.task import Loss
from workers.training.progress import StepRecord


def loss(value: float) -> Loss:
    total = torch.tensor(value, requires_grad=True)
    return Loss(total=total, samples=4, parts={"box": total / 2})


def add_all(record: StepRecord, norms: tuple[float, ...]) -> None:
    for norm in norms:
        record.add(loss(1.0), torch.tensor(norm))
    record.means()


@pytest.mark.parametrize("interval", [1, 2, 10])
def test_means_are_over_all_steps(interval: int) -> None:
    record = StepRecord(interval=interval, place="in epoch 1")
    for value in (1.0, 2.0, 6.0):
        record.add(loss(value), torch.tensor(value * 10))
    assert record.means() == {"train_loss": 3.0, "train_loss_box": 1.5, "gradient_norm": 30.0}
    assert record.samples == 12


@pytest.mark.parametrize("interval", [1, 2, 10])
def test_the_step_that_was_not_finite_is_named_whenever_it_is_read(interval: int) -> None:
    record = StepRecord(interval=interval, place="in epoch 2 of 3")
    record.add(loss(1.0), torch.tensor(1.0))
    with pytest.raises(TrialFailure, match="gradient_norm became inf in epoch 2 of 3, step 2"):
        add_all(record, norms=(float("inf"), 1.0, 1.0))


def test_a_gpu_is_read_rarely() -> None:
    assert StepRecord.on(torch.device("cpu"), place="").interval == 1
    assert StepRecord.on(torch.device("cuda"), place="").interval > 10
