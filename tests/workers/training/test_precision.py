"""Number formats."""

import pytest
import torch

from workers.training.precision import autocast, bfloat16_is_fast

CPU = torch.device("cpu")


def product() -> torch.dtype:
    return (torch.ones(2, 2) @ torch.ones(2, 2)).dtype


def test_what_is_asked_for_is_used() -> None:
    with autocast(CPU, "float32"):
        assert product() is torch.float32
    with autocast(CPU, "bfloat16"):
        assert product() is torch.bfloat16


def test_auto_follows_the_device() -> None:
    with autocast(CPU, "auto"):
        assert (product() is torch.bfloat16) == bfloat16_is_fast(CPU)


@pytest.mark.gpu
def test_a_recent_gpu_multiplies_bfloat16_in_hardware() -> None:
    assert bfloat16_is_fast(torch.device("cuda")) == (torch.cuda.get_device_capability()[0] >= 8)
