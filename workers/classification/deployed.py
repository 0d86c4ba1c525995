"""A classifier as others use it: from pictures to logits of the classes there are. Shapes: B pictures, K classes."""

from collections.abc import Sequence
from typing import Literal

from torch import Tensor, nn

from nas.tasks.classification import ClassificationTask
from nas.tasks.quality import QualityTask
from workers.classification.networks import Input
from workers.deployment import Deployment, Preparation

OUTPUTS = {"logits": "[B, K] logits of the classes; the largest is the first guess"}


class KnownClasses(nn.Module):
    """The network without outputs that stand for no class."""

    def __init__(self, network: nn.Module, classes: int) -> None:
        super().__init__()
        self.network = network
        self.classes = classes

    def forward(self, pictures: Tensor) -> Tensor:
        """[B, 3, H, W] -> [B, K]."""
        logits: Tensor = self.network(pictures)
        return logits[:, : self.classes]


def deployed_classifier(
    network: nn.Module, pictures: Tensor, *, options: ClassificationTask, taken: Input, classes: Sequence[str]
) -> Deployment:
    """The network in evaluation mode, with these examples of what it takes."""
    logits = network(pictures)
    more = logits.shape[1] > len(classes)
    return Deployment(
        module=KnownClasses(network, len(classes)) if more else network,
        inputs={"pictures": pictures},
        outputs=OUTPUTS,
        expected=(logits[:, : len(classes)],),
        preparation=preparation_of(options, taken),
        classes=tuple(classes),
        reading=reading_of(options.loss),
    )


def preparation_of(options: ClassificationTask | QualityTask, taken: Input) -> Preparation:
    """How pictures are read for a network that takes `taken`."""
    height, width = taken.size
    share = options.crop_fraction
    return Preparation(
        fit=options.fit,
        size=taken.size,
        stored=(round(height / share), round(width / share)),
        mean=options.pixel_mean,
        std=options.pixel_std,
        resampling=taken.resampling,
    )


def reading_of(loss: Literal["softmax", "sigmoid"]) -> dict[str, str]:
    """How scores come out of logits, by what the network was trained with."""
    return {"kind": "classification", "scores": loss}
