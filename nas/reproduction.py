"""Reproduction: what was measured of a trial, beside what was measured of it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

TOLERANCE = 1e-4
"""How far metrics may differ and count as reproduced. On one machine without a GPU they are equal to the last bit."""
SPEED = "samples_per_s"  # of the machine, not of the network


class Way(StrEnum):
    """How a trial was measured again."""

    JUDGED = "judged"  # its model, on the validation data
    TRAINED = "trained"  # the same training from the beginning, with the same seed


@dataclass(frozen=True, kw_only=True, slots=True)
class Reproduction:
    """Metrics as they were recorded and as they came again, and how far they are apart at most."""

    way: Way
    device: str
    recorded: Mapping[str, float]
    again: Mapping[str, float]
    largest_difference: float
    of_metric: str
    tolerance: float = TOLERANCE

    @property
    def reproduced(self) -> bool:
        """Whether all metrics came again within the tolerance."""
        return self.largest_difference <= self.tolerance

    @property
    def sentence(self) -> str:
        """What came out, for people."""
        found = "came again" if self.reproduced else "did not come again"
        if self.largest_difference == 0:
            return f"{self.way} again on {self.device}: all {len(self.again)} metrics {found}, to the last bit"
        apart = f"{self.of_metric} differs most, by {self.largest_difference:.2g}; allowed is {self.tolerance:g}"
        return f"{self.way} again on {self.device}: the {len(self.again)} metrics {found}: {apart}"


def reproduction(recorded: Mapping[str, float], again: Mapping[str, float], *, way: Way, device: str) -> Reproduction:
    """The metrics that were measured both times, held to each other. There has to be one."""
    common = [name for name in again if name in recorded and name != SPEED]
    largest = max(common, key=lambda name: abs(recorded[name] - again[name]))
    return Reproduction(
        way=way,
        device=device,
        recorded={name: recorded[name] for name in common},
        again={name: again[name] for name in common},
        largest_difference=abs(recorded[largest] - again[largest]),
        of_metric=largest,
    )
