"""What a document says of a joint space and of a space of listed architectures."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from search_spaces.reading import shown, wrong


def _name_or_mapping(value: Any) -> Any:
    if not isinstance(value, str | dict):
        raise ValueError(f"must be a published name or an architecture (mapping), got {shown(value)}")
    return value


Listed = Annotated[str | dict[str, Any], BeforeValidator(_name_or_mapping)]
"""A published name, or an architecture as JSON."""


class JointOptions(BaseModel):
    """The product of named spaces: an architecture is found for every part, and they are judged together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["joint"] = Field("joint", description="several spaces at once")
    parts: dict[str, dict[str, Any]] = Field(
        min_length=1,
        description="role -> kind and options of the space of this part; the name of a part is its role: backbone, ...",
    )


class FixedOptions(BaseModel):
    """One architecture and no choice, for a part of a joint space that is to stay as it is; or one out of several."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["fixed"] = Field("fixed", description="listed architectures")
    architecture: Listed | None = Field(
        None,
        description="a published name, which stands for the graph with its published widths, or an architecture as "
        "JSON; this or `architectures` is required",
    )
    architectures: tuple[Listed, ...] | None = Field(
        None, min_length=1, description="several of these in place of one: all of one role, the choice is among them"
    )
    changes: dict[str, Any] = Field(
        default={},
        description="fields to replace in every architecture, for example the widths of a published graph",
    )

    @property
    def listed(self) -> dict[str, str | dict[str, Any]]:
        """What is listed, by the field it stands in."""
        if self.architecture is not None:
            return {"architecture": self.architecture}
        return {f"architectures.{index}": given for index, given in enumerate(self.architectures or ())}

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.architecture is None) == (self.architectures is None):
            got = "neither" if self.architecture is None else "both"
            raise wrong("architecture", f"must be given, or architectures in its place, got {got}")
        return self
