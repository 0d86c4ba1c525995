"""The space of ways to fine-tune on distorted pictures (Suzuki et al., intermediate constraint loss).

Choices are asked for in the order of the fields, and only where they mean something: no weight, layers or alpha with
the loss `none`, alpha for the intermediate constraint alone, no strengths where the mix leaves all pictures clean.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from search_spaces.fine_tuning.architecture import FineTuning, LossKind, Mix
from search_spaces.fine_tuning.options import FineTuningOptions
from search_spaces.space import Choose


class FineTuningSpace:
    """All ways of fine-tuning that the options allow."""

    kind: ClassVar[str] = "fine_tuning"

    def __init__(self, options: FineTuningOptions | None = None) -> None:
        self.options = options or FineTuningOptions()

    def decode(self, choose: Choose) -> FineTuning:
        """The way of fine-tuning that these choices make."""
        options = self.options
        loss = choose.one_of("loss", options.losses)
        held, steep = loss is not LossKind.NONE, loss is LossKind.INTERMEDIATE_CONSTRAINT
        weight = choose.one_of("weight", options.weights) if held else 0.0
        alpha = choose.one_of("alpha", options.alphas) if steep else 0.0
        layers = choose.one_of("layers", options.layers) if held else ()
        mix = choose.one_of("mix", options.mixes)
        strengths = choose.one_of("strengths", options.strengths) if _distorts(mix) else ()
        return FineTuning(loss=loss, weight=weight, alpha=alpha, layers=layers, mix=mix, strengths=strengths)

    def recall(self, architecture: FineTuning) -> Mapping[str, Any]:
        """The answers by name: the fields themselves."""
        return {name: getattr(architecture, name) for name in FineTuning.model_fields}

    def load(self, data: Mapping[str, Any]) -> FineTuning:
        """The way of fine-tuning from its JSON."""
        return FineTuning.load(data)

    def count(self) -> int:
        """The ways to hold the student to the teacher, times the ways to distort."""
        return sum(map(self._ways_of, self.options.losses)) * sum(map(self._ways_to_distort, self.options.mixes))

    def _ways_of(self, loss: LossKind) -> int:
        ways = len(self.options.weights) * len(self.options.layers)
        match loss:
            case LossKind.NONE:
                return 1
            case LossKind.INTERMEDIATE_CONSTRAINT:
                return ways * len(self.options.alphas)
            case LossKind.MSE | LossKind.ACTIVATION_BOUNDARY:
                return ways

    def _ways_to_distort(self, mix: Mix) -> int:
        return len(self.options.strengths) if _distorts(mix) else 1


def _distorts(mix: Mix) -> bool:
    return any(mix[1:])
