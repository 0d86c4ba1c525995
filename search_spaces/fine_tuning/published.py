"""The three ways of fine-tuning that are published side by side, and the controls any other is held to."""

from collections.abc import Mapping
from types import MappingProxyType

from search_spaces.fine_tuning.architecture import FineTuning, LossKind

LAYERS = ("fc6", "fc7")
MSE_WEIGHT = 0.05  # lambda as chosen by the publication for the mean squared difference

PUBLISHED: Mapping[str, FineTuning] = MappingProxyType(
    {
        "fine-tuning": FineTuning(),
        "mse": FineTuning(loss=LossKind.MSE, weight=MSE_WEIGHT, layers=LAYERS),
        "intermediate-constraint": FineTuning(
            loss=LossKind.INTERMEDIATE_CONSTRAINT, weight=0.1, alpha=100.0, layers=LAYERS
        ),
    }
)
"""VGG-16 on ImageNet: top-1 on clean, noisy and blurred pictures .6744 .5660 .5073 (fine-tuning), .6713 .5740 .5119
(mse), .6769 .5769 .5129 (intermediate constraint); one run each."""


def controls_of(fine_tuning: FineTuning) -> tuple[FineTuning, ...]:
    """What a way of fine-tuning is compared with under the same distortions: lambda 0, and, where it has layers, the
    mean squared difference on them with the published weight. The way itself is among them if it is a control."""
    distortions = {"mix": fine_tuning.mix, "strengths": fine_tuning.strengths}
    plain = FineTuning.model_validate(distortions)
    if not fine_tuning.layers:
        return (plain,)
    held = {"loss": LossKind.MSE, "weight": MSE_WEIGHT, "layers": fine_tuning.layers}
    return plain, FineTuning.model_validate(distortions | held)
