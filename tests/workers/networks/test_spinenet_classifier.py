"""The SpineNet classifier as built."""

import itertools
import random

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from nas.tasks.training import BatchNorm
from search_spaces.genotypes import sample
from search_spaces.spinenet.architecture import SpineNet
from search_spaces.spinenet.classifier import classifier_cost
from search_spaces.spinenet.graph import level_size
from search_spaces.spinenet.options import SpineNetOptions
from search_spaces.spinenet.published import PUBLISHED
from search_spaces.spinenet.space import SpineNetSpace
from workers.networks.counting import count
from workers.networks.spinenet_classifier import SpineNetClassifier, mean_over_levels

NARROW = {"width": 0.125, "alpha": 0.25, "stem_filters": 8, "endpoint_filters": 8}


def narrow(**changes: object) -> SpineNet:
    return PUBLISHED["spinenet-49"].architecture.model_copy(update={**NARROW, **changes})


def built(**options: object) -> SpineNetClassifier:
    torch.manual_seed(0)
    return SpineNetClassifier(narrow(), **{"classes": 5, "zero_last_gamma": False, **options})


def pictures(*size: int, batch: int = 2) -> Tensor:
    return torch.randn(batch, 3, *size, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("name", "params", "giga_macs"),
    [
        ("spinenet-49", 22_088_745, 3.478),
        ("spinenet-96", 36_520_233, 5.724),
        ("spinenet-143", 60_504_873, 9.087),
        ("spinenet-190", 127_101_177, 19.112),
    ],
)
def test_published_classifiers_cost_what_arithmetic_and_the_publication_say(name, params, giga_macs):
    architecture = PUBLISHED[name].architecture
    with torch.device("meta"):
        network = SpineNetClassifier(architecture, classes=1001)
    counted = count(network, (3, 224, 224))
    assert counted == classifier_cost(architecture, (224, 224), 1001)
    assert (counted.params, round(counted.conv_macs / 1e9, 3)) == (params, giga_macs)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("outputs", [(3, 4, 5, 6, 7), (3, 5), (4,)])
def test_any_drawn_classifier_costs_what_arithmetic_says(seed, outputs):
    options = SpineNetOptions(**NARROW, outputs=outputs, dead_blocks="keep")
    architecture = sample(SpineNetSpace(options), random.Random(seed)).architecture
    with torch.device("meta"):
        network = SpineNetClassifier(architecture, classes=10)
    for size in [(128, 128), (224, 224), (300, 500), (1, 1)]:
        assert count(network, (3, *size)) == classifier_cost(architecture, size, 10)


@pytest.mark.parametrize("size", [(224, 224), (300, 500), (128, 128), (65, 130), (1, 1)])
def test_every_picture_size_gives_logits(size):
    assert built().eval()(pictures(*size)).shape == (2, 5)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40).map(lambda n: 8 * n), st.integers(1, 40).map(lambda n: 8 * n))
def test_levels_are_averaged_at_the_finest_by_nearest_positions_level_by_level(height, width):
    levels = (3, 4, 5, 7)
    generator = torch.Generator().manual_seed(0)
    features = {level: torch.randn(1, 2, *level_size((height, width), level), generator=generator) for level in levels}
    mean = mean_over_levels(dict(reversed(features.items())))
    finest = level_size((height, width), 3)
    assert mean.shape == (1, 2, *finest)
    for row, column in [(0, 0), (finest[0] - 1, finest[1] // 2), (finest[0] // 3, finest[1] - 1)]:
        place, total = (row, column), features[3][..., row, column]
        for finer, coarser in itertools.pairwise(levels):
            there, here = features[coarser].shape[-2:], features[finer].shape[-2:]
            place = tuple(p * t // h for p, t, h in zip(place, there, here, strict=True))
            total = total + features[coarser][..., place[0], place[1]]
        assert torch.allclose(mean[..., row, column], total / 4, atol=1e-6)


def test_the_features_that_levels_gave_are_left_as_they_were():
    features = {3: torch.ones(1, 1, 4, 4), 4: torch.ones(1, 1, 2, 2)}
    mean_over_levels(features)
    assert all(bool((x == 1).all()) for x in features.values())


def test_at_multiples_of_the_coarsest_stride_every_level_counts_alike():
    network = built().eval()
    x = pictures(128, 256)
    means = [features.mean((2, 3)) for features in network.backbone(x).values()]
    expected = network.classifier(torch.stack(means).mean(0))
    assert torch.allclose(network(x), expected, atol=1e-5)


def test_one_level_alone_is_taken_as_it_is():
    x = torch.randn(2, 3, 4, 5)
    assert torch.equal(mean_over_levels({5: x}), x)


def test_every_parameter_gets_a_gradient():
    network = built()
    network(pictures(192, 192)).square().sum().backward()
    without = [name for name, parameter in network.named_parameters() if not parameter.grad.abs().sum() > 0]
    assert without == []


def test_dropout_varies_training_but_never_evaluation():
    network, x = built(dropout=0.5), pictures(128, 128)
    assert not torch.equal(network(x), network(x))
    network.eval()
    assert torch.equal(network(x), network(x))


def test_a_classifier_starts_with_small_logits_as_released():
    network = built()
    assert network.classifier.weight.std().item() == pytest.approx(0.01, rel=0.3)
    assert not network.classifier.bias.any()


def test_options_reach_the_backbone():
    network = built(activation="swish", batch_norm=BatchNorm(epsilon=0.5), stochastic_depth=0.3, zero_last_gamma=True)
    assert all(x.min() < 0 for x in network.backbone(pictures(128, 128)).values())
    assert network.backbone.stem.convolution.norm.eps == 0.5
    last = network.backbone.learned[-1].group[0]
    assert last._drop_rate == pytest.approx(0.3)
    assert not last.branch[-1].norm.weight.any()
