"""In which number format a network is trained on a device."""

from contextlib import AbstractContextManager
from typing import Literal

import torch

Precision = Literal["auto", "float32", "bfloat16"]


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager[None]:
    """A context in which matrix work runs in bfloat16, or one that does nothing. Weights stay float32 either way."""
    enabled = precision == "bfloat16" or (precision == "auto" and bfloat16_is_fast(device))
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=enabled)


def bfloat16_is_fast(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware: CUDA since Ampere, a CPU with AVX-512 BF16 or AMX."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capabilities = torch.cpu.get_capabilities()
    return any(bool(capabilities.get(name)) for name in ("avx512_bf16", "amx_bf16"))
