"""The RetinaNet head."""

import math

import pytest
import torch
from torch import Tensor, nn

from nas.tasks.training import BatchNorm
from workers.networks.retinanet import BOX_CODES, RetinaNet

SIZES = {3: (5, 7), 4: (3, 4), 5: (2, 2)}


class FixedBackbone(nn.Module):
    """Features of fixed sizes, whatever the pictures are."""

    levels = (3, 4, 5)
    channels = 6

    def forward(self, pictures: Tensor) -> dict[int, Tensor]:
        generator = torch.Generator().manual_seed(0)
        return {level: torch.randn(len(pictures), 6, *SIZES[level], generator=generator) for level in self.levels}


def detector(**changes: object) -> RetinaNet:
    torch.manual_seed(0)
    options = {"classes": 4, "anchors_per_position": 2, "head_filters": 8, "head_convs": 2, **changes}
    return RetinaNet(FixedBackbone(), **options)


def pictures(batch: int = 3) -> Tensor:
    return torch.zeros(batch, 3, 40, 56)


@pytest.mark.parametrize("convs", [0, 1, 3])
def test_predictions_have_a_row_per_anchor(convs):
    logits, boxes = detector(head_convs=convs)(pictures())
    anchors = 2 * sum(height * width for height, width in SIZES.values())
    assert logits.shape == (3, anchors, 4)
    assert boxes.shape == (3, anchors, BOX_CODES)


def test_rows_run_over_level_row_column_anchor():
    network = detector(head_convs=0, predictor_std=0.1)
    logits, _ = network(pictures())
    start = 0
    for level, x in network.backbone(pictures()).items():
        height, width = SIZES[level]
        raw = network.classes.predictor(x)
        for row, column, anchor in [(0, 0, 0), (0, 1, 0), (1, 0, 1), (height - 1, width - 1, 1)]:
            place = start + (row * width + column) * 2 + anchor
            assert torch.allclose(logits[:, place], raw[:, anchor * 4 : anchor * 4 + 4, row, column], atol=1e-6)
        start += height * width * 2


def test_convolutions_are_shared_over_levels_and_batch_norms_are_not():
    network = detector()
    convolutions = (6 * 9 + 1) * 8 + (8 * 9 + 1) * 8
    norms = 3 * 2 * (2 * 8)
    predictors = (8 * 9 + 1) * 2 * (4 + BOX_CODES)
    params = sum(parameter.numel() for parameter in network.parameters())
    assert params == 2 * (convolutions + norms) + predictors


def test_every_level_keeps_statistics_of_its_own():
    network = detector(batch_norm=BatchNorm(momentum=1.0))
    network(pictures())
    means = [norms[0].running_mean for norms in network.classes.norms]
    assert not torch.equal(means[0], means[1])
    assert not torch.equal(means[1], means[2])


def test_predictions_start_at_the_prior_and_at_the_anchors():
    logits, boxes = detector(class_prior=0.02)(pictures())
    assert logits.sigmoid().sub(0.02).abs().max() < 1e-4
    assert boxes.abs().max() < 1e-3


def test_initial_weights_have_the_published_spread():
    network = detector(head_filters=64, predictor_std=0.5)
    assert network.classes.convolutions[1].weight.std().item() == pytest.approx(0.01, rel=0.05)
    assert network.boxes.predictor.weight.std().item() == pytest.approx(0.5, rel=0.05)
    assert network.classes.predictor.bias.detach().unique().tolist() == [pytest.approx(-math.log(99))]


def test_every_parameter_gets_a_gradient():
    network = detector(predictor_std=0.1)
    logits, boxes = network(pictures())
    (logits.square().sum() + boxes.square().sum()).backward()
    norms = {name for name, _ in network.named_parameters() if "convolutions" in name and name.endswith("bias")}
    for name, parameter in network.named_parameters():
        # A bias in front of a batch norm in training cancels, up to rounding.
        assert parameter.grad is not None
        assert name in norms or parameter.grad.abs().sum() > 0, name
