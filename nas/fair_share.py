"""Fair shares of a cluster: how many trials each search may run at a time, when more is wanted than there is room for.

Room is dealt out trial by trial. The next one goes to the project that has least for its weight, and within it to the
search of the highest priority; of equals, to the one that has least, then to the older. So no room stays free while
anybody wants it and a trial of theirs fits, and what a project does not want goes to the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from nas.document import Resources
from nas.ports import Underway
from nas.records import DEFAULT_PROJECT


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """Processors and GPUs: of a cluster, or of one trial."""

    cpus: float
    gpus: float = 0.0

    def fits(self, other: "Room") -> bool:
        """Whether the other is held by what there is."""
        return other.cpus <= self.cpus + 1e-9 and other.gpus <= self.gpus + 1e-9

    def less(self, other: "Room") -> "Room":
        """What is left without the other."""
        return Room(cpus=self.cpus - other.cpus, gpus=self.gpus - other.gpus)

    def at_least(self, other: "Room") -> "Room":
        """The larger of both, in each kind."""
        return Room(cpus=max(self.cpus, other.cpus), gpus=max(self.gpus, other.gpus))

    def part_of(self, whole: "Room") -> float:
        """The larger of the two parts of a whole: its dominant share."""
        parts = [(self.cpus, whole.cpus), (self.gpus, whole.gpus)]
        return max((amount / of for amount, of in parts if of > 0), default=0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """What a running search would like: so many trials at a time, each of this size."""

    search_id: str  # ids sort by age
    trial: Room
    concurrent: int
    project: str = DEFAULT_PROJECT
    weight: float = 1.0  # of its project
    priority: int = 0


def demand_of(underway: Underway) -> Demand:
    """What a search that runs asks for by its document."""
    search = underway.search
    asked = Resources.model_validate(search.document.get("resources", {}))
    return Demand(
        search_id=search.id,
        trial=Room(cpus=asked.cpus, gpus=asked.gpus),
        concurrent=asked.concurrent,
        project=search.project,
        weight=underway.weight,
        priority=search.priority,
    )


@dataclass(slots=True)
class _Dealt:
    """What was dealt out so far."""

    trials: dict[str, int] = field(default_factory=dict)
    of_projects: dict[str, float] = field(default_factory=dict)


def fair_shares(demands: Sequence[Demand], cluster: Room) -> dict[str, int]:
    """How many trials each search may run at a time; together they fit the cluster."""
    dealt = _Dealt(trials={demand.search_id: 0 for demand in demands})
    left = cluster
    while hungry := [
        each for each in demands if dealt.trials[each.search_id] < each.concurrent and left.fits(each.trial)
    ]:
        chosen = min(hungry, key=lambda demand: _turn(demand, dealt))
        left = left.less(chosen.trial)
        dealt.trials[chosen.search_id] += 1
        had = dealt.of_projects.get(chosen.project, 0.0)
        dealt.of_projects[chosen.project] = had + chosen.trial.part_of(cluster)
    return dealt.trials


def _turn(demand: Demand, dealt: _Dealt) -> tuple[float, str, int, int, str]:
    """The smaller, the sooner it is the search's turn."""
    of_project = dealt.of_projects.get(demand.project, 0.0) / demand.weight
    return (round(of_project, 9), demand.project, -demand.priority, dealt.trials[demand.search_id], demand.search_id)
