"""VGG-like classifiers as built."""

import random

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import vgg as reference

from nas.tasks.training import BatchNorm
from search_spaces.cost import Cost
from search_spaces.genotypes import sample
from search_spaces.vgg.architecture import Stage, Vgg
from search_spaces.vgg.cost import halved, vgg_cost
from search_spaces.vgg.published import PUBLISHED, SMALL
from search_spaces.vgg.space import VggSpace
from workers.networks.counting import count
from workers.networks.vgg import VggClassifier, halve

LITTLE = Vgg(stages=(Stage(width=8, depth=1), Stage(width=12, depth=2)), pooled_size=2, fc_width=16)
NORMED = LITTLE.model_copy(update={"batch_norm": True})


def built(architecture: Vgg = LITTLE, **options: object) -> VggClassifier:
    torch.manual_seed(0)
    return VggClassifier(architecture, **{"classes": 5, **options})


def pictures(*size: int, batch: int = 2) -> Tensor:
    return torch.randn(batch, 3, *size, generator=torch.Generator().manual_seed(0))


def test_vgg_16_has_its_published_parameters_and_multiply_adds():
    with torch.device("meta"):
        network = VggClassifier(PUBLISHED["vgg-16"].architecture, classes=1000)
    assert count(network, (3, 224, 224)) == Cost(params=138_357_544, conv_macs=15_470_264_320)


@pytest.mark.parametrize("name", ["vgg-11", "vgg-13", "vgg-16", "vgg-19"])
def test_published_networks_are_those_of_torchvision_layer_by_layer(name):
    with torch.device("meta"):
        ours = VggClassifier(PUBLISHED[name].architecture, classes=1000)
        theirs = getattr(reference, name.replace("-", ""))(init_weights=False)
    assert [p.shape for p in ours.parameters()] == [p.shape for p in theirs.parameters()]
    assert count(ours, (3, 300, 500)) == count(theirs, (3, 300, 500))


@pytest.mark.parametrize("size", [(32, 32), (37, 50)])
def test_values_are_those_of_the_reference_layers(size):
    network = built().eval()
    features = reference.make_layers([8, "M", 12, 12, "M"])
    convolutions = [layer for layer in features if isinstance(layer, nn.Conv2d)]
    for theirs, ours in zip(convolutions, network.convolutions.values(), strict=True):
        theirs.load_state_dict(ours.state_dict())
    x = nn.functional.adaptive_avg_pool2d(features(pictures(*size)), 2).flatten(1)
    expected = network.fc8(network.fc7(network.fc6(x).relu()).relu())
    assert torch.allclose(network(pictures(*size)), expected, atol=1e-5)


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("batch_norm", [False, True])
def test_small_networks_cost_what_arithmetic_says(name, batch_norm):
    architecture = SMALL[name].architecture.model_copy(update={"batch_norm": batch_norm})
    network = built(architecture, classes=10)
    for size in [(128, 128), (224, 224), (300, 500), (33, 7), (1, 1)]:
        assert count(network, (3, *size)) == vgg_cost(architecture, size, 10)


@pytest.mark.parametrize("seed", range(6))
def test_any_drawn_network_costs_what_arithmetic_says(seed):
    architecture = sample(VggSpace(), random.Random(seed)).architecture
    with torch.device("meta"):
        network = VggClassifier(architecture, classes=7)
    for size in [(224, 224), (300, 500), (75, 31)]:
        assert count(network, (3, *size)) == vgg_cost(architecture, size, 7)


@pytest.mark.parametrize("architecture", [LITTLE, NORMED])
@pytest.mark.parametrize("size", [(224, 224), (61, 130), (2, 3), (1, 1)])
def test_every_picture_size_gives_logits(architecture, size):
    assert built(architecture).eval()(pictures(*size)).shape == (2, 5)


