"""The SpineNet backbone as built."""

import random

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from nas.tasks.training import BatchNorm
from search_spaces.genotypes import sample
from search_spaces.spinenet.architecture import Block, BlockKind, SpineNet
from search_spaces.spinenet.cost import backbone_cost
from search_spaces.spinenet.graph import dead_blocks, level_size
from search_spaces.spinenet.options import SpineNetOptions
from search_spaces.spinenet.published import PUBLISHED
from search_spaces.spinenet.space import SpineNetSpace
from workers.networks.counting import count
from workers.networks.layers import ConvNorm, LayerOptions
from workers.networks.spinenet import Edge, LearnedBlock, Residual, SpineNetBackbone

NARROW = {"width": 0.125, "alpha": 0.25, "stem_filters": 8, "endpoint_filters": 8}
LEVELS = (3, 4, 5, 6, 7)
RELU = LayerOptions(activation="relu", batch_norm=BatchNorm())


def narrow(name: str = "spinenet-49", **changes: object) -> SpineNet:
    return PUBLISHED[name].architecture.model_copy(update={**NARROW, **changes})


def pictures(*size: int, batch: int = 2) -> Tensor:
    return torch.randn(batch, 3, *size, generator=torch.Generator().manual_seed(0))


def built(architecture: SpineNet, **options: object) -> SpineNetBackbone:
    torch.manual_seed(0)
    return SpineNetBackbone(architecture, **options)


@pytest.mark.parametrize(
    ("name", "changes", "params"),
    [
        ("spinenet-49s", {}, 9_089_215),
        ("spinenet-49", {}, 21_831_488),
        ("spinenet-96", {}, 36_262_976),
        ("spinenet-143", {}, 60_247_616),
        ("spinenet-190", {}, 126_587_664),
        ("spinenet-49", {"width": 0.25, "alpha": 0.25, "endpoint_filters": 64}, 1_169_696),
    ],
)
def test_published_backbones_have_their_exact_number_of_parameters(name, changes, params):
    architecture = PUBLISHED[name].architecture.model_copy(update=changes)
    with torch.device("meta"):
        backbone = SpineNetBackbone(architecture)
    assert sum(parameter.numel() for parameter in backbone.parameters()) == params


@pytest.mark.parametrize("dead", ["redraw", "keep"])
@pytest.mark.parametrize("seed", range(4))
def test_any_drawn_architecture_costs_what_arithmetic_says(seed, dead):
    options = SpineNetOptions(**NARROW, block_repeats=1 + seed % 2, dead_blocks=dead)
    architecture = sample(SpineNetSpace(options), random.Random(seed)).architecture
    with torch.device("meta"):
        backbone = SpineNetBackbone(architecture)
    for size in [(128, 128), (75, 210)]:
        assert count(backbone, (3, *size)) == backbone_cost(architecture, size)


@pytest.mark.parametrize("size", [(224, 224), (300, 500), (192, 192), (65, 130), (1, 1)])
@pytest.mark.parametrize("name", ["spinenet-49", "r0-sp53"])
def test_every_input_size_works_and_levels_round_up(name, size):
    backbone = built(narrow(name)).eval()
    features = backbone(pictures(*size))
    assert list(features) == list(backbone.levels) == list(LEVELS)
    for level, x in features.items():
        assert x.shape == (2, 8, *level_size(size, level))


@pytest.mark.parametrize("repeats", [1, 2])
def test_every_parameter_gets_a_gradient(repeats):
    backbone = built(narrow(block_repeats=repeats), zero_last_gamma=False)
    sum(x.square().sum() for x in backbone(pictures(192, 192)).values()).backward()
    without = [name for name, parameter in backbone.named_parameters() if not parameter.grad.abs().sum() > 0]
    assert without == []


def test_dead_blocks_are_not_built():
    architecture = narrow()
    spare = Block(level=1, kind=BlockKind.RESIDUAL, parents=(3, 4))
    blocks = tuple(
        block.model_copy(update={"parents": tuple(p + (p >= 12) for p in block.parents)})
        for block in architecture.outputs
    )
    larger = architecture.model_copy(update={"intermediates": (*architecture.intermediates, spare), "outputs": blocks})
    assert dead_blocks(larger) == (12,)
    assert built(larger).state_dict().keys() == built(architecture).state_dict().keys()


def test_the_dangling_block_is_added_to_the_output_that_absorbs_it():
    backbone = built(narrow(), zero_last_gamma=False).eval()
    before = backbone(pictures(128, 128))
    block_11 = backbone.learned[9]
    block_11.group.register_forward_hook(lambda *arguments: arguments[-1] + 1.0)
    after = backbone(pictures(128, 128))
    changed = [level for level in LEVELS if not torch.equal(before[level], after[level])]
    assert changed == [5, 6, 7]  # block 14 (level 5) takes block 11 up; 15 and 16 consume 14


