"""Many who watch, one who looks: states that are read once for all streams that show them, and sent when they change.

A stream holds no thread; one is borrowed for each look. Nothing is looked at that nobody watches.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from nas.errors import NasError

log = logging.getLogger(__name__)

INTERVAL_S = 1.0
HEARTBEAT_S = 15.0
LIFETIME_S = 600.0  # of a stream: whoever watches on comes again, and is asked again who it is
MOST = 200  # streams at a time
PATIENCE = 20  # looks that take long are further apart: at most 5 % of a core


@dataclass(eq=False, slots=True)
class _Watched:
    """One thing that is looked at. `news` is replaced by a new event with each change."""

    watchers: int = 0
    state: Any = None
    version: int = 0
    ended: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    def tell(self) -> None:
        """Wakes everybody who waits."""
        self.news.set()
        self.news = asyncio.Event()


class Watching:
    """The streams of one app. All of it happens in one event loop."""

    def __init__(
        self,
        *,
        most: int = MOST,
        interval_s: float = INTERVAL_S,
        heartbeat_s: float = HEARTBEAT_S,
        lifetime_s: float = LIFETIME_S,
    ) -> None:
        self._most = most
        self._interval_s = interval_s
        self._heartbeat_s = heartbeat_s
        self._lifetime_s = lifetime_s
        self._watched: dict[Hashable, _Watched] = {}
        self._closed = False

    @property
    def streams(self) -> int:
        """How many are open."""
        return sum(watched.watchers for watched in self._watched.values())

    @property
    def full(self) -> bool:
        """Whether no further stream can be opened."""
        return self._closed or self.streams >= self._most

    def close(self) -> None:
        """Ends all streams, so that the server can end. Called in the loop that serves."""
        self._closed = True
        for watched in self._watched.values():
            watched.tell()

    async def states(self, key: Hashable, look: Callable[[], Any]) -> AsyncGenerator[Any, None]:
        """The state now, then each one that differs from the last; None where nothing has changed for a while.

        `look` is called in a thread, once for all who watch the same `key`. The stream ends after its lifetime, with
        the service, or when `look` raises one of the core's errors: there is nothing to watch any more.
        """
        watched = self._enter(key, look)
        until = asyncio.get_running_loop().time() + self._lifetime_s
        seen = 0
        try:
            while not (self._closed or watched.ended or asyncio.get_running_loop().time() > until):
                if watched.version > seen:
                    seen = watched.version
                    yield watched.state
                elif not await _happens(watched.news, self._heartbeat_s):
                    yield None
        finally:
            self._leave(key, watched)

    def _enter(self, key: Hashable, look: Callable[[], Any]) -> _Watched:
        watched = self._watched.setdefault(key, _Watched())
        watched.watchers += 1
        if watched.task is None:
            watched.task = asyncio.create_task(self._keep_looking(watched, look))
        return watched

    def _leave(self, key: Hashable, watched: _Watched) -> None:
        watched.watchers -= 1
        if watched.watchers == 0:
            if watched.task is not None:
                watched.task.cancel()
            del self._watched[key]

    async def _keep_looking(self, watched: _Watched, look: Callable[[], Any]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                state = await asyncio.to_thread(look)
            except NasError:
                watched.ended = True
                watched.tell()
                return
            except Exception:
                log.exception("looking at what streams show failed; trying again")
            else:
                if watched.version == 0 or state != watched.state:
                    watched.state, watched.version = state, watched.version + 1
                    watched.tell()
            await asyncio.sleep(max(self._interval_s, PATIENCE * (loop.time() - began)))


async def _happens(event: asyncio.Event, within_s: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), within_s)
    except TimeoutError:
        return False
    return True
