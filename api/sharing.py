"""How many trials a search may run now, beside the others whose trials run on the same cluster."""

from collections.abc import Callable

from api.ownership import Owner
from nas.clock import Clock, system_clock
from nas.fair_share import Room, demand_of, fair_shares
from nas.ports import Storage

EVERY_S = 3.0


class ClusterShare:
    """The share of one search, dealt anew at most every `EVERY_S` seconds; its controller asks before every trial.

    All controllers of a cluster deal by themselves, from the same searches and the same room, and so come to the same
    shares. A search that ends, pauses or loses its process leaves its room to the others with the next look.
    """

    def __init__(
        self, storage: Storage, search_id: str, *, cluster: str | None, grows_to: Room, clock: Clock = system_clock
    ) -> None:
        self.storage = storage
        self.search_id = search_id
        self.cluster = cluster
        self.grows_to = grows_to
        self.clock = clock
        self.room: Callable[[], Room] | None = None  # of the cluster, once this process is connected to it
        self._share: int | None = None
        self._look_again = -float("inf")

    def __call__(self) -> int | None:
        """How many; None: as many as its document says, because it has the cluster for itself."""
        if self.cluster is not None and self.room is not None and self.clock() >= self._look_again:
            self._look_again = self.clock() + EVERY_S
            self._share = self._dealt(self.room())
        return self._share

    def _dealt(self, room: Room) -> int | None:
        others = [each for each in self.storage.underway() if _cluster_of(each.owner) == self.cluster]
        wanting = [each for each in others if each.search.pause_requested is None or each.search.id == self.search_id]
        if len(wanting) < 2:
            return None
        return fair_shares([demand_of(each) for each in wanting], room.at_least(self.grows_to)).get(self.search_id)


def _cluster_of(owner: str) -> str | None:
    parsed = Owner.parse(owner)
    return parsed.cluster if parsed else None
