"""What a proposal may know: the rule of the lag, kept incrementally so that a long search asks fast too.

A job is what was handed out: a new candidate, or the promotion of one that had ended. Jobs count 0, 1, 2 ... in one
search; as long as nothing is promoted they are the candidates. Companions are no part of history.
"""

from bisect import insort
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from nas.ports import Outcome
from nas.records import Genotype

Lag = int | Literal["none"]


class History:
    """The outcomes of a search in ascending number.

    With a fixed lag L job n sees the results of jobs 0 .. n-L and must wait for them; later trials are shown without
    their results, whether they have finished or not, so that nothing depends on timing. With the lag "none" it sees
    every result there is. A promoted trial is shown as it was stopped until the result of its promotion is.
    The outcomes of an earlier search always stand before all others; they are no jobs.
    """

    def __init__(self, lag: Lag, earlier: Sequence[Outcome] = ()) -> None:
        self.lag = lag
        self._earlier = tuple(earlier)
        self._jobs: dict[int, int] = {}  # of every candidate by its number, ascending: its newest job
        self._results: list[Outcome | None] = []  # of every job
        self._shown: dict[int, Outcome] = {}  # of every candidate, with the results of jobs before `_applied`
        self._applied = 0
        self._pending: list[int] = []  # jobs, ascending; as many as run at a time

    def __len__(self) -> int:
        return len(self._jobs)

    def __contains__(self, number: int) -> bool:
        return number in self._jobs

    @property
    def jobs(self) -> int:
        """How many jobs there were: the number of the next one."""
        return len(self._results)

    def add(self, number: int, genotype: Genotype) -> int:
        """The next candidate under the number of its trial, its result not known yet; the number of its job."""
        self._jobs[number] = self.jobs
        self._shown[number] = Outcome(number=number, genotype=genotype, values=None, pending=True)
        return self._begin()

    def promote(self, number: int) -> int:
        """A trial that had ended runs again; the number of the job."""
        self._jobs[number] = self.jobs
        return self._begin()

    def finish(
        self, number: int, values: tuple[float, ...] | None, *, fidelity: float = 1.0, violation: float = 0.0
    ) -> None:
        """The result of a trial: its objectives, larger is better; None when it has none (failed, cancelled)."""
        job = self._jobs[number]
        self._pending.remove(job)
        known = self._shown[number]
        result = replace(known, values=values, pending=False, fidelity=fidelity, violation=violation)
        self._results[job] = result
        if self.lag == "none":
            self._shown[number] = result

    def ready(self) -> bool:
        """Whether everything the next job must see is known."""
        return self.lag == "none" or not self._pending or self._pending[0] >= self.horizon()

    def shown(self) -> Sequence[Outcome]:
        """What the next job sees. Call it when `ready`."""
        if self.lag != "none":
            for job in range(self._applied, self.horizon()):
                result = self._results[job]
                assert result is not None, f"job {job} has no result yet"
                self._shown[result.number] = result
            self._applied = max(self._applied, self.horizon())
        return (*self._earlier, *self._shown.values())

    def seen(self) -> tuple[int, ...] | None:
        """The ranges of jobs whose results the next one sees (see `Trial.seen`); None under a fixed lag."""
        if self.lag != "none":
            return None
        ranges: list[int] = []
        start = 0
        for end in (*self._pending, self.jobs):
            ranges += [start, end] if end > start else []
            start = end + 1
        return tuple(ranges)

    def horizon(self, job: int | None = None) -> int:
        """One past the last job whose result a job sees, by default the next; all there are without a fixed lag."""
        return self.jobs if self.lag == "none" else max(0, (self.jobs if job is None else job) - self.lag + 1)

    def _begin(self) -> int:
        insort(self._pending, self.jobs)
        self._results.append(None)
        return self.jobs - 1
