"""The VGG space keeps the laws of spaces and holds the published networks."""

import pytest

from search_spaces.errors import NotInSpace
from search_spaces.genotypes import count, trace, validate
from search_spaces.testing import SpaceLaws
from search_spaces.vgg.options import StageOptions, VggOptions
from search_spaces.vgg.published import PUBLISHED
from search_spaces.vgg.space import VggSpace

VGG_16 = PUBLISHED["vgg-16"].architecture
GOLDEN_16 = (1, 1, 1, 1, 1, 2, 1, 2, 1, 2, 0, 0, 0)
SMALL = VggOptions(
    stages=(
        StageOptions(widths=(16, 8), depths=(1, 2)),
        StageOptions(widths=(32,), depths=(3, 1)),
    ),
    pooled_sizes=(1, 2, 4),
    fc_widths=(32, 64),
)


class TestDefaultSpace(SpaceLaws):
    space = VggSpace()
    golden = ((GOLDEN_16, VGG_16),)


class TestSmallSpace(SpaceLaws):
    space = VggSpace(SMALL)


def test_choices_are_named_after_the_fields_they_fill():
    names = [choice.name for choice in trace(VggSpace(SMALL), (0,) * 7)]
    stages = ["stages.0.width", "stages.0.depth", "stages.1.width", "stages.1.depth"]
    assert names == [*stages, "batch_norm", "pooled_size", "fc_width"]


def test_counts_are_the_product_of_what_is_offered():
    assert count(VggSpace()) == (2 * 2) ** 2 * (2 * 4) ** 3 * 2 * 1 * 3
    assert count(VggSpace(SMALL)) == (2 * 2) * (1 * 2) * 2 * 3 * 2


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_default_space_holds_every_published_network(name):
    validate(VggSpace(), PUBLISHED[name].architecture)


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ({"stages": VGG_16.stages[:4]}, "stages: must have 5 stages, got 4"),
        (
            {"stages": (VGG_16.stages[0].model_copy(update={"width": 65}), *VGG_16.stages[1:])},
            r"stages\.0\.width: must be one of 32, 64, got 65",
        ),
        ({"fc_width": 100}, "fc_width: must be one of 4096, 2048, 1024, got 100"),
        ({"pooled_size": 2}, "pooled_size: must be one of 7, got 2"),
    ],
)
def test_an_architecture_outside_the_space_is_refused_by_its_field(update, message):
    with pytest.raises(NotInSpace, match=message):
        validate(VggSpace(), VGG_16.model_copy(update=update))
