"""A joint architecture: several architectures, each with a role of its own, found and judged as one candidate."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, SerializeAsAny, field_validator, model_validator

from search_spaces.errors import FieldProblems, InvalidArchitecture
from search_spaces.reading import read, wrong
from search_spaces.space import Architecture

JOINT = "joint"
LoadPart = Callable[[str, Mapping[str, Any]], Architecture]
"""From a part's name and JSON to the part; raises `InvalidArchitecture`."""


def _loaded(value: Any) -> Architecture:
    if not isinstance(value, Architecture):
        raise ValueError("must be an architecture; the JSON of parts is read by `Joint.load_with`, by their kinds")
    return value


class Joint(Architecture):
    """Architectures by their role: `parts["backbone"]`, `parts["resizer"]`. Roles stand in alphabetical order.

    Which kinds there are is not known here, so the JSON of a joint architecture is read by `load_with`; a `JointSpace`
    and the registry's `architecture_from` do.
    """

    role: ClassVar[str] = JOINT

    kind: Literal["joint"] = "joint"
    parts: Mapping[str, SerializeAsAny[Annotated[Architecture, PlainValidator(_loaded)]]] = Field(min_length=1)

    def __hash__(self) -> int:
        return hash(tuple(self.parts.items()))

    @classmethod
    def load_with(cls, data: Mapping[str, Any], load_part: LoadPart) -> Self:
        """The architecture from its JSON. Raises `InvalidArchitecture` naming every field: `parts.backbone.width`."""
        written = read(_Written, data, error=InvalidArchitecture)
        parts: dict[str, Architecture] = {}
        problems: list[tuple[str, str]] = []
        for name, content in written.parts.items():
            try:
                parts[name] = load_part(name, content)
                check_role(name, parts[name].role, error=InvalidArchitecture)
            except InvalidArchitecture as error:
                problems += error.below(f"parts.{name}")
        if problems:
            raise InvalidArchitecture(problems)
        return cls(parts=parts)

    @field_validator("parts")
    @classmethod
    def _ordered(cls, parts: Mapping[str, Architecture]) -> Mapping[str, Architecture]:
        return dict(sorted(parts.items()))

    @model_validator(mode="after")
    def _named_by_role(self) -> Self:
        for name, part in self.parts.items():
            sentence = role_problem(name, part.role)
            if sentence:
                raise wrong(f"parts.{name}", sentence)
        return self


class _Written(BaseModel):
    """The shape of the JSON, whatever the parts are."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["joint"] = "joint"
    parts: dict[str, dict[str, Any]] = Field(min_length=1)


def role_problem(name: str, role: str) -> str | None:
    """Why what has this role cannot be the part `name`, None where it can: a part is named after its role."""
    if role == JOINT:
        return "a part cannot be joint itself"
    if name != role:
        return f"a part is named after its role, and each role is there once: must be named {role!r}, got {name!r}"
    return None


def check_role(name: str, role: str, *, error: type[FieldProblems]) -> None:
    """Returns when what has this role can be the part `name`; raises `error` about the part as a whole."""
    sentence = role_problem(name, role)
    if sentence:
        raise error([("", sentence)])
