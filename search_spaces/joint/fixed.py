"""A space of listed architectures: one, for a part of a joint space that is to stay as it is, or one out of several."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from search_spaces.errors import SpaceError
from search_spaces.genotypes import difference
from search_spaces.space import Architecture, Choose


class FixedSpace:
    """Exactly the architectures given, all distinct: one choice among them, and none where there is only one.

    Nothing inside them is asked, so nothing of them can be drawn, mutated or crossed. `load` reads the JSON of
    architectures; by default as those of the first one's class are read.
    """

    kind: ClassVar[str] = "fixed"

    def __init__(
        self, *architectures: Architecture, load: Callable[[Mapping[str, Any]], Architecture] | None = None
    ) -> None:
        if not architectures:
            raise SpaceError("a fixed space must have at least 1 architecture, got none")
        self.architectures = architectures
        self._load = load or type(architectures[0]).load

    def decode(self, choose: Choose) -> Architecture:
        """The architecture, or the one that was chosen."""
        if len(self.architectures) == 1:
            return self.architectures[0]
        return choose.one_of("architecture", self.architectures)

    def recall(self, architecture: Architecture) -> Mapping[str, Any]:
        """The architecture itself. Raises `NotInSpace` for one that is not listed, naming a field in which it differs
        from the one most like it."""
        if architecture not in self.architectures:
            raise difference(min(self.architectures, key=lambda listed: _unlike(listed, architecture)), architecture)
        return {"architecture": architecture}

    def load(self, data: Mapping[str, Any]) -> Architecture:
        """An architecture from its JSON; that it is a listed one is `recall`'s business."""
        return self._load(data)

    def count(self) -> int:
        """As many as are listed."""
        return len(self.architectures)


def _unlike(listed: Architecture, wanted: Architecture) -> tuple[bool, int]:
    """Whether they are of different classes, and in how many fields they differ: the less, the more alike."""
    fields = type(wanted).model_fields
    return type(listed) is not type(wanted), sum(
        getattr(listed, name, None) != getattr(wanted, name) for name in fields
    )
