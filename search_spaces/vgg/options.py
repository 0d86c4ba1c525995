"""The options of the VGG space; the defaults hold the published networks (Simonyan and Zisserman 2015, table 1)."""

from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from search_spaces.vgg.architecture import DEEPEST, LARGEST_MAP, MOST_STAGES, WIDEST

T = TypeVar("T")


def _distinct(values: tuple[T, ...]) -> tuple[T, ...]:
    if len(set(values)) < len(values):
        raise ValueError(f"must be distinct, got {', '.join(str(value) for value in values)}")
    return values


Width = Annotated[int, Field(ge=1, le=WIDEST)]
Depth = Annotated[int, Field(ge=1, le=DEEPEST)]
Side = Annotated[int, Field(ge=1, le=LARGEST_MAP)]
Offered = Annotated[tuple[T, ...], Field(min_length=1), AfterValidator(_distinct)]


class StageOptions(BaseModel):
    """What one stage may be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    widths: Offered[Width] = Field(description="filters of its convolutions")
    depths: Offered[Depth] = Field(description="how many convolutions it has")


class VggOptions(BaseModel):
    """What may be searched: the width and the depth of every stage, and what all of them share."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["vgg"] = "vgg"
    stages: tuple[StageOptions, ...] = Field(
        (
            StageOptions(widths=(32, 64), depths=(1, 2)),
            StageOptions(widths=(64, 128), depths=(1, 2)),
            StageOptions(widths=(128, 256), depths=(1, 2, 3, 4)),
            StageOptions(widths=(256, 512), depths=(1, 2, 3, 4)),
            StageOptions(widths=(256, 512), depths=(1, 2, 3, 4)),
        ),
        min_length=1,
        max_length=MOST_STAGES,
        description="per stage, each ended by a max pooling, the widths and the depths it may have",
    )
    batch_norms: Offered[bool] = Field(
        (False, True), description="whether convolutions have a batch norm (in place of their bias)"
    )
    pooled_sizes: Offered[Side] = Field(
        (7,), description="sides of the map that fc6 reads; what the stages give is averaged to it"
    )
    fc_widths: Offered[Width] = Field((4096, 2048, 1024), description="neurons of fc6 and fc7")
