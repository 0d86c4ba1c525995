"""The trials of one search of a proxy check, as tables of architectures and seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

import numpy as np

from nas.objectives import Objective
from nas.proxy_options import ProxyPart
from nas.rank_correlation import Floats
from nas.records import Search, Trial, TrialStatus

Key = tuple[str, int]
"""An architecture and which of its trainings."""


@dataclass(frozen=True, kw_only=True)
class MeasuredPart:
    """One search of a check, with its trials: the candidates in their order, then their repeats."""

    part: ProxyPart
    search: Search
    trials: Sequence[Trial]
    objective: Objective
    epochs: int
    planned: int
    """How many trainings it has in the end."""

    @cached_property
    def completed(self) -> dict[Key, Trial]:
        """The completed trials that were measured."""
        metric = self.objective.metric
        done = [t for t in self.trials if t.status is TrialStatus.COMPLETED and metric in t.metrics]
        return {(t.architecture_id, t.companion.repeat if t.companion else 0): t for t in done}

    @property
    def seeds(self) -> int:
        """How many trainings an architecture has at most."""
        return max((repeat for _, repeat in self.completed), default=0) + 1

    def values(self, architectures: Sequence[str]) -> Floats:
        """The metric after all epochs, larger is better [seeds, architectures]; nan where a training is missing."""
        return self._table(architectures, {key: trial.metrics[self.objective.metric] for key, trial in self._items()})

    def values_at(self, architectures: Sequence[str], epoch: int) -> Floats:
        """The same after this epoch."""
        found = {key: value for key, trial in self._items() if (value := self._curve(trial).get(epoch)) is not None}
        return self._table(architectures, found)

    @property
    def measured_epochs(self) -> list[int]:
        """The epochs at which every completed trial was measured."""
        curves = [set(self._curve(trial)) for trial in self.completed.values()]
        return sorted(set.intersection(*curves)) if curves else []

    @property
    def curves(self) -> list[list[float]]:
        """The metric over the epochs, of every completed trial."""
        return [list(self._curve(trial).values()) for trial in self.completed.values()]

    def seconds_at(self, epoch: int) -> float:
        """Training and evaluation of a completed trial up to this epoch, on average."""
        return fmean(m.elapsed_s for t in self.completed.values() for m in t.measurements if m.fidelity == epoch)

    def _items(self) -> list[tuple[Key, Trial]]:
        return list(self.completed.items())

    def _curve(self, trial: Trial) -> dict[int, float]:
        name = self.objective.metric
        return {m.fidelity: m.metrics[name] for m in trial.measurements if name in m.metrics}

    def _table(self, architectures: Sequence[str], found: Mapping[Key, float]) -> Floats:
        sign = 1.0 if self.objective.goal == "maximize" else -1.0
        rows = [[sign * found.get((each, seed), np.nan) for each in architectures] for seed in range(self.seeds)]
        return np.array(rows, np.float64).reshape(self.seeds, len(architectures))


def means(table: Floats) -> Floats:
    """Over the seeds there are; nan where there is none."""
    defined = np.isfinite(table)
    counts = defined.sum(0)
    return np.where(counts > 0, np.where(defined, table, 0).sum(0) / np.maximum(counts, 1), np.nan)
