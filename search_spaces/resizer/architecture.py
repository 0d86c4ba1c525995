"""A resizer as a frozen value: a plain interpolation, or the learned network (Talebi and Milanfar 2021, figure 3)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from search_spaces.reading import shown, wrong
from search_spaces.resizer.resampling import Axis, Interpolation, Resampling, canonical
from search_spaces.space import Architecture

Method = Literal["none", "learned"]
Tail = Literal["random", "zero"]
Biases = Literal["ends", "all"]
Initialiser = Literal["lecun", "he", "glorot", "torch"]
Normalisation = Literal["before", "after"]
SMALLEST, LARGEST = 3, 16_384  # sides; interpolations that differ coincide below 3
MOST_BLOCKS = 100  # far beyond anything published
WIDEST = 65_536  # filters; as in the other spaces
LEAST_RATIO, LARGEST_RATIO = 0.001, 1000
DEAD: Mapping[str, Any] = MappingProxyType(
    {
        **{"blocks": 0, "filters": 0, "tail": "zero", "learning_rate_ratio": 1.0, "weights": None},
        **{"biases": "ends", "initialiser": "lecun", "normalisation": "before"},
    }
)
"""The values of the fields that mean nothing with method none."""
HELD_BY_WEIGHTS: Mapping[str, Any] = MappingProxyType({"tail": "random", "initialiser": "lecun"})
"""The values of the fields that mean nothing with weights."""


def _squared(value: Any) -> Any:
    """A side stands for a square; lists become tuples here, because after this validator pydantic is strict."""
    if type(value) is int:
        return value, value
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError(f"must be one number or [height, width], got {shown(value)}")
    return tuple(value)


Side = Annotated[int, Field(ge=SMALLEST, le=LARGEST)]
Size = Annotated[tuple[Side, Side], BeforeValidator(_squared, json_schema_input_type=int | tuple[Side, Side])]
"""Height and width; in documents one number is a square."""
Blocks = Annotated[int, Field(ge=0, le=MOST_BLOCKS)]
Filters = Annotated[int, Field(ge=0, le=WIDEST)]
Ratio = Annotated[float, Field(ge=LEAST_RATIO, le=LARGEST_RATIO)]
Weights = Annotated[str, Field(min_length=1)]
"""A path: of the model of a trial, or of a state dict of the resizer alone."""


class Resizer(Architecture):
    """What stands between the stored pictures, kept at `input_size`, and a network that takes those of `output_size`.

    Fields that change nothing have one value, so equal resizers are equal architectures. Method `none` resizes by the
    interpolation alone: no blocks, no filters, no weights, the tail `zero`, the ratio 1, and so on (`DEAD`); these may
    be left out. With weights, tail and initialiser are the first ones: the start is theirs. The interpolation is the
    first of all that do the same between the two sizes (`resampling.canonical`).
    """

    role: ClassVar[str] = "resizer"

    kind: Literal["resizer"] = "resizer"
    method: Method = "learned"
    blocks: Blocks = Field(1, description="residual blocks in series, r; 0: head and tail only")
    filters: Filters = Field(16, description="channels between head and tail, n")
    input_size: Size = Field(description="height and width of the pictures it takes, as they are stored")
    output_size: Size = Field(description="height and width of the pictures it gives")
    interpolation: Interpolation = Field("bilinear", description="how both skips are resized")
    antialias: bool = Field(False, description="widen the filter of the interpolation where it shrinks")
    tail: Tail = Field("random", description="how the last convolution starts; zero: as the interpolation alone")
    learning_rate_ratio: Ratio = Field(1.0, description="its learning rate over that of the network behind it")
    weights: Weights | None = Field(None, description="file of the weights it begins with; null: freshly drawn")
    biases: Biases = Field("ends", description="ends: at both ends and of the 1x1 convolution; all: everywhere")
    initialiser: Initialiser = Field("lecun", description="how kernels are drawn")
    normalisation: Normalisation = Field("before", description="whether colours are normalised before it or after it")

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """Height before and after, width before and after."""
        return axes(self.input_size, self.output_size)

    @property
    def scales_up(self) -> bool:
        """True when it gives more rows or more columns than it takes."""
        return any(before < after for before, after in self.axes)

    @model_validator(mode="before")
    @classmethod
    def _dead_fields_may_be_left_out(cls, data: Any) -> Any:
        if not isinstance(data, dict) or data.get("method") != "none":
            return data
        return {**DEAD, **data}

    @model_validator(mode="after")
    def _dead_fields_have_one_value(self) -> Self:
        for field, value in (DEAD if self.method == "none" else {}).items():
            got = getattr(self, field)
            if got != value:
                raise wrong(field, f"must be {_shown(value)} with method none, got {_shown(got)}")
        return self

    @model_validator(mode="after")
    def _a_network_has_filters(self) -> Self:
        if self.method == "learned" and self.filters == 0:
            raise wrong("filters", f"must be in 1..{WIDEST} with method learned, got 0")
        return self

    @model_validator(mode="after")
    def _weights_hold_the_start(self) -> Self:
        for field, value in (HELD_BY_WEIGHTS if self.weights is not None else {}).items():
            got = getattr(self, field)
            if got != value:
                raise wrong(field, f"must be {value} with weights, which hold it, got {got}")
        return self

    @model_validator(mode="after")
    def _the_interpolation_is_the_first_of_its_equals(self) -> Self:
        first = canonical(Resampling(self.interpolation, self.antialias), self.axes)
        for field, value in first._asdict().items():
            got = getattr(self, field)
            if got != value:
                sizes = f"from {self.input_size} to {self.output_size}"
                raise wrong(field, f"must be {_shown(value)}, which resizes the same {sizes}, got {_shown(got)}")
        return self


def axes(input_size: tuple[int, int], output_size: tuple[int, int]) -> tuple[Axis, Axis]:
    """Height before and after, width before and after."""
    return (input_size[0], output_size[0]), (input_size[1], output_size[1])


def control_of(resizer: Resizer) -> Resizer:
    """What a learned resizer has to beat: its interpolation alone, of the same stored pictures to the same size."""
    return plain(resizer, output_size=resizer.output_size)


def plain(resizer: Resizer, *, output_size: tuple[int, int]) -> Resizer:
    """The interpolation of the resizer alone, of the same stored pictures to `output_size`."""
    way = Resampling(resizer.interpolation, resizer.antialias)
    first = canonical(way, axes(resizer.input_size, output_size))
    sizes = {"input_size": resizer.input_size, "output_size": output_size}
    return Resizer.model_validate({"method": "none", **sizes, **first._asdict()})


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
