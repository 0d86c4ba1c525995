"""A bounded cache of what was learned from the beginning of a history, to go on from when the history has grown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from nas.ports import Outcome
from search_spaces.space import Space

S = TypeVar("S")


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot(Generic[S]):
    """What was learned in a space from these results."""

    space: Space[Any]
    results: tuple[Outcome, ...]
    state: S

    def begins(self, space: Space[Any], results: Sequence[Outcome]) -> bool:
        """True when exactly these results stand at the beginning; the same objects are compared at a glance."""
        return self.space is space and self.results == tuple(results[: len(self.results)])


class Snapshots(Generic[S]):
    """At most `limit` of them: all of the newest, fewer of those long past."""

    def __init__(self, limit: int = 24) -> None:
        self.limit = limit
        self._kept: dict[int, Snapshot[S]] = {}  # by the number of results, ascending

    def __len__(self) -> int:
        return len(self._kept)

    def nearest(self, space: Space[Any], results: Sequence[Outcome]) -> Snapshot[S] | None:
        """The one with most of these results; None when there is none. Never one with others."""
        for length in reversed(self._kept):
            if length <= len(results) and self._kept[length].begins(space, results):
                return self._kept[length]
        return None

    def keep(self, snapshot: Snapshot[S]) -> None:
        """Remembers it, in place of another with as many results; forgets one when there are too many."""
        self._kept[len(snapshot.results)] = snapshot
        self._kept = dict(sorted(self._kept.items()))
        if len(self._kept) > self.limit:
            del self._kept[self._superfluous()]

    def _superfluous(self) -> int:
        """The one whose gap, without it, is the smallest for its distance from the newest."""
        lengths = list(self._kept)
        gaps = {
            here: (after - before) / (lengths[-1] - before)
            for before, here, after in zip(lengths, lengths[1:], lengths[2:], strict=False)
        }
        return min(gaps, key=gaps.__getitem__)
