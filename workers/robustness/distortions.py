"""Gaussian noise and Gaussian blur on tensors (Suzuki et al., intermediate constraint loss, experiments).

Pictures are [B, 3, H, W] on the 0..255 scale. Strengths come in steps: step s is noise of standard deviation 20 s,
drawn for every pixel and colour on its own, or blur of standard deviation 2 s with a kernel of 4 sigma - 1 taps that
sums to 1.

A kernel is so short (1.5 to 1.9 sigma to each side) that its own standard deviation, `effective_sigma`, is smaller than
the nominal one. What lies beyond the border of a picture is not stated by the publication. By default it is the mirror
image without the outermost pixel, as numpy pads with `reflect`: where the radius exceeds the picture, the mirror image
is mirrored again, and so on; a side of one pixel repeats itself. Else it is the outermost pixel again, or black.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nas.tasks.robustness import Border
from search_spaces.fine_tuning.architecture import BLUR_STEP, LEVELS, NOISE_STEP, FineTuning
from workers.training.randomness import derived_seed

Places = NDArray[np.int64]
WHITE = 255.0


class Kind(StrEnum):
    """What is done to a picture, in the order of a mix."""

    CLEAN = "clean"
    NOISE = "noise"
    BLUR = "blur"


@dataclass(frozen=True, kw_only=True, slots=True)
class Distortion:
    """What is done to one picture. `seed` is that of the noise; equal distortions of equal pictures are equal."""

    kind: Kind
    strength: int = 0  # 1..5, 0 for a clean picture
    seed: int = 0

    @property
    def sigma(self) -> int:
        """Standard deviation: of the noise on the 0..255 scale, of the blur in pixels."""
        return self.strength * (NOISE_STEP if self.kind is Kind.NOISE else BLUR_STEP)

    @property
    def name(self) -> str:
        """`clean`, `noise_20`, `blur_2` ...: its kind and sigma."""
        return str(self.kind) if self.kind is Kind.CLEAN else f"{self.kind}_{self.sigma}"


CLEAN = Distortion(kind=Kind.CLEAN)
EVALUATED = tuple(Distortion(kind=kind, strength=level) for kind in (Kind.NOISE, Kind.BLUR) for level in LEVELS)
"""The ten distortions of the published evaluation, beside the clean pictures."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finish:
    """What happens to values after a distortion: `clip` to 0..255, then `rounding` to whole numbers as uint8 holds."""

    clip: bool = True
    rounding: bool = True

    def __call__(self, values: Tensor) -> Tensor:
        """The finished values, float32."""
        clipped = values.clamp(0.0, WHITE) if self.clip else values
        return clipped.round() if self.rounding else clipped


def distort(
    pictures: Tensor, distortions: Sequence[Distortion], *, finish: Finish, border: Border = "mirror"
) -> Tensor:
    """float32 [B, 3, H, W]: every picture [B, 3, H, W] under its own distortion, clean ones as they are.

    Computed in float32 whatever autocast says. Noise is drawn from the seed of each distortion on the pictures' device,
    so it does not depend on the rest of the batch.
    """
    with torch.autocast(pictures.device.type, enabled=False):
        result = pictures.to(torch.float32, copy=True)
        noisy = _places(distortions, Kind.NOISE)
        if noisy:
            result[noisy] = finish(_with_noise(result[noisy], [distortions[place] for place in noisy]))
        blurred = _places(distortions, Kind.BLUR)
        if blurred:
            result[blurred] = finish(
                blur(result[blurred], [distortions[place].sigma for place in blurred], border=border)
            )
        return result


def draw_distortions(
    numbers: Sequence[int], fine_tuning: FineTuning, *, seed: int, epoch: int
) -> tuple[Distortion, ...]:
    """A distortion for every picture number: its kind by the shares of the mix, then its strength uniformly.

    A pure function of the picture's number, the seed and the epoch, whatever the batch.
    """
    return tuple(_drawn(number, fine_tuning, seed=seed, epoch=epoch) for number in numbers)


def seeded_for(distortion: Distortion, numbers: Sequence[int], *, seed: int) -> tuple[Distortion, ...]:
    """The distortion for every picture number, each with a noise of its own that follows from number and seed alone."""
    purpose = f"{distortion.kind}-{distortion.strength}"
    return tuple(replace(distortion, seed=derived_seed(seed, purpose, number)) for number in numbers)


