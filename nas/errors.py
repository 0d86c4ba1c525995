"""The exception tree of the core.

NasError
├── DocumentError       the search document is wrong; `problems` lists every (field, sentence)
├── TrialFailure        a candidate could not be judged; carries a Failure
├── MachineLost         the machine that judged a candidate is gone; the trial is tried again
├── StorageError
│   ├── NotFound
│   ├── IllegalTransition
│   ├── LeaseLost           another controller has taken the search over
│   ├── LeaseHeld           another controller holds the search; try again later
│   ├── IdempotencyConflict
│   ├── QuotaReached        what a project may have; the message says which limit
│   ├── UnfitSearch         an earlier search that a new one cannot begin with
│   └── InvalidQuery    an unknown operator, a cursor of another query
├── ArtifactUnreachable an artifact that cannot be read or kept, or is another one by now
├── ScreeningFailed     candidates could not be scored, whatever they are
└── SpaceExhausted      no untried feasible candidate was found
"""

from collections.abc import Mapping, Sequence

from nas.records import Failure, FailureKind, Infeasible


class NasError(Exception):
    """Root of everything the core raises on purpose."""


class DocumentError(NasError):
    """The search document is wrong. `problems` holds (dotted field, sentence) pairs; str() is readable as it is."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        super().__init__(problems)  # what it is made of, as pickle asks: errors come back from other processes

    def __str__(self) -> str:
        return "\n".join(f"{field}: {sentence}" for field, sentence in self.problems)


class TrialFailure(NasError):
    """A candidate could not be judged; the trial fails with this kind and sentence, the search goes on."""

    def __init__(self, kind: FailureKind, message: str) -> None:
        self.failure = Failure(kind=kind, message=message)
        super().__init__(kind, message)

    def __str__(self) -> str:
        return self.failure.message


class MachineLost(NasError):
    """The machine that judged a candidate is gone or cannot be reached; the message says why."""


class StorageError(NasError):
    """Root of what a storage refuses."""


class NotFound(StorageError):
    """No such search or trial, or no trial with such a metric."""


class IllegalTransition(StorageError):
    """A status change the table of legal transitions does not hold."""


class LeaseLost(StorageError):
    """Another controller has taken the search over."""


class LeaseHeld(StorageError):
    """Another controller holds the search."""


class IdempotencyConflict(StorageError):
    """The same idempotency key came with another document."""


class QuotaReached(StorageError):
    """The project of the search may have no more of something, or no more for now."""


class UnfitSearch(StorageError):
    """An earlier search that goes on, or whose results are no measure for the new one that names it."""


class InvalidQuery(StorageError):
    """A leaderboard query that makes no sense."""


class ArtifactUnreachable(NasError):
    """An artifact is not there, is another one by now, or its store does not answer."""


class ScreeningFailed(NasError):
    """Candidates could not be scored for a reason that lies in none of them; the search can go on once it is gone."""


class SpaceExhausted(NasError):
    """No untried feasible candidate was found within the allowed number of draws; carries what was drawn in vain."""

    def __init__(
        self, sentence: str, *, infeasible: Sequence[Infeasible] = (), redraws: Mapping[str, int] | None = None
    ) -> None:
        self.infeasible = tuple(infeasible)
        self.redraws = dict(redraws or {})
        super().__init__(sentence)
