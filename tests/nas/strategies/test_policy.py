"""The recurrent policy: what it draws, and what an update does to it."""

import random
from collections import Counter

import pytest
import torch

from nas.strategies.decisions import decisions_of
from nas.strategies.policy import Experience, Sampling, first_policy, improved, one_thread
from search_spaces.choices import Chooser
from search_spaces.errors import Rejected
from search_spaces.genotypes import encode, sample
from search_spaces.testing import ToySpace, ToyTrainingSpace

SPACE = ToySpace()
GENOTYPES = [sample(SPACE, random.Random(seed)).genotype for seed in range(6)]


def experience(genotype, advantage, space=SPACE):
    return Experience(decisions=decisions_of(space, genotype), advantage=advantage)


def drawn(policy, *, space=SPACE, draws=100, temperature=1.0):
    """Genotypes that the policy draws, those the space rejects left out."""
    rng = random.Random(0)
    found = []
    for _ in range(draws):
        try:
            found.append(encode(space, space.decode(Chooser(Sampling(policy, rng, temperature=temperature)))))
        except Rejected:
            continue
    return found


def taught(batch, *, updates=30, entropy=0.0, policy=None):
    policy = policy or first_policy(16)
    for _ in range(updates):
        policy = improved(policy, batch, rate=0.05, entropy=entropy)
    return policy


def share(genotype, **options):
    found = drawn(**options)
    return sum(one == genotype for one in found) / len(found)


def test_a_policy_that_learned_nothing_draws_uniformly():
    found = drawn(first_policy(16), draws=600)
    depths = Counter(genotype[3] for genotype in found)
    places_of_the_wide_stage = Counter(genotype[:3].index(2) for genotype in found)
    assert depths[0] / len(found) == pytest.approx(1 / 2, abs=0.07)
    assert [places_of_the_wide_stage[place] / len(found) for place in range(3)] == pytest.approx([1 / 3] * 3, abs=0.07)


def test_what_was_better_than_expected_becomes_likely_and_what_was_worse_unlikely():
    batch = [experience(GENOTYPES[0], 1.0), experience(GENOTYPES[1], -1.0)]
    policy = taught(batch)
    assert share(GENOTYPES[0], policy=policy) > 0.5
    assert share(GENOTYPES[1], policy=policy) == 0


def test_a_choice_may_depend_on_one_made_long_before():
    """The last choice is right when it equals the first: no choice by itself is better than another."""
    answers = [(0, other, first, last) for other in (0, 1) for first in (0, 1) for last in (0, 1)]
    batch = [experience(g[1:], 1.0 if g[2] == g[3] else -1.0, Pairs()) for g in answers]
    found = Counter(genotype[1] == genotype[2] for genotype in drawn(taught(batch, updates=150), space=Pairs()))
    assert found[True] > 0.9 * found.total()


class Pairs:
    """Three choices of two options."""

    kind = "pairs"

    def decode(self, choose):
        return [choose.one_of(name, (0, 1)) for name in ("other", "first", "last")]

    def recall(self, architecture):
        return dict(zip(("other", "first", "last"), architecture, strict=True))


def test_the_entropy_bonus_keeps_a_policy_from_settling():
    batch = [experience(GENOTYPES[0], 1.0), experience(GENOTYPES[1], -1.0)]
    assert share(GENOTYPES[0], policy=taught(batch, entropy=2.0)) < 0.5 * share(GENOTYPES[0], policy=taught(batch))


def test_heat_brings_a_settled_policy_back_to_uniform_draws():
    policy = taught([experience(GENOTYPES[0], 1.0)])
    assert len(set(drawn(policy))) < 20
    assert len(set(drawn(policy, temperature=100.0))) > 50


def test_numbers_are_learned_by_the_stretch_they_lie_in():
    space = ToyTrainingSpace()
    genotype = sample(space, random.Random(3)).genotype
    found = drawn(taught([experience(genotype, 1.0, space)]), space=space)
    near = [abs(one[0] - genotype[0]) <= 2 for one in found]
    assert sum(near) > 0.8 * len(near)


def test_an_update_leaves_the_policy_it_came_from_as_it_was():
    policy = taught([experience(GENOTYPES[0], 1.0)], updates=3)
    before = drawn(policy)
    taught([experience(GENOTYPES[1], 1.0)], policy=policy)
    assert drawn(policy) == before


def test_the_order_in_which_names_are_met_makes_no_difference_to_how_they_begin():
    one = improved(first_policy(8), [experience(g, 0.0) for g in GENOTYPES], rate=0.1, entropy=0.0)
    other = improved(first_policy(8), [experience(g, 0.0) for g in reversed(GENOTYPES)], rate=0.1, entropy=0.0)
    assert one.rows != other.rows
    assert drawn(one) == drawn(other) == drawn(first_policy(8))


def test_a_space_without_an_alternative_teaches_nothing():
    policy = first_policy(8)
    assert improved(policy, [Experience(decisions=(), advantage=1.0)], rate=0.1, entropy=0.1).updates == 0


def test_the_randomness_and_the_threads_of_torch_are_left_alone():
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
        drawn(taught([experience(GENOTYPES[0], 1.0)], updates=2), draws=5)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads


def test_gradients_switched_off_around_it_do_not_stop_an_update():
    with torch.no_grad():
        policy = taught([experience(GENOTYPES[0], 1.0)])
    assert share(GENOTYPES[0], policy=policy) > 0.5