def gaussian_noise(shape: Sequence[int], sigma: float, generator: torch.Generator) -> Tensor:
    """float32 of this shape, normal with standard deviation `sigma`, on the generator's device."""
    return torch.randn(tuple(shape), generator=generator, device=generator.device) * sigma


def blur(pictures: Tensor, sigmas: Sequence[int], *, border: Border = "mirror") -> Tensor:
    """Pictures [B, C, H, W] of any float type, each convolved with the kernel of its own sigma along both sides."""
    height, width = pictures.shape[-2:]
    down = _matrices(height, sigmas, border).to(pictures)[:, None]
    across = _matrices(width, sigmas, border).to(pictures)[:, None].transpose(-1, -2)
    return torch.matmul(torch.matmul(down, pictures), across)


def gaussian_kernel(sigma: int) -> Tensor:
    """float64 [4 sigma - 1]: samples of a Gaussian around 0, summing to 1."""
    radius = 2 * sigma - 1
    at = torch.arange(-radius, radius + 1, dtype=torch.float64)
    weights = torch.exp(-0.5 * (at / sigma) ** 2)
    return weights / weights.sum()


def effective_sigma(sigma: int) -> float:
    """The standard deviation of the kernel itself, which is cut off at its radius."""
    radius = 2 * sigma - 1
    at = torch.arange(-radius, radius + 1, dtype=torch.float64)
    return float((gaussian_kernel(sigma) * at**2).sum().sqrt())


def blur_matrix(length: int, sigma: int, border: Border = "mirror") -> Tensor:
    """float64 [length, length]: what every pixel of a line of pixels gives to every blurred one; rows sum to 1, save
    near a black border."""
    radius = 2 * sigma - 1
    at = np.arange(length)[:, None] + np.arange(-radius, radius + 1)[None]
    matrix = torch.zeros(length, length, dtype=torch.float64)
    weights = gaussian_kernel(sigma).expand(length, -1).contiguous()
    if border == "black":
        weights = weights * torch.from_numpy((at >= 0) & (at < length))
    places = _mirrored(at, length) if border == "mirror" else at.clip(0, length - 1)
    return matrix.scatter_add_(1, torch.from_numpy(places), weights)


def _mirrored(at: Places, length: int) -> Places:
    """Places inside 0..length - 1 for places anywhere on the line, mirrored as often as needed."""
    if length == 1:
        return np.zeros_like(at)
    period = 2 * (length - 1)
    folded = at % period
    return np.minimum(folded, period - folded)


def _matrices(length: int, sigmas: Sequence[int], border: Border) -> Tensor:
    """[B, length, length], one matrix for every sigma; a single one [1, length, length] where all are the same."""
    distinct = sorted(set(sigmas))
    matrices = torch.stack([blur_matrix(length, sigma, border) for sigma in distinct])
    if len(distinct) == 1:
        return matrices
    return matrices[[distinct.index(sigma) for sigma in sigmas]]


def _with_noise(pictures: Tensor, distortions: Sequence[Distortion]) -> Tensor:
    generator = torch.Generator(pictures.device)
    for picture, distortion in zip(pictures, distortions, strict=True):
        generator.manual_seed(distortion.seed)
        picture += gaussian_noise(picture.shape, distortion.sigma, generator)
    return pictures


def _places(distortions: Sequence[Distortion], kind: Kind) -> list[int]:
    return [place for place, distortion in enumerate(distortions) if distortion.kind is kind]


def _drawn(number: int, fine_tuning: FineTuning, *, seed: int, epoch: int) -> Distortion:
    rng = np.random.default_rng((seed, epoch, number))
    share = rng.integers(sum(fine_tuning.mix))
    kind = tuple(Kind)[int(np.searchsorted(np.cumsum(fine_tuning.mix), share, side="right"))]
    if kind is Kind.CLEAN:
        return CLEAN
    strength = int(rng.choice(fine_tuning.strengths))
    return Distortion(kind=kind, strength=strength, seed=int(rng.integers(2**32)))
