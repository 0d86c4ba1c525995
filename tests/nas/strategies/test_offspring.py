"""Children of one parent and of two."""

import random
from itertools import islice

from nas.strategies.offspring import PERSISTENCE, children, trials_before
from nas.testing.strategies import history_of
from search_spaces.genotypes import crossover, mutate, sample
from search_spaces.testing import ToySpace

SPACE = ToySpace()
FIRST, SECOND = (sample(SPACE, random.Random(seed)).genotype for seed in (1, 2))


def test_without_crossover_a_child_is_a_mutation_and_nothing_else_is_drawn():
    rng = random.Random(3)
    bred = list(islice(children(SPACE, lambda: FIRST, crossover=0, rng=random.Random(3)), 5))
    assert bred == [mutate(SPACE, FIRST, rng) for _ in range(5)]


def test_a_child_of_two_is_a_mutation_of_their_crossover():
    rng = random.Random(3)
    rng.random()
    mixed = crossover(SPACE, FIRST, SECOND, rng)
    parents = iter((FIRST, SECOND))
    bred = next(children(SPACE, lambda: next(parents), crossover=1, rng=random.Random(3)))
    assert bred == mutate(SPACE, mixed.genotype, rng)


def test_the_share_of_children_with_two_parents_is_as_told():
    asked = []
    bred = children(SPACE, lambda: asked.append(1) or FIRST, crossover=0.25, rng=random.Random(0))
    assert len(list(islice(bred, 400))) == 400
    assert 470 <= len(asked) <= 530, "one parent each, and a second one for a quarter"


def test_after_many_children_in_vain_uniform_samples_follow():
    bred = children(SPACE, lambda: FIRST, crossover=0, rng=random.Random(0))
    near = {draw.genotype for draw in islice(bred, PERSISTENCE)}
    assert len({draw.genotype for draw in islice(bred, 200)} - near) > 50


def test_trials_of_an_earlier_search_stand_before_those_of_this_one():
    assert trials_before((), 3) == 3
    assert trials_before(history_of(SPACE, 3), 3) == 3
    assert trials_before(history_of(SPACE, 0, earlier=5), 0) == 5
    assert trials_before(history_of(SPACE, 2, earlier=5), 2) == 7
