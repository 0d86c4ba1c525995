"""Machines that trials have lost: how often a trial is tried again, and what it fails with after that.

Every loss is an event of the search. A controller opened anew counts them from there, so a crash grants no more tries.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from nas.ports import Records
from nas.records import Event, Failure, FailureKind, Lost

EVENT = "trial_lost"


class Losses:
    """How often each trial has lost its machine since it was begun, or was taken up again."""

    def __init__(self, allowed: int) -> None:
        self._allowed = allowed
        self._counts: Counter[int] = Counter()

    def recall(self, events: Iterable[Event]) -> None:
        """Counts what earlier controllers have told."""
        for event in events:
            if event.trial is None:
                continue
            if event.kind == EVENT:
                self._counts[event.trial] += 1
            elif event.kind == "trial_promoted":
                self.forget(event.trial)

    def forget(self, number: int) -> None:
        """The trial is taken up again after it had ended: it may lose as many machines as before."""
        self._counts.pop(number, None)

    def count(self, lost: Lost) -> str | Failure:
        """What is told of a trial that goes on; its failure, when it has been tried again often enough."""
        self._counts[lost.number] += 1
        times = self._counts[lost.number]
        if times <= self._allowed:
            return (
                f"trial {lost.number} lost its machine: {lost.reason}; it goes on elsewhere, {times} of {self._allowed}"
            )
        often = "1 time" if times == 1 else f"{times} times"
        sentence = f"its machine was lost {often}, resources.retries allows {self._allowed}; at last: {lost.reason}"
        return Failure(kind=FailureKind.LOST, message=sentence)


def events_of(records: Records, search_id: str) -> Iterator[Event]:
    """All events of a search in their order."""
    after = 0
    while events := records.events(search_id, after):
        yield from events
        after = events[-1].sequence
