"""Where the service keeps its state and whom it listens to: read once from the environment, then passed as a value."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.logs import LogFormat

_VARIABLES = {
    "NAS_HOME": "home",
    "NAS_DATABASE_URL": "database_url",
    "NAS_RAY_ADDRESS": "ray_address",
    "NAS_RAY_MOST_CPUS": "ray_most_cpus",
    "NAS_RAY_MOST_GPUS": "ray_most_gpus",
    "NAS_RAY_DASHBOARD": "ray_dashboard",
    "NAS_API_URL": "api_url",
    "NAS_API_TOKEN": "api_token",
    "NAS_DATA_ROOT": "data_roots",
    "NAS_ARTIFACTS": "artifacts",
    "NAS_ALLOWED_HOSTS": "allowed_hosts",
    "NAS_LOG_FORMAT": "log_format",
}


class Settings(BaseModel):
    """One frozen value for a process; every field has a variable of the same name with `NAS_` before it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(Path(".nas"), description="folder of the database, checkpoints and caches")
    database_url: str | None = Field(None, description="by default an SQLite file in `home`")
    ray_address: str | None = Field(None, description="a running Ray cluster; by default a local one is started")
    ray_most_cpus: float = Field(0, ge=0, description="what an autoscaling Ray cluster grows to, for shares of it")
    ray_most_gpus: float = Field(0, ge=0, description="the same in GPUs")
    ray_dashboard: str | None = Field(
        None, pattern=r"^https?://[^/]+$", description="where the dashboard of that cluster answers, for operators"
    )
    api_url: str = Field("http://127.0.0.1:8765", description="where the command line finds the service")
    api_token: SecretStr | None = Field(
        None, min_length=1, description="of the service: the token of one more admin; of clients: what they send"
    )
    data_roots: tuple[Path, ...] = Field(
        (), description="absolute folders of the data sets; paths in a submitted document stay inside one of them"
    )
    artifacts: str | None = Field(
        None,
        description="a folder, or an address as s3://bucket/nas, that artifacts of trials are put into; by default "
        "they stay in the folders of their trials",
    )
    allowed_hosts: tuple[str, ...] = Field((), description="further names the service answers to, beside loopback")
    log_format: LogFormat = Field(LogFormat.TEXT, description="text for people, json for whoever collects logs")
    max_document_bytes: int = Field(1_000_000, ge=1, description="largest accepted request body")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings that the `NAS_...` variables describe; an empty variable counts as not set."""
        given: dict[str, Any] = {
            field: environment[variable] for variable, field in _VARIABLES.items() if environment.get(variable)
        }
        if "data_roots" in given:
            roots = (Path(root).absolute() for root in given["data_roots"].split(os.pathsep) if root)
            given["data_roots"] = tuple(roots)
        if "artifacts" in given and "://" not in given["artifacts"]:
            given["artifacts"] = Path(given["artifacts"]).absolute().as_uri()
        if "allowed_hosts" in given:
            given["allowed_hosts"] = tuple(host.strip() for host in given["allowed_hosts"].split(",") if host.strip())
        return cls.model_validate(given)

    @property
    def storage_url(self) -> str:
        """The database's URL: the given one, else `nas.db` in the home folder."""
        return self.database_url or f"sqlite:///{(self.home / 'nas.db').absolute()}"
