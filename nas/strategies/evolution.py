"""Regularized evolution (Real et al. 2019, Regularized Evolution for Image Classifier Architecture Search)."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from nas.merit import merit
from nas.ports import Outcome
from nas.records import Genotype
from nas.strategies.learning import LearningOptions
from nas.strategies.offspring import children, trials_before
from search_spaces.genotypes import Draw, sample
from search_spaces.reading import wrong
from search_spaces.space import Space


class EvolutionStrategy(LearningOptions):
    """Regularized evolution (Real et al. 2019): the oldest die, the best of a sample is mutated."""

    kind: Literal["evolution"] = Field("evolution", description="regularized evolution")
    population: int = Field(20, ge=2, description="how many of the last completed trials are alive")
    sample: int | None = Field(
        None, ge=1, description="how many of them compete to be mutated; at most population; null: half of it"
    )
    crossover: float = Field(
        0.0, ge=0, le=1, description="share of candidates that have two parents; they are mutated, too"
    )

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if self.sample is not None and self.sample > self.population:
            raise wrong("sample", f"must be at most population, {self.population}, got {self.sample}")
        return self


@dataclass(frozen=True, kw_only=True, slots=True)
class Evolution:
    """The oldest die: the population is the last `population` completed trials; the best of `sample` is mutated.

    The first `population` trials, those of an earlier search included, are uniform samples. A trial that breaks
    measured bounds loses against one that breaks them less. With several objectives the first decides, the next ones
    break ties: a scalar order. Pareto ranks are another strategy's business.
    """

    population: int
    sample: int
    crossover: float = 0.0

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """Children of winners of tournaments; uniform samples while the first population is not complete."""
        alive = self._alive(history) if trials_before(history, number) >= self.population else []

        def winner() -> Genotype:
            contenders = rng.sample(alive, min(self.sample, len(alive)))
            return max(contenders, key=lambda outcome: (merit(outcome), -outcome.number)).genotype

        if alive:
            yield from children(space, winner, crossover=self.crossover, rng=rng)
        while True:
            yield sample(space, rng)

    def _alive(self, history: Sequence[Outcome]) -> list[Outcome]:
        """The last `population` trials with a result, newest first."""
        alive: list[Outcome] = []
        for outcome in reversed(history):
            if outcome.values is not None:
                alive.append(outcome)
            if len(alive) == self.population:
                break
        return alive


def evolution_from(options: EvolutionStrategy) -> Evolution:
    """The strategy with these options."""
    sample = options.population // 2 if options.sample is None else options.sample
    return Evolution(population=options.population, sample=sample, crossover=options.crossover)
