"""The median stopping rule (Golovin et al. 2017, Google Vizier, section 3.2.2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Literal

from pydantic import Field

from nas.ports import Curve, Standing
from nas.tasks.options import Options


class MedianScheduler(Options):
    """The median rule: a trial is stopped when its best value so far is worse than the median, over the trials that
    came as far, of the mean of their values up to there."""

    kind: Literal["median"] = Field("median", description="the median stopping rule")
    min_epochs: int = Field(1, ge=1, description="no trial is stopped before")
    min_trials: int = Field(5, ge=1, description="how many other trials must have come as far")


@dataclass(frozen=True, kw_only=True, slots=True)
class Median:
    """Compares the best value so far with the running means of others. Nothing that it stopped goes on."""

    min_fidelity: int
    min_trials: int

    def stops(self, curve: Curve, others: Iterable[Standing]) -> bool:
        """Whether the best value so far is below the median of the means of the others up to this fidelity."""
        fidelity = curve[-1][0]
        if fidelity < self.min_fidelity:
            return False
        means = [
            fmean(value for reached, value in other.curve if reached <= fidelity)
            for other in others
            if other.curve and other.curve[0][0] <= fidelity <= other.curve[-1][0]
        ]
        return len(means) >= self.min_trials and max(value for _, value in curve) < median(means)

    def promotes(self, standings: Sequence[Standing]) -> int | None:
        """None."""
        return None
