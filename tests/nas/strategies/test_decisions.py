"""What a policy decides: menus, and the decisions a genotype stands for."""

import random
from collections import Counter
from math import exp, log

import pytest

from nas.strategies.decisions import BINS, decisions_of, menu_of, pick_from, taken_from
from search_spaces.choices import ChoiceKind, Chooser, Question
from search_spaces.genotypes import encode, enumerate_genotypes, sample
from search_spaces.grids import Grid
from search_spaces.spinenet.space import SpineNetSpace
from search_spaces.testing import ToySpace, ToyTrainingSpace


def question(kind, values, *, places=1, taken=()):
    allowed = [number for number in range(len(values)) if number not in taken]
    return Question(call="choice", kind=kind, places=places, taken=taken, values=values, allowed=allowed)


def test_equal_options_are_one_that_counts_for_all():
    menu = menu_of(question(ChoiceKind.ORDERING, ("narrow", "narrow", "wide"), places=3))
    assert (menu.numbers, menu.log_counts) == ((0, 2), (log(2), 0))
    after = menu_of(question(ChoiceKind.ORDERING, ("narrow", "narrow", "wide"), places=3, taken=(0,)))
    assert (after.name, after.numbers, after.log_counts) == ("choice.1", (1, 2), (0, 0))


def test_options_without_a_hash_are_told_apart_too():
    assert menu_of(question(ChoiceKind.ONE_OF, ([1], [2], [1]))).numbers == (0, 1)


def test_subsets_are_asked_for_in_ascending_order_and_stay_uniform():
    menu = menu_of(question(ChoiceKind.SUBSET, "abcd", places=2))
    assert menu.numbers == (0, 1, 2)
    assert [round(exp(count)) for count in menu.log_counts] == [3, 2, 1]
    assert menu_of(question(ChoiceKind.SUBSET, "abcd", places=2, taken=(1,))).numbers == (2, 3)


@pytest.mark.parametrize("points", [2, 15, 16, 17, 31, 100, 1001])
def test_every_place_of_a_grid_is_in_one_bin(points):
    asked = question(ChoiceKind.NUMBER, Grid.real(0, 1, points=points))
    menu = menu_of(asked)
    assert len(menu.numbers) == min(points, BINS)
    assert round(sum(exp(count) for count in menu.log_counts)) == points
    bins = Counter(taken_from(menu, asked, number) for number in range(points))
    assert [bins[place] for place in menu.numbers] == [round(exp(count)) for count in menu.log_counts]
    for place in menu.numbers:
        assert taken_from(menu, asked, pick_from(menu, asked, place, random.Random(place))) == place


@pytest.mark.parametrize("space", [ToySpace(), ToyTrainingSpace(), SpineNetSpace()], ids=lambda space: space.kind)
def test_decisions_made_again_give_the_genotype_again(space):
    for seed in range(10):
        genotype = sample(space, random.Random(seed)).genotype
        decisions = iter(decisions_of(space, genotype))

        def again(asked, decisions=decisions):
            menu = menu_of(asked)
            if len(menu.numbers) == 1:
                return pick_from(menu, asked, 0, random.Random(0))
            decision = next(decisions)
            assert decision.menu == menu
            return pick_from(menu, asked, decision.taken, random.Random(0))

        made = decisions_of(space, encode(space, space.decode(Chooser(again))))
        assert made == decisions_of(space, genotype)
        assert next(decisions, None) is None


def test_decisions_in_proportion_to_their_counts_draw_every_architecture_as_often():
    space = ToySpace()
    every = list(enumerate_genotypes(space))
    shares = Counter({genotype: share(decisions_of(space, genotype)) for genotype in every})
    by_draws = {}
    for genotype in every:  # as `sample` draws: stages are 3 ways, taps of 3 or 6, activations of 3, slopes of 4
        depth, activation = (3, 4)[genotype[3]], genotype[6]
        by_draws[genotype] = 1 / 3 / 2 / (3 if depth == 3 else 6) / 3 / (4 if activation == 2 else 1)
    assert shares == pytest.approx(by_draws)


def share(decisions):
    """The chance of a genotype when every decision is made in proportion to its counts."""
    chance = 1.0
    for decision in decisions:
        counts = [exp(count) for count in decision.menu.log_counts]
        chance *= counts[decision.taken] / sum(counts)
    return chance
