"""What a proposal may know: the rule of the lag, kept incrementally so that a long search asks fast too."""

from bisect import insort
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from nas.ports import Outcome
from nas.records import Genotype

Lag = int | Literal["none"]


class History:
    """The outcomes of a search in ascending number.

    With a fixed lag L proposal n sees the results of trials 0 .. n-L and must wait for them; later trials are shown
    without their results, whether they have finished or not, so that nothing depends on timing. With the lag "none" it
    sees every result there is.
    """

    def __init__(self, lag: Lag) -> None:
        self.lag = lag
        self._outcomes: list[Outcome] = []
        self._hidden: list[Outcome] = []  # the same trials without their results
        self._pending: list[int] = []  # ascending; as many as run at a time

    def __len__(self) -> int:
        return len(self._outcomes)

    def add(self, genotype: Genotype) -> None:
        """The next trial, its result not known yet."""
        insort(self._pending, len(self._outcomes))
        self._hidden.append(Outcome(number=len(self._outcomes), genotype=genotype, values=None, pending=True))
        self._outcomes.append(self._hidden[-1])

    def finish(self, number: int, values: tuple[float, ...] | None, *, violation: float = 0.0) -> None:
        """The result of a trial: its objectives, larger is better; None when it has none (failed, cancelled)."""
        self._pending.remove(number)
        self._outcomes[number] = replace(self._outcomes[number], values=values, pending=False, violation=violation)

    def ready(self) -> bool:
        """Whether everything the next proposal must see is known."""
        return self.lag == "none" or not self._pending or self._pending[0] >= self._horizon()

    def shown(self) -> Sequence[Outcome]:
        """What the next proposal sees."""
        if self.lag == "none":
            return tuple(self._outcomes)
        horizon = self._horizon()
        return (*self._outcomes[:horizon], *self._hidden[horizon:])

    def seen(self) -> tuple[int, ...] | None:
        """The ranges of trials whose results the next proposal sees (see `Trial.seen`); None under a fixed lag."""
        if self.lag != "none":
            return None
        ranges: list[int] = []
        start = 0
        for end in (*self._pending, len(self._outcomes)):
            ranges += [start, end] if end > start else []
            start = end + 1
        return tuple(ranges)

    def _horizon(self) -> int:
        """One past the last trial whose result the next proposal sees under the fixed lag."""
        assert self.lag != "none", "without a lag there is no horizon"
        return max(0, len(self._outcomes) - self.lag + 1)
