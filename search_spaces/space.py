"""The contract of a space: one function from choices to an architecture."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from search_spaces.errors import InvalidArchitecture
from search_spaces.grids import Grid
from search_spaces.reading import read

T = TypeVar("T")
A_co = TypeVar("A_co", bound="Architecture", covariant=True)


class Choose(Protocol):
    """Hands out named choices. Names are unique within one decode."""

    def one_of(self, name: str, options: Sequence[T]) -> T:
        """One of the options. Recorded as one choice, its number among `options`."""
        ...

    def ordering(self, name: str, items: Sequence[T]) -> tuple[T, ...]:
        """All items in some order. Recorded as choices `name.0`, `name.1` ...: the item's number, taken ones masked."""
        ...

    def subset(self, name: str, options: Sequence[T], size: int) -> tuple[T, ...]:
        """`size` distinct options in the options' order. Recorded as `name.0` ..., ascending numbers."""
        ...

    def number(self, name: str, grid: Grid) -> float:
        """A value of the grid. Recorded as one choice, its place; those nearby are much alike."""
        ...


class Architecture(BaseModel):
    """One decoded, validated, canonical point of a space: a frozen value.

    Subclasses add fields and `kind: Literal[...]`; equal architectures have equal canonical JSON. `role` says what an
    architecture is for, and is the name it has as a part of a joint one: backbone, resizer, fine_tuning, training.
    """

    role: ClassVar[str] = "backbone"

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def canonical_json(self) -> str:
        """Sorted keys, no white space, every field present."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))

    @property
    def architecture_id(self) -> str:
        """16 hex digits of the SHA-256 of the canonical JSON; equal if and only if the architecture is the same."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()[:16]

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """The architecture from its JSON. Raises `InvalidArchitecture` naming every field that is wrong."""
        return read(cls, data, error=InvalidArchitecture)


class Space(Protocol[A_co]):
    """The set of architectures that may be proposed."""

    kind: ClassVar[str]

    def decode(self, choose: Choose) -> A_co:
        """The architecture that these choices make. Raises `Rejected` for a draw the space does not hold."""
        ...

    def recall(self, architecture: Any) -> Mapping[str, Any]:
        """For every call `decode` makes, by name, the value it must return to give this architecture back.

        Raises `NotInSpace` naming the field that does not fit.
        """
        ...

    def load(self, data: Mapping[str, Any]) -> A_co:
        """The architecture from its JSON, shape and ranges checked. Membership of the space is `recall`'s business."""
        ...
