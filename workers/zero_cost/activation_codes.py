"""nwot: how differently an untrained network's activations respond to different pictures.

Shapes: B pictures of a batch, N activations of one picture in the whole network.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from workers.zero_cost.errors import Unscorable

ACTIVATIONS: tuple[Callable[..., Tensor], ...] = (
    *(F.relu, torch.relu, torch.relu_, Tensor.relu, Tensor.relu_, F.relu6, F.hardtanh, F.leaky_relu, F.rrelu, F.prelu),
    *(F.silu, F.hardswish, F.gelu, F.mish, F.elu, F.celu, F.selu, F.softplus),
)
"""What bends around 0, as functions: modules call them (`nn.ReLU6` hardtanh), and networks without modules, too."""

CHUNK = 2**22  # activations of a picture at a time: sums of so many signs are exact in float32


def nwot(network: nn.Module, inputs: Sequence[Any]) -> float:
    """log |K| of the kernel K[i, j] = N - d(i, j), d the Hamming distance of the binary codes of pictures i and j.

    Mellor et al. 2021 (Neural Architecture Search without Training), section 3, equation 2. A bit of the code says
    whether an activation's input is above 0; of a ReLU that is whether it fires, and it also stands for activations
    that are no ReLU, such as swish. Batch norms use the statistics of the batch, as in the authors' code.
    Raises `Unscorable` where K is singular: two pictures have one code, or depend on those of others.
    """
    codes = ActivationCodes()
    network.train()
    with torch.no_grad(), codes:
        network(*inputs)
    if codes.kernel is None:
        raise Unscorable("the network has no activations that bend around 0")
    return log_determinant(codes.kernel)


class ActivationCodes(TorchFunctionMode):
    """Sums the kernels [B, B] of all activations called inside; they are seen before they work in place."""

    def __init__(self) -> None:
        super().__init__()
        self.kernel: Tensor | None = None

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """The call itself, its input noted if it is an activation."""
        if func in ACTIVATIONS:
            agreeing = agreement(args[0])
            self.kernel = agreeing if self.kernel is None else self.kernel + agreeing
        return func(*args, **(kwargs or {}))


def agreement(x: Tensor) -> Tensor:
    """[B, ...] -> float64 [B, B]: in how many places two pictures are on the same side of 0; exact."""
    signs = torch.where(x.detach().flatten(1) > 0, 1.0, -1.0)
    products = [(part @ part.T).double() for part in torch.split(signs, CHUNK, dim=1)]
    return (signs.shape[1] + torch.stack(products).sum(0)) / 2


def log_determinant(kernel: Tensor) -> float:
    """log |K| of a kernel that is positive semidefinite, from its eigenvalues. Raises `Unscorable` if it is singular.

    A determinant that is 0 but for rounding would else be a number, and any number.
    """
    eigenvalues = torch.linalg.eigvalsh(kernel.cpu())
    smallest = float(eigenvalues[-1]) * len(kernel) * torch.finfo(kernel.dtype).eps
    if float(eigenvalues[0]) <= smallest:
        raise Unscorable("the activations of some pictures of the batch do not tell them from the others")
    return float(eigenvalues.log().sum())
