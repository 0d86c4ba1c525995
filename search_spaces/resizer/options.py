"""The options of the resizer space, the paper's values as defaults (Talebi and Milanfar 2021, section 4)."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from search_spaces.reading import wrong
from search_spaces.resizer.architecture import (
    Biases,
    Blocks,
    Filters,
    Initialiser,
    Method,
    Normalisation,
    Ratio,
    Size,
    Tail,
    Weights,
    axes,
)
from search_spaces.resizer.resampling import Interpolation

SEARCHED = (
    *("method", "blocks", "filters", "input_size", "output_size"),
    *("interpolation", "antialias", "tail", "learning_rate_ratio", "weights"),
    *("biases", "initialiser", "normalisation"),
)


class ResizerOptions(BaseModel):
    """Which values every field of a resizer may take. A size is one number for a square, or height and width."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["resizer"] = "resizer"
    method: tuple[Method, ...] = Field(
        ("learned",), min_length=1, description="learned: the network; none: the interpolation alone"
    )
    blocks: tuple[Blocks, ...] = Field(
        (1, 2, 3, 4), min_length=1, description="residual blocks in series; 0: head and tail only"
    )
    filters: tuple[Filters, ...] = Field((16, 32), min_length=1, description="channels between head and tail")
    input_size: tuple[Size, ...] = Field(
        ((224, 224), (256, 256), (320, 320), (368, 368), (448, 448)),
        min_length=1,
        description="sizes of the pictures it takes: stored ones are brought to them, with and without a network",
    )
    output_size: tuple[Size, ...] = Field(
        ((224, 224),), min_length=1, description="sizes of the pictures it gives; multiples of the backbone's stride"
    )
    interpolation: tuple[Interpolation, ...] = Field(
        ("bilinear",), min_length=1, description="bilinear, bicubic, lanczos or area: how both skips are resized"
    )
    antialias: tuple[bool, ...] = Field(
        (False,), min_length=1, description="whether the interpolation widens its filter where it shrinks"
    )
    tail: tuple[Tail, ...] = Field(
        ("random",), min_length=1, description="how the last convolution starts; zero: as the interpolation alone"
    )
    learning_rate_ratio: tuple[Ratio, ...] = Field(
        (1.0,), min_length=1, description="learning rate of the resizer over that of the network behind it"
    )
    weights: tuple[Weights | None, ...] = Field(
        (None,),
        min_length=1,
        description="local files of the weights it begins with, a trial's model or a state dict of the resizer alone; "
        "null: freshly drawn",
    )
    biases: tuple[Biases, ...] = Field(
        ("ends",),
        min_length=1,
        description="which convolutions have biases, not stated by the publication; ends: those at both ends and the "
        "1x1, the others stand before a batch norm; all: every one",
    )
    initialiser: tuple[Initialiser, ...] = Field(
        ("lecun",),
        min_length=1,
        description="how kernels are drawn, not stated; lecun: normal, variance 1 / fan in; he: normal, 2 / fan in; "
        "glorot: uniform, variance 2 / (fan in + fan out); torch: uniform, 1 / (3 fan in), as torch draws them",
    )
    normalisation: tuple[Normalisation, ...] = Field(
        ("before",),
        min_length=1,
        description="whether the colours are normalised before the network or after it, not stated; after: it works on "
        "colours of 0..1. Before, its image skip gives the backbone what a warm start has trained it on",
    )
    upscaling: bool = Field(
        False, description="hold resizers that give more rows or columns than they take; false: draw again"
    )

    @field_validator(*SEARCHED)
    @classmethod
    def _distinct(cls, values: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(set(values)) < len(values):
            raise ValueError(f"must be distinct, got {', '.join(str(value) for value in values)}")
        return values

    @field_validator("filters")
    @classmethod
    def _at_least_one_filter(cls, values: tuple[int, ...]) -> tuple[int, ...]:
        if 0 in values:
            raise ValueError("must be at least 1, got 0; only a resizer without a network has none")
        return values

    @model_validator(mode="after")
    def _every_output_is_reached(self) -> Self:
        for output in () if self.upscaling else self.output_size:
            if all(grows(size, output) for size in self.input_size):
                got = ", ".join(str(size) for size in self.input_size)
                raise wrong("input_size", f"must hold a size of at least {output} unless upscaling, got {got}")
        return self


def grows(input_size: tuple[int, int], output_size: tuple[int, int]) -> bool:
    """True when the output has more rows or more columns."""
    return any(before < after for before, after in axes(input_size, output_size))
