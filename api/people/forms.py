"""What is asked for at the desk, checked: over REST and on the command line alike."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.people.records import Role

DAY_S = 86_400
FOREVER_S = 100 * 365 * DAY_S  # beyond that a token does not expire, which `null` says better

ProjectName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Whole = Annotated[int, Field(ge=0, lt=2**31)]
Weight = Annotated[float, Field(gt=0, le=1000, description="its part of the cluster, beside other projects that wait")]
MaxSearches = Annotated[Whole | None, Field(description="searches that have not ended; null: no limit")]
MaxConcurrent = Annotated[Whole | None, Field(description="trials that run at a time; null: no limit")]
GpuHours = Annotated[
    Annotated[float, Field(ge=0, allow_inf_nan=False)] | None, Field(description="of all its trials; null: no limit")
]
ArtifactBytes = Annotated[
    Annotated[int, Field(ge=0, lt=2**63)] | None, Field(description="kept of all its trials; null: no limit")
]


class NewToken(BaseModel):
    """A token to be made."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"name": "nightly", "role": "submit", "project": "vision"}]},
    )

    name: str = Field(pattern=r"^[^\x00-\x1f\x7f]{1,100}$", description="who or what uses it; told in the audit")
    role: Role
    project: ProjectName | None = Field(None, description="by default all that whoever makes it sees")
    lifetime_s: Annotated[float, Field(gt=0, le=FOREVER_S)] | None = Field(
        90 * DAY_S, description="seconds until it expires; null: never"
    )


class NewProject(BaseModel):
    """A project to be made."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"name": "vision", "max_concurrent": 8}]}
    )

    name: ProjectName
    weight: Weight = 1.0
    max_searches: MaxSearches = None
    max_concurrent: MaxConcurrent = None
    gpu_hours: GpuHours = None
    artifact_bytes: ArtifactBytes = None


class ProjectChange(BaseModel):
    """What is to be changed of a project; fields that are left out stay as they are."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [{"gpu_hours": 200}]})

    weight: Weight = 1.0
    max_searches: MaxSearches = None
    max_concurrent: MaxConcurrent = None
    gpu_hours: GpuHours = None
    artifact_bytes: ArtifactBytes = None