def test_an_edge_takes_alpha_times_the_inner_width_of_its_parent():
    architecture = narrow(alpha=0.5, minimum_edge_filters=1)
    edge = Edge(architecture, 5, 15, RELU)
    assert edge.squeeze.convolution.out_channels == 16  # 256 * 0.125 * 0.5, not of the 4 times wider output
    assert edge.expand.convolution.out_channels == 128
    assert edge(torch.randn(2, 128, 11, 5), (2, 1)).shape == (2, 128, 2, 1)


def test_edges_and_last_convolutions_of_a_unit_are_not_activated_but_endpoints_are():
    backbone = built(narrow())
    assert all(module.expand.activation is None for module in backbone.modules() if isinstance(module, Edge))
    assert all(module.branch[-1].activation is None for module in backbone.modules() if isinstance(module, Residual))
    assert all(endpoint.activation == "relu" for endpoint in backbone.endpoints)


def test_only_the_first_stem_unit_projects_its_shortcut():
    units = [module for module in built(narrow(block_repeats=2)).modules() if isinstance(module, Residual)]
    assert [unit.shortcut is not None for unit in units] == [True] + [False] * (len(units) - 1)


@pytest.mark.parametrize(("zero", "gamma"), [(True, 0.0), (False, 1.0)])
def test_the_last_gamma_of_every_unit_starts_as_asked(zero, gamma):
    backbone = built(narrow(), zero_last_gamma=zero)
    lasts = [module.branch[-1] for module in backbone.modules() if isinstance(module, Residual)]
    assert len(lasts) == 17
    assert all(torch.all(last.norm.weight == gamma) for last in lasts)


def test_every_batch_norm_has_the_constants_of_the_options():
    backbone = built(narrow(), batch_norm=BatchNorm(momentum=0.5, epsilon=0.1))
    norms = [module.norm for module in backbone.modules() if isinstance(module, ConvNorm)]
    assert {(norm.momentum, norm.eps) for norm in norms} == {(0.5, 0.1)}


def test_swish_takes_the_place_of_relu():
    features = built(narrow(), activation="swish")(pictures(128, 128))
    assert all(x.min() < 0 for x in features.values())


def test_stochastic_depth_grows_linearly_over_the_learned_blocks_and_spares_the_stem():
    backbone = built(narrow(block_repeats=2), stochastic_depth=0.3)
    rates = [[unit._drop_rate for unit in block.group] for block in backbone.learned]
    assert rates == [[pytest.approx(0.3 * (place + 1) / 15)] * 2 for place in range(15)]
    assert all(unit._drop_rate == 0 for group in backbone.stem.groups for unit in group)


def test_stochastic_depth_varies_training_but_never_evaluation():
    backbone = built(narrow(), stochastic_depth=0.5, zero_last_gamma=False)
    x = pictures(128, 128)
    assert not torch.equal(backbone(x)[3], backbone(x)[3])
    backbone.eval()
    assert torch.equal(backbone(x)[3], backbone(x)[3])


def test_a_picture_is_evaluated_the_same_alone_and_in_a_batch():
    backbone = built(narrow(), zero_last_gamma=False).eval()
    both = pictures(128, 128)
    for level, alone in backbone(both[:1]).items():
        assert torch.allclose(alone, backbone(both)[level][:1], rtol=1e-3, atol=1e-4)


def test_memory_formats_give_the_same_features():
    backbone = built(narrow(), zero_last_gamma=False).eval()
    plain = backbone(pictures(100, 150))
    rearranged = backbone.to(memory_format=torch.channels_last)(
        pictures(100, 150).contiguous(memory_format=torch.channels_last)
    )
    for level, x in rearranged.items():
        assert x.is_contiguous(memory_format=torch.channels_last)
        assert torch.allclose(x, plain[level], rtol=1e-3, atol=1e-4)


@torch.no_grad()
def test_a_shifted_picture_gives_shifted_features():
    backbone = built(narrow(), zero_last_gamma=False).eval()
    picture = torch.zeros(3, 640, 640)
    picture[:, 256:384, 256:384] = 1.0
    features = backbone(torch.stack([torch.zeros_like(picture), picture, picture.roll(128, -1)]))
    for level, (blank, first, second) in features.items():
        there, moved = (first - blank).roll(128 // 2**level, -1).flatten(), (second - blank).flatten()
        assert cosine_similarity(there, moved, 0) > 0.99  # not 1: paddings at the border are felt
        assert cosine_similarity((first - blank).flatten(), moved, 0) < 0.9


def test_a_learned_block_activates_the_sum_of_its_parents():
    architecture = narrow()
    block = LearnedBlock(architecture, 2, RELU, 0.0).eval()
    with torch.no_grad():
        for parameter in block.group.parameters():
            parameter.zero_()  # the group passes its input on
    features = {0: torch.randn(1, 32, 32, 32).abs(), 1: torch.randn(1, 32, 32, 32).abs()}
    parts = [edge(features[parent], (32, 32)) for parent, edge in enumerate(block.edges)]
    assert torch.allclose(block(features, (128, 128)), (parts[0] + parts[1]).relu())
