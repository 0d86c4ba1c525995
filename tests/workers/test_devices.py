"""The GPUs of this machine."""

import torch

from workers.devices import gpus


def test_every_gpu_that_torch_can_use_is_named():
    assert len(gpus()) == torch.cuda.device_count()
