"""The options of the SpineNet space, the paper's values as defaults (Du et al. 2020, section 3)."""

from itertools import product
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from search_spaces.reading import wrong
from search_spaces.spinenet.architecture import HIGHEST_LEVEL, LOWEST_LEVEL, MOST, NARROWEST, WIDEST, BlockKind

LEVELS = range(LOWEST_LEVEL, HIGHEST_LEVEL + 1)
MOST_BLOCKS = 500  # recalling an architecture nests as deep as it has blocks
SPAN = f"{LOWEST_LEVEL}..{HIGHEST_LEVEL}"


class SpineNetOptions(BaseModel):
    """What may be searched, and the widths every architecture of the search shares."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["spinenet"] = "spinenet"
    width: float = Field(1.0, ge=NARROWEST, le=MOST, description="filter scale; block widths are int(base * width)")
    alpha: float = Field(0.5, gt=0, le=MOST, description="edge width: int(alpha * C of the parent block)")
    stem_filters: int = Field(
        64, ge=1, le=WIDEST, description="filters of the 7x7 stem convolution; never scaled by width"
    )
    endpoint_filters: int = Field(256, ge=1, le=WIDEST, description="channels of every output level")
    block_repeats: int = Field(
        1, ge=1, le=MOST, description="how often every block is repeated, one copy after the other"
    )
    minimum_edge_filters: int = Field(4, ge=1, le=WIDEST, description="the least width of an edge, for narrow proxies")
    window: int | None = Field(
        5, ge=2, description="an intermediate block takes parents among this many blocks before it; null: among all"
    )
    intermediates: dict[int, int] = Field(
        default={2: 1, 3: 3, 4: 5, 5: 1}, description="level -> number of intermediate blocks before adjustment"
    )
    outputs: tuple[int, ...] = Field((3, 4, 5, 6, 7), min_length=1, description="the levels given out, one block each")
    adjustments: bool = Field(
        True, description="search level offsets and block kinds; false: the scale-permuted-only space, all bottleneck"
    )
    offsets: tuple[int, ...] = Field(
        (-1, 0, 1, 2), min_length=1, description="what an intermediate block may add to its level"
    )
    kinds: tuple[BlockKind, ...] = Field(
        (BlockKind.BOTTLENECK, BlockKind.RESIDUAL), min_length=1, description="the kinds a block may have"
    )
    dead_blocks: Literal["redraw", "keep"] = Field(
        "redraw",
        description="a draw with a block that no output needs: redraw throws it away and counts it, keep takes it as "
        "the released code does (such blocks are neither built nor counted)",
    )

    @field_validator("outputs", "offsets", "kinds")
    @classmethod
    def _distinct(cls, values: tuple[int | BlockKind, ...]) -> tuple[int | BlockKind, ...]:
        if len(set(values)) < len(values):
            raise ValueError(f"must be distinct, got {_spelled(values)}")
        return values

    @field_validator("outputs")
    @classmethod
    def _known_levels(cls, levels: tuple[int, ...]) -> tuple[int, ...]:
        _check_levels(levels)
        return levels

    @field_validator("intermediates")
    @classmethod
    def _counts_of_known_levels(cls, counts: dict[int, int]) -> dict[int, int]:
        _check_levels(tuple(counts))
        for level, number in counts.items():
            if number < 0:
                raise ValueError(f"the number of blocks of level {level} must be at least 0, got {number}")
        if not 1 <= sum(counts.values()) <= MOST_BLOCKS:
            raise ValueError(f"must hold 1..{MOST_BLOCKS} blocks, got {counts}")
        return dict(sorted(counts.items()))

    @model_validator(mode="after")
    def _adjusted_levels_exist(self) -> Self:
        for level, offset in product(self.base_levels, self.offsets if self.adjustments else ()):
            if level + offset not in LEVELS:
                sentence = (
                    f"{offset} takes an intermediate block of level {level} to level {level + offset}, outside {SPAN}"
                )
                raise wrong("offsets", sentence)
        return self

    @property
    def base_levels(self) -> tuple[int, ...]:
        """The levels of the intermediate blocks before permutation and adjustment, ascending."""
        return tuple(level for level, number in self.intermediates.items() for _ in range(number))

    @property
    def offered_offsets(self) -> tuple[int, ...]:
        """The offsets a block really has: 0 alone without adjustments."""
        return self.offsets if self.adjustments else (0,)

    @property
    def offered_kinds(self) -> tuple[BlockKind, ...]:
        """The kinds a block really has: bottleneck alone without adjustments."""
        return self.kinds if self.adjustments else (BlockKind.BOTTLENECK,)


def _check_levels(levels: tuple[int, ...]) -> None:
    for level in levels:
        if level not in LEVELS:
            raise ValueError(f"levels must be in {SPAN}, got {level}")


def _spelled(values: tuple[int | BlockKind, ...]) -> str:
    return ", ".join(str(value) for value in values)
