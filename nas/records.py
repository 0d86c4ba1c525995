"""The records of a search: what is stored, what drivers report, what people read. Frozen values."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

Genotype = tuple[int, ...]
"""The options taken, in the order the space asks for them (see search_spaces.choices)."""


class TrialStatus(StrEnum):
    """Where a trial stands. `stopped` is early stopping, from which a trial may be promoted; an infeasible candidate
    never becomes a trial."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    STOPPED = "stopped"
    FAILED = "failed"
    CANCELLED = "cancelled"


class SearchStatus(StrEnum):
    """Where a search stands. `failed` means stopped by rule (too many failures, space exhausted), with a reason."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class FailureKind(StrEnum):
    """Why a trial failed."""

    DIVERGED = "diverged"  # the loss or a metric became NaN or infinite
    OUT_OF_MEMORY = "out_of_memory"
    TIMEOUT = "timeout"
    DATA = "data"  # a picture or annotation is missing or broken
    CRASHED = "crashed"  # the worker process died
    LOST = "lost"  # its machine was gone or unreachable, more often than it is tried again
    ERROR = "error"  # anything else; the message names the exception


LEGAL_TRIAL: dict[TrialStatus, frozenset[TrialStatus]] = {
    TrialStatus.QUEUED: frozenset({TrialStatus.RUNNING, TrialStatus.CANCELLED}),
    TrialStatus.RUNNING: frozenset(
        {TrialStatus.COMPLETED, TrialStatus.STOPPED, TrialStatus.FAILED, TrialStatus.CANCELLED}
    ),
    TrialStatus.COMPLETED: frozenset(),
    TrialStatus.STOPPED: frozenset(),
    TrialStatus.FAILED: frozenset(),
    TrialStatus.CANCELLED: frozenset(),
}

LEGAL_SEARCH: dict[SearchStatus, frozenset[SearchStatus]] = {
    SearchStatus.QUEUED: frozenset({SearchStatus.RUNNING, SearchStatus.CANCELLED, SearchStatus.FAILED}),
    SearchStatus.RUNNING: frozenset(
        {SearchStatus.PAUSED, SearchStatus.COMPLETED, SearchStatus.FAILED, SearchStatus.CANCELLED}
    ),
    SearchStatus.PAUSED: frozenset({SearchStatus.RUNNING, SearchStatus.CANCELLED, SearchStatus.FAILED}),
    SearchStatus.COMPLETED: frozenset(),
    SearchStatus.FAILED: frozenset(),
    SearchStatus.CANCELLED: frozenset(),
}


class Pause(StrEnum):
    """How a search is to pause."""

    LATER = "later"  # once the running trials have ended
    NOW = "now"  # running trials stop where they are, and go on from their checkpoints when the search does


class TrialWish(StrEnum):
    """What people may want of one trial."""

    STOP = "stop"  # a running one ends as cancelled
    RETRY = "retry"  # one that failed, or was stopped or cancelled, is handed out again


RETRIABLE = frozenset({TrialStatus.FAILED, TrialStatus.STOPPED, TrialStatus.CANCELLED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Artifact:
    """Named immutable bytes of a trial, as the worker that wrote them reports them."""

    name: str
    uri: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """The metrics of a trial at a fidelity (epochs received so far).

    `elapsed_s` counts training and evaluation since the first epoch, over all attempts.
    """

    fidelity: int
    metrics: dict[str, float]
    elapsed_s: float = 0.0
    artifacts: tuple[Artifact, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """Why a trial failed: a kind for machines and a sentence for people."""

    kind: FailureKind
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Companion:
    """What a trial beside a candidate is for: repeat 1, 2, ... of the candidate itself or of one of its controls."""

    candidate: int  # the number of the candidate's trial
    control: str | None = None  # which control; None: the candidate with another seed
    repeat: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Promotion:
    """A stopped trial taken up again, by its scheduler or because people wanted that. Jobs count what was handed out in
    a search for the first time: proposals and promotions of candidates, in their order."""

    job: int
    fidelity: int  # what the trial had received when it was stopped
    seen: int | None = None  # the promotion was decided on the results of jobs 0 .. seen-1; None: on all there were
    after: TrialStatus = TrialStatus.STOPPED  # how the trial had ended before


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """One candidate being trained and measured in one search. `number` counts 0, 1, 2 ... within it.

    `seen` alternates first and one past last: (0, 5, 7, 9) means 0..4 and 7, 8. It stays as short as the concurrency,
    where a list of numbers would make a long search grow with the square of its trials.
    """

    search_id: str
    number: int
    genotype: Genotype
    architecture: dict[str, Any]  # canonical JSON of the architecture
    architecture_id: str
    status: TrialStatus = TrialStatus.QUEUED
    attempt: int = 0  # how often it was handed to a worker; over 1 after a crash or resumption
    seed: int = 0
    static_metrics: dict[str, float] = field(default_factory=dict)  # params, macs: known before training
    redraws: dict[str, int] = field(default_factory=dict)  # draws thrown away for this number, by reason
    seen: tuple[int, ...] | None = None  # which jobs its proposal saw, as ranges; None: by the fixed lag
    companion: Companion | None = None  # None: a candidate
    promotions: tuple[Promotion, ...] = ()  # ascending job
    measurements: tuple[Measurement, ...] = ()  # ascending fidelity
    failure: Failure | None = None
    broken: str | None = None  # the measured bound it breaks, as "latency_ms 12.5 > 10": infeasible after all
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    pruned_at: datetime | None = None  # when its files were removed; what was recorded stays

    @property
    def id(self) -> str:
        """The global id: the search's id and the number."""
        return f"{self.search_id}-{self.number}"

    @property
    def metrics(self) -> dict[str, float]:
        """Static metrics joined with the newest value of every measured one."""
        joined = dict(self.static_metrics)
        for measurement in self.measurements:
            joined.update(measurement.metrics)
        return joined

    @property
    def fidelity(self) -> int:
        """The last fidelity it was measured at; 0 before the first."""
        return self.measurements[-1].fidelity if self.measurements else 0

    def up_to(self, fidelity: int) -> "Trial":
        """The trial with what was measured up to a fidelity."""
        return replace(self, measurements=tuple(m for m in self.measurements if m.fidelity <= fidelity))

    def measured(self, measurement: Measurement) -> "Trial":
        """The trial with this measurement too; of a fidelity it has already, the first value stays."""
        if any(known.fidelity == measurement.fidelity for known in self.measurements):
            return self
        curve = sorted((*self.measurements, measurement), key=lambda known: known.fidelity)
        return replace(self, measurements=tuple(curve))


