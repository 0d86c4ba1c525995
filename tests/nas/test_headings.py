"""Headings: values in order, under labels that are short and tell them apart."""

import pytest

from nas.headings import headings, key
from search_spaces.registry import SPACES, architecture_from, published_architecture

RESIZER = {"kind": "resizer", "input_size": [96, 96], "output_size": [64, 64]}
NET = {"kind": "torchvision", "name": "resnet50", "weights": None}


def labels(*values):
    return [each.label for each in headings(values).values()]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([10, 9, None, 10, 2.5], ["2.5", "9", "10", "-"]),
        (["wide", None, "narrow", "wide"], ["wide", "narrow", "-"]),
        ([True, False], ["true", "false"]),
        ([2, "one", 1], ["2", "one", "1"]),
        ([[96, 128], [64, 64]], ["[96,128]", "[64,64]"]),
        ([["conv4_3", "conv5_3"], []], ["[conv4_3,conv5_3]", "[]"]),
        ([[{"width": 64, "depth": 2}, {"width": 128, "depth": 1}]], ["[64:2,128:1]"]),
        ([None], ["-"]),
        ([], []),
    ],
)
def test_numbers_are_sorted_and_other_values_stand_as_they_appear(values, told):
    assert labels(*values) == told


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["/w/tiny.pt", "/w/small.pt"], ["tiny", "small"]),
        (["/a/resnet/model.pt", "/b/vgg/model.pt", None, "/b/other.pt"], ["resnet/model", "vgg/model", "b/other", "-"]),
        (["/a/x/m.pt", "/b/x/m.pt"], ["a/x/m", "b/x/m"]),
        (["/a/m.pt", "/a/m.pth"], ["/a/m.pt", "/a/m.pth"]),
        (["/w/resnet50-0676ba61.v2.pth"], ["resnet50-0676ba61.v2"]),
        (["/w/tiny.pt", "random"], ["/w/tiny.pt", "random"]),
    ],
)
def test_paths_are_told_by_the_ends_in_which_they_differ(values, told):
    assert labels(*values) == told


def test_architectures_have_the_names_they_are_known_by():
    published = [published_architecture(name).model_dump(mode="json") for name in ("vgg-tiny", "spinenet-49")]
    assert labels(NET, *published) == ["resnet50", "vgg-tiny", "spinenet-49"]


def test_any_other_architecture_is_told_by_its_kind_and_its_id():
    resizer = architecture_from(RESIZER)
    assert labels(resizer.model_dump(mode="json")) == [f"resizer-{resizer.architecture_id[:6]}"]
    assert labels({"kind": "toy"})[0].startswith("toy-")


def test_values_that_would_read_alike_are_told_apart():
    trained, other = {**NET, "weights": "/a.pt"}, {**NET, "name": "vgg16"}
    first, second, third = labels(NET, trained, other)
    assert first.startswith("resnet50-")
    assert second.startswith("resnet50-")
    assert first != second
    assert third == "vgg16"
    assert len(set(labels(None, "-", 1, "1"))) == 4
    long = [[*range(20), last] for last in range(3)]
    assert len(set(labels(*long))) == 3
    assert max(map(len, labels(*long))) == 24 + 7


def test_every_published_architecture_has_a_label_of_its_own():
    published = [one.model_dump(mode="json") for kind in SPACES.values() for one in kind.published.values()]
    assert len(set(labels(*published))) == len({key(each) for each in published})


def test_a_value_is_found_by_its_key():
    found = headings([{"kind": "toy", "b": 1, "a": 2}])
    assert found[key({"a": 2, "b": 1, "kind": "toy"})].value == {"kind": "toy", "a": 2, "b": 1}
