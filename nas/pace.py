"""How fast trainings go: what earlier trials of the same task say about how long those of a new search will take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Any

from nas.creation import NO_MATTER
from nas.document import SearchDocument
from nas.ports import Query, Records
from nas.records import Search, TrialStatus

SEARCHES = 200  # the newest of the project, of which those count that have the task
TRIALS = 50  # of each of them
ENOUGH = 5  # searches of the task
ANOTHER_LENGTH = frozenset({*NO_MATTER, "epochs"})
SIZE = ("cpus", "gpus")  # what a trial gets


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """Seconds that an epoch takes for each multiply-add of the network, or where networks tell none (`by_macs` false)
    that it takes: the median over so many trials."""

    seconds: float
    by_macs: bool
    trials: int
    searches: int

    def trial_s(self, epochs: int, macs: float | None) -> float | None:
        """How long a whole trial of such a network would take; None where its multiply-adds would have to be known."""
        if not self.by_macs:
            return self.seconds * epochs
        return None if macs is None else self.seconds * epochs * macs


def pace_of(document: SearchDocument, records: Records, *, project: str | None) -> Pace | None:
    """The pace of completed trials of the project with the same task and as many processors and GPUs, whatever their
    number of epochs; None where there are none."""
    found = list(islice(_alike(document, records, project=project), ENOUGH))
    measured = [each for search in found for each in _measured(search, records)]
    by_macs = [seconds / macs for seconds, macs in measured if macs]
    seconds = by_macs or [seconds for seconds, _ in measured]
    if not seconds:
        return None
    return Pace(seconds=median(seconds), by_macs=bool(by_macs), trials=len(seconds), searches=len(found))


def _alike(document: SearchDocument, records: Records, *, project: str | None) -> Iterator[Search]:
    wanted = _what_matters(document.model_dump(mode="json"))
    for search in records.searches(project=project, limit=SEARCHES).searches:
        if _what_matters(search.document) == wanted:
            yield search


def _what_matters(document: Mapping[str, Any]) -> list[Any]:
    task, resources = (document.get(part) or {} for part in ("task", "resources"))
    return [
        {name: value for name, value in task.items() if name not in ANOTHER_LENGTH},
        [resources.get(name) for name in SIZE],
    ]


def _measured(search: Search, records: Records) -> Iterator[tuple[float, float | None]]:
    """Seconds per epoch of each completed trial, with the multiply-adds of its network."""
    query = Query(sort="number", limit=TRIALS, statuses=(TrialStatus.COMPLETED,))
    for trial in records.leaderboard(search.id, query).trials:
        last = trial.measurements[-1] if trial.measurements else None
        if last is not None and last.elapsed_s > 0 and last.fidelity > 0:
            yield last.elapsed_s / last.fidelity, trial.metrics.get("macs")
