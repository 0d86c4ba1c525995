"""The options of the reference space refuse what makes no sense."""

from pathlib import Path

import pytest

from search_spaces.errors import InvalidOptions
from search_spaces.reading import read
from search_spaces.reference.architecture import NAMES
from search_spaces.reference.options import ReferenceOptions


def options(**fields):
    return read(ReferenceOptions, fields, error=InvalidOptions)


def test_by_default_all_six_begin_at_random():
    assert options(kind="torchvision") == ReferenceOptions()
    assert (options().names, options().weights) == (NAMES, {})


def test_relative_files_are_taken_from_a_folder_and_absolute_ones_stay():
    given = options(names=["vgg16", "resnet50"], weights={"vgg16": "files/vgg.pth", "resnet50": "/data/resnet.pth"})
    found = given.resolved(Path("/here"))
    assert found.weights == {"vgg16": "/here/files/vgg.pth", "resnet50": "/data/resnet.pth"}
    assert found.names == given.names


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"names": []}, "names: must have at least 1 entries"),
        ({"names": ["alexnet"]}, r"names\.0: must be 'resnet50', .* or 'vgg16', got 'alexnet'"),
        ({"names": ["vgg16", "vgg16"]}, "names: must be distinct, got vgg16, vgg16"),
        ({"names": ["vgg16"], "weights": {"resnet50": "a.pth"}}, "weights: must be for one of vgg16, got 'resnet50'"),
        ({"weights": {"vgg16": ""}}, r"weights\.vgg16: .*got ''"),
        ({"weights": {"vgg16": None}}, r"weights\.vgg16: .*got None"),
        ({"weight": {}}, "weight: unknown field; did you mean 'weights'?"),
    ],
)
def test_nonsense_is_refused_under_its_field(fields, message):
    with pytest.raises(InvalidOptions, match=message):
        options(**fields)


def test_every_option_is_documented():
    fields = ReferenceOptions.model_fields
    assert all(field.description for name, field in fields.items() if name != "kind")
