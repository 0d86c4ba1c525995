"""The schedulers a search document may name."""

from collections.abc import Iterable, Sequence

from nas.ports import Curve, Scheduler, Standing
from nas.schedulers.asha import AshaScheduler, asha
from nas.schedulers.median import Median, MedianScheduler

SchedulerOptions = AshaScheduler | MedianScheduler
"""Which trials are stopped early, by its kind."""


class Unhurried:
    """Lets every trial run to its end."""

    def stops(self, curve: Curve, others: Iterable[Standing]) -> bool:
        """Never."""
        return False

    def promotes(self, standings: Sequence[Standing]) -> int | None:
        """None: nothing is stopped."""
        return None


def scheduler_from(options: SchedulerOptions | None, *, full: int) -> Scheduler:
    """The scheduler with these options, for trials whose whole fidelity is `full`."""
    match options:
        case None:
            return Unhurried()
        case AshaScheduler():
            return asha(options, full)
        case MedianScheduler():
            return Median(min_fidelity=options.min_epochs, min_trials=options.min_trials)
