"""Spaces and architectures by their kind."""

import json

import pytest

from search_spaces.errors import InvalidArchitecture, InvalidOptions
from search_spaces.genotypes import count
from search_spaces.registry import SPACES, architecture_from, space_from
from search_spaces.space import Architecture
from search_spaces.spinenet.published import PUBLISHED
from search_spaces.spinenet.space import SpineNetSpace

BLOOD_CELLS = {"kind": "spinenet", "width": 0.125, "alpha": 0.25, "stem_filters": 16, "endpoint_filters": 32}


def test_the_space_of_a_document_is_made():
    space = space_from(BLOOD_CELLS)
    assert isinstance(space, SpineNetSpace)
    assert space.options.width == 0.125


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        ({}, (("kind", "is missing; known: spinenet"),)),
        ({"kind": "spinnet"}, (("kind", "unknown kind 'spinnet'; did you mean 'spinenet'?"),)),
        ({"kind": ["x"]}, (("kind", "unknown kind ['x']; known: spinenet"),)),
        ({**BLOOD_CELLS, "windw": 4}, (("windw", "unknown field; did you mean 'window'?"),)),
    ],
)
def test_wrong_options_are_named_with_what_is_known(options, problems):
    with pytest.raises(InvalidOptions) as raised:
        space_from(options)
    assert raised.value.problems == problems


def test_an_architecture_comes_back_from_its_json():
    one = PUBLISHED["spinenet-143"].architecture
    assert architecture_from(json.loads(one.canonical_json())) == one


def test_an_architecture_of_no_known_kind_is_refused():
    with pytest.raises(InvalidArchitecture, match="kind: unknown kind 'resnet'; known: spinenet"):
        architecture_from({"kind": "resnet"})


@pytest.mark.parametrize("name", SPACES)
def test_every_space_describes_itself_as_json(name):
    described = SPACES[name].describe()
    assert json.loads(json.dumps(described)) == described
    assert described["count"] == count(space_from({"kind": name}))
    assert all(option["description"] for option in described["options"])
    assert issubclass(SPACES[name].architecture, Architecture)


def test_a_description_counts_the_space_of_the_options_it_is_given():
    described = SPACES["spinenet"].describe({"window": None})
    assert f"{described['count']:.3e}" == "1.249e+40"
    assert {"name": "window", "default": 5}.items() <= described["options"][6].items()
