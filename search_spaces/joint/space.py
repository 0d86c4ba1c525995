"""A joint space: the product of named spaces, whose architectures are found and judged as one candidate.

The choices of a part keep their meaning under a name that begins with the part's. Every part is asked for its choices
even where another has rejected its own, so the ways to choose are exactly the product of those of the parts.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from typing import Any, ClassVar

from search_spaces.choices import PartChooser, part_choice
from search_spaces.errors import InvalidArchitecture, NotInSpace, Rejected, SpaceError
from search_spaces.genotypes import count
from search_spaces.joint.architecture import JOINT, Joint
from search_spaces.reading import nearest
from search_spaces.space import Architecture, Choose, Space


class JointSpace:
    """All joint architectures with one part out of each space. Parts are asked in alphabetical order."""

    kind: ClassVar[str] = JOINT

    def __init__(self, parts: Mapping[str, Space[Any]]) -> None:
        if not parts:
            raise SpaceError("a joint space must have at least 1 part, got none")
        self.parts = dict(sorted(parts.items()))

    def decode(self, choose: Choose) -> Joint:
        """The architecture that these choices make. Raises `Rejected` as the first part that rejects its choices."""
        parts: dict[str, Architecture] = {}
        rejections: list[Rejected] = []
        for name, space in self.parts.items():
            try:
                with _told_of(name):
                    parts[name] = space.decode(PartChooser(choose, name))
            except Rejected as rejection:
                rejections.append(rejection)
        if rejections:
            raise rejections[0]
        return Joint(parts=parts)

    def recall(self, architecture: Architecture) -> Mapping[str, Any]:
        """The answers of all parts by the names the choices have here."""
        answers: dict[str, Any] = {}
        for name, part in self._parts_of(architecture).items():
            with _told_of(name):
                recalled = self.parts[name].recall(part)
            answers |= {part_choice(name, call): value for call, value in recalled.items()}
        return answers

    def load(self, data: Mapping[str, Any]) -> Joint:
        """The architecture from its JSON, every part read by its own space."""
        architecture = Joint.load_with(data, self._load_part)
        missing = [name for name in self.parts if name not in architecture.parts]
        if missing:
            raise InvalidArchitecture([(f"parts.{name}", "is missing") for name in missing])
        return architecture

    def count(self) -> int:
        """The product of the counts of the parts."""
        return prod(count(space) for space in self.parts.values())

    def _load_part(self, name: str, data: Mapping[str, Any]) -> Architecture:
        if name not in self.parts:
            raise InvalidArchitecture([("", f"unknown part{nearest(name, list(self.parts))}")])
        loaded: Architecture = self.parts[name].load(data)
        return loaded

    def _parts_of(self, architecture: Architecture) -> Mapping[str, Architecture]:
        if not isinstance(architecture, Joint):
            raise NotInSpace("kind", f"the space holds Joint, got {type(architecture).__name__}")
        if architecture.parts.keys() != self.parts.keys():
            raise NotInSpace("parts", f"must be {', '.join(self.parts)}, got {', '.join(architecture.parts)}")
        return architecture.parts


@contextmanager
def _told_of(name: str) -> Iterator[None]:
    """Whatever the part raises about a field of its own is told about the field of the joint architecture."""
    field = f"parts.{name}"
    try:
        yield
    except Rejected as rejection:
        raise rejection.below(field) from rejection
    except NotInSpace as error:
        own = error.field.removeprefix(part_choice(name, ""))  # a choice is named as it was asked for
        raise NotInSpace(own, error.sentence).below(field) from error
