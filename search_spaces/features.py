"""What a space may tell about its architectures beyond the choices, for models that predict how good one is."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from search_spaces.choices import part_choice
from search_spaces.joint.architecture import Joint
from search_spaces.joint.space import JointSpace
from search_spaces.space import Architecture, Space


@runtime_checkable
class Featured(Protocol):
    """A space that knows numbers about an architecture which its choices tell only together."""

    def features(self, architecture: Any) -> Mapping[str, float]:
        """Finite numbers by name, the same names for every architecture of the space; quick, well below a millisecond.

        Their scale does not matter.
        """
        ...


def features_of(space: Space[Any], architecture: Architecture) -> dict[str, float]:
    """The features the space tells, of a joint one those of its parts under `part/name`; empty where it tells none."""
    if isinstance(space, JointSpace) and isinstance(architecture, Joint):
        return {
            part_choice(role, name): value
            for role, part in space.parts.items()
            for name, value in features_of(part, architecture.parts[role]).items()
        }
    return dict(space.features(architecture)) if isinstance(space, Featured) else {}
