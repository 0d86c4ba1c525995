"""Local search: hill climbing with restarts, a strong baseline where results have little noise (White et al. 2021)."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from nas.merit import Merit, merit
from nas.ports import Outcome
from nas.strategies.learning import LearningOptions
from search_spaces.genotypes import Draw, neighbours, sample
from search_spaces.space import Space


class LocalSearchStrategy(LearningOptions):
    """Climbs by single changes from the best so far; after results in vain it begins anew from uniform draws.

    Of several objectives the first decides, the next ones break ties.
    """

    kind: Literal["local_search"] = Field("local_search", description="hill climbing with restarts")
    patience: int = Field(
        40,
        ge=1,
        description="results in a row, of trials that could know the best of a climb, that do not better it: then the "
        "next climb begins",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalSearch:
    """Climbs follow one another; a trial is an untried neighbour of the best trial of the climb under way.

    When all its neighbours are tried, those of the next best trial of the climb follow. A climb is over after
    `patience` results in a row, and `unseen` more, that are no better than its best. The next `unseen` trials were
    proposed before that was known and belong to no climb; those that follow begin the next one as uniform samples,
    until a first result is known. The first climb begins at the best of an earlier search, if there is one: none of
    its results was in vain.
    """

    patience: int
    unseen: int = 0
    """How many trials before a proposal it does not see the results of, at most."""

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """Untried neighbours of the trials of the climb, the best trial first, each trial's in random order."""
        climb = history[self.start_of_climb(history) :]
        tried = {outcome.genotype for outcome in climb}
        for outcome in best_first(climb):
            for draw in neighbours(space, outcome.genotype, rng):
                if draw.genotype not in tried:
                    tried.add(draw.genotype)
                    yield draw
        while True:
            yield sample(space, rng)

    def start_of_climb(self, history: Sequence[Outcome]) -> int:
        """The place in the history where the climb under way begins; it may lie behind its end."""
        start, vain = 0, 0
        best: Merit | None = None
        for place, outcome in enumerate(history):
            if place < start or outcome.pending:
                continue
            if outcome.values is not None and (best is None or merit(outcome) > best):
                best, vain = merit(outcome), 0
                continue
            vain += outcome.number >= 0
            if vain >= self.patience + self.unseen:
                start, vain, best = place + 1 + self.unseen, 0, None
        return start


def best_first(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes with values from the best to the worst, the older of two that are as good first."""
    return sorted((outcome for outcome in outcomes if outcome.values is not None), key=merit, reverse=True)
