"""The parts of an architecture by what they are for, whether it is joint or stands alone."""

from search_spaces.joint.architecture import Joint
from search_spaces.space import Architecture


def part(architecture: Architecture, role: str) -> Architecture | None:
    """The architecture itself when it has this role, the part of a joint one that has it, else None."""
    if architecture.role == role:
        return architecture
    return architecture.parts.get(role) if isinstance(architecture, Joint) else None
