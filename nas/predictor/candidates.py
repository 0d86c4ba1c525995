"""A pool of untried candidates to choose from: edits and crossovers of the best trials, and uniform draws."""

import random
from collections.abc import Collection, Sequence
from typing import Any

from nas.records import Genotype
from search_spaces.genotypes import Draw, crossover, mutate, sample
from search_spaces.space import Space

MUTATED, CROSSED = 0.6, 0.2  # shares of the pool; the rest is drawn uniformly
ONE_MORE = 0.4  # the chance of every further edit
PREFERENCE = 0.3  # of better parents: the rate at which their chances fall with the rank

Pool = dict[Genotype, Draw[Any]]


def pool_around(
    space: Space[Any], parents: Sequence[Genotype], *, size: int, tried: Collection[Genotype], rng: random.Random
) -> Pool:
    """At most `size` draws that were never tried, each once. `parents` are the best trials, best first."""
    pool: Pool = {}
    for _ in range(size):
        draw = _drawn(space, parents, rng)
        if draw.genotype not in tried:
            pool[draw.genotype] = draw
    return pool


def edited(
    space: Space[Any], draws: Sequence[Draw[Any]], *, size: int, known: Collection[Genotype], rng: random.Random
) -> Pool:
    """At most `size` draws one edit away from the given ones in turn, without those known."""
    pool: Pool = {}
    for index in range(size):
        draw = mutate(space, draws[index % len(draws)].genotype, rng)
        if draw.genotype not in known:
            pool[draw.genotype] = draw
    return pool


def _drawn(space: Space[Any], parents: Sequence[Genotype], rng: random.Random) -> Draw[Any]:
    way = rng.random()
    if way < MUTATED:
        draw = mutate(space, _preferred(parents, rng), rng)
        while rng.random() < ONE_MORE:
            draw = mutate(space, draw.genotype, rng)
        return draw
    if way < MUTATED + CROSSED:
        return crossover(space, rng.choice(parents), rng.choice(parents), rng)
    return sample(space, rng)


def _preferred(parents: Sequence[Genotype], rng: random.Random) -> Genotype:
    return parents[int(rng.expovariate(PREFERENCE)) % len(parents)]
