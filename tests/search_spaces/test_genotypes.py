"""What strategies do with genotypes, tried on the toy space and by properties."""

import random
from math import comb, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_spaces.errors import DrawsExhausted, InvalidGenotype, NotInSpace, Rejected, SpaceError
from search_spaces.genotypes import (
    MAXIMUM_DRAWS,
    count,
    crossover,
    decode,
    encode,
    enumerate_genotypes,
    mutate,
    neighbours,
    sample,
    trace,
    validate,
)
from search_spaces.paths import paths
from search_spaces.testing import STAGES, ToyArchitecture, ToySpace

SPACE = ToySpace()
EVERY = list(enumerate_genotypes(SPACE))
SEEDS = st.integers(0, 2**32 - 1)


class Plain(ToySpace):
    """Without choices that depend on others, and without a count of its own."""

    count = None

    def decode(self, choose):
        stages = choose.ordering("stages", "abcd")
        taps = choose.subset("taps", range(5), 2)
        activation = choose.one_of("activation", ("none", "relu", "leaky"))
        return ToyArchitecture(stages=stages, depth=5, taps=taps, activation=activation, slope=0)


class Empty(ToySpace):
    def decode(self, choose):
        choose.one_of("depth", (3, 4))
        raise Rejected("nothing_fits")


class Single(ToySpace):
    def decode(self, choose):
        choose.one_of("depth", (3,))
        return ToyArchitecture(stages=STAGES, depth=3, taps=(0, 1), activation="relu", slope=0)


@given(SEEDS)
def test_samples_are_among_all_there_are(seed):
    assert sample(SPACE, random.Random(seed)).genotype in EVERY


def test_samples_reach_every_architecture():
    rng = random.Random(0)
    assert {sample(SPACE, rng).genotype for _ in range(6_000)} == set(EVERY)


def test_draws_thrown_away_are_counted_by_reason():
    rng = random.Random(0)
    draws = [sample(SPACE, rng) for _ in range(3_000)]
    idle = sum(draw.rejected.get("idle", 0) for draw in draws)
    expected = 1 / 3 * (1 / 2 * 1 / 3 + 1 / 2 * 1 / 6)  # no activation, and taps (0, 1) at either depth
    assert idle / (idle + len(draws)) == pytest.approx(expected, abs=0.02)


def test_a_space_that_rejects_everything_says_so():
    with pytest.raises(DrawsExhausted, match=rf"all of {MAXIMUM_DRAWS} draws .*nothing_fits: {MAXIMUM_DRAWS}"):
        sample(Empty(), random.Random(0))


@given(SEEDS, st.sampled_from(EVERY))
def test_mutations_are_other_architectures_of_the_space(seed, genotype):
    draw = mutate(SPACE, genotype, random.Random(seed))
    assert draw.genotype in EVERY
    assert draw.genotype != genotype


def test_a_mutation_that_changes_nothing_is_thrown_away_and_counted():
    rng = random.Random(0)
    rejected = [mutate(SPACE, EVERY[0], rng).rejected.get("unchanged", 0) for _ in range(200)]
    assert sum(rejected) > 0  # swapping the two equal stages


def test_a_genotype_without_alternatives_cannot_be_mutated():
    with pytest.raises(SpaceError, match="nothing to mutate"):
        mutate(Single(), (0,), random.Random(0))


@given(SEEDS, st.sampled_from(EVERY), st.sampled_from(EVERY))
def test_crossovers_are_architectures_of_the_space(seed, a, b):
    assert crossover(SPACE, a, b, random.Random(seed)).genotype in EVERY


def test_a_crossover_mixes_both_parents():
    a, b = (0, 1, 2, 3, 0, 4, 0), (1, 3, 0, 2, 1, 3, 1)
    children = {crossover(Plain(), a, b, random.Random(seed)).genotype for seed in range(100)}
    assert children == {(*stages[:4], *taps[4:6], kind[6]) for stages in (a, b) for taps in (a, b) for kind in (a, b)}


@given(st.sampled_from(EVERY))
def test_neighbours_are_the_architectures_one_edit_away(genotype):
    found = [draw.genotype for draw in neighbours(SPACE, genotype)]
    assert set(found) <= set(EVERY) - {genotype}
    assert len(found) == len(set(found))


def test_neighbours_in_random_order_are_the_same_and_decoded_when_they_are_asked_for():
    decoded = []

    class Counting(Plain):
        def decode(self, choose):
            decoded.append(1)
            return super().decode(choose)

    genotype = sample(Plain(), random.Random(0)).genotype
    listed = list(neighbours(Plain(), genotype))
    shuffled = [list(neighbours(Plain(), genotype, random.Random(seed))) for seed in (1, 1, 2)]
    assert shuffled[0] == shuffled[1] != shuffled[2]
    assert all({draw.genotype for draw in each} == {draw.genotype for draw in listed} for each in shuffled)
    next(neighbours(Counting(), genotype, random.Random(1)))
    assert len(decoded) < 6 < len(listed)


def test_neighbours_of_a_plain_space_are_counted_by_hand():
    genotype = sample(Plain(), random.Random(0)).genotype
    swaps, replacements, options = comb(4, 2), 2 * 3, 2
    assert len(list(neighbours(Plain(), genotype))) == swaps + replacements + options


def test_the_count_is_the_product_over_the_choices():
    assert count(Plain()) == factorial(4) * comb(5, 2) * 3 == len(list(paths(Plain())))


def test_a_space_may_count_itself():
    assert count(SPACE) == len(list(paths(SPACE)))


def test_equal_architectures_have_equal_genotypes():
    assert len({decode(SPACE, genotype) for genotype in EVERY}) == len(EVERY)
    assert encode(SPACE, decode(SPACE, (1, 0, 2, 0, 1, 2, 1))) == (0, 1, 2, 0, 1, 2, 1)


def test_a_trace_names_every_choice():
    names = [choice.name for choice in trace(SPACE, (0, 1, 2, 0, 1, 2, 2, 3))]
    assert names == ["stages.0", "stages.1", "stages.2", "depth", "taps.0", "taps.1", "activation", "slope"]


def test_a_genotype_may_come_as_a_list_from_json():
    assert decode(SPACE, list(EVERY[0])) == decode(SPACE, EVERY[0])


def test_a_genotype_that_is_too_long_is_refused():
    with pytest.raises(InvalidGenotype, match="must have 7 choices, got 8"):
        decode(SPACE, (0, 1, 2, 0, 1, 2, 1, 0))


def test_decoding_a_rejected_genotype_says_why():
    with pytest.raises(Rejected, match="need an activation"):
        decode(SPACE, (0, 1, 2, 0, 0, 1, 0))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stages": ("wide",) * 3}, "^stages: must be one of 'narrow', 'narrow', got 'wide'"),
        ({"depth": 7}, "^depth: must be one of 3, 4, got 7"),
        ({"taps": (2, 3)}, "^taps: must be one of .*, got 3"),
        ({"taps": (0, 1), "activation": "none"}, r"^taps: taps \(0, 1\) need an activation"),
        ({"slope": 2}, "^slope: the space gives 0, got 2"),
    ],
)
def test_an_architecture_outside_the_space_is_refused_by_its_field(changes, message):
    inside = {"stages": STAGES, "depth": 3, "taps": (1, 2), "activation": "relu", "slope": 0}
    validate(SPACE, ToyArchitecture(**inside))
    with pytest.raises(NotInSpace, match=message):
        validate(SPACE, ToyArchitecture(**{**inside, **changes}))
