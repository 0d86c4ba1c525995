"""The space of VGG-like classifiers: width and depth of every stage, batch norm, and the fully connected layers."""

from collections.abc import Mapping
from typing import Any, ClassVar

from search_spaces.errors import NotInSpace
from search_spaces.space import Choose
from search_spaces.vgg.architecture import Stage, Vgg
from search_spaces.vgg.options import VggOptions


class VggSpace:
    """All VGG-like classifiers that the options allow. Every choice is live, and no draw is thrown away."""

    kind: ClassVar[str] = "vgg"

    def __init__(self, options: VggOptions | None = None) -> None:
        self.options = options or VggOptions()

    def decode(self, choose: Choose) -> Vgg:
        """The architecture that these choices make."""
        stages = tuple(
            Stage(
                width=choose.one_of(f"stages.{place}.width", offered.widths),
                depth=choose.one_of(f"stages.{place}.depth", offered.depths),
            )
            for place, offered in enumerate(self.options.stages)
        )
        return Vgg(
            stages=stages,
            batch_norm=choose.one_of("batch_norm", self.options.batch_norms),
            pooled_size=choose.one_of("pooled_size", self.options.pooled_sizes),
            fc_width=choose.one_of("fc_width", self.options.fc_widths),
        )

    def recall(self, architecture: Vgg) -> Mapping[str, Any]:
        """The answers by name: the fields themselves."""
        wanted, got = len(self.options.stages), len(architecture.stages)
        if got != wanted:
            raise NotInSpace("stages", f"must have {wanted} stages, got {got}")
        answers: dict[str, Any] = architecture.model_dump(exclude={"kind", "stages"})
        for place, stage in enumerate(architecture.stages):
            answers[f"stages.{place}.width"] = stage.width
            answers[f"stages.{place}.depth"] = stage.depth
        return answers

    def load(self, data: Mapping[str, Any]) -> Vgg:
        """The architecture from its JSON."""
        return Vgg.load(data)
