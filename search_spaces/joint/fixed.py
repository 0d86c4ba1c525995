"""A space of one architecture, for a part of a joint space that is to stay as it is."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from search_spaces.genotypes import difference
from search_spaces.space import Architecture, Choose


class FixedSpace:
    """Exactly one architecture: nothing is asked, so nothing of it can be drawn, mutated or crossed.

    `load` reads the JSON of architectures; by default as those of this one's class are read.
    """

    kind: ClassVar[str] = "fixed"

    def __init__(
        self, architecture: Architecture, *, load: Callable[[Mapping[str, Any]], Architecture] | None = None
    ) -> None:
        self.architecture = architecture
        self._load = load or type(architecture).load

    def decode(self, choose: Choose) -> Architecture:
        """The architecture."""
        return self.architecture

    def recall(self, architecture: Architecture) -> Mapping[str, Any]:
        """No answers, for there are no questions. Raises `NotInSpace` for any other architecture."""
        if architecture != self.architecture:
            raise difference(self.architecture, architecture)
        return {}

    def load(self, data: Mapping[str, Any]) -> Architecture:
        """An architecture from its JSON; that it is the fixed one is `recall`'s business."""
        return self._load(data)

    def count(self) -> int:
        """One."""
        return 1
