"""The base interpolations of a resizer, and which of them are the same operation between two sizes.

All of them work on rows and columns separately, with half-pixel centres (`workers.networks.resizing` computes them).
Antialiasing widens the filter of an axis that shrinks, and averaging over areas has no use for it. Four coincidences
follow, and with sides of at least 3 there are no others: an axis that keeps its length is not changed by any; one that
grows is the same with and without antialiasing; halving is taking the mean of pairs for bilinear interpolation and for
areas; and shrinking by an odd number takes the pixel in the middle, for bilinear, bicubic and Lanczos interpolation.
"""

from collections.abc import Sequence
from itertools import product
from typing import Literal, NamedTuple, get_args

Interpolation = Literal["bilinear", "bicubic", "lanczos", "area"]
INTERPOLATIONS: tuple[Interpolation, ...] = get_args(Interpolation)
Axis = tuple[int, int]
"""A length before and after."""


class Resampling(NamedTuple):
    """One way to resize."""

    interpolation: Interpolation
    antialias: bool


RESAMPLINGS = tuple(Resampling(*way) for way in product(INTERPOLATIONS, (False, True)))
PLAIN = RESAMPLINGS[0]


def canonical(way: Resampling, axes: Sequence[Axis]) -> Resampling:
    """The first of all ways that resize these axes exactly as `way` does."""
    return next(other for other in RESAMPLINGS if all(_acts(other, *axis) == _acts(way, *axis) for axis in axes))


def antialias_matters(interpolation: Interpolation, axes: Sequence[Axis]) -> bool:
    """Whether antialiasing changes what this interpolation does to these axes."""
    return canonical(Resampling(interpolation, False), axes) != canonical(Resampling(interpolation, True), axes)


def _acts(way: Resampling, before: int, after: int) -> Resampling | str:
    """What `way` does to an axis: equal if and only if the operation is the same."""
    antialias = way.antialias and before > after and way.interpolation != "area"
    if before == after:
        return "nothing"
    if before == 2 * after and way.interpolation in ("bilinear", "area") and not antialias:
        return "means of pairs"
    if before % (2 * after) == after and way.interpolation != "area" and not antialias:
        return "the middle pixels"
    return Resampling(way.interpolation, antialias)
