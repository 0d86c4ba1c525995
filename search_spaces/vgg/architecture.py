"""A plain VGG-like classifier as a frozen value (Simonyan and Zisserman 2015, table 1).

Stages of 3x3 convolutions, each stage ended by a max pooling that halves the sides; then two fully connected layers,
fc6 and fc7, and the one that gives the classes, fc8.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from search_spaces.space import Architecture

WIDEST = 65_536  # filters or neurons: far beyond anything published
DEEPEST = 100  # convolutions of a stage
MOST_STAGES = 16
LARGEST_MAP = 100  # side of what fc6 reads


class Stage(BaseModel):
    """Convolutions of one width at one resolution, and the max pooling behind them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(ge=1, le=WIDEST, description="filters of every 3x3 convolution of the stage")
    depth: int = Field(ge=1, le=DEEPEST, description="how many of them there are")


class Vgg(Architecture):
    """A VGG-like classifier but for its number of classes, which is the task's."""

    kind: Literal["vgg"] = "vgg"
    stages: tuple[Stage, ...] = Field(min_length=1, max_length=MOST_STAGES)
    batch_norm: bool = Field(False, description="a batch norm in place of the bias of every convolution")
    pooled_size: int = Field(
        7, ge=1, le=LARGEST_MAP, description="side of the map that fc6 reads; any other is averaged to it"
    )
    fc_width: int = Field(4096, ge=1, le=WIDEST, description="neurons of fc6, and of fc7")
