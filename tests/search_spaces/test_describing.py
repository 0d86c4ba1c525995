"""What the numbers of a genotype stand for."""

import random

import pytest

from search_spaces.describing import asked_by
from search_spaces.errors import InvalidGenotype
from search_spaces.genotypes import sample, trace
from search_spaces.registry import space_from
from search_spaces.testing import ToySpace


def test_every_number_has_the_name_of_its_choice_and_a_label_for_each_option():
    space = space_from({"kind": "vgg"})
    draw = sample(space, random.Random(0))
    asked = asked_by(space, draw.genotype)
    choices = trace(space, draw.genotype)
    assert [each.name for each in asked] == [choice.name for choice in choices]
    assert [len(each.labels) for each in asked] == [choice.options for choice in choices]
    assert ("batch_norm", ("False", "True")) in [(each.name, tuple(sorted(each.labels))) for each in asked]


def test_picks_of_an_ordering_are_asked_one_by_one():
    genotype = sample(ToySpace(), random.Random(1)).genotype
    assert [each.name for each in asked_by(ToySpace(), genotype)] == [c.name for c in trace(ToySpace(), genotype)]


def test_a_genotype_of_another_space_is_refused():
    with pytest.raises(InvalidGenotype):
        asked_by(ToySpace(), (99,))
