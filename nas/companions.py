"""Companions: trials beside the best candidates, with more seeds and with the controls they have to beat.

They begin when every candidate has ended. Repeat k = 1, 2 ... of a candidate and of each of its controls share one
seed, so that their differences can be paired; those of another candidate have others (docs/decisions/0005). The trial
that made a candidate one of the best is not among them: being the best of many is partly luck, and that luck would
count for it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nas.constraints import excess
from nas.document import ComparisonOptions, SearchDocument
from nas.pareto import point
from nas.records import Companion, Trial, TrialStatus
from nas.rules import comparison_of
from nas.seeds import trial_seed
from nas.static_metrics import StaticMetrics
from search_spaces.controls import controls_of
from search_spaces.equal_macs import EQUAL_MACS, equal_macs_control
from search_spaces.errors import InvalidArchitecture
from search_spaces.space import Architecture

LARGEST_OUTPUT = 8192  # the side at which every task still tells its cost
Load = Callable[[Mapping[str, Any]], Architecture]
"""From the JSON of a candidate to its architecture."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A companion to be trained. Its genotype is empty where it is a control: that may lie outside the space."""

    companion: Companion
    architecture: Architecture
    genotype: tuple[int, ...]
    seed: int

    def trial(self, *, search_id: str, number: int, metrics: dict[str, float]) -> Trial:
        """The trial of this number, handed out; `metrics` are the static ones."""
        return Trial(
            search_id=search_id,
            number=number,
            status=TrialStatus.RUNNING,
            attempt=1,
            genotype=self.genotype,
            architecture=self.architecture.model_dump(mode="json"),
            architecture_id=self.architecture.architecture_id,
            seed=self.seed,
            static_metrics=metrics,
            companion=self.companion,
        )


class Companions:
    """The companions a search has yet to train; none where its document wants none.

    Controls that cannot be built are left out, for one may lie outside the space: `left_out` says why.
    """

    def __init__(self, document: SearchDocument, load: Load, static_metrics: StaticMetrics) -> None:
        self._document = document
        self._load = load
        self._static_metrics = static_metrics
        self._wanted = comparison_of(document) is not None
        self._plans: list[Planned] | None = None  # None: not planned yet, candidates come first
        self.left_out: list[str] = []

    @property
    def planned(self) -> bool:
        """Whether it is decided what they are."""
        return self._plans is not None

    @property
    def over(self) -> bool:
        """Whether none is to be trained any more."""
        return not self._wanted or self._plans == []

    def replan(self) -> None:
        """More candidates are to come: what they are is decided anew after those."""
        self._plans = None

    def plan(self, recorded: Callable[[], Sequence[Trial]]) -> None:
        """Decides what they are, by all the trials recorded, whose candidates have ended."""
        self._plans = planned(recorded(), self._document, self._load, self._static_metrics) if self._wanted else []

    def next(self, *, search_id: str, number: int) -> Trial | None:
        """The next one under this number; None when there is none left."""
        while self._plans:
            plan = self._plans.pop(0)
            try:
                metrics = self._static_metrics(plan.architecture)
            except InvalidArchitecture as error:
                companion = plan.companion
                self.left_out.append(f"no {companion.control} for trial {companion.candidate}: {error}")
                continue
            return plan.trial(search_id=search_id, number=number, metrics=metrics)
        return None


def planned(
    trials: Sequence[Trial], document: SearchDocument, load: Load, static_metrics: StaticMetrics
) -> list[Planned]:
    """The companions that the candidates among these trials still need, all of them ended, in the order to train them.

    The same candidates give the same companions, whatever was trained of them already.
    """
    rules = comparison_of(document)
    if rules is None:
        return []
    known = {trial.companion for trial in trials}
    best = _best([trial for trial in trials if trial.companion is None], document)[: rules.top]
    plans = [plan for trial in best for plan in beside(trial, rules, document, load, static_metrics)]
    return [plan for plan in plans if plan.companion not in known]


def _best(candidates: Sequence[Trial], document: SearchDocument) -> list[Trial]:
    """The completed candidates, those first that keep measured bounds, best first objective first, ties by number."""

    def place(trial: Trial) -> tuple[float, float, int]:
        broken = excess(trial.metrics, document.constraints)
        return broken, -point(trial.metrics, document.objectives)[0], trial.number

    return sorted((trial for trial in candidates if trial.status is TrialStatus.COMPLETED), key=place)


def beside(
    trial: Trial, rules: ComparisonOptions, document: SearchDocument, load: Load, static_metrics: StaticMetrics
) -> Iterator[Planned]:
    """The companions of one candidate, repeat by repeat, so that a search that is cut short has compared as much as it
    could."""
    architecture = load(trial.architecture)
    controls = controls_of(architecture) if rules.controls else {}
    if rules.controls and rules.equal_macs:
        larger = equal_macs_control(architecture, lambda each: static_metrics(each)["macs"], largest=LARGEST_OUTPUT)
        controls |= {EQUAL_MACS: larger} if larger is not None else {}
    for repeat in range(1, rules.seeds + 1):
        seed = trial_seed(document.seed, trial.number, repeat)
        again = Companion(candidate=trial.number, repeat=repeat)
        yield Planned(companion=again, architecture=architecture, genotype=trial.genotype, seed=seed)
        for name, control in controls.items():
            companion = Companion(candidate=trial.number, control=name, repeat=repeat)
            yield Planned(companion=companion, architecture=control, genotype=(), seed=seed)
