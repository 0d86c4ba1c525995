"""What a proxy check says, as data: figures per setting, verdicts, and the setting to use."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from nas.rank_correlation import Interval
from nas.records import SearchStatus
from nas.seed_noise import SeedNoise
from nas.smoothness import Smoothness


class Verdict(StrEnum):
    """Whether a search may go by a setting."""

    TRUSTWORTHY = "trustworthy"
    UNCERTAIN = "uncertain"
    NOT_TRUSTWORTHY = "not trustworthy"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Thresholds(_Part):
    """What a setting owes to be trusted. It is trustworthy when it keeps all of them, not trustworthy when it is clear
    that it breaks one: tau below `kendall_low`, or the upper end of an interval below what is asked. Else uncertain."""

    kendall: float = Field(0.5, ge=-1, le=1, description="least tau of a training each with the full task")
    kendall_low: float = Field(0.2, ge=-1, le=1, description="least lower end of tau's 95 % interval")
    signal: float = Field(
        2.0, gt=0, le=1e6, description="least variance between architectures, over that of the seeds of one"
    )
    tolerance: float = Field(
        0.05, ge=0, le=1, description="how much of tau, against all epochs, fewer epochs may give away"
    )


class Scored(_Part):
    """One architecture under one setting."""

    architecture_id: str
    values: list[float | None] = Field(description="of the metric, one per seed; null where the training has not ended")


class Epoch(_Part):
    """What the proxy would have said after so many epochs, inside the schedule of all of them."""

    epoch: int
    seconds: float = Field(description="training and evaluation of one trial up to here, on average")
    kendall: float | None = Field(description="tau with the full task, mean over single seeds")
    spearman: float | None


class TopThird(_Part):
    """Among the best third of the architectures on the full task, where a search has to choose."""

    architectures: int
    kendall: Interval
    shared: int = Field(description="how many of them are in the best third of the proxy, too")


class Trainings(_Part):
    """What stands of the trainings of a setting, or of the full task, and what they cost."""

    name: str
    search_id: str
    status: SearchStatus
    reason: str | None = Field(description="why its search did not complete")
    changes: dict[str, Any] = Field(description="options of the task in place of the document's")
    epochs: int
    completed: int
    failed: int
    planned: int
    seconds_per_trial: float | None = Field(description="training and evaluation of a completed trial, on average")
    seconds: float = Field(description="of all its trials")
    noise: SeedNoise | None = Field(description="null with fewer than two seeds")
    smoothness: Smoothness | None
    scores: list[Scored] = Field(description="in the order of the architectures")


class SettingReport(Trainings):
    """One proxy against the full task."""

    share_of_full: float | None = Field(description="seconds of a trial over those of the full task")
    kendall: Interval = Field(description="tau with the full task, mean over single seeds: what a search sees")
    spearman: Interval
    kendall_of_means: Interval = Field(description="tau of the means over seeds")
    top_third: TopThird
    by_epoch: list[Epoch]
    recommended_epochs: int | None = Field(description="the least from which on tau stays within the tolerance")
    verdict: Verdict
    reasons: list[str]


class Compared(_Part):
    """One architecture of the check."""

    architecture_id: str
    params: float | None
    macs: float | None = Field(description="on the full task")
    full: float | None = Field(description="mean of the metric on the full task over seeds")


class ProxyReport(_Part):
    """Which proxies say how architectures do on the full task, and what they cost."""

    id: str = Field(description="of the search that trains the full task")
    check: str = Field(description="name of the document whose proxy is checked")
    status: Literal["running", "complete", "incomplete"] = Field(
        description="incomplete: all its searches have ended, and trainings are missing"
    )
    metric: str
    goal: Literal["maximize", "minimize"]
    thresholds: Thresholds
    architectures: list[Compared] = Field(description="ascending cost")
    settings: list[SettingReport]
    full: Trainings
    recommended: str | None = Field(description="the cheapest trustworthy setting")
    summary: list[str] = Field(description="the same in sentences")
