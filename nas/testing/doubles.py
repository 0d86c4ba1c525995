"""Deliberately failing doubles: each breaks one promise of its port, and the conformance suite must reject it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from nas.memory import MemoryStorage, Shelf
from nas.ports import Outcome, Page, Query
from nas.quotas import Spent
from nas.records import Assignment, Event, Failure, Infeasible, Lease, Measurement, Search, Trial, TrialStatus
from search_spaces.genotypes import Draw, mutate, sample
from search_spaces.space import Space

# Storages.


class IgnoresFences(MemoryStorage):
    """Lets any lease write."""

    def _held(self, lease: Lease) -> Shelf:
        return self._shelf(lease.search_id)


class KeepsLastValue(MemoryStorage):
    """Overwrites a measurement of the same fidelity."""

    def add_measurement(self, lease: Lease, number: int, measurement: Measurement) -> None:
        """The last value stays."""
        shelf = self._held(lease)
        kept = [m for m in shelf.trials[number].measurements if m.fidelity != measurement.fidelity]
        shelf.trials[number] = replace(shelf.trials[number], measurements=())
        for known in (*kept, measurement):
            super().add_measurement(lease, number, known)


class AllowsAnyMove(MemoryStorage):
    """Moves a trial to any status."""

    def move_trial(
        self,
        lease: Lease,
        number: int,
        status: TrialStatus,
        failure: Failure | None = None,
        *,
        measurements: Sequence[Measurement] = (),
        told: str | None = None,
        broken: str | None = None,
        spent: Spent | None = None,
    ) -> None:
        """No table of legal transitions."""
        shelf = self._held(lease)
        shelf.trials[number] = replace(shelf.trials[number], status=status, failure=failure)


class HalfMove(MemoryStorage):
    """Keeps the measurements of a move it refuses."""

    def move_trial(
        self,
        lease: Lease,
        number: int,
        status: TrialStatus,
        failure: Failure | None = None,
        *,
        measurements: Sequence[Measurement] = (),
        told: str | None = None,
        broken: str | None = None,
        spent: Spent | None = None,
    ) -> None:
        """One transaction for each measurement and one for the move."""
        for measurement in measurements:
            self.add_measurement(lease, number, measurement)
        super().move_trial(lease, number, status, failure, told=told, broken=broken, spent=spent)


class HalfTransaction(MemoryStorage):
    """Keeps the infeasible candidates of a trial it refuses."""

    def add_trial(self, lease: Lease, trial: Trial, infeasible: Sequence[Infeasible] = ()) -> None:
        """Two transactions in place of one."""
        self._held(lease).infeasible.extend(infeasible)
        super().add_trial(lease, trial)


class ForgetsCursors(MemoryStorage):
    """Answers every page with the first."""

    def leaderboard(self, search_id: str, query: Query) -> Page:
        """The first page, with no next one."""
        return replace(super().leaderboard(search_id, replace(query, cursor=None)), next_cursor=None)


class TellsBackwards(MemoryStorage):
    """Lists events newest first."""

    def events(self, search_id: str, after: int = 0, limit: int = 1000) -> list[Event]:
        """The wrong way round."""
        return super().events(search_id, after, limit)[::-1]


class SeesEveryProject(MemoryStorage):
    """Finds a search by its id whosever it is."""

    def search(self, name_or_id: str, *, project: str | None = None) -> Search:
        """Only names are looked up in the project."""
        shelf = self.shelves.get(name_or_id)
        return super().search(name_or_id, project=project) if shelf is None else shelf.search


# Strategies.


class CountsItsCalls:
    """Remembers how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """Depends on the calls before."""
        while True:
            self.calls += 1
            yield sample(space, random.Random(self.calls))


class DrawsGlobally:
    """Uses the randomness of the process."""

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """Depends on a state that is not an argument."""
        while True:
            yield sample(space, random.Random(random.random()))


class HashesText:
    """Uses the hash of a string, which differs between processes."""

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """Depends on the process."""
        while True:
            yield sample(space, random.Random(hash("spinesearch") + rng.randrange(100)))


class EatsItsHistory:
    """Takes outcomes out of the history it is shown."""

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """Changes its argument when it can."""
        if isinstance(history, list):
            history.pop()
        while True:
            yield sample(space, rng)


class BelievesInResults:
    """Breaks when the last trial has no result."""

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """Orders by values that may be missing."""
        while True:
            best = max(history, key=lambda outcome: outcome.values, default=None)  # type: ignore[arg-type, return-value]
            yield mutate(space, best.genotype, rng) if best else sample(space, rng)


class ProposesTwins:
    """Hands out an architecture under the genotype of another."""

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """A draw that contradicts itself."""
        while True:
            first, second = sample(space, rng), sample(space, rng)
            yield replace(first, architecture=second.architecture)


class TriesOnce:
    """Has nothing more to offer when its candidate is not taken."""

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """One draw."""
        yield sample(space, rng)


class StartsByNumber:
    """Draws at random until its number is high enough, whatever an earlier search has found."""

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """Takes what it was shown for trials of its own search."""
        known = [outcome for outcome in history if outcome.values is not None]
        while number >= 6 and known:
            yield mutate(space, rng.choice(known).genotype, rng)
        while True:
            yield sample(space, rng)


# Evaluators.


class MeasuresNothing:
    """Completes without a measurement."""

    def __call__(self, assignment: Assignment) -> Iterator[Measurement]:
        return iter(())


class GoesBackwards:
    """Reports a lower fidelity after a higher one, for any architecture."""

    def __call__(self, assignment: Assignment) -> Iterator[Measurement]:
        yield Measurement(fidelity=2, metrics={"AP": 0.2})
        yield Measurement(fidelity=1, metrics={"AP": 0.1})


class ForgetsItsAttempts:
    """Measures something else on every attempt."""

    def __call__(self, assignment: Assignment) -> Iterator[Measurement]:
        yield Measurement(fidelity=1, metrics={"AP": float(assignment.attempt)})
