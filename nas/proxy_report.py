"""What a proxy check says, as data: figures per setting, verdicts, and the setting to use."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from nas.intervals import Interval
from nas.records import SearchStatus
from nas.seed_noise import SeedNoise
from nas.smoothness import Smoothness

_TRAINED: dict[str, Any] = {
    "name": "full",
    "search_id": "0gqm3x1v7k2a",
    "status": "completed",
    "reason": None,
    "changes": {"epochs": 24},
    "epochs": 24,
    "completed": 8,
    "failed": 0,
    "planned": 8,
    "seconds_per_trial": 80.2,
    "seconds": 641.6,
    "noise": None,
    "smoothness": {"against_trend": 0.13, "roughness": 0.02},
    "scores": [{"architecture_id": "9c1185a5c5e9fc54", "values": [0.41]}],
}
_TAU = {"value": 0.71, "low": 0.36, "high": 0.94}
_NOISE = {
    "between_std": 0.05,
    "seed_std": 0.02,
    "signal_to_noise": {"value": 6.2, "low": 2.1, "high": 26.0},
    "agreement": {"value": 0.86, "low": 0.68, "high": 0.96},
}
EXAMPLE: dict[str, Any] = {
    "id": "0gqm3x1v7k2a",
    "check": "blood-cells",
    "status": "complete",
    "metric": "AP",
    "goal": "maximize",
    "thresholds": {"kendall": 0.5, "kendall_low": 0.2, "signal": 2.0, "tolerance": 0.05},
    "architectures": [{"architecture_id": "9c1185a5c5e9fc54", "params": 311864.0, "macs": 74912256.0, "full": 0.41}],
    "settings": [
        {
            **_TRAINED,
            "name": "small",
            "changes": {"epochs": 6, "image_size": [96, 96]},
            "epochs": 6,
            "seconds_per_trial": 9.4,
            "noise": _NOISE,
            "share_of_full": 0.12,
            "kendall": _TAU,
            "spearman": {"value": 0.84, "low": 0.42, "high": 0.98},
            "kendall_of_means": _TAU,
            "top_third": {"architectures": 3, "kendall": {"value": 0.33, "low": None, "high": None}, "shared": 2},
            "by_epoch": [{"epoch": 6, "seconds": 9.4, "kendall": 0.71, "spearman": 0.84}],
            "recommended_epochs": 6,
            "verdict": "trustworthy",
            "reasons": ["tau 0.71 (0.36 to 0.94): asked are 0.50 and a lower end of 0.20"],
        }
    ],
    "full": _TRAINED,
    "recommended": "small",
    "summary": ["Use small (epochs: 6, image_size: [96, 96]), the cheapest trustworthy setting."],
}


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

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

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