@dataclass(frozen=True, kw_only=True, slots=True)
class Infeasible:
    """A candidate that breaks a constraint or cannot be built; it cost no training. `draw` counts within `number`."""

    number: int
    draw: int
    genotype: Genotype
    architecture_id: str
    reason: str
    metrics: dict[str, float] = field(default_factory=dict)


DEFAULT_PROJECT = "default"  # where searches belong that name no project


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """One submitted run. `document` is the validated search document as JSON."""

    id: str
    name: str
    document: dict[str, Any]
    project: str = DEFAULT_PROJECT
    priority: int = 0  # among the searches of one cluster; higher first
    status: SearchStatus = SearchStatus.QUEUED
    reason: str | None = None
    cancel_requested: bool = False
    pause_requested: Pause | None = None
    trial_budget: int | None = None  # how many candidates instead of its document's budget
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """The right to write one search's facts. A lease with an older `fence` than the stored one cannot write."""

    search_id: str
    owner: str
    fence: int
    expires_at: float  # seconds of the storage's clock


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something worth telling about a search, in the order it happened."""

    search_id: str
    sequence: int
    at: datetime
    kind: str
    message: str
    trial: int | None = None


class Signal(StrEnum):
    """What `next_trial` answers when it hands nothing out."""

    WAIT = "wait"  # ask again after the next report
    DONE = "done"  # nothing more will come; running trials may still have to end


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """Everything a worker needs to judge one candidate; JSON all the way down."""

    search_id: str
    search_name: str
    number: int
    attempt: int
    seed: int
    architecture: dict[str, Any]
    task: dict[str, Any]  # the document's task, paths absolute
    cpus: float
    gpus: float
    directory: str  # the trial's own folder: checkpoint, artifacts, log
    cache_directory: str  # shared by all trials of a machine
    timeout_s: float | None = None
    artifacts: str | None = None  # the address of the store that artifacts are put into; None: they stay in `directory`


# What a driver reports to the controller.


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """A new measurement of a running trial. Reporting the same fidelity again changes nothing."""

    number: int
    measurement: Measurement


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """The worker is done with the trial: completed, or stopped or cancelled if the controller had asked for it."""

    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """The trial failed and will not be tried again."""

    number: int
    failure: Failure


@dataclass(frozen=True, kw_only=True, slots=True)
class Lost:
    """The machine the trial ran on is gone or cannot be reached. That says nothing about the trial: it is handed out
    again, from its checkpoint, as often as its document allows."""

    number: int
    reason: str


Report = Measured | Finished | Failed | Lost
