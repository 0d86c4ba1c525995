"""Runs submitted searches inside `nas serve` or `nas controller`: one child process per search, all on one Ray.

A child that dies takes no other search with it, and this process loads neither torch nor ray. Every search without a
living holder of its lease is started, or started again, whoever ran it before; the children end with this process,
even when it is killed, because their standard input ends.
"""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from api.exporter import Exporter
from api.ownership import held_by_the_living
from nas.clock import Clock, system_clock
from nas.log_subjects import about
from nas.ports import Storage
from nas.records import Search, SearchStatus

log = logging.getLogger(__name__)

POLL_S = 1.0
GRACE_S = 20.0
PATIENCE_S = 2.0  # before a search whose process died is started again, doubled each time
MOST_PATIENCE_S = 300.0
# What keeps a local Ray on loopback, as it is by default on the systems that the variable names.
ON_LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
# Our own Ray lets in only who has the token that Ray keeps in the user's home folder.
OWN_RAY = {"RAY_AUTH_MODE": "token", **ON_LOOPBACK}
Child = subprocess.Popen[str]


class Spawn(Protocol):
    """Starts a child; `listen`: its standard output is read here; `own_ray`: it uses the Ray of this service."""

    def __call__(self, arguments: Sequence[str], *, listen: bool = False, own_ray: bool = False) -> Child: ...


