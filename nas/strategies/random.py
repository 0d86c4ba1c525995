"""Random search: the baseline every other strategy has to beat."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from nas.ports import Outcome
from search_spaces.genotypes import Draw, sample
from search_spaces.space import Space


class Random:
    """Draws every choice uniformly; looks at nothing."""

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """Uniform samples."""
        while True:
            yield sample(space, rng)
