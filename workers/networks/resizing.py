"""The one definition of resizing: what a baseline and both skips of a resizer do to tensors.

Always to an explicit size, with half-pixel centres, rows and columns separately, differentiable, keeping the number
format and the memory format. Without antialiasing:

- bilinear: the two nearest pixels (PyTorch's); halving takes means of 2x2 pixels exactly, beyond it pixels are skipped
- bicubic: the four nearest, a = -0.75, edges repeated (PyTorch's)
- lanczos: three lobes, the six nearest, those beyond the edge left out
- area: means over the pixels an output pixel touches (PyTorch's adaptive average); nothing is skipped

With antialiasing the kernel is widened along an axis that shrinks, as Pillow and PyTorch do: triangle, cubic with
a = -0.5, Lanczos. It changes nothing where no axis shrinks, nor for areas.

Axes: B pictures, C channels, H rows and W columns before, P rows and Q columns after.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from search_spaces.resizer.resampling import Interpolation

Weights = NDArray[np.float64]
Kernel = Callable[[Weights], Weights]
REMEMBERED = 64  # filters of a few hundred KB each; a network needs two


def resize(x: Tensor, size: tuple[int, int], *, interpolation: Interpolation, antialias: bool) -> Tensor:
    """[B, C, H, W] -> [B, C, *size]; `x` itself if it has that size. ValueError for integers or an empty size."""
    if x.ndim != 4 or not x.is_floating_point():
        raise ValueError(f"pictures must be [B, C, H, W] of floating point, got {list(x.shape)} of {x.dtype}")
    if min(size) < 1:
        raise ValueError(f"size must be at least 1 in height and in width, got {size}")
    before = (x.shape[2], x.shape[3])
    if before == tuple(size):
        return x
    widened = antialias and interpolation != "area" and (before[0] > size[0] or before[1] > size[1])
    with _without_autocast(x.device):
        if widened or interpolation == "lanczos":
            return _filtered(x, size, interpolation, antialias=widened)
        return F.interpolate(x, size=size, mode=interpolation)


@lru_cache(maxsize=REMEMBERED)
def filters(before: int, after: int, interpolation: Interpolation, *, antialias: bool) -> Weights:
    """[after, before]: the weights that make each output pixel out of the input pixels; every row sums to 1.

    For lanczos, and for bilinear and bicubic as they are with antialiasing. Read-only, because it is remembered.
    """
    kernel, scale = KERNELS[interpolation], before / after
    stretch = max(scale, 1.0) if antialias else 1.0
    centres = (np.arange(after) + 0.5) * scale
    weights = kernel((np.arange(before) + 0.5 - centres[:, None]) / stretch)
    weights /= weights.sum(axis=1, keepdims=True)
    weights.flags.writeable = False
    return weights


def _triangle(x: Weights) -> Weights:
    return np.maximum(0.0, 1.0 - np.abs(x))


def _cubic(x: Weights) -> Weights:
    """Keys 1981 with a = -0.5."""
    x = np.abs(x)
    inner, outer = (1.5 * x - 2.5) * x * x + 1.0, ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return np.where(x < 1.0, inner, np.where(x < 2.0, outer, 0.0))


def _lanczos(x: Weights) -> Weights:
    """Three lobes of sinc, windowed by the middle lobe of a sinc three times as wide."""
    return np.where(np.abs(x) < 3.0, np.sinc(x) * np.sinc(x / 3.0), 0.0)


KERNELS: dict[str, Kernel] = {"bilinear": _triangle, "bicubic": _cubic, "lanczos": _lanczos}


def _filtered(x: Tensor, size: tuple[int, int], interpolation: Interpolation, *, antialias: bool) -> Tensor:
    """Two matrix products, in float32 at least: weights rounded to half precision would change the brightness."""
    exact = x if x.dtype == torch.float64 else x.float()
    rows, columns = (
        torch.tensor(filters(before, after, interpolation, antialias=antialias), dtype=exact.dtype, device=x.device)
        for before, after in zip(x.shape[2:], size, strict=True)
    )
    channels_last = x.is_contiguous(memory_format=torch.channels_last) and not x.is_contiguous()
    product = _channels_last_product if channels_last else _product
    return product(exact, rows, columns).to(x.dtype)


def _product(x: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """[B, C, H, W], [P, H], [Q, W] -> [B, C, P, Q]."""
    return rows @ x @ columns.T


def _channels_last_product(x: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """The same without moving anything in memory, where [B, H, W, C] is contiguous."""
    b, c, h, w = x.shape
    x = rows @ x.permute(0, 2, 3, 1).reshape(b, h, w * c)
    x = columns @ x.reshape(b, len(rows), w, c)
    return x.permute(0, 3, 1, 2)


def _without_autocast(device: torch.device) -> AbstractContextManager[None]:
    """A context in which products keep the number format of what they multiply."""
    if not torch.amp.is_autocast_available(device.type):
        return nullcontext()
    return torch.autocast(device.type, enabled=False)
