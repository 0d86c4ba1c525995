"""Asynchronous successive halving (Li et al. 2020, A System for Massively Parallel Hyperparameter Tuning)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from nas.ports import Curve, Standing
from nas.tasks.options import Options


class AshaScheduler(Options):
    """Asynchronous successive halving: at every rung, min_epochs times a power of eta, the best 1/eta go on. A trial
    that was stopped is promoted, and goes on from its checkpoint, once it is among them after all."""

    kind: Literal["asha"] = Field("asha", description="asynchronous successive halving")
    min_epochs: int = Field(1, ge=1, description="the first rung: no trial is stopped before")
    eta: int = Field(3, ge=2, description="one in eta trials goes on to the next rung, which lies eta times as high")
    promote: bool = Field(True, description="take stopped trials up again that later prove to be among the best")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asha:
    """Decides at the first measurement at or above each rung; the first trial that reaches a rung always goes on."""

    rungs: tuple[int, ...]  # ascending fidelities, below the full one
    eta: int
    promote: bool = True

    def stops(self, curve: Curve, others: Iterable[Standing]) -> bool:
        """Whether the value at the rung just reached is not among the best 1/eta of those that reached it."""
        rung = self._just_reached(curve)
        if rung is None:
            return False
        value = curve[-1][1]
        reached = [reading for other in others if (reading := value_at(other.curve, rung)) is not None]
        better = sum(other > value for other in reached)
        return better >= max(1, (len(reached) + 1) // self.eta)

    def promotes(self, standings: Sequence[Standing]) -> int | None:
        """The best stopped trial of the highest rung where one is among the best 1/eta of those that reached it."""
        for rung in reversed(self.rungs) if self.promote else ():
            reached = [(reading, each) for each in standings if (reading := value_at(each.curve, rung)) is not None]
            best = sorted(reached, key=lambda found: (-found[0], found[1].number))[: len(reached) // self.eta]
            for _, each in best:
                if each.stopped and self._rung_of(each.curve) == rung:
                    return each.number
        return None

    def _just_reached(self, curve: Curve) -> int | None:
        now = self._rung_of(curve)
        return None if now == self._rung_of(curve[:-1]) else now

    def _rung_of(self, curve: Curve) -> int | None:
        """The highest rung a curve has reached."""
        last = curve[-1][0] if curve else 0
        return max((rung for rung in self.rungs if rung <= last), default=None)


def asha(options: AshaScheduler, full: int) -> Asha:
    """The scheduler of a task whose whole fidelity is `full`."""
    rungs = []
    rung = options.min_epochs
    while rung < full:
        rungs.append(rung)
        rung *= options.eta
    return Asha(rungs=tuple(rungs), eta=options.eta, promote=options.promote)


def value_at(curve: Curve, fidelity: int) -> float | None:
    """The first value of a curve at or above a fidelity; None when it ends below."""
    return next((value for reached, value in curve if reached >= fidelity), None)
