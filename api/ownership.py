"""Who holds a search: leases named after processes, so that the search of a dead one is free at once.

The lease of a process on another machine ends by its clock; the lease of a process on this machine ends with the
process, because everyone here can see that it is gone.
"""

import hashlib
import os
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nas.errors import LeaseLost
from nas.ports import Storage
from nas.records import Lease

TTL_S = 60.0
PATTERN = re.compile(
    r"process (?P<pid>\d+) on (?P<host>.+) \((?P<place>\w+)\.(?P<started>\d*)\)(?:, trials on (?P<cluster>\S+))?"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """A process: `place` tells machine, boot and process namespace apart, `started` two processes of one number.

    `cluster` is the address of the Ray cluster that its trials share with others, if any."""

    host: str
    pid: int
    place: str
    started: str
    cluster: str | None = None

    def __str__(self) -> str:
        where = f", trials on {self.cluster}" if self.cluster else ""
        return f"process {self.pid} on {self.host} ({self.place}.{self.started}){where}"

    @classmethod
    def parse(cls, text: str) -> "Owner | None":
        """The owner that was written as text; None for one that another program wrote."""
        match = PATTERN.fullmatch(text)
        if match is None:
            return None
        named = {name: match[name] for name in ("host", "place", "started")}
        return cls(**named, pid=int(match["pid"]), cluster=match["cluster"])


def this_process(*, cluster: str | None = None) -> Owner:
    """The owner that this process is, with its trials on the cluster at that address."""
    pid = os.getpid()
    return Owner(host=socket.gethostname(), pid=pid, place=_place(), started=_started(pid) or "", cluster=cluster)


def is_dead(owner: Owner) -> bool:
    """Whether the process certainly no longer runs; False for one that cannot be seen from here."""
    return bool(owner.started) and owner.place == _place() and _started(owner.pid) != owner.started


def held_by_the_living(storage: Storage, search_id: str, *, now: float) -> str | None:
    """Who works on the search: the text of a lease that has neither expired nor lost its process."""
    held = storage.lease_of(search_id)
    if held is None or held.expires_at <= now:
        return None
    owner = Owner.parse(held.owner)
    return None if owner and is_dead(owner) else held.owner


def free_from_the_dead(storage: Storage, search_id: str) -> None:
    """Releases the lease of a process of this machine that was killed; anybody else's is left alone."""
    held = storage.lease_of(search_id)
    owner = Owner.parse(held.owner) if held else None
    if held and owner and is_dead(owner):
        storage.release_lease(held)


@contextmanager
def kept(storage: Storage, lease: Lease | None, *, ttl_s: float = TTL_S) -> Iterator[None]:
    """Renews the lease inside, however long a step of the driver takes."""
    ended = threading.Event()
    keeper = threading.Thread(target=_renew, args=(storage, lease, ttl_s, ended), name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def _renew(storage: Storage, lease: Lease | None, ttl_s: float, ended: threading.Event) -> None:
    while lease is not None and not ended.wait(ttl_s / 3):
        try:
            storage.renew_lease(lease, ttl_s)
        except LeaseLost:
            return  # the controller learns it from its next write


def _place() -> str:
    sources = [socket.gethostname(), _read("/proc/sys/kernel/random/boot_id"), _link("/proc/self/ns/pid")]
    return hashlib.sha256("\n".join(sources).encode()).hexdigest()[:8]


def _started(pid: int) -> str | None:
    """When the process started, in the kernel's ticks; None when there is no such process, or only its corpse."""
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return None if len(fields) < 20 or fields[0] in "ZX" else fields[19]


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""
