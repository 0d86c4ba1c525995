"""A fixed list of candidates, tried in its order: to measure known architectures with a task, or the same one again
with another seed."""

import random
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from nas.ports import Outcome
from nas.tasks.options import Options, either
from search_spaces.choices import Chooser
from search_spaces.errors import InvalidArchitecture, NotInSpace, Rejected, SpaceError
from search_spaces.genotypes import Draw, decode, encode
from search_spaces.joint.space import JointSpace
from search_spaces.picks import Recalled
from search_spaces.registry import published_architecture
from search_spaces.space import Architecture, Space

Candidate = Annotated[
    str | tuple[int, ...] | dict[str, Any],
    either("must be a published name, a genotype (list of whole numbers) or an architecture (mapping)"),
]


class FixedStrategy(Options):
    """Tries a list of architectures in its order; with another seed the same ones are trained differently."""

    kind: Literal["fixed"] = Field("fixed", description="a list of architectures")
    candidates: tuple[Candidate, ...] = Field(
        min_length=1,
        description="published names (their graph, with the widths of the space), architectures as JSON, or genotypes",
    )


class Fixed:
    """The same candidates for every number, in their order; those tried before are passed over by the proposer."""

    def __init__(self, candidates: Sequence[Draw[Any]]) -> None:
        self.candidates = tuple(candidates)

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """All of them."""
        return iter(self.candidates)


def candidates_of(candidates: Sequence[Candidate], space: Space[Any]) -> tuple[Draw[Any], ...]:
    """The candidates as draws of the space. Raises `SpaceError` as `candidate_of`."""
    return tuple(candidate_of(candidate, space) for candidate in candidates)


def candidate_of(candidate: Candidate, space: Space[Any]) -> Draw[Any]:
    """A candidate as a draw: a published name, a genotype, or the JSON of an architecture.

    A published graph is taken with the widths of the space. In the JSON of a joint architecture a part may be a
    published name as well. Raises `SpaceError` naming what does not fit.
    """
    match candidate:
        case str():
            architecture = _published(candidate, space)
        case tuple():
            architecture = decode(space, candidate)
        case _:
            architecture = space.load(_written_out(candidate, space))
    return Draw(genotype=encode(space, architecture), architecture=architecture)


def _published(name: str, space: Space[Any]) -> Architecture:
    """The published graph with what is no choice, such as widths, as the space has it."""
    if isinstance(space, JointSpace):
        raise SpaceError(f"must be a joint architecture (mapping) or a genotype in a joint space, got {name!r}")
    answers = space.recall(_loaded(name, space))
    try:
        fitted: Architecture = space.decode(Chooser(Recalled(answers)))
    except Rejected as rejection:
        raise NotInSpace(rejection.field, str(rejection)) from rejection
    if space.recall(fitted) != answers:
        raise SpaceError("the space does not hold this graph: its blocks differ from those the options allow")
    return fitted


def _loaded(name: str, space: Space[Any]) -> Architecture:
    """The published architecture, where it is of a kind that the space holds."""
    published = published_architecture(name)
    try:
        loaded: Architecture = space.load(published.model_dump(mode="json"))
    except InvalidArchitecture as error:
        held = type(published).__name__
        raise SpaceError(f"{name!r} is a {held}, which a space of kind {space.kind!r} does not hold") from error
    return loaded


def _written_out(candidate: dict[str, Any], space: Space[Any]) -> dict[str, Any]:
    """The candidate with the JSON of every part of a joint architecture that is given by a published name."""
    parts = candidate.get("parts")
    if not isinstance(space, JointSpace) or not isinstance(parts, dict):
        return candidate
    named = {role: name for role, name in parts.items() if isinstance(name, str) and role in space.parts}
    return {**candidate, "parts": {**parts, **{role: _named_part(role, name, space) for role, name in named.items()}}}


def _named_part(role: str, name: str, space: JointSpace) -> dict[str, Any]:
    try:
        return _published(name, space.parts[role]).model_dump(mode="json")
    except NotInSpace as error:
        raise error.below(f"parts.{role}") from error
    except SpaceError as error:
        raise InvalidArchitecture([(f"parts.{role}", str(error))]) from error
