"""What this machine can train on beside its CPUs."""

import torch


def gpus() -> list[str]:
    """The GPUs that torch can use, with their memory."""
    found = [torch.cuda.get_device_properties(index) for index in range(torch.cuda.device_count())]
    return [f"{each.name}, {each.total_memory / 2**30:.0f} GB" for each in found]
