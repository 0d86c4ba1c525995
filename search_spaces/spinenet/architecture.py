"""A SpineNet backbone as a frozen value (Du et al. 2020, section 3)."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from search_spaces.space import Architecture

STEM_BLOCKS = 2  # two level-2 bottleneck groups; blocks 0 and 1 of the graph
BASE_FILTERS = {1: 32, 2: 64, 3: 128, 4: 256, 5: 256, 6: 256, 7: 256}


class BlockKind(StrEnum):
    """`bottleneck` carries 4C channels in and out, `residual` C."""

    BOTTLENECK = "bottleneck"
    RESIDUAL = "residual"


class Block(BaseModel):
    """One learned block. `parents` are absolute indices, ascending, of blocks built before it (0, 1: the stem)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: int = Field(ge=1, le=7, description="feature level; the stride is 2**level")
    kind: BlockKind
    parents: tuple[int, int]


class SpineNet(Architecture):
    """A scale-permuted backbone: stem, then `intermediates`, then `outputs`, in building order."""

    kind: Literal["spinenet"] = "spinenet"
    intermediates: tuple[Block, ...]
    outputs: tuple[Block, ...]
    width: float = Field(1.0, gt=0, description="filter scale; widths are int(base * width)")
    alpha: float = Field(0.5, gt=0, description="edge width: int(alpha * C of the parent)")
    stem_filters: int = Field(64, ge=1, description="filters of the 7x7 stem convolution; never scaled")
    endpoint_filters: int = Field(256, ge=1, description="channels of every output level")
    block_repeats: int = Field(1, ge=1)
    minimum_edge_filters: int = Field(4, ge=1, description="floor of the edge width in narrow proxies")

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The learned blocks in building order; block i of the graph is blocks[i - STEM_BLOCKS]."""
        return self.intermediates + self.outputs
