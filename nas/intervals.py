"""An estimate with its 95 % interval."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """An estimate with its 95 % interval; None where there is none."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
