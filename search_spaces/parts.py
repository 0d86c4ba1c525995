"""The parts of an architecture by what they are for, whether it is joint or stands alone."""

from search_spaces.joint.architecture import Joint
from search_spaces.space import Architecture


def part(architecture: Architecture, role: str) -> Architecture | None:
    """The architecture itself when it has this role, the part of a joint one that has it, else None."""
    if architecture.role == role:
        return architecture
    return architecture.parts.get(role) if isinstance(architecture, Joint) else None


def without(architecture: Architecture, role: str) -> Architecture:
    """The joint architecture without the part that has this role; any other architecture as it is."""
    if not isinstance(architecture, Joint) or role not in architecture.parts or len(architecture.parts) == 1:
        return architecture
    return Joint(parts={name: held for name, held in architecture.parts.items() if name != role})
