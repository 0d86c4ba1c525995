"""The control of a learned resizer at equal compute: what it costs, spent on larger pictures instead."""

from bisect import bisect_left
from collections.abc import Callable

from search_spaces.joint.architecture import Joint
from search_spaces.resizer.architecture import LARGEST, Resizer, plain
from search_spaces.space import Architecture

EQUAL_MACS = "equal_macs"
"""The name of this control."""


def equal_macs_control(
    architecture: Architecture, macs_of: Callable[[Architecture], float], *, largest: int = LARGEST
) -> Joint | None:
    """The same joint architecture behind the plain interpolation of the same stored pictures, to the output size at
    which the whole costs nearest to what it costs behind the learned resizer; None where nothing is learned.

    The output keeps its shape, its longer side grows pixel by pixel up to `largest`; of sizes that cost the same, the
    largest is taken. It may exceed the input size, where the interpolation then scales up. `macs_of`: the multiply-adds
    of a joint architecture, which do not shrink as the output grows.
    """
    resizer = architecture.parts.get(Resizer.role) if isinstance(architecture, Joint) else None
    if not isinstance(architecture, Joint) or not isinstance(resizer, Resizer) or resizer.method == "none":
        return None
    joint, learned = architecture, resizer

    def control(side: int) -> Joint:
        resized = plain(learned, output_size=_grown(learned.output_size, side))
        return Joint(parts={**joint.parts, Resizer.role: resized})

    side = _nearest(lambda side: macs_of(control(side)), max(learned.output_size), largest, target=macs_of(joint))
    return control(side)


def _grown(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The size, its longer side being `side`; the other one in proportion, rounded up."""
    return -(-size[0] * side // max(size)), -(-size[1] * side // max(size))


def _nearest(macs_at: Callable[[int], float], least: int, most: int, *, target: float) -> int:
    """The side of least..most at which `macs_at`, which never falls, is nearest to the target; of equals the last."""
    above = _first_above(macs_at, least, most, target)
    if above > least and (above > most or target - macs_at(above - 1) < macs_at(above) - target):
        return above - 1
    return _first_above(macs_at, above, most, macs_at(above)) - 1


def _first_above(macs_at: Callable[[int], float], least: int, most: int, value: float) -> int:
    """The first side of least..most that costs more than the value, most + 1 if none does."""
    high = least
    while high < most and macs_at(high) <= value:  # an eighth at a time: what is far too large is never looked at
        high = min(high + high // 8 + 1, most)
    return bisect_left(range(most + 1), True, lo=least, hi=high + 1, key=lambda side: macs_at(side) > value)
