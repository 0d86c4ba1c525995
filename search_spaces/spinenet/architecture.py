"""A SpineNet backbone as a frozen value (Du et al. 2020, section 3)."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from search_spaces.reading import wrong
from search_spaces.space import Architecture

STEM_BLOCKS = 2  # two level-2 bottleneck groups; blocks 0 and 1 of the graph
BASE_FILTERS = {1: 32, 2: 64, 3: 128, 4: 256, 5: 256, 6: 256, 7: 256}
LOWEST_LEVEL, HIGHEST_LEVEL = min(BASE_FILTERS), max(BASE_FILTERS)
MOST = 100  # of width, alpha and repeats: far beyond anything published
WIDEST = 65_536  # filters; beyond it costs leave what a float holds
NARROWEST = 1 / min(BASE_FILTERS.values())  # the least width at which every block has a filter


class BlockKind(StrEnum):
    """`bottleneck` carries 4C channels in and out, `residual` C."""

    BOTTLENECK = "bottleneck"
    RESIDUAL = "residual"


class Block(BaseModel):
    """One learned block. `parents` are absolute indices, ascending, of blocks built before it (0, 1: the stem)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: int = Field(ge=LOWEST_LEVEL, le=HIGHEST_LEVEL, description="feature level; the stride is 2**level")
    kind: BlockKind
    parents: tuple[int, int]


class SpineNet(Architecture):
    """A scale-permuted backbone: stem, then `intermediates`, then `outputs`, in building order."""

    kind: Literal["spinenet"] = "spinenet"
    intermediates: tuple[Block, ...]
    outputs: tuple[Block, ...] = Field(min_length=1)
    width: float = Field(1.0, ge=NARROWEST, le=MOST, description="filter scale; widths are int(base * width)")
    alpha: float = Field(0.5, gt=0, le=MOST, description="edge width: int(alpha * C of the parent)")
    stem_filters: int = Field(64, ge=1, le=WIDEST, description="filters of the 7x7 stem convolution; never scaled")
    endpoint_filters: int = Field(256, ge=1, le=WIDEST, description="channels of every output level")
    block_repeats: int = Field(1, ge=1, le=MOST)
    minimum_edge_filters: int = Field(4, ge=1, le=WIDEST, description="floor of the edge width in narrow proxies")

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The learned blocks in building order; block i of the graph is blocks[i - STEM_BLOCKS]."""
        return self.intermediates + self.outputs

    @model_validator(mode="after")
    def _parents_are_built_before(self) -> Self:
        for index, block in enumerate(self.blocks, STEM_BLOCKS):
            first, second = block.parents
            if not 0 <= first < second < index:
                field = f"{self._place(index)}.parents"
                raise wrong(field, f"must be ascending in 0..{index - 1}, got {first}, {second}")
        return self

    @model_validator(mode="after")
    def _output_levels_differ(self) -> Self:
        levels = [block.level for block in self.outputs]
        if len(set(levels)) < len(levels):
            raise wrong("outputs", f"must have distinct levels, got {levels}")
        return self

    def _place(self, index: int) -> str:
        learned, inner = index - STEM_BLOCKS, len(self.intermediates)
        return f"intermediates.{learned}" if learned < inner else f"outputs.{learned - inner}"
