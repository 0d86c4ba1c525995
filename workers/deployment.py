"""A trained network as others use it: tensors in, tensors out, and what they have to know to read pictures for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from torch import Tensor, nn

from search_spaces.resizer.resampling import Resampling

Size = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Preparation:
    """From a stored picture to the input: brought to `stored`, of which the middle `size` is taken, then normalised as
    (value - mean) / std of 0..255, RGB.

    letterbox: aspect kept, longer side to fit, at the top left, the rest `fill`; crop: aspect kept, shorter side to
    fit, the middle taken; stretch: aspect lost. `resampling` None: Pillow's bilinear, antialiased.
    """

    fit: Literal["letterbox", "crop", "stretch"]
    size: Size
    stored: Size
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    fill: tuple[int, int, int] | None = None
    resampling: Resampling | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Deployment:
    """What a task gives away of a network in evaluation mode, with examples from the validation split.

    `module` takes the inputs in their order and answers with the outputs in theirs; the first axis of all of them is
    the pictures of a batch. `expected` is what the task itself sees for the inputs. `reading` says, for scripts, what
    the outputs mean.
    """

    module: nn.Module
    inputs: Mapping[str, Tensor]
    outputs: Mapping[str, str]
    expected: tuple[Tensor, ...]
    preparation: Preparation
    classes: tuple[str, ...]
    reading: Mapping[str, Any] = field(default_factory=dict)
