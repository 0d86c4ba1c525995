"""What a strategy is made for: the search around it, as far as a proposal may know it."""

from dataclasses import dataclass
from typing import Any

from nas.objectives import Constraint, Objective
from nas.static_metrics import StaticMetrics
from search_spaces.space import Space


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """Where a strategy works. `static_metrics` raises `InvalidArchitecture` when no network can be built."""

    space: Space[Any]
    static_metrics: StaticMetrics
    objectives: tuple[Objective, ...]
    constraints: tuple[Constraint, ...] = ()
    unseen: int = 0
    """How many trials before a proposal it does not see the results of, at most."""
