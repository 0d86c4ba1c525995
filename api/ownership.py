"""Who holds a search: leases named after processes, so that the search of a dead one is free at once.

The lease of a process on another machine ends by its clock; the lease of a process on this machine ends with the
process, because everyone here can see that it is gone.
"""

import hashlib
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.errors import SearchHeld
from nas.errors import LeaseLost
from nas.ports import Storage
from nas.records import Lease

TTL_S = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """A process: `place` tells machine, boot and process namespace apart, `started` two processes of one number."""

    host: str
    pid: int
    place: str
    started: str

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}:{self.place}:{self.started}"

    @classmethod
    def parse(cls, text: str) -> "Owner | None":
        """The owner written as text; None for one that another program wrote."""
        parts = text.rsplit(":", 3)
        if len(parts) != 4 or not parts[1].isdigit():
            return None
        return cls(host=parts[0], pid=int(parts[1]), place=parts[2], started=parts[3])


def this_process() -> Owner:
    """The owner that this process is."""
    pid = os.getpid()
    return Owner(host=socket.gethostname(), pid=pid, place=_place(), started=_started(pid) or "")


def is_dead(owner: Owner) -> bool:
    """Whether the process certainly no longer runs; False for one that cannot be seen from here."""
    return owner.place == _place() and _started(owner.pid) != owner.started


def claim(storage: Storage, search_id: str, *, ttl_s: float = TTL_S) -> Lease:
    """A lease for this process. Raises `SearchHeld`, which names the holder, while another one works on the search."""
    me = str(this_process())
    lease = storage.acquire_lease(search_id, me, ttl_s)
    if lease is None:
        held = storage.lease_of(search_id)
        owner = Owner.parse(held.owner) if held else None
        if held and owner and is_dead(owner):
            storage.release_lease(held)
            lease = storage.acquire_lease(search_id, me, ttl_s)
        if lease is None:
            raise SearchHeld(_told(search_id, owner))
    return lease


@contextmanager
def kept(storage: Storage, lease: Lease, *, ttl_s: float = TTL_S) -> Iterator[None]:
    """Renews the lease inside, however long a step takes, and releases it at the end."""
    ended = threading.Event()
    keeper = threading.Thread(target=_renew, args=(storage, lease, ttl_s, ended), name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()
        storage.release_lease(lease)


def _renew(storage: Storage, lease: Lease, ttl_s: float, ended: threading.Event) -> None:
    while not ended.wait(ttl_s / 3):
        try:
            storage.renew_lease(lease, ttl_s)
        except LeaseLost:
            return  # the controller learns it from its next write


def _told(search_id: str, owner: Owner | None) -> str:
    holder = f"process {owner.pid} on {owner.host}" if owner else "another process"
    return f"{holder} is working on search {search_id}; look with `nas watch {search_id}`, or end that process first"


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
