"""Random search: the baseline every other strategy has to beat."""

import random
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import Field

from nas.ports import Outcome
from nas.tasks.options import Options
from search_spaces.genotypes import Draw, sample
from search_spaces.space import Space


class RandomStrategy(Options):
    """Draws uniformly from the space. It looks at no results, so it never waits for any."""

    kind: Literal["random"] = Field("random", description="uniform draws")


class Random:
    """Draws every choice uniformly; looks at nothing."""

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """Uniform samples."""
        while True:
            yield sample(space, rng)
