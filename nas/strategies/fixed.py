"""A fixed list of candidates, tried in its order: to measure known architectures with a task, or the same one again
with another seed."""

from collections.abc import Sequence
from typing import Any

from search_spaces.choices import Chooser
from search_spaces.errors import NotInSpace, Rejected, SpaceError
from search_spaces.genotypes import Draw, decode, encode
from search_spaces.picks import Recalled
from search_spaces.space import Architecture, Space
from search_spaces.spinenet.published import PUBLISHED

Candidate = str | tuple[int, ...] | dict[str, Any]


def candidates_of(candidates: Sequence[Candidate], space: Space[Any]) -> tuple[Draw[Any], ...]:
    """The candidates as draws of the space. Raises `SpaceError` as `candidate_of`."""
    return tuple(candidate_of(candidate, space) for candidate in candidates)


def candidate_of(candidate: Candidate, space: Space[Any]) -> Draw[Any]:
    """A candidate as a draw: a published name, a genotype, or the JSON of an architecture.

    A published graph is taken with the widths of the space. Raises `SpaceError` naming what does not fit.
    """
    if isinstance(candidate, str):
        return _fitted(_published(candidate), space)
    architecture = decode(space, candidate) if isinstance(candidate, tuple) else space.load(candidate)
    return Draw(genotype=encode(space, architecture), architecture=architecture)


def _published(name: str) -> Architecture:
    if name not in PUBLISHED:
        raise SpaceError(f"must be a published architecture ({', '.join(PUBLISHED)}), got {name!r}")
    return PUBLISHED[name].architecture


def _fitted(architecture: Architecture, space: Space[Any]) -> Draw[Any]:
    """The architecture of the space with the same choices; what is no choice (widths) is the space's own."""
    answers = space.recall(architecture)
    try:
        fitted = space.decode(Chooser(Recalled(answers)))
    except Rejected as rejection:
        raise NotInSpace(rejection.field, str(rejection)) from rejection
    if space.recall(fitted) != answers:
        raise SpaceError("the space does not hold this graph: its blocks differ from those the options allow")
    return Draw(genotype=encode(space, fitted), architecture=fitted)
