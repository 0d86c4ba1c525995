"""What REST says to whoever operates the service."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from nas.records import SearchStatus

SEARCH = {"search": "1kz3qv8a0x7m", "name": "blood-cells", "project": "default"}
NODE = {
    "id": "9f0c3b...",
    "host": "gpu-3",
    "alive": True,
    "cpus": 16.0,
    "cpus_used": 12.0,
    "gpus": 8.0,
    "gpus_used": 8.0,
}
CLUSTER: dict[str, Any] = {
    "address": "10.0.0.7:6379",
    "dashboard": "http://10.0.0.7:8265",
    "nodes": [NODE],
    "unknown": None,
}


class RunningView(BaseModel):
    """A trial that runs."""

    search: str
    name: str
    project: str
    number: int
    attempt: int
    since: datetime | None = Field(description="when it was last handed to a worker")
    cpus: float
    gpus: float


class WaitingView(BaseModel):
    """An unfinished search that runs fewer trials than it may."""

    search: str
    name: str
    project: str
    priority: int
    status: SearchStatus
    since: datetime
    running: int = Field(description="trials")
    wanted: int = Field(description="trials at a time, as its document says")
    why: str


class LeaseView(BaseModel):
    """Who works on a search."""

    search: str
    name: str
    project: str
    owner: str
    fence: int = Field(description="counts the controllers that the search has had")
    expires_in_s: float = Field(description="below 0: its holder has been silent for so long; anybody may take over")


class ProjectStandingView(BaseModel):
    """What a project has used and may have; null: no limit."""

    name: str
    weight: float
    unfinished: int = Field(description="searches")
    max_searches: int | None
    running: int = Field(description="trials")
    max_concurrent: int | None
    gpu_hours: float
    max_gpu_hours: float | None
    artifact_bytes: int
    max_artifact_bytes: int | None
    trials: int = Field(description="that ended")
    trial_hours: float


class FailuresView(BaseModel):
    """Trials of the newest searches that failed alike within a day, and the last of them."""

    kind: str
    times: int
    search: str
    name: str
    number: int
    message: str | None
    at: datetime


class VersionsView(BaseModel):
    """What runs here."""

    schema_: str = Field(alias="schema", description="of the database")
    database: str
    python: str
    packages: dict[str, str]


class NodeView(BaseModel):
    """A machine of the Ray cluster."""

    id: str
    host: str
    alive: bool
    cpus: float | None
    cpus_used: float | None
    gpus: float | None
    gpus_used: float | None


class ClusterView(BaseModel):
    """The Ray cluster, as far as this process knows it."""

    model_config = ConfigDict(json_schema_extra={"examples": [CLUSTER]})

    address: str | None = Field(description="where Ray is joined; null: this process has not been told")
    dashboard: str | None = Field(description="where the Ray dashboard answers; null: not known")
    nodes: list[NodeView]
    unknown: str | None = Field(description="why nothing is known of the nodes; null: they are")


class OperationsView(BaseModel):
    """How the service stands."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "at": "2026-03-01T09:00:00Z",
                    "running": [
                        {**SEARCH, "number": 4, "attempt": 1, "since": "2026-03-01T08:58:00Z", "cpus": 1, "gpus": 0}
                    ],
                    "running_total": 1,
                    "waiting": [],
                    "leases": [{**SEARCH, "owner": "process 71 on head", "fence": 2, "expires_in_s": 41.0}],
                    "projects": [],
                    "failures": [],
                    "versions": {"schema": "0007", "database": "sqlite 3.46.0", "python": "3.11.9", "packages": {}},
                    "cluster": CLUSTER,
                }
            ]
        }
    )

    at: datetime
    running: list[RunningView] = Field(description="longest first, up to 200")
    running_total: int
    waiting: list[WaitingView] = Field(description="highest priority first")
    leases: list[LeaseView] = Field(description="of unfinished searches")
    projects: list[ProjectStandingView]
    failures: list[FailuresView] = Field(description="of the 50 newest searches within a day, by kind")
    versions: VersionsView
    cluster: ClusterView | None = Field(description="null: only an admin of all projects is told")
