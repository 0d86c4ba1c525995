"""The detector around an architecture that may have a resizer."""

from collections.abc import Sequence

from torch import Tensor, nn

from nas.tasks.detection import DetectionTask
from search_spaces.parts import part
from search_spaces.resizer.architecture import Resizer
from search_spaces.space import Architecture
from workers.detection.scaling import Scaling, Size, masked
from workers.networks.registry import build_backbone
from workers.networks.resizer import Colours, Resized, build_resizer
from workers.networks.retinanet import RetinaNet
from workers.training.optimization import rated


class ResizedDetector(Resized):
    """A detector behind a resizer, for letterboxed pictures.

    The padding is set to exactly 0 before and behind the resizer: its convolutions of 7x7 and 3x3 see a picture's edge
    where a picture ends, and what they spill over it reaches no detector. The batch norms of the resizer count the
    padding, as those of the detector do, in training and in evaluation alike; sizes of the shape of most pictures keep
    it small. An interpolation alone is treated the same, so a control differs in the network and in nothing else.
    """

    def __init__(self, resizer: nn.Module, network: nn.Module, *, scaling: Scaling) -> None:
        super().__init__(resizer, network)
        self.scaling = scaling

    def forward(self, pictures: Tensor, covered: Sequence[Size] | None = None) -> tuple[Tensor, Tensor]:
        """[B, 3, *stored] and the height and width that each picture covers, by default all -> logits and box codes."""
        covered = [self.scaling.stored] * len(pictures) if covered is None else covered
        resized = self.resizer(masked(pictures, covered))
        found: tuple[Tensor, Tensor] = self.network(masked(resized, self.scaling.covered_seen(covered)))
        return found


def scaling_of(architecture: Architecture, image_size: Size) -> Scaling:
    """Pictures as they are stored, and as the detector sees them: `image_size` both, or the sizes of the resizer."""
    resizer = part(architecture, "resizer")
    if not isinstance(resizer, Resizer):
        return Scaling(stored=image_size, seen=image_size)
    return Scaling(stored=resizer.input_size, seen=resizer.output_size)


def build_detector(architecture: Architecture, options: DetectionTask, *, classes: int) -> RetinaNet | ResizedDetector:
    """A RetinaNet on the architecture's backbone, behind its resizer if it has one, freshly initialised.

    The detector's weights are drawn first: the same seed gives it the same ones with any resizer and without. Raises
    ValueError for an architecture without a backbone.
    """
    detector = _retinanet(architecture, options, classes=classes)
    resizer = part(architecture, "resizer")
    if not isinstance(resizer, Resizer):
        return detector
    colours = Colours(mean=options.pixel_mean, std=options.pixel_std)
    built = build_resizer(resizer, batch_norm=options.batch_norm, colours=colours)
    scaling = scaling_of(architecture, options.image_size)
    return ResizedDetector(rated(built, resizer.learning_rate_ratio), detector, scaling=scaling)


def retinanet_of(network: nn.Module) -> RetinaNet:
    """The detector itself, behind a resizer or not."""
    network = network.network if isinstance(network, Resized) else network
    assert isinstance(network, RetinaNet)
    return network


def _retinanet(architecture: Architecture, options: DetectionTask, *, classes: int) -> RetinaNet:
    backbone = part(architecture, "backbone")
    if backbone is None:
        raise ValueError(f"the architecture must have a backbone, got {architecture.canonical_json()}")
    return RetinaNet(
        build_backbone(
            backbone,
            activation=options.activation,
            batch_norm=options.batch_norm,
            stochastic_depth=options.stochastic_depth,
            zero_last_gamma=options.zero_last_gamma,
        ),
        classes=classes,
        anchors_per_position=options.anchors.per_position,
        head_filters=options.head.filters,
        head_convs=options.head.convs,
        class_prior=options.loss.class_prior,
        predictor_std=options.head.predictor_std,
        activation=options.activation,
        batch_norm=options.batch_norm,
    )
