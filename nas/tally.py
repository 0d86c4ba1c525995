"""What became of the trials of a search, and how it therefore ends."""

from dataclasses import dataclass

from nas.errors import SpaceExhausted
from nas.records import Failure, SearchStatus, TrialStatus
from nas.rules import Ending


@dataclass(slots=True)
class Tally:
    """Counts trials that completed and failed."""

    max_failures: int
    completed: int = 0
    failures: int = 0
    last_failure: str = ""

    def count(self, number: int, status: TrialStatus, failure: Failure | None) -> Ending | None:
        """Counts a trial that ended. The ending of the search, when too many have failed."""
        self.completed += status is TrialStatus.COMPLETED
        if failure is None:
            return None
        self.failures += 1
        self.last_failure = f"trial {number}: {failure.message}"
        if self.failures < self.max_failures:
            return None
        failed = "1 trial failed:" if self.failures == 1 else f"{self.failures} trials failed; the last,"
        return Ending(SearchStatus.FAILED, f"{failed} {self.last_failure}")

    def forgive(self, status: TrialStatus) -> None:
        """A trial that ended so is tried again."""
        self.failures -= status is TrialStatus.FAILED

    def ending(self, exhausted: SpaceExhausted | None) -> Ending:
        """How a search ends that is let run; `exhausted` says why it has fewer trials than its budget, if so."""
        reason = str(exhausted) if exhausted else None
        if self.completed:
            return Ending(SearchStatus.COMPLETED, reason)
        if self.failures:
            return Ending(SearchStatus.FAILED, f"no trial completed; the last, {self.last_failure}")
        return Ending(SearchStatus.FAILED, reason)