@pytest.mark.parametrize("size", [(8, 6), (7, 5), (1, 5), (3, 1), (1, 1)])
def test_pooling_takes_the_largest_of_four_and_gives_the_size_that_is_counted(size):
    x = torch.randn(1, 2, *size)
    y = halve(x)
    assert y.shape[-2:] == halved(size)
    assert torch.equal(y[..., 0, 0], x[..., :2, :2].amax((-1, -2)))


def test_layers_have_the_names_of_the_literature():
    names = set(dict(built(NORMED).named_modules()))
    assert {"convolutions.conv1_1", "convolutions.conv2_1", "convolutions.conv2_2", "fc6", "fc7", "fc8"} <= names


@pytest.mark.parametrize("activation", ["relu", "swish"])
@pytest.mark.parametrize("training", [False, True])
def test_a_hook_that_copies_nothing_still_holds_fc6_and_fc7_before_their_activation(activation, training):
    network = built(activation=activation).train(training)
    captured: dict[str, Tensor] = {}
    for name in ("fc6", "fc7"):
        layer = network.get_submodule(name)
        layer.register_forward_hook(lambda _m, _i, output, name=name: captured.update({name: output}))
    network(pictures(40, 40, batch=16)).square().sum().backward()
    assert all(x.shape == (16, 16) for x in captured.values())
    assert all(0.2 < (x < 0).float().mean() < 0.8 for x in captured.values())


@pytest.mark.parametrize("architecture", [LITTLE, NORMED])
def test_a_hook_that_copies_holds_a_convolution_before_its_activation(architecture):
    network = built(architecture)
    captured: list[Tensor] = []
    network.convolutions["conv2_2"].register_forward_hook(lambda _m, _i, output: captured.append(output.clone()))
    network(pictures(40, 40))
    assert 0.2 < (captured[0] < 0).float().mean() < 0.8


@pytest.mark.parametrize("architecture", [LITTLE, NORMED])
def test_every_parameter_gets_a_gradient(architecture):
    network = built(architecture)
    network(pictures(64, 64, batch=8)).square().sum().backward()
    without = [name for name, parameter in network.named_parameters() if not parameter.grad.abs().sum() > 0]
    assert without == []


def test_a_deep_network_without_batch_norm_keeps_the_size_of_its_features():
    stages = tuple(Stage(width=32, depth=4) for _ in range(4))
    network = built(Vgg(stages=stages, pooled_size=2, fc_width=64)).eval()
    sizes: dict[str, float] = {}
    for name, layer in (*network.convolutions.items(), ("fc7", network.fc7)):
        layer.register_forward_hook(lambda _m, _i, x, name=name: sizes.update({name: x.std().item()}))
    network(pictures(64, 64))
    assert all(0.1 < size < 10 for size in sizes.values()), sizes


def test_a_network_starts_with_all_classes_about_equally_likely():
    probabilities = built(SMALL["vgg-tiny"].architecture, classes=10)(pictures(64, 64, batch=8)).softmax(1)
    assert probabilities.max() < 0.2


def test_dropout_varies_training_but_never_evaluation():
    network, x = built(), pictures(40, 40)
    assert network.dropout.p == 0.5
    assert not torch.equal(network(x), network(x))
    network.eval()
    assert torch.equal(network(x), network(x))
    without = built(dropout=0.0)
    assert torch.equal(without(x), without(x))


def test_every_batch_norm_has_the_constants_of_the_options_and_no_bias_before_it():
    network = built(NORMED, batch_norm=BatchNorm(momentum=0.5, epsilon=0.1))
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    assert [(norm.momentum, norm.eps) for norm in norms] == [(0.5, 0.1)] * 3
    assert all(module.bias is None for module in network.modules() if isinstance(module, nn.Conv2d))


def test_memory_formats_give_the_same_logits():
    network, x = built(NORMED).eval(), pictures(50, 70)
    plain = network(x)
    rearranged = network.to(memory_format=torch.channels_last)(x.contiguous(memory_format=torch.channels_last))
    assert torch.allclose(plain, rearranged, atol=1e-5)
