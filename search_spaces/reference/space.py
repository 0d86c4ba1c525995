"""The space of reference backbones: one choice, the network's name."""

from collections.abc import Mapping
from typing import Any, ClassVar

from search_spaces.reference.architecture import Reference
from search_spaces.reference.options import ReferenceOptions
from search_spaces.space import Choose


class ReferenceSpace:
    """The published networks that the options name, each with its weights."""

    kind: ClassVar[str] = "torchvision"

    def __init__(self, options: ReferenceOptions | None = None) -> None:
        self.options = options or ReferenceOptions()

    def decode(self, choose: Choose) -> Reference:
        """The network that was chosen."""
        name = choose.one_of("name", self.options.names)
        return Reference(name=name, weights=self.options.weights.get(name))

    def recall(self, architecture: Reference) -> Mapping[str, Any]:
        """The name; weights follow from it."""
        return {"name": architecture.name}

    def load(self, data: Mapping[str, Any]) -> Reference:
        """The architecture from its JSON."""
        return Reference.load(data)
