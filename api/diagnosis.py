"""What stands in the way of running searches here: a finding per thing that it needs, and what to do."""

import importlib.metadata
import platform
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import httpx
from packaging.requirements import Requirement
from sqlalchemy.exc import SQLAlchemyError

from api.bootstrap import gpus
from api.database import open_engine
from api.errors import SchemaMismatch
from api.rest import bearer
from api.schema import check_schema, newest_version
from api.settings import Settings
from nas.errors import StorageError

PACKAGE = "spinesearch"
SHOWN = ("torch", "ray", "optuna", "sqlalchemy", "fastapi")
SCARCE_BYTES = 5 * 2**30
ANSWERS_WITHIN_S = 5.0


class Level(StrEnum):
    """How a thing stands."""

    OK = "ok"
    WARNING = "warning"  # searches run, but not as most people want them to
    PROBLEM = "problem"  # something will fail


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing: how it stands, what was found, and what to do where it does not stand well."""

    thing: str
    level: Level = Level.OK
    told: str
    do: str = ""


def diagnosis(here: Settings, *, asks_service: bool) -> Iterator[Finding]:
    """Findings in the order in which they build on one another. A service is asked only where one is expected."""
    yield from packages()
    yield from gpu_findings()
    yield state_folder(here.home)
    yield database(here)
    yield from data_roots(here)
    yield ray(here.ray_address)
    if asks_service:
        yield service(here)


def packages() -> Iterator[Finding]:
    """The versions that are installed, and every requirement of this one that they do not meet."""
    found = {name: installed(name) for name in SHOWN}
    versions = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    yield Finding(thing="versions", told=f"Python {platform.python_version()}, {versions}")
    for requirement in map(Requirement, importlib.metadata.requires(PACKAGE) or ()):
        version = installed(requirement.name)
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": "train"})
        if wanted and version is None:
            extra = "[train]" if requirement.marker is not None else ""
            do = f"pip install '{PACKAGE}{extra}'"
            level = Level.WARNING if extra else Level.PROBLEM
            yield Finding(thing=requirement.name, level=level, told="is not installed", do=do)
        elif wanted and version is not None and not requirement.specifier.contains(version, prereleases=True):
            told = f"{version} is installed, needed is {requirement.specifier}"
            do = f"pip install '{requirement.name}{requirement.specifier}'"
            yield Finding(thing=requirement.name, level=Level.PROBLEM, told=told, do=do)


def installed(name: str) -> str | None:
    """The version of an installed package."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def gpu_findings() -> Iterator[Finding]:
    """The GPUs of this machine, where torch is installed."""
    if installed("torch") is None:
        return
    found = gpus()
    if found:
        yield Finding(thing="GPUs", told=", ".join(found))
        return
    do = "give trials `gpus: 0`, or install a driver and a torch with CUDA"
    yield Finding(thing="GPUs", level=Level.WARNING, told="none on this machine: trainings run on CPUs", do=do)


def state_folder(home: Path) -> Finding:
    """Whether state can be kept there, and whether there is room for it."""
    thing, place = "state folder", home.absolute()
    existing = next(folder for folder in (place, *place.parents) if folder.exists())
    try:
        probe = existing / f".nas-doctor-{socket.gethostname()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        do = "set NAS_HOME to a folder that can be written to"
        return Finding(thing=thing, level=Level.PROBLEM, told=f"{place}: {error.strerror}", do=do)
    free = shutil.disk_usage(existing).free
    told = f"{place}, {free / 2**30:.0f} GB free"
    if free < SCARCE_BYTES:
        do = "models and caches of pictures need room: `nas prune`, or set NAS_HOME to a larger disk"
        return Finding(thing=thing, level=Level.WARNING, told=told, do=do)
    return Finding(thing=thing, told=told)


def database(here: Settings) -> Finding:
    """Whether the database can be opened and has the schema of this program."""
    thing = "database"
    if here.database_url is None and not (here.home / "nas.db").is_file():
        return Finding(thing=thing, told="none yet: the first `nas run` or `nas serve` makes it")
    try:
        engine = open_engine(here.storage_url)
        try:
            check_schema(engine)
        finally:
            engine.dispose()
    except SchemaMismatch as error:
        return Finding(thing=thing, level=Level.PROBLEM, told=str(error), do="nas db upgrade")
    except (SQLAlchemyError, StorageError, OSError) as error:
        told = f"cannot be opened: {getattr(error, 'orig', None) or error}".strip()
        return Finding(thing=thing, level=Level.PROBLEM, told=told, do="check NAS_DATABASE_URL, and that it runs")
    kind = open_engine(here.storage_url).dialect.name
    return Finding(thing=thing, told=f"{kind}, schema {newest_version()}")


def data_roots(here: Settings) -> Iterator[Finding]:
    """The folders that submitted documents may name."""
    if not here.data_roots:
        yield Finding(thing="data roots", told="none set: only admins may submit paths (NAS_DATA_ROOT)")
    for root in here.data_roots:
        try:
            entries = sum(1 for _ in root.iterdir())
            yield Finding(thing="data root", told=f"{root}, {entries} entries")
        except OSError as error:
            do = "mount it, or correct NAS_DATA_ROOT; workers need it under the same path"
            yield Finding(thing="data root", level=Level.PROBLEM, told=f"{root}: {error.strerror}", do=do)


def ray(address: str | None) -> Finding:
    """Whether the Ray cluster answers; without an address a local Ray is started when one is needed."""
    if address is None:
        return Finding(thing="Ray", told="a local one is started for a search (NAS_RAY_ADDRESS names a cluster)")
    host, _, port = address.rpartition("://")[2].rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=ANSWERS_WITHIN_S).close()
    except (OSError, ValueError) as error:
        do = "start the cluster's head, or correct NAS_RAY_ADDRESS (host:port)"
        return Finding(thing="Ray", level=Level.PROBLEM, told=f"no answer at {address}: {error}", do=do)
    return Finding(thing="Ray", told=f"{address} answers; this machine has to be a node of it to run searches")


def service(here: Settings) -> Finding:
    """Whether the service answers and takes the token."""
    thing, url = "service", here.api_url
    try:
        with httpx.Client(base_url=url, headers=bearer(here), timeout=ANSWERS_WITHIN_S) as http:
            status = http.get("/api/v1/searches", params={"limit": 1}).status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        do = "start `nas serve`, or correct NAS_API_URL"
        return Finding(thing=thing, level=Level.PROBLEM, told=f"{url} cannot be reached: {error}", do=do)
    if status in (401, 403):
        do = "set NAS_API_TOKEN to a token of that service: `nas token create` there makes one"
        return Finding(thing=thing, level=Level.PROBLEM, told=f"{url} takes no such token ({status})", do=do)
    if status != httpx.codes.OK:
        return Finding(thing=thing, level=Level.PROBLEM, told=f"{url} answers {status}", do="look at its log")
    return Finding(thing=thing, told=f"{url} answers")
