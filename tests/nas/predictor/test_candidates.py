"""The pool of untried candidates."""

import random
from collections import Counter

from nas.predictor.candidates import _preferred, edited, pool_around
from search_spaces.genotypes import Draw, decode, neighbours, sample
from search_spaces.testing import ToyTrainingSpace

SPACE = ToyTrainingSpace()
BEST = (10, 2, 5)


def near(genotype):
    return {draw.genotype for draw in neighbours(SPACE, genotype)}


def test_a_pool_holds_untried_members_each_once():
    tried = near(BEST)
    pool = pool_around(SPACE, [BEST], size=200, tried=tried, rng=random.Random(0))
    assert 10 < len(pool) < 200
    assert not tried & pool.keys()
    assert all(draw.genotype == genotype for genotype, draw in pool.items())
    assert all(draw.architecture == decode(SPACE, genotype) for genotype, draw in pool.items())


def test_more_than_chance_of_a_pool_is_close_to_the_parents():
    pool = pool_around(SPACE, [BEST], size=60, tried=(), rng=random.Random(0))
    uniform = {sample(SPACE, random.Random(seed)).genotype for seed in range(60)}
    assert len(near(BEST) & pool.keys()) > 2 * len(near(BEST) & uniform)


def test_better_parents_have_more_offspring_and_the_last_the_fewest():
    rng = random.Random(0)
    chosen = Counter(_preferred([(0,), (1,), (2,), (3,)], rng) for _ in range(2000))
    assert chosen[(0,)] > chosen[(1,)] > chosen[(2,)] > chosen[(3,)] > 200


def test_edits_are_one_step_from_the_draws_given_and_unknown():
    draw = Draw(genotype=BEST, architecture=decode(SPACE, BEST))
    known = set(sorted(near(BEST))[:5])
    pool = edited(SPACE, [draw], size=30, known=known, rng=random.Random(0))
    assert pool
    assert not pool.keys() & known
    assert pool.keys() <= near(BEST)


def test_nothing_is_edited_where_nothing_is_wanted():
    assert edited(SPACE, [], size=0, known=(), rng=random.Random(0)) == {}
