"""A training step as trials take it against a plain build of the same graph, and samples per second."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.ops import sigmoid_focal_loss

from benchmarks.rows import Row, alternating
from nas.tasks.detection import Anchors, DetectionLoss, Head
from nas.tasks.training import AdamW
from search_spaces.spinenet.published import PUBLISHED
from workers.detection.anchors import anchor_boxes
from workers.detection.losses import detection_losses
from workers.detection.matching import Targets, collate, make_targets
from workers.networks.registry import build_backbone
from workers.networks.retinanet import RetinaNet
from workers.training.optimization import build_optimizer
from workers.training.precision import autocast

SIZE, BATCH, CLASSES = (192, 192), 8, 3
NARROW = {"width": 0.125, "alpha": 0.25, "stem_filters": 16, "endpoint_filters": 32}
ANCHORS = Anchors(scales=3, aspect_ratios=(1.0,), size=1.5)
HEAD = Head(filters=32, convs=1)
CPU = torch.device("cpu")


def run() -> list[Row]:
    """Forward, loss, backward and AdamW of the narrow SpineNet-49 detector on one thread."""
    torch.set_num_threads(1)
    ours, rival = alternating(_trial_step(), _plain_step(), repeats=15)
    return [
        Row(
            name=f"training step, SpineNet-49 x0.125, {SIZE[0]} px, batch {BATCH}",
            ours=f"{1e3 * ours:.0f} ms, {BATCH / ours:.0f} samples/s",
            rival=f"{1e3 * rival:.0f} ms, {BATCH / rival:.0f} samples/s",
            ratio=rival / ours,
            note="ours: channels-last, bfloat16 where the processor has it, fused AdamW, analytic focal loss; "
            "rival: contiguous, float32, AdamW tensor by tensor, torchvision's focal loss; one thread each",
        )
    ]


def _trial_step() -> Callable[[], None]:
    """One step as the training loop takes it."""
    network = _detector().to(memory_format=torch.channels_last)
    optimizer = build_optimizer(network, AdamW(learning_rate=0.01))
    pictures = _pictures().to(memory_format=torch.channels_last)
    targets = _targets()

    def step() -> None:
        with autocast(CPU, "auto"):
            logits, codes = network(pictures)
            loss = detection_losses(logits, codes, targets, DetectionLoss()).total
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return step


def _plain_step() -> Callable[[], None]:
    """The same graph, loss and rule as a script would write them."""
    network = _detector()
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.01, weight_decay=0.02, foreach=False, fused=False)
    pictures, targets = _pictures(), _targets()

    def step() -> None:
        logits, codes = network(pictures)
        loss = _plain_loss(logits, codes, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return step


def _plain_loss(logits: Tensor, codes: Tensor, targets: Targets) -> Tensor:
    wanted = F.one_hot((targets.labels.long() + 1).clamp(min=0), CLASSES + 1)[..., 1:].to(logits.dtype)
    positives = max(1, len(targets.positives))
    classes = sigmoid_focal_loss(logits, wanted, alpha=0.25, gamma=1.5, reduction="sum") / positives
    predicted = codes.reshape(-1, 4)[targets.positives]
    return classes + 50.0 * F.huber_loss(predicted, targets.codes, delta=0.1)


def _detector() -> RetinaNet:
    torch.manual_seed(0)
    architecture = PUBLISHED["spinenet-49"].architecture.model_copy(update=NARROW)
    return RetinaNet(
        build_backbone(architecture),
        classes=CLASSES,
        anchors_per_position=ANCHORS.per_position,
        head_filters=HEAD.filters,
        head_convs=HEAD.convs,
    )


def _pictures() -> Tensor:
    return torch.randn(BATCH, 3, *SIZE, generator=torch.Generator().manual_seed(0))


def _targets() -> Targets:
    """Twelve boxes on every picture."""
    generator = torch.Generator().manual_seed(1)
    anchors = anchor_boxes(SIZE, (3, 4, 5, 6, 7), ANCHORS)
    corners = torch.rand(12, 2, generator=generator) * 140
    boxes = torch.cat([corners, corners + 12 + 30 * torch.rand(12, 2, generator=generator)], 1)
    labels = torch.randint(CLASSES, (12,), generator=generator)
    return collate([make_targets(anchors, boxes, labels, torch.zeros(12, dtype=torch.bool))] * BATCH)
