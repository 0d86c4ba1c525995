"""The space: networks of random features, of which only the last layer is ever fitted."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from search_spaces.grids import Grid
from search_spaces.registry import SpaceKind
from search_spaces.space import Architecture, Choose

SCALES = Grid.real(0.1, 10.0, log=True, points=41)


class RandomFeatures(Architecture):
    """One network: layers of random weights, one after the other."""

    kind: Literal["random_features"] = "random_features"
    widths: tuple[int, ...] = Field(min_length=1, description="features of every layer")
    activation: Literal["cosine", "relu", "tanh"]
    scale: float = Field(gt=0, description="standard deviation of the weights of the first layer")


class RandomFeaturesOptions(BaseModel):
    """Which networks the space holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["random_features"] = "random_features"
    deepest: int = Field(3, ge=1, le=8, description="most layers")
    widths: tuple[int, ...] = Field((4, 8, 16, 32), min_length=1, description="features a layer may have")


class RandomFeaturesSpace:
    """All networks that the options allow."""

    kind: ClassVar[str] = "random_features"

    def __init__(self, options: RandomFeaturesOptions) -> None:
        self.options = options

    def decode(self, choose: Choose) -> RandomFeatures:
        """The network that these choices make. Everything else follows from this function."""
        depth = choose.one_of("depth", range(1, self.options.deepest + 1))
        widths = tuple(choose.one_of(f"width_{layer}", self.options.widths) for layer in range(depth))
        activation = choose.one_of("activation", ("cosine", "relu", "tanh"))
        scale = choose.number("scale", SCALES)
        return RandomFeatures(widths=widths, activation=activation, scale=scale)

    def recall(self, architecture: RandomFeatures) -> Mapping[str, Any]:
        """What each of the calls above must answer to give this network back."""
        widths = {f"width_{layer}": width for layer, width in enumerate(architecture.widths)}
        return {**architecture.model_dump(), "depth": len(architecture.widths), **widths}

    def load(self, data: Mapping[str, Any]) -> RandomFeatures:
        """The network from its JSON."""
        return RandomFeatures.load(data)

    def count(self) -> int:
        """How many ways there are to choose. Only a space whose choices depend on one another, here on the depth, has
        to count itself."""
        depths = range(1, self.options.deepest + 1)
        return sum(len(self.options.widths) ** depth for depth in depths) * 3 * len(SCALES)


SPACE = SpaceKind(
    kind="random_features",
    summary="Layers of random features, of which only the last one is fitted",
    reference="Rahimi and Recht, Random Features for Large-Scale Kernel Machines, NIPS 2007",
    options=RandomFeaturesOptions,
    architecture=RandomFeatures,
    make=RandomFeaturesSpace,
)