def spawn(arguments: Sequence[str], *, listen: bool = False, own_ray: bool = False) -> Child:
    """A child of the command line whose standard input ends when this process does. Ctrl-C does not reach it."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "api.cli", *arguments],  # -P: never a module of the folder we run in
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if listen else subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        env={**(OWN_RAY if own_ray else {}), **os.environ},
    )


class Checks(Protocol):
    """The registered data sets, as far as checks of them are asked for."""

    def wanted(self) -> Sequence[str]: ...

    def claim(self, name: str) -> str | None: ...

    def end(self, name: str) -> None: ...


@dataclass(slots=True)
class Attempts:
    """How often a search's process has died, and when to try again."""

    failed: int = 0
    not_before: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Starts what is to run, at most `most` searches at a time. `step` is one look; `run` looks until `stop`."""

    storage: Storage
    most: int = 1
    ray_address: str | None = None
    dashboard: str | None = None  # of a Ray that is not ours
    cpus: int | None = None
    driver: str = "ray"
    spawn: Spawn = spawn
    clock: Clock = system_clock
    beat: Callable[[], object] = lambda: None  # called after every look that went well
    exporter: Exporter | None = None
    ray: Child | None = None
    told: dict[str, str] = field(default_factory=dict)  # by our Ray: its addresses
    children: dict[str, Child] = field(default_factory=dict)
    data_sets: Checks | None = None
    checks: dict[str, Child] = field(default_factory=dict)  # of data sets, by their names
    attempts: dict[str, Attempts] = field(default_factory=dict)
    awake: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Looks once per second, and at once after `wake`, until `stop`."""
        while not self.stopping.is_set():
            self.awake.clear()
            try:
                self.step()
                self.beat()
            except Exception:
                log.exception("looking after the searches failed; trying again")
            self.awake.wait(POLL_S)

    def wake(self) -> None:
        """Makes the next look happen now."""
        self.awake.set()

    def cluster(self) -> dict[str, str]:
        """Where Ray and its dashboard are, as far as that is known: our own once it runs, another by its address."""
        known = {"address": self.ray_address} if self.ray_address is not None else dict(self.told)
        return known if self.dashboard is None else {**known, "dashboard": self.dashboard}

    def step(self) -> None:
        """Takes note of children that ended, then starts what is due."""
        self._check_data()
        for search_id, child in list(self.children.items()):
            if child.poll() is not None:
                self._ended(search_id, child)
        if self.exporter is not None:
            self.exporter.step()
        for search in self._waiting():
            if len(self.children) >= self.most:
                return
            self._start(search)

    def _check_data(self) -> None:
        """Starts the checks of data sets that are asked for; what one that died left unsaid is taken back."""
        if self.data_sets is None:
            return
        for name, child in list(self.checks.items()):
            if child.poll() is not None:
                close(self.checks.pop(name))
                self.data_sets.end(name)
        for name in self.data_sets.wanted():
            if name not in self.checks and (checking := self.data_sets.claim(name)) is not None:
                self.checks[name] = self.spawn(["check-data", name, "--checking", checking])

    def _ended(self, search_id: str, child: Child) -> None:
        del self.children[search_id]
        close(child)
        if self.storage.search(search_id).status not in (
            SearchStatus.QUEUED,
            SearchStatus.RUNNING,
        ):  # paused: ended well
            self.attempts.pop(search_id, None)
            return
        patience = self._postpone(search_id)
        sentence = "the process of search %s ended (%s); again in %.0f s"
        log.warning(sentence, search_id, child.returncode, patience, extra=about(search=search_id))

    def _postpone(self, search_id: str) -> float:
        """Seconds until the search is tried again."""
        attempts = self.attempts.setdefault(search_id, Attempts())
        patience: float = min(PATIENCE_S * 2**attempts.failed, MOST_PATIENCE_S)
        attempts.failed += 1
        attempts.not_before = self.clock() + patience
        return patience

    def _waiting(self) -> Iterator[Search]:
        """Unfinished searches nobody works on: those of the highest priority, of these the oldest first."""
        now = self.clock()
        for search in sorted(self._unfinished(), key=lambda search: (-search.priority, search.id)):
            attempts = self.attempts.get(search.id, Attempts())
            if search.id in self.children or attempts.not_before > now or rests(search):
                continue
            if held_by_the_living(self.storage, search.id, now=now) is None:
                yield search

    def _unfinished(self) -> Iterator[Search]:
        for status in (SearchStatus.RUNNING, SearchStatus.QUEUED, SearchStatus.PAUSED):
            cursor: str | None = None
            while True:
                page = self.storage.searches(status=status, limit=200, cursor=cursor)
                yield from page.searches
                cursor = page.next_cursor
                if cursor is None:
                    break

    def _start(self, search: Search) -> None:
        arguments = ["conduct", search.id, "--driver", self.driver]
        try:
            arguments += ["--ray-address", self._ray()] if self.driver == "ray" else []
        except ChildProcessError as error:
            patience, extra = self._postpone(search.id), about(search=search.id)
            log.warning("search %s waits: %s; again in %.0f s", search.id, error, patience, extra=extra)
            return
        log.info("search %s (%s) starts", search.name, search.id, extra=about(search=search.id))
        self.children[search.id] = self.spawn(arguments, own_ray=self.ray_address is None)

    def _ray(self) -> str:
        """The address of the one Ray of all searches, which is started the first time one needs it."""
        if self.ray_address is not None:
            return self.ray_address
        if self.ray is None or self.ray.poll() is not None:
            size = [] if self.cpus is None else ["--cpus", str(self.cpus)]
            self.ray = self.spawn(["ray-head", *size], listen=True, own_ray=True)
            self.told = told_by(self.ray)
            log.info("Ray runs at %(address)s; dashboard %(dashboard)s, token in ~/.ray/auth_token", self.told)
        return self.told["address"]

    def stop(self) -> None:
        """Ends what this process started: the searches first, so that they give their leases back, then Ray."""
        self.stopping.set()
        self.awake.set()
        exporting = None if self.exporter is None else self.exporter.child
        children = [*self.children.values(), *self.checks.values(), *([exporting] if exporting else [])]
        for child in children:
            close(child)
        for child in [*children, *([self.ray] if self.ray else [])]:
            end(child)


def rests(search: Search) -> bool:
    """Whether nobody wants the search to go on for now. One that runs must still be paused, by whoever takes it up."""
    paused = search.pause_requested is not None and search.status is not SearchStatus.RUNNING
    return paused and not search.cancel_requested


def told_by(ray: Child) -> dict[str, str]:
    """The addresses in the first line that our Ray prints."""
    assert ray.stdout is not None, "spawned to be listened to"
    line = ray.stdout.readline()
    if not line:
        raise ChildProcessError("the local Ray did not start, for the reason above")
    told: dict[str, str] = json.loads(line)
    return told


def end(child: Child) -> None:
    """Ends a child by closing its standard input; kills it when it does not."""
    close(child)
    try:
        child.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def close(child: Child) -> None:
    """Closes our ends of its pipes."""
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()


@contextmanager
def supervised(supervisor: Supervisor) -> Iterator[None]:
    """Looks after the searches from a thread of its own, inside."""
    thread = threading.Thread(target=supervisor.run, name="supervisor", daemon=True)
    thread.start()
    try:
        yield
    finally:
        supervisor.stop()
        thread.join(GRACE_S)
