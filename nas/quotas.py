"""Quotas of a project: what its searches may take together, and whether that is reached. Shared by every storage."""

from dataclasses import dataclass, fields

HOUR_S = 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Quota:
    """Limits of a project; None sets none."""

    max_searches: int | None = None  # unfinished ones
    max_concurrent: int | None = None  # running trials
    gpu_hours: float | None = None
    artifact_bytes: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What a project has used: trials that ended and how long they had a worker and GPUs, artifacts it keeps."""

    trials: int = 0
    trial_s: float = 0.0
    gpu_s: float = 0.0
    artifact_bytes: int = 0

    def plus(self, more: "Usage") -> "Usage":
        """Both together."""
        return Usage(**{each.name: getattr(self, each.name) + getattr(more, each.name) for each in fields(Usage)})


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """What one trial took since it was handed out: seconds, and seconds times GPUs."""

    trial_s: float
    gpu_s: float


UNLIMITED = Quota()


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How a project stands to its quotas: what it has used, and what of it is not over."""

    quota: Quota = UNLIMITED
    usage: Usage = Usage()
    unfinished: int = 0  # searches
    running: int = 0  # trials

    @property
    def gpu_hours_left(self) -> float | None:
        """None: as many as one likes."""
        limit = self.quota.gpu_hours
        return None if limit is None else max(0.0, limit - self.usage.gpu_s / HOUR_S)


def search_refused(project: str, quota: Quota, unfinished: int) -> str | None:
    """Why the project gets no further search; None when it does."""
    if quota.max_searches is None or unfinished < quota.max_searches:
        return None
    return f"project {project} may have {quota.max_searches} unfinished searches (max_searches) and has {unfinished}"


def trial_refused(project: str, quota: Quota, usage: Usage, running: int) -> str | None:
    """Why the project gets no further running trial for now; None when it does.

    GPU time counts once a trial has ended, so that trials which run when a quota is reached still end.
    """
    if quota.max_concurrent is not None and running >= quota.max_concurrent:
        return f"project {project} may run {quota.max_concurrent} trials at a time (max_concurrent) and runs {running}"
    if quota.gpu_hours is not None and usage.gpu_s >= quota.gpu_hours * HOUR_S:
        used = usage.gpu_s / HOUR_S
        return f"project {project} may use {quota.gpu_hours:g} GPU hours (gpu_hours) and has used {used:.2f}"
    if quota.artifact_bytes is not None and usage.artifact_bytes >= quota.artifact_bytes:
        kept = usage.artifact_bytes
        return f"project {project} may keep {quota.artifact_bytes} bytes of artifacts (artifact_bytes) and keeps {kept}"
    return None
