"""The options of the space of reference backbones."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from search_spaces.reading import wrong
from search_spaces.reference.architecture import NAMES, Name


class ReferenceOptions(BaseModel):
    """Which published networks are compared, and where the weights lie that they begin with."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["torchvision"] = "torchvision"
    names: tuple[Name, ...] = Field(
        NAMES,
        min_length=1,
        description="the networks, by their names in torchvision, built as there: of what a task says of its network, "
        "`dropout` alone acts on them",
    )
    weights: dict[str, Annotated[str, Field(min_length=1)]] = Field(
        default={},
        description="name -> a local file with the network's state dict, as torchvision publishes it; a network "
        "without a file begins at random",
    )

    @field_validator("names")
    @classmethod
    def _distinct(cls, names: tuple[Name, ...]) -> tuple[Name, ...]:
        if len(set(names)) < len(names):
            raise ValueError(f"must be distinct, got {', '.join(names)}")
        return names

    @model_validator(mode="after")
    def _weights_of_offered_networks(self) -> Self:
        for name in self.weights:
            if name not in self.names:
                raise wrong("weights", f"must be for one of {', '.join(self.names)}, got {name!r}")
        return self

    def resolved(self, base: Path) -> Self:
        """The same networks, relative paths of their weights taken from `base`."""
        return self.model_copy(update={"weights": {name: str(base / path) for name, path in self.weights.items()}})
