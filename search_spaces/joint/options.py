"""What a document says of a joint space and of a space of one architecture."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from search_spaces.reading import shown


class JointOptions(BaseModel):
    """The product of named spaces: an architecture is found for every part, and they are judged together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["joint"] = Field("joint", description="several spaces at once")
    parts: dict[str, dict[str, Any]] = Field(
        min_length=1,
        description="role -> kind and options of the space of this part; the name of a part is its role: backbone, ...",
    )


class FixedOptions(BaseModel):
    """One architecture and no choice: for a part of a joint space that is to stay as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["fixed"] = Field("fixed", description="one architecture")
    architecture: str | dict[str, Any] = Field(
        description="a published name, which stands for the graph with its published widths, or an architecture as JSON"
    )
    changes: dict[str, Any] = Field(
        default={}, description="fields of the architecture to replace, for example the widths of a published graph"
    )

    @field_validator("architecture", mode="before")
    @classmethod
    def _name_or_mapping(cls, value: Any) -> Any:
        if not isinstance(value, str | dict):
            raise ValueError(f"must be a published name or an architecture (mapping), got {shown(value)}")
        return value
